"""Gate: audit + policy + baseline → verdict. Pure: no I/O; the day is handed in.

In: an audit, the policy, and, if there is one, an earlier audit as the baseline with what changed since. Out: a
`Verdict` with every reason to refuse. With `new_only` (the default) only what got worse counts: a finding that was
there with the same or a worse outcome and severity is known; so is a denied vendor that was in use, a place that could
not be read, and a score that is too low but no lower than it was. What only a newer catalogue or another Offramp sees
is known too: no change of the platform brought it. All that is known is debt: shown, not counted.

Without a baseline no finding can be new: the first run passes them and shows them as debt, unless the policy says
`no_baseline = "fail"`. What somebody wrote into the policy himself (a least score, denied vendors, forbidden companies,
unread places, ages) refuses on a first run too. A waived finding, or a violation that a waiver names, never refuses,
and is listed.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import get_args

from toolkit.catalog.entries import Forbid, Policy
from toolkit.model import (
    Answer,
    Audit,
    Diff,
    Effect,
    Finding,
    JourneyRisk,
    Outcome,
    Severity,
    Spot,
    Verdict,
    Violation,
)
from toolkit.spots import spots

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_BADNESS: dict[Outcome, int] = {"not applicable": 0, "ready": 0, "unknown": 1, "not ready": 2}
_EFFECTS: tuple[Effect, ...] = ("degrades", "later", "may stop", "stops")
_DOES: dict[Effect, str] = {
    "stops": "alone stops",
    "may stop": "may stop",
    "later": "stops later",
    "degrades": "degrades",
}
_CLOCKS_DIFFER = 0.25  # hours between two machines
_NOT_THE_PLATFORM = ("catalogue", "tool")  # causes


def gate(
    audit: Audit,
    policy: Policy,
    baseline: Audit | None = None,
    *,
    today: date,
    changes: Diff | None = None,
    moment: datetime | None = None,
) -> Verdict:
    """`moment`: what hours are counted to; without it, to the end of `today`."""
    first_run = baseline is None and policy.new_only and policy.no_baseline == "pass"
    before = baseline if policy.new_only else None
    refused = {one.fingerprint: one for one in _refused(audit, policy)}
    waived = {name for name, one in refused.items() if one.waived_until is not None}
    known = (
        _known(refused.values(), audit if first_run else before) | _only_seen_now(changes, policy)
    ) & refused.keys() - waived
    now = [
        *_changes(policy, audit, changes),
        *_too_old(audit, policy, today),
        *_stale(audit, policy, moment or _end_of(today)),
    ]
    found = [*_findings(refused, audit, waived | known), *_standing(audit, policy, before), *now]
    everything = [*_findings(refused, audit, waived), *_standing(audit, policy, None), *now]
    excused = [one for one in found if _is_excused(one, audit, today)]
    violations = tuple(one for one in found if one not in excused)
    counted = {_key(one) for one in found}
    return Verdict(
        passed=not violations,
        violations=violations,
        debt=tuple(one for one in everything if _key(one) not in counted and not _is_excused(one, audit, today)),
        excused=tuple(excused),
        first_run=first_run,
        changes=changes,
        known=tuple(sorted(known)),
        fixed=_fixed(audit, baseline, policy) if baseline else (),
        waived=tuple(sorted(waived)),
        source_url=changes.source_url if changes else "",
    )


def _standing(audit: Audit, policy: Policy, before: Audit | None) -> Iterator[Violation]:
    """What may have been there before: with `before`, only what was not."""
    yield from _low_score(audit, policy, before)
    yield from _denied(audit, policy, before)
    yield from _forbidden(audit, policy, before)
    yield from _unread(audit, policy, before)


def _key(violation: Violation) -> tuple[str, str]:
    return violation.policy, violation.fingerprint or violation.subject or violation.message


def _is_excused(violation: Violation, audit: Audit, today: date) -> bool:
    """Whether a waiver that has not ended names the policy's key and what this is about."""
    return any(
        (waiver.rule, waiver.subject) == (violation.policy, violation.subject) and waiver.expires >= today
        for waiver in audit.platform.waivers
    )


# --- findings ---------------------------------------------------------------------------------------------------------
def _refused(audit: Audit, policy: Policy) -> Iterator[Finding]:
    """Findings the policy does not accept as they are: bad enough, or unknown where unknown fails."""
    bad = ("not ready", "unknown") if policy.unknown == "fail" else ("not ready",)
    for one in audit.assessment.findings:
        if one.outcome in bad and _SEVERITIES.index(one.severity) >= _SEVERITIES.index(policy.fail_on):
            yield one


def _findings(refused: dict[str, Finding], audit: Audit, without: set[str]) -> Iterator[Violation]:
    for name, one in refused.items():
        if name not in without:
            where = spots(one.evidence, audit.survey)
            yield Violation("fail_on", f"{one.severity}: {one.message}", name, one.subject, where)


def _known(refused: Iterable[Finding], before: Audit | None) -> set[str]:
    """Fingerprints of what the baseline already had, no better than now."""
    old = {one.fingerprint: _rank(one) for one in before.assessment.findings} if before else {}
    return {
        one.fingerprint
        for one in refused
        if one.fingerprint in old and all(was >= now for was, now in zip(old[one.fingerprint], _rank(one), strict=True))
    }


def _only_seen_now(changes: Diff | None, policy: Policy) -> set[str]:
    """Fingerprints of what no change of the platform brought, but a newer catalogue or another Offramp."""
    if changes is None or not policy.new_only:
        return set()
    return {one.fingerprint for one in changes.findings_worse if one.cause in _NOT_THE_PLATFORM}


def _rank(finding: Finding) -> tuple[int, int]:
    return _BADNESS[finding.outcome], _SEVERITIES.index(finding.severity)


def _fixed(audit: Audit, baseline: Audit, policy: Policy) -> tuple[str, ...]:
    """What the policy would have refused in the baseline and that is ready or gone now. What merely became unknown is
    not fixed."""
    bad = {one.fingerprint for one in audit.assessment.findings if one.outcome in ("not ready", "unknown")}
    return tuple(sorted({one.fingerprint for one in _refused(baseline, policy)} - bad))


# --- what stands, whoever brought it ----------------------------------------------------------------------------------
def _low_score(audit: Audit, policy: Policy, before: Audit | None) -> Iterator[Violation]:
    points = audit.assessment.score.points
    if points >= policy.min_score or (before and points >= before.assessment.score.points):
        return
    was = f" (it was {before.assessment.score.points:g})" if before else ""
    message = f"the score is {points:g}{was}, the policy asks for {policy.min_score:g}"
    yield Violation("min_score", message, subject="score")


def _denied(audit: Audit, policy: Policy, before: Audit | None) -> Iterator[Violation]:
    """A vendor, a service ("twilio/verify") or a company may be denied; a company means all that hangs on it."""
    old = _uses(before) if before else set()
    for denied, dependency in sorted(_uses(audit) - old):
        if denied in policy.deny_vendors:
            through = "" if dependency.partition("/")[0] == denied else f" (through {denied})"
            message = f"{dependency} is in use, and the policy denies it{through}"
            yield Violation("deny_vendors", message, subject=dependency, where=_places((dependency,), audit))


def _uses(audit: Audit) -> set[tuple[str, str]]:
    """(name it may be denied by, dependency)."""
    own = {(name, one.id) for one in audit.dependencies for name in (one.id, one.vendor)}
    return own | {(company.id, name) for company in audit.assessment.companies for name in company.dependencies}


def _forbidden(audit: Audit, policy: Policy, before: Audit | None) -> Iterator[Violation]:
    """What a company does to a journey, and may not. Known is what it did to it before, no worse than now."""
    old = _breaches(before, policy) if before else {}
    titles = {risk.journey: risk.title or risk.journey for risk in audit.assessment.journeys}
    for (number, journey), (effect, names) in _breaches(audit, policy).items():
        was = old.get((number, journey))
        if was is None or _EFFECTS.index(was[0]) < _EFFECTS.index(effect):
            rule = policy.forbid[number]
            what = f"{rule.company} {_DOES[effect]} {titles[journey]!r} ({', '.join(names[:4])})"
            why = f": {rule.why}" if rule.why else ""
            subject, where = f"{rule.company} {journey}", _places(names, audit)
            yield Violation("forbid", f"{what}, and the policy forbids it{why}", subject=subject, where=where)


def _breaches(audit: Audit, policy: Policy) -> dict[tuple[int, str], tuple[Effect, tuple[str, ...]]]:
    """(position of the rule, journey) → the strongest effect that it forbids, through which dependencies."""
    found: dict[tuple[int, str], tuple[Effect, tuple[str, ...]]] = {}
    for number, rule in enumerate(policy.forbid):
        for risk in audit.assessment.journeys:
            if rule.journeys and risk.journey not in rule.journeys:
                continue
            for effect in _EFFECTS[_EFFECTS.index(rule.effect) :]:  # the strongest comes last, and stays
                answers = [one for one in _answers(risk)[effect] if _is_about(one, rule)]
                if names := tuple(dict.fromkeys(name for one in answers for name in one.dependencies)):
                    found[number, risk.journey] = (effect, names)
    return found


def _answers(risk: JourneyRisk) -> dict[Effect, tuple[Answer, ...]]:
    return {"stops": risk.stops, "may stop": risk.may_stop, "later": risk.later, "degrades": risk.degrades}


def _is_about(answer: Answer, rule: Forbid) -> bool:
    vendors = {name.partition("/")[0] for name in answer.dependencies}
    return rule.company in {answer.company, *answer.dependencies, *vendors}


def _unread(audit: Audit, policy: Policy, before: Audit | None) -> Iterator[Violation]:
    old = set(before.survey.unread) if before else set()
    if policy.unread == "fail":
        for one in audit.survey.unread:
            if one not in old:
                yield Violation("unread", f"could not be read: {one.root}: {one.where}: {one.reason}")


def _places(dependencies: Iterable[str], audit: Audit) -> tuple[Spot, ...]:
    wanted = set(dependencies)
    return spots((n for one in audit.dependencies if one.id in wanted for n in one.evidence), audit.survey)


# --- what changed, and what grew old ----------------------------------------------------------------------------------
def _changes(policy: Policy, audit: Audit, changes: Diff | None) -> Iterator[Violation]:
    """A vendor that is new and surely in use; a journey that one more company stops alone. What only a newer catalogue
    sees is no reason, nor is what was looked at for the first time."""
    if changes is None:
        return
    firm = {one.id for one in audit.dependencies if one.firm}
    for one in changes.new:
        vendor = one.dependency.partition("/")[0]
        allowed = {vendor, one.dependency} & {*policy.allow_vendors} or one.cause in (*_NOT_THE_PLATFORM, "sight")
        if policy.new_vendors == "fail" and one.first and one.dependency in firm and not allowed:
            message = f"{one.dependency} is a new vendor: {one.why}"
            yield Violation("new_vendors", message, subject=one.dependency, where=one.where)
    for risk in changes.worse:
        if policy.worse_journeys == "fail" and risk.after == "stops" and risk.cause not in _NOT_THE_PLATFORM:
            message = f"{risk.name} alone stops {risk.title!r} now: {risk.why}"
            yield Violation("worse_journeys", message, subject=f"{risk.company} {risk.journey}", where=risk.where)


def _too_old(audit: Audit, policy: Policy, today: date) -> Iterator[Violation]:
    """A drill and a review of the plan are worth something for a time. These refuse with and without a baseline."""
    proofs, restored = audit.assessment.proofs, audit.assessment.restored
    reviewed = max(filter(None, (audit.platform.plan_reviewed, proofs.tabletop)), default=None)
    asked = (
        ("max_drill_days", policy.max_drill_days, restored, "a drill restored the platform"),
        ("max_drill_age_days", policy.max_drill_age_days, restored, "a drill restored the platform"),
        ("max_restore_age_days", policy.max_restore_age_days, proofs.copies_restored, "copies were restored"),
        ("max_plan_days", policy.max_plan_days, reviewed, "people went through the plan"),
    )
    for key, most, last, what in asked:
        if most is None:
            continue
        if last is None:
            yield Violation(
                key, f"nothing says when {what}; the policy asks for it every {most} days", subject="platform"
            )
        elif (days := (today - last).days) > most or days < 0:
            when = f"{days} days ago" if days >= 0 else "in the future"
            message = f"the last time {what} was on {last}, {when}; the policy allows {most} days"
            yield Violation(key, message, subject="platform")


def _stale(audit: Audit, policy: Policy, now: datetime) -> Iterator[Violation]:
    """Copies and the go-bag grow old by the hour and by the day."""
    proofs, days = audit.assessment.proofs, policy.max_bag_age_days
    asked = (
        ("max_backup_age_hours", policy.max_backup_age_hours, proofs.copies, "copies were made", "export"),
        ("max_bag_age_days", None if days is None else days * 24.0, proofs.bag, "the go-bag was packed", "go-bag"),
    )
    for key, most, last, what, record in asked:
        if most is None:
            continue
        hours = _hours_since(last, now)
        if hours is None:
            message = f"nothing says when {what}: no signed {record} was handed over; the policy asks for one"
            yield Violation(key, message, subject="platform")
        elif hours > most or hours < -_CLOCKS_DIFFER:
            when = f"{_age(hours)} ago" if hours >= 0 else "in the future"
            message = f"the last time {what} was {last}, {when}; the policy allows {_age(most)}"
            yield Violation(key, message, subject="platform")


def _hours_since(moment: str, now: datetime) -> float | None:
    """None where the text is no moment."""
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds() / 3600


def _age(hours: float) -> str:
    return f"{hours / 24:.0f} days" if hours >= 72 else f"{hours:.0f} hours"


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)
