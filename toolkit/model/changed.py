"""What changed between two audits (diff)."""

from typing import Literal

from toolkit.model.base import Effect, Outcome, Severity, Value

Cause = Literal["code", "settings", "sight", "catalogue", "tool", "unsure"]


class Spot(Value):
    """Where a cause lies: of the new audit, or of the old one where something is gone."""

    place: str  # "app/otp.py", an ARN, a URL or a DNS record; the root in front where there are several checkouts
    line: int = 0  # 0: no line of a file

    def __str__(self) -> str:
        return f"{self.place}:{self.line}" if self.line else self.place


class VendorChange(Value):
    """A service that is used now and was not, no longer, or otherwise than before."""

    dependency: str
    company: str  # name of the company it belongs to
    before: str  # "in use, runtime"; empty: it was not there
    after: str
    first: bool  # new: nothing of this vendor was used before; gone: nothing of it is left
    cause: Cause
    why: str  # one sentence
    where: tuple[Spot, ...] = ()


class JourneyChange(Value):
    """What the loss of one company does to one journey, before and now."""

    journey: str
    title: str
    company: str  # its id; or a capability that the journey needs and for which nobody was found
    name: str
    before: Effect | Literal["together", "unknown", ""]  # together: only along with others; empty: nothing
    after: Effect | Literal["together", "unknown", ""]
    through: tuple[str, ...]  # dependencies
    cause: Cause
    why: str
    where: tuple[Spot, ...] = ()


class FindingChange(Value):
    """A finding that is new, worse, better or gone; lines that only moved are no change."""

    fingerprint: str
    rule: str
    subject: str
    message: str
    before: Outcome | Literal[""]  # empty: there was none
    after: Outcome | Literal[""]
    severity: Severity
    cause: Cause
    why: str
    where: tuple[Spot, ...] = ()


class ScoreChange(Value):
    name: str
    before: float
    after: float
    why: str  # of the new audit


class Diff(Value):
    """What `offramp diff OLD NEW` says: a function of the two audits."""

    schema_version: str
    tool: str  # of NEW, as are catalog and platform
    catalog: str
    platform: str
    old_tool: str
    old_catalog: str
    before: float  # the score
    after: float
    score: tuple[ScoreChange, ...] = ()  # parts that changed
    new: tuple[VendorChange, ...] = ()
    gone: tuple[VendorChange, ...] = ()
    changed: tuple[VendorChange, ...] = ()  # there before and now, but used otherwise
    worse: tuple[JourneyChange, ...] = ()
    better: tuple[JourneyChange, ...] = ()
    findings_worse: tuple[FindingChange, ...] = ()
    findings_better: tuple[FindingChange, ...] = ()
    unread: tuple[str, ...] = ()  # places that could not be looked at and could before
    source_url: str = ""  # with a path and "#L12" after it: a line of NEW at the forge

    @property
    def nothing(self) -> bool:
        """Whether it makes no difference which of the two audits one reads."""
        lists = (self.score, self.new, self.gone, self.changed, self.worse, self.better)
        return not any((*lists, self.findings_worse, self.findings_better, self.unread))
