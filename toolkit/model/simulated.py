"""What if, and why (simulate, explain)."""

from toolkit.model.base import Confidence, Effect, Hours, Role, Value
from toolkit.model.planned import Export, Kept, Loss


class Dark(Value):
    """A journey that stops working."""

    journey: str
    title: str
    at_hours: Hours  # after notice is given
    because: tuple[str, ...]  # dependencies whose loss stops it


class Strained(Value):
    """A journey that the losses do not stop as far as was seen, and what they do to it instead."""

    journey: str
    title: str
    effect: Effect  # "may stop", "later", "degrades"
    at_hours: Hours  # when the loss comes, after notice is given
    because: tuple[str, ...]  # dependencies
    how: str = ""  # what people notice
    when: str = ""  # "later": at the next start, when a certificate ends
    after_hours: Hours | None = None  # "later": hours after the loss, where that is known
    question: str = ""  # "may stop": what settles it


class LostDependency(Value):
    """A dependency that goes, and what goes with it."""

    dependency: str
    vendor: str  # whose loss takes it along: itself, an owner, a foundation
    at_hours: Hours
    role: Role
    breaks: tuple[str, ...] = ()  # what people notice, one sentence per capability
    hostage: tuple[Kept, ...] = ()  # data that cannot be taken out at all
    exportable: tuple[Export, ...] = ()  # data that can be taken out while there is access
    covered_by: tuple[str, ...] = ()  # fallbacks that are still there
    unchecked: bool = False  # nobody has written down what can be taken out
    size_bytes: int | None = None


class Simulation(Value):
    """What happens when vendors go: a function of the audit, the catalogue and the losses."""

    losses: tuple[Loss, ...]
    dark: tuple[Dark, ...] = ()  # earliest first
    survives: tuple[str, ...] = ()  # journeys that go on
    unjudged: tuple[str, ...] = ()  # journeys that go on as far as is known: some need was not found
    lost: tuple[LostDependency, ...] = ()
    time_to_export_hours: Hours = 0.0  # from notice to the first cut
    strained: tuple[Strained, ...] = ()  # by journey, the strongest effect first
    first_hour: tuple[str, ...] = ()  # what to do, and not to do, at once
    scenario: str = ""  # id of the scenario whose losses these are


class Explanation(Value):
    """Why a dependency was reported or not."""

    dependency: str
    reported: bool
    reason: str
    role: Role | None = None
    confidence: Confidence | None = None
    steps: tuple[str, ...] = ()  # how confidence and role came about, one sentence each
    evidence: tuple[int, ...] = ()  # positions in Survey.evidence that count
    weak: tuple[int, ...] = ()  # positions that only corroborate
    discarded: tuple[int, ...] = ()  # positions in Survey.discarded
