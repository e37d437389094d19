"""Real cases (`checks/scenarios/`)."""

from typing import Literal

from toolkit.model import Hours, Value


class Lost(Value):
    vendor: str
    notice_hours: Hours = 0.0


class Scenario(Value):
    """A real case: who was lost, with which notice, and when the platform was back."""

    id: str
    title: str
    date: str
    actor: Literal["vendor", "sanctions", "disaster", "licence", "bug", "attacker"]
    lost: tuple[Lost, ...]
    access_after_cut: Literal["none", "read-only", "console"] = "none"
    recovery_hours: Hours | None = None
    lesson: str = ""
    sources: tuple[str, ...] = ()
