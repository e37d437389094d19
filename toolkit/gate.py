"""Gate: audit + policy + baseline → verdict. Pure: no I/O, no clock.

In: an audit, the policy, and, if there is one, an earlier audit as the baseline. Out: a `Verdict` with every reason to
refuse. With a baseline and `new_only`, only what got worse counts: a finding that was there with the same or a worse
outcome and severity is known; so is a denied vendor that was in use, a place that could not be read, and a score that
is too low but no lower than it was. A waived finding never refuses, and is listed.
"""

from collections.abc import Iterable, Iterator
from typing import get_args

from toolkit.catalog import Policy
from toolkit.model import Audit, Finding, Outcome, Severity, Verdict, Violation

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_BADNESS: dict[Outcome, int] = {"not applicable": 0, "ready": 0, "unknown": 1, "not ready": 2}


def gate(audit: Audit, policy: Policy, baseline: Audit | None = None) -> Verdict:
    before = baseline if policy.new_only else None
    refused = {one.fingerprint: one for one in _refused(audit, policy)}
    waived = {name for name, one in refused.items() if one.waived_until is not None}
    known = _known(refused.values(), before) - waived
    violations = [
        Violation("fail_on", f"{one.severity}: {one.message}", name)
        for name, one in refused.items()
        if name not in waived | known
    ]
    violations += [
        *_low_score(audit, policy, before),
        *_denied(audit, policy, before),
        *_unread(audit, policy, before),
    ]
    return Verdict(
        passed=not violations,
        violations=tuple(violations),
        known=tuple(sorted(known)),
        fixed=_fixed(audit, baseline, policy) if baseline else (),
        waived=tuple(sorted(waived)),
    )


def _refused(audit: Audit, policy: Policy) -> Iterator[Finding]:
    """Findings the policy does not accept as they are: bad enough, or unknown where unknown fails."""
    bad = ("not ready", "unknown") if policy.unknown == "fail" else ("not ready",)
    for one in audit.assessment.findings:
        if one.outcome in bad and _SEVERITIES.index(one.severity) >= _SEVERITIES.index(policy.fail_on):
            yield one


def _known(refused: Iterable[Finding], before: Audit | None) -> set[str]:
    """Fingerprints of what the baseline already had, no better than now."""
    old = {one.fingerprint: _rank(one) for one in before.assessment.findings} if before else {}
    return {
        one.fingerprint
        for one in refused
        if one.fingerprint in old and all(was >= now for was, now in zip(old[one.fingerprint], _rank(one), strict=True))
    }


def _rank(finding: Finding) -> tuple[int, int]:
    return _BADNESS[finding.outcome], _SEVERITIES.index(finding.severity)


def _fixed(audit: Audit, baseline: Audit, policy: Policy) -> tuple[str, ...]:
    """What the policy would have refused in the baseline and that is ready or gone now. What merely became unknown is
    not fixed."""
    bad = {one.fingerprint for one in audit.assessment.findings if one.outcome in ("not ready", "unknown")}
    return tuple(sorted({one.fingerprint for one in _refused(baseline, policy)} - bad))


def _low_score(audit: Audit, policy: Policy, before: Audit | None) -> Iterator[Violation]:
    points = audit.assessment.score.points
    if points >= policy.min_score or (before and points >= before.assessment.score.points):
        return
    was = f" (it was {before.assessment.score.points:g})" if before else ""
    yield Violation("min_score", f"the score is {points:g}{was}, the policy asks for {policy.min_score:g}")


def _denied(audit: Audit, policy: Policy, before: Audit | None) -> Iterator[Violation]:
    """A vendor, a service ("twilio/verify") or a company may be denied; a company means all that hangs on it."""
    old = _uses(before) if before else set()
    for denied, dependency in sorted(_uses(audit) - old):
        if denied in policy.deny_vendors:
            through = "" if dependency.partition("/")[0] == denied else f" (through {denied})"
            yield Violation("deny_vendors", f"{dependency} is in use, and the policy denies it{through}")


def _uses(audit: Audit) -> set[tuple[str, str]]:
    """(name it may be denied by, dependency)."""
    own = {(name, one.id) for one in audit.dependencies for name in (one.id, one.vendor)}
    return own | {(company.id, name) for company in audit.assessment.companies for name in company.dependencies}


def _unread(audit: Audit, policy: Policy, before: Audit | None) -> Iterator[Violation]:
    old = set(before.survey.unread) if before else set()
    if policy.unread == "fail":
        for one in audit.survey.unread:
            if one not in old:
                yield Violation("unread", f"could not be read: {one.root}: {one.where}: {one.reason}")
