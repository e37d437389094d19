"""What every human-readable report says first, so that all formats say the same: order, counts and the next command."""

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from toolkit.catalog.entries import Catalog, Rule
from toolkit.model import (
    Answer,
    Audit,
    Company,
    DiscardReason,
    Effect,
    Finding,
    Journal,
    JourneyRisk,
    Platform,
    Question,
    Severity,
)

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
NOTHING_READ = "Nothing was found here: is this a checkout?"
_MOST_SKIPPED = 8  # files that are named one by one
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
    "off": "of what is switched off",
}


class Group(NamedTuple):
    """The findings of one readiness rule. `rule` is None when this catalogue does not know it (any more)."""

    id: str
    rule: Rule | None
    severity: Severity
    findings: tuple[Finding, ...]

    @property
    def title(self) -> str:
        """What is wrong; where there is no evidence either way, that this is not known."""
        title = self.rule.title if self.rule else self.id
        return title if any(one.outcome == "not ready" for one in self.findings) else f"{title}: not known"


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
    titles = {risk.journey: risk.title or risk.journey for risk in audit.assessment.journeys}
    return titles | {journey.id: journey.title or journey.id for journey in audit.platform.journeys}


def effect_on(risk: JourneyRisk, company: str) -> Effect | Literal["together", ""]:
    """What the loss of the company does to the journey; "together": it stops it only along with others."""
    classes: tuple[tuple[Effect, tuple[Answer, ...]], ...] = (
        ("stops", risk.stops),
        ("may stop", risk.may_stop),
        ("later", risk.later),
        ("degrades", risk.degrades),
    )
    for effect, answers in classes:
        if any(answer.company == company for answer in answers):
            return effect
    return "together" if any(company in cut for cut in risk.cut_sets) else ""


NOT_SEEN = "not seen here: neither accounts nor a store of records"


def risk_words(risk: JourneyRisk, names: dict[str, str]) -> str:
    """`Amazon or Okta, each alone; Stripe with Adyen; perhaps Netlify`; says so when nobody is known to be able to."""
    if not risk.seen:
        return NOT_SEEN
    alone = _named(risk.stops, names)
    parts = [f"{' or '.join(alone)}{', each' if len(alone) > 1 else ''} alone"] if alone else []
    parts += [" with ".join(names.get(name, name) for name in cut) for cut in risk.cut_sets if len(cut) > 1]
    parts += [f"perhaps {', '.join(_named(risk.may_stop, names))}"] if risk.may_stop else []
    parts += [f"unknown: nobody found for {', '.join(risk.unknown)}"] if risk.unknown else []
    return "; ".join(parts) or "nobody alone, as far as was seen"


def _named(answers: Iterable[Answer], names: dict[str, str]) -> list[str]:
    return [names.get(answer.company, answer.company) for answer in answers]


def verdict_words(audit: Audit) -> str:
    """The answer in one sentence: what survives the loss of any one company, as far as was seen."""
    if nothing_read(audit):
        return NOTHING_READ
    risks = [risk for risk in audit.assessment.journeys if risk.seen]
    free = [risk.journey for risk in risks if not (risk.stops or risk.may_stop or risk.unknown)]
    open_ones = [risk.journey for risk in risks if not risk.stops and (risk.may_stop or risk.unknown)]
    parts = []
    if free:
        parts.append(f"Nobody alone can stop {_listed(free)}, as far as was seen.")
    if open_ones:
        parts.append(f"Nobody is seen to stop {_listed(open_ones)}, and questions are open.")
    if len(parts) == 0 and risks:
        parts.append("Every journey hangs on at least one company.")
    if absent := [risk.journey for risk in audit.assessment.journeys if not risk.seen]:
        parts.append(f"Not seen here: {_listed(absent)}; the program has neither accounts nor a store of records.")
    return " ".join(parts)


def _listed(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


class First(NamedTuple):
    """A step of those to do first, in words."""

    company: str
    gain: str
    build: tuple[str, ...]  # names of the blueprints that could take over something that it is needed for


def first_steps(audit: Audit, catalog: Catalog) -> list[First]:
    """What to do first: `Gandi`, `read and post hang on no company alone any more; +12 points`."""
    names, blueprints = company_names(audit), catalog.blueprints.values()
    steps = []
    for step in audit.assessment.first:
        eased = [journey for journey in step.eases if journey not in step.frees]
        hang = "hangs" if len(step.frees) == 1 else "hang"
        parts = [f"{_listed(step.frees)} {hang} on no company alone any more"] if step.frees else []
        parts += [f"{_listed(eased)} {'hangs' if len(eased) == 1 else 'hang'} on one company less"] if eased else []
        wanted = set(step.capabilities)
        build = tuple(sorted(one.name for one in blueprints if wanted & set(one.capabilities)))
        gain = f"{'; '.join(parts)}; {_points(step.points)}"
        steps.append(First(names.get(step.company, step.company), gain, build))
    return steps


def _points(points: float) -> str:
    """`+12 points`; a gain that rounds to nothing is none that anybody could see in the score."""
    whole = round(points)
    return f"+{whole} point{'' if whole == 1 else 's'}" if whole else "less than a point"


def top_questions(audit: Audit, most: int = 3) -> tuple[Question, ...]:
    """The questions whose answers would change the judgement most."""
    return audit.assessment.questions[:most]


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


def skipped_words(audit: Audit) -> str:
    """What of Offramp's own was not read: `audit.json, report.html and 313 files that infra/… lists`."""
    single = [item.where for item in audit.survey.skipped if item.files == 1]
    listed = [f"{item.files:,} files that {item.where} lists" for item in audit.survey.skipped if item.files > 1]
    more = [f"{len(single) - _MOST_SKIPPED:,} more"] if len(single) > _MOST_SKIPPED else []
    return ", ".join([*listed, *single[:_MOST_SKIPPED], *more])


def drill_words(journal: Journal) -> str:
    """What a drill took and proved: `From empty hosts to verified in 6.4 min; 5 of 7 journeys gone through.`"""
    minutes = sum(step.seconds for step in journal.steps if step.phase in ("rebuild", "verify")) / 60
    outcomes = Counter(step.outcome for step in journal.steps if step.id.startswith("journey."))
    rest = "".join(f", {outcomes[outcome]} {outcome}" for outcome in ("failed", "skipped") if outcomes[outcome])
    gone = f"{outcomes['passed']} of {outcomes.total()} journeys gone through{rest}"
    return f"From empty hosts to {'verified' if journal.restored else 'the failure'} in {minutes:.1f} min; {gone}."


def nothing_read(audit: Audit) -> bool:
    """Whether nothing at all was recognised and nothing declared: then there is nothing to give points for."""
    return audit.survey.is_empty and not any((audit.dependencies, audit.needs))


def score_words(audit: Audit) -> str:
    """`score 47 of 100`; unknown where nothing was read: no real platform could have as many points."""
    if nothing_read(audit):
        return "score unknown"
    return f"score {audit.assessment.score.points:.0f} of {maximum(audit):.0f}"


def maximum(audit: Audit) -> float:
    """What the score could be at most: the sum of its parts' maxima (100 unless the formula changes)."""
    return sum(part.maximum for part in audit.assessment.score.parts) or 100.0


def next_command(audit: Audit, folder: str = ".") -> str:
    """The one command that makes most sense now. `folder`: what was looked at, where only its owner reads it."""
    if not audit.platform.journeys:
        return f"offramp init {folder}  (drafts offramp.toml: journeys, and what no scan can see)"
    if strong := stoppers(audit):
        return f"offramp simulate audit.json --lose {strong[0].id}@30h"
    return "offramp plan audit.json --runbooks runbooks/"


def checkout(audit: Audit) -> str:
    """The folder that was looked at, as a shell takes it; where there were none or several, the one people are in."""
    looked_at = [root.location for root in audit.survey.roots if root.kind == "checkout"]
    return shlex.quote(looked_at[0]) if len(looked_at) == 1 else "."
