"""Markdown: a a summary short enough for a CI job summary (GitHub cuts at 1 MiB) or a pull-request comment."""

from collections.abc import Iterable, Sequence

from toolkit.entries import Catalog
from toolkit.model import Audit, Journal, Plan, Task, Verdict
from toolkit.report import facts, places, summary
from toolkit.report.escape import code, markdown, prose

_PER_RULE = 10  # findings shown per rule, and unread places; the rest is counted


def render(audit: Audit, catalog: Catalog) -> str:
    """Score, companies × journeys, findings by rule with evidence, what could not be looked at."""
    score = audit.assessment.score
    head = f"# {markdown(audit.platform.name)}: score {score.points:.0f} of {summary.maximum(audit):.0f}"
    return _page(
        [head, *_companies(audit), *_journeys(audit), *_findings(audit, catalog), *_unread(audit), *_end(audit)]
    )


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """Passed or refused, every reason, then the companies."""
    word = "passed" if verdict.passed else "refused"
    head = f"# Offramp gate: {word}"
    reasons = [f"| {code(item.policy)} | {markdown(item.message)} |" for item in verdict.violations]
    counts = f"{len(verdict.known)} known from the baseline, {len(verdict.fixed)} fixed, {len(verdict.waived)} waived."
    return _page([head, *_table(("Policy", "Reason"), reasons), counts, *_companies(audit)])


def render_plan(plan: Plan, catalog: Catalog) -> str:
    """Schedule, tasks in order, what nothing replaces."""
    schedule = plan.schedule
    head = f"# Plan for {markdown(plan.platform.name)}"
    figures = (
        f"{schedule.makespan_hours:.1f} hours with {schedule.people} people; "
        f"no plan can be shorter than {schedule.lower_bound_hours:.1f} hours."
    )
    lost = [f"| {markdown(loss.vendor)} | {loss.notice_hours:g} h |" for loss in plan.losses]
    tasks = [_task_row(task) for task in sorted(plan.tasks, key=lambda task: task.start_hours)]
    columns = ("Start (h)", "Finish (h)", "Task", "Phase", "Owner", "Effort (h)")
    missing = [
        f"| {code(item.dependency)} | {code(item.capability)} | {markdown(item.reason)} |" for item in plan.unplanned
    ]
    return _page(
        [
            head,
            figures,
            *_section("Lost", _table(("Vendor", "Notice"), lost)),
            *_section("Tasks", _table(columns, tasks)),
            *_section("Nothing replaces", _table(("Dependency", "Capability", "Reason"), missing)),
            *_section("Take along", _table(("Dependency", "Before (h)", "What and how"), _to_take(plan))),
            *_section("Stays behind", _table(("Dependency", "What and why"), _to_leave(plan))),
        ]
    )


def render_journal(journal: Journal) -> str:
    """How the drill ended, its steps with their times, and what the rebuild took in all."""
    end = "restored" if journal.restored else "**not restored**"
    rows = [
        f"| {step.phase} | {markdown(step.title)} | {step.seconds:.0f} "
        f"| {step.outcome} | {markdown(step.verified.partition(chr(10))[0][:200])} |"
        for step in journal.steps
    ]
    return _page(
        [
            f"# Drill of {markdown(journal.platform)}: {end}",
            markdown(summary.drill_words(journal)),
            *_table(("Phase", "Step", "Seconds", "Outcome", "Verified"), rows),
            f"Made by {markdown(journal.tool)}, project {code(journal.infra[:12])}.",
        ]
    )


def _to_take(plan: Plan) -> list[str]:
    return [
        f"| {code(way.dependency)} | {way.at_hours:g} | {prose(facts.export_words(fact))} |"
        for way in plan.ways_out
        for fact in way.exports
    ]


def _to_leave(plan: Plan) -> list[str]:
    return [
        f"| {code(way.dependency)} | {prose(facts.kept_words(fact))} |" for way in plan.ways_out for fact in way.keeps
    ]


def _task_row(task: Task) -> str:
    late = " **late**" if task.late else ""
    effort = f"{task.effort.hours:.1f} ({markdown(task.effort.basis)})"
    return (
        f"| {task.start_hours:.1f} | {task.finish_hours:.1f}{late} | {markdown(task.title)} "
        f"| {task.phase} | {markdown(task.owner)} | {effort} |"
    )


def _page(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def _section(title: str, paragraphs: Sequence[str]) -> list[str]:
    return [f"## {title}", *paragraphs] if paragraphs else []


def _table(columns: Sequence[str], rows: Sequence[str]) -> list[str]:
    if not rows:
        return []
    return ["\n".join([f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}", *rows])]


def _companies(audit: Audit) -> list[str]:
    total = len(audit.assessment.journeys)
    rows = [
        f"| {markdown(company.name)} | {len(company.stops)} of {total} "
        f"| {', '.join(code(journey) for journey in company.stops)} | {len(company.dependencies)} |"
        for company in summary.strongest(audit.assessment.companies)
    ]
    return _section("Companies", _table(("Company", "Stops alone", "Journeys", "Services"), rows))


def _journeys(audit: Audit) -> list[str]:
    names, titles = summary.company_names(audit), summary.journey_titles(audit)
    rows = [
        f"| {markdown(titles[risk.journey])} | {markdown(summary.risk_words(risk, names))} |"
        for risk in audit.assessment.journeys
    ]
    return _section("Journeys", _table(("Journey", "Stopped by"), rows))


def _findings(audit: Audit, catalog: Catalog) -> list[str]:
    parts = [f"Findings: {summary.count_words(audit)}."]
    for group in summary.groups(audit, catalog):
        parts.append(f"### {markdown(group.title)} ({code(group.id)}, {group.severity})")
        rows = []
        for finding in group.findings[:_PER_RULE]:
            seen = places.seen(finding.evidence, audit.survey)[:2]
            where = ", ".join(code(places.words(item.root, item.where, audit.survey)) for item in seen)
            outcome = "waived" if finding.waived_until else finding.outcome
            rows.append(f"| {outcome} | {code(finding.subject)} | {markdown(finding.message)} | {where} |")
        parts += _table(("Outcome", "Subject", "Finding", "Evidence"), rows)
        if (hidden := len(group.findings) - _PER_RULE) > 0:
            parts.append(f"… and {hidden} more.")
        if group.rule:
            parts.append(f"What to do: {prose(group.rule.remediation)}")
    return _section("Findings", parts)


def _unread(audit: Audit) -> list[str]:
    unread = audit.survey.unread
    if not unread:
        return []
    rows = [
        f"| {code(places.words(item.root, item.where, audit.survey))} | {markdown(item.reason)} |"
        for item in unread[:_PER_RULE]
    ]
    parts = _table(("Where", "Why"), rows)
    if (hidden := len(unread) - _PER_RULE) > 0:
        parts.append(f"… and {hidden} more.")
    return _section("Could not be looked at", parts)


def _end(audit: Audit) -> list[str]:
    return [f"Made by {markdown(audit.tool)}, catalogue {code(audit.catalog[:12])}."]
