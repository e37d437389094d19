"""What is concluded: capabilities, what journeys need, rules of readiness."""

from typing import Literal

from msgspec import field

from toolkit.catalog.entries.vocabulary import SignalKind
from toolkit.model import Effect, Hours, Outcome, Role, Severity, Source, Told, Value


class Capability(Value):
    title: str
    breaks: str  # what people notice when it is gone, one sentence
    first_hour: str = ""  # what to do, or not to do, at once when whoever provides it goes
    while_access: str = ""  # the same, where it takes an account that still answers


class JourneyEntry(Value):
    """Something people do with every platform, or where one of `shown_by` is provided."""

    id: str
    title: str
    shown_by: tuple[str, ...] = ()  # capabilities ("collab.*"); empty = always
    # capabilities of which a program has one where its people do this, unless it has accounts; empty = always
    seen_with: tuple[str, ...] = ()
    only_reads: bool = False  # goes on while nobody can write


class Need(Value):
    """What the loss of a capability does to journeys. The first that names both journey and capability holds."""

    of: tuple[str, ...]  # capabilities, "hosting.*" for an area
    journeys: tuple[str, ...]
    effect: Effect
    how: str  # what people notice, one sentence
    question: str = ""  # yes or no; settles whether it stops the journey where that is not to be seen
    yes: Told | None = None  # the effect that a yes to the question says
    no: Told | None = None
    when: str = ""  # what must happen first; empty = at once
    after_hours: Hours | None = None  # when that is at the latest
    roles: tuple[Role, ...] = ()  # of dependencies that it holds for; empty = all that run
    # capabilities ("auth.social-login") that no other dependency provides and no engine is for
    alone: tuple[str, ...] = ()
    listed_with: tuple[str, ...] = ()  # capabilities that another vendor's, named in the same file, provides
    # capabilities that another dependency, which a program calls, provides, while this one is only embedded in pages
    embedded_beside: tuple[str, ...] = ()
    # of a host: capabilities that the platform's own programs call somebody for, and no page embeds
    through: tuple[str, ...] = ()
    seen_at: tuple[str, ...] = ()  # words of which one is in the path of a sign ("regist"); empty = anywhere
    signs: tuple[SignalKind, ...] = ()  # kinds of signs of which one shows it; empty = any
    seen_by: tuple[str, ...] = ()  # sources ("files.dockerfile") or their kinds ("files", "declared"); empty = any
    source: Source = ""


class NeedsFile(Value, rename={"journeys": "journey", "needs": "need"}):
    """`checks/needs.toml`."""

    journeys: tuple[JourneyEntry, ...] = ()
    needs: tuple[Need, ...] = ()


class Rule(Value):
    """One readiness rule: `check` names a predicate of `assess/rules.py`, `of` gives its capabilities."""

    id: str
    title: str  # states the problem, as an alert does: "DNS is lost together with the host"
    rationale: str
    remediation: str
    severity: Severity
    effort_hours: Hours
    check: Literal["single-company", "same-company", "declared", "fallback", "exportable", "waiver"]
    of: tuple[str, ...] = ()  # capabilities, "auth.*" for an area
    with_: tuple[str, ...] = field(default=(), name="with")  # the other side of "same-company"
    unless: Outcome | None = None  # outcome where nothing provides `of`: unknown, not ready; default: none applies
    otherwise: Severity | None = None  # severity where its subject stops no journey; default: one step lower


class RuleFile(Value):
    """`checks/readiness/<area>.toml`."""

    rule: tuple[Rule, ...] = ()
