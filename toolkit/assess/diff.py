"""Diff: two audits of one platform → what is new, gone, worse and better, each with its cause. No I/O, no clock.

In: an older audit and a newer one. Out: a `Diff`. What only moved within its file is no change; what only a newer
catalogue knows is said to be that.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from toolkit.assess.causes import STRONGEST, Reason, Side, elsewhere, of_dependency, of_signs
from toolkit.model import (
    SCHEMA_VERSION,
    Audit,
    Dependency,
    Diff,
    Finding,
    FindingChange,
    JourneyChange,
    JourneyRisk,
    Outcome,
    ScoreChange,
    Severity,
    VendorChange,
)

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_BADNESS: dict[Outcome, int] = {"not applicable": 0, "ready": 0, "unknown": 1, "not ready": 2}
_EFFECTS = ("", "degrades", "later", "unknown", "together", "may stop", "stops")
_Held = dict[tuple[str, str], tuple[str, tuple[str, ...]]]  # journey, company → effect, dependencies


def diff(old: Audit, new: Audit, *, source_url: str = "") -> Diff:
    """What NEW has otherwise than OLD. `source_url`: see `Diff.source_url`."""
    before, after = Side(old), Side(new)
    appeared = [_vendor(one, after, before, new=True) for one in _only(after, before)]
    vanished = [_vendor(one, before, after, new=False) for one in _only(before, after)]
    altered = list(_altered(before, after))
    services = {change.dependency: Reason(change.cause, change.why, change.where) for change in vanished}
    services |= {change.dependency: Reason(change.cause, change.why, change.where) for change in appeared + altered}
    journeys = list(_journeys(before, after, services))
    findings = list(_findings(before, after, services))
    return Diff(
        SCHEMA_VERSION,
        new.tool,
        new.catalog,
        new.platform.name,
        old.tool,
        old.catalog,
        old.assessment.score.points,
        new.assessment.score.points,
        score=tuple(_score(old, new)),
        new=tuple(appeared),
        gone=tuple(vanished),
        changed=tuple(altered),
        worse=tuple(one for one in journeys if _EFFECTS.index(one.after) > _EFFECTS.index(one.before)),
        better=tuple(one for one in journeys if _EFFECTS.index(one.after) < _EFFECTS.index(one.before)),
        findings_worse=tuple(change for worse, change in findings if worse),
        findings_better=tuple(change for worse, change in findings if not worse),
        unread=_unread(before, after),
        source_url=source_url,
    )


# --- services ---------------------------------------------------------------------------------------------------------
def _only(here: Side, there: Side) -> list[Dependency]:
    return [one for name, one in here.dependencies.items() if name not in there.dependencies]


def _vendor(one: Dependency, here: Side, there: Side, *, new: bool) -> VendorChange:
    first = not any(other.vendor == one.vendor for other in there.dependencies.values())
    told = _told(one)
    sides = {"before": "", "after": told} if new else {"before": told, "after": ""}
    return _vendor_change(one, here, of_dependency(one, here, there, new=new), first=first, **sides)


def _vendor_change(
    one: Dependency, here: Side, reason: Reason, *, before: str, after: str, first: bool = False
) -> VendorChange:
    company = next((owner for owner in here.audit.assessment.companies if one.id in owner.dependencies), None)
    name = company.name if company else one.vendor
    return VendorChange(one.id, name, before, after, first, *reason)


def _told(one: Dependency) -> str:
    """What of its use counts: whether it surely is in use, and for what."""
    return f"{'in use' if one.firm else 'possible'}, {one.role}"


def _altered(before: Side, after: Side) -> Iterator[VendorChange]:
    for name, one in after.dependencies.items():
        was = before.dependencies.get(name)
        if was is not None and _told(was) != _told(one):
            reason = _between(was.evidence, one.evidence, before, after, {})
            yield _vendor_change(one, after, reason, before=_told(was), after=_told(one))


def _between(was: Iterable[int], now: Iterable[int], before: Side, after: Side, services: dict[str, Reason]) -> Reason:
    """The signs that came, else those that went, else the services that changed, else what is left."""
    if came := [item for item in after.evidence(now) if after.sign(item) not in before.signs]:
        return of_signs(came, after, before, new=True)
    if went := [item for item in before.evidence(was) if before.sign(item) not in after.signs]:
        return of_signs(went, before, after, new=False)
    if services:
        name = min(services, key=lambda one: STRONGEST.index(services[one].cause))
        return _through(services[name], name)
    return Reason(*elsewhere(after, before))


# --- journeys ---------------------------------------------------------------------------------------------------------
def _journeys(before: Side, after: Side, services: dict[str, Reason]) -> Iterator[JourneyChange]:
    was, now = _effects(before.audit), _effects(after.audit)
    titles = _titles(before.audit) | _titles(after.audit)
    names = _company_names(before.audit) | _company_names(after.audit)
    for key in sorted(was.keys() | now.keys()):
        (old, through_old), (new, through_new) = was.get(key, ("", ())), now.get(key, ("", ()))
        if old == new:
            continue
        journey, company = key
        through = through_new if _EFFECTS.index(new) > _EFFECTS.index(old) else through_old
        reason = _of_journey((*through, *through_new, *through_old), journey, before, after, services)
        title, name = titles.get(journey, journey), names.get(company, company)
        yield JourneyChange(journey, title, company, name, old, new, through, *reason)  # type: ignore[arg-type]


def _effects(audit: Audit) -> _Held:
    """What each company does to each journey, at its strongest."""
    held: _Held = {}
    for risk in audit.assessment.journeys:
        for company, effect, through in _answers(risk):
            if _EFFECTS.index(effect) > _EFFECTS.index(held.get((risk.journey, company), ("", ()))[0]):
                held[risk.journey, company] = (effect, through)
    return held


def _answers(risk: JourneyRisk) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    kinds = (("stops", risk.stops), ("may stop", risk.may_stop), ("later", risk.later), ("degrades", risk.degrades))
    for effect, answers in kinds:
        for answer in answers:
            yield answer.company, effect, answer.dependencies
    for cut in risk.cut_sets:
        for company in cut:
            yield company, "together" if len(cut) > 1 else "stops", ()
    for need in risk.unknown:
        yield need, "unknown", ()


def _of_journey(through: Sequence[str], journey: str, before: Side, after: Side, services: dict[str, Reason]) -> Reason:
    """A service it hangs on that changed; else a service of the same use that did; else what is left."""
    for name in through:
        if name in services:
            return _through(services[name], name)
    if (journey in _titles(before.audit)) != (journey in _titles(after.audit)):
        return Reason("settings", "the platform's journeys are others than before")
    uses = {use for name in through for side in (before, after) for use in _capabilities(name, side)}
    for name, reason in services.items():
        if uses & {use for side in (before, after) for use in _capabilities(name, side)}:
            return _through(reason, name)
    positions = {side: [p for n in through if n in side.dependencies for p in side.dependencies[n].evidence]
                 for side in (before, after)}  # fmt: skip
    return _between(positions[before], positions[after], before, after, services)


def _through(reason: Reason, name: str) -> Reason:
    return Reason(reason.cause, f"{name}: {reason.why}", reason.where)


def _capabilities(name: str, side: Side) -> tuple[str, ...]:
    return side.dependencies[name].capabilities if name in side.dependencies else ()


def _titles(audit: Audit) -> dict[str, str]:
    return {risk.journey: risk.title or risk.journey for risk in audit.assessment.journeys}


def _company_names(audit: Audit) -> dict[str, str]:
    return {company.id: company.name for company in audit.assessment.companies}


# --- findings, score, sight -------------------------------------------------------------------------------------------
def _findings(before: Side, after: Side, services: dict[str, Reason]) -> Iterator[tuple[bool, FindingChange]]:
    """(whether it is worse, the change)."""
    was = {one.fingerprint: one for one in before.audit.assessment.findings}
    now = {one.fingerprint: one for one in after.audit.assessment.findings}
    for name in dict.fromkeys((*now, *was)):
        old, new = was.get(name), now.get(name)
        if (rank := _rank(new)) != (earlier := _rank(old)) and (shown := new or old):
            reason = _between(old.evidence if old else (), new.evidence if new else (), before, after, services)
            was_, is_ = old.outcome if old else "", new.outcome if new else ""
            about = (name, shown.rule, shown.subject, shown.message)
            yield rank > earlier, FindingChange(*about, was_, is_, shown.severity, *reason)


def _rank(finding: Finding | None) -> tuple[int, int]:
    """How bad it is; what asks for nothing has no severity."""
    badness = _BADNESS[finding.outcome] if finding else 0
    return badness, _SEVERITIES.index(finding.severity) if finding and badness else 0


def _score(old: Audit, new: Audit) -> Iterator[ScoreChange]:
    was = {part.name: part.points for part in old.assessment.score.parts}
    for part in new.assessment.score.parts:
        if part.points != was.get(part.name, 0.0):
            yield ScoreChange(part.name, was.get(part.name, 0.0), part.points, part.why)


def _unread(before: Side, after: Side) -> tuple[str, ...]:
    places = {f"{item.root}: {item.where}: {item.reason}": (after.root(item.root), item.where)
              for item in after.audit.survey.unread}  # fmt: skip
    known = {(before.root(item.root), item.where) for item in before.audit.survey.unread}
    return tuple(text for text, place in places.items() if place not in known)
