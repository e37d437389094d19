"""What people rehearse at a table (tabletop)."""

from typing import Literal

from toolkit.model.base import Hours, Value
from toolkit.model.planned import Loss


class TabletopEntry(Value):
    """One entry of a tabletop's script: what happens in the story, or what is to be decided then and was answered."""

    id: str
    kind: Literal["event", "decision"]
    at_hours: Hours  # in the story, after notice is given
    text: str  # what happened, or the question
    about: tuple[str, ...] = ()  # what the plan says of it, a sentence each
    asked: str = ""  # "decision": the role that answers
    due_hours: Hours | None = None  # "decision": afterwards it is too late
    pages: tuple[str, ...] = ()  # files of `offramp plan --runbooks` to open
    minutes: float = 0.0  # "decision": how long the people at the table have for it
    outcome: Literal["open", "answered", "gap"] = "open"  # "gap": nobody knew
    answer: str = ""
    answered: str = ""  # ISO 8601, UTC
    seconds: float = 0.0  # how long they took


class Tabletop(Value):
    """A loss gone through at a table: the script, what was answered, and what the plan itself leaves open."""

    schema_version: str
    tool: str
    catalog: str
    platform: str
    plan: str  # SHA-256 of the plan it was made from
    title: str  # of the scenario, or who is lost
    losses: tuple[Loss, ...]
    entries: tuple[TabletopEntry, ...]
    known: tuple[str, ...] = ()  # gaps of the plan, whatever is answered
    scenario: str = ""
    begun: str = ""  # ISO 8601, UTC; empty: only the script
    ended: str = ""  # likewise; empty: there is something left to ask
    previous: str = ""  # SHA-256 of the signed record before this one; empty: the first, or not signed

    @property
    def decisions(self) -> tuple[TabletopEntry, ...]:
        """What is asked."""
        return tuple(entry for entry in self.entries if entry.kind == "decision")

    @property
    def gaps(self) -> tuple[TabletopEntry, ...]:
        """What nobody knew an answer to."""
        return tuple(entry for entry in self.decisions if entry.outcome == "gap")
