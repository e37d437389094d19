"""What every human-readable report says first, so that all formats say the same: order, counts and the next command."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from toolkit.entries import Catalog, Rule
from toolkit.model import Audit, Company, DiscardReason, Finding, Journal, JourneyRisk, Platform, Severity

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
_OUTCOMES = ("not ready", "unknown", "ready", "not applicable")

_DISCARDED: dict[DiscardReason, str] = {
    "comment": "in comments",
    "docs": "in documentation",
    "test": "in tests",
    "fixture": "in fixtures",
    "vendored": "in vendored code",
    "generated": "in generated files",
    "example": "in examples",
    "transitive": "required only by other packages",
    "prose": "in prose",
    "ignored": "ignored in offramp.toml",
}


class Group(NamedTuple):
    """The findings of one readiness rule. `rule` is None when this catalogue does not know it (any more)."""

    id: str
    rule: Rule | None
    severity: Severity
    findings: tuple[Finding, ...]

    @property
    def title(self) -> str:
        return self.rule.title if self.rule else self.id


def strongest(companies: Sequence[Company]) -> list[Company]:
    """Companies by what they can do to the platform: journeys they stop alone, then services in use."""
    return sorted(companies, key=lambda company: (-len(company.stops), -len(company.dependencies), company.id))


def stoppers(audit: Audit) -> list[Company]:
    """The companies that can stop at least one journey alone, strongest first."""
    return [company for company in strongest(audit.assessment.companies) if company.stops]


def called(audit: Audit) -> str:
    """The platform's name within a sentence; without an `offramp.toml` it has none."""
    return audit.platform.name if audit.platform.name != Platform().name else "the platform"


def company_names(audit: Audit) -> dict[str, str]:
    return {company.id: company.name or company.id for company in audit.assessment.companies}


def journey_titles(audit: Audit) -> dict[str, str]:
    """Journey id → its title, for all journeys the audit speaks of."""
    titles = {risk.journey: risk.journey for risk in audit.assessment.journeys}
    return titles | {journey.id: journey.title or journey.id for journey in audit.platform.journeys}


def risk_words(risk: JourneyRisk, names: dict[str, str]) -> str:
    """`Amazon alone; Okta with Twilio`; says so when nobody is known to be able to."""
    sets = [
        f"{names.get(cut[0], cut[0])} alone" if len(cut) == 1 else " with ".join(names.get(name, name) for name in cut)
        for cut in risk.cut_sets
    ]
    if risk.unknown:
        sets.append(f"unknown: nobody found for {', '.join(risk.unknown)}")
    return "; ".join(sets) or "no company known"


def findings_by_urgency(findings: Sequence[Finding]) -> list[Finding]:
    """Not ready before unknown before the rest; waived last; then by severity."""
    return sorted(
        findings,
        key=lambda finding: (
            finding.waived_until is not None,
            _OUTCOMES.index(finding.outcome),
            SEVERITIES.index(finding.severity),
            finding.rule,
            finding.subject,
            finding.capability or "",
        ),
    )


def groups(audit: Audit, catalog: Catalog) -> list[Group]:
    """Findings that ask for something (not ready, unknown), by rule, the most urgent rule first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings_by_urgency(audit.assessment.findings):
        if finding.outcome in ("not ready", "unknown"):
            by_rule.setdefault(finding.rule, []).append(finding)
    return [
        Group(rule, catalog.rules.get(rule), min((f.severity for f in found), key=SEVERITIES.index), tuple(found))
        for rule, found in by_rule.items()
    ]


def count_words(audit: Audit) -> str:
    """`3 critical and 2 high not ready, 4 unknown, 1 waived, 12 ready`."""
    findings = audit.assessment.findings
    waived = sum(finding.waived_until is not None for finding in findings)
    counted = [finding for finding in findings if finding.waived_until is None]
    broken = Counter(finding.severity for finding in counted if finding.outcome == "not ready")
    parts = [f"{broken[severity]} {severity}" for severity in SEVERITIES if broken[severity]]
    listed = f"{' and '.join((', '.join(parts[:-1]), parts[-1]) if parts[1:] else parts)} not ready" if parts else ""
    others = Counter(finding.outcome for finding in counted)
    rest = [f"{others[outcome]} {outcome}" for outcome in ("unknown", "ready") if others[outcome]]
    waiver = [f"{waived} waived"] if waived else []
    return ", ".join([*([listed] if listed else []), *rest, *waiver]) or "none"


def discarded_words(audit: Audit) -> str:
    """How many signs were recognised and not counted, most frequent reason first: `7 in documentation, 1 in tests`."""
    counts = Counter(item.reason for item in audit.survey.discarded)
    return ", ".join(f"{count} {_DISCARDED[reason]}" for reason, count in counts.most_common())


def drill_words(journal: Journal) -> str:
    """What a drill took and proved: `From empty hosts to verified in 6.4 min; 5 of 7 journeys gone through.`"""
    minutes = sum(step.seconds for step in journal.steps if step.phase in ("rebuild", "verify")) / 60
    outcomes = Counter(step.outcome for step in journal.steps if step.id.startswith("journey."))
    rest = "".join(f", {outcomes[outcome]} {outcome}" for outcome in ("failed", "skipped") if outcomes[outcome])
    gone = f"{outcomes['passed']} of {outcomes.total()} journeys gone through{rest}"
    return f"From empty hosts to {'verified' if journal.restored else 'the failure'} in {minutes:.1f} min; {gone}."


def maximum(audit: Audit) -> float:
    """What the score could be at most: the sum of its parts' maxima (100 unless the formula changes)."""
    return sum(part.maximum for part in audit.assessment.score.parts) or 100.0


def next_command(audit: Audit) -> str:
    """The one command that makes most sense now."""
    if not audit.platform.journeys:
        return "offramp init .  (drafts offramp.toml: journeys, and what no scan can see)"
    if strong := stoppers(audit):
        return f"offramp simulate audit.json --lose {strong[0].id}@30h"
    return "offramp plan audit.json --runbooks runbooks/"
