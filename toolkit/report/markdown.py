"""Markdown: a a summary short enough for a CI job summary (GitHub cuts at 1 MiB) or a pull-request comment."""

from collections.abc import Iterable, Sequence

from toolkit.catalog.entries import Catalog
from toolkit.model import (
    Audit,
    Comparison,
    Diff,
    Journal,
    Plan,
    Simulation,
    Tabletop,
    TabletopEntry,
    Task,
    Today,
    Verdict,
)
from toolkit.report import (
    caveats,
    changes,
    diff_tables,
    exercise,
    facts,
    losses,
    places,
    summary,
    undescribed,
    verdict_comment,
)
from toolkit.report.escape import code, markdown, prose

_MOST_UNDESCRIBED = 50
_PER_RULE = 10  # findings shown per rule, and unread places; the rest is counted


def render(audit: Audit, catalog: Catalog) -> str:
    """Score, companies × journeys, findings by rule with evidence, what could not be looked at."""
    head = f"# {markdown(audit.platform.name)}: {summary.score_words(audit)}"
    if summary.nothing_read(audit):
        return _page([head, f"**{summary.NOTHING_READ}**", *_end(audit)])
    return _page(
        [
            head,
            *_companies(audit),
            *_journeys(audit),
            *_first(audit, catalog),
            *_findings(audit, catalog),
            *_undescribed(audit),
            *_outside(audit),
            *_unread(audit),
            *_skipped(audit),
            *_end(audit),
        ]
    )


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """A comment on a pull request: one line, what this change made worse, the rest folded."""
    return _page([*verdict_comment.comment(verdict, audit, catalog), *_end(audit)])


def render_diff(diff: Diff, catalog: Catalog) -> str:
    """The score before and after, then what is worse, what is better, and the rest."""
    score = changes.score_words(diff)
    head = [f"# What changed: {markdown(diff.platform)}", f"{score[0].upper()}{score[1:]}. {_counted(diff)}"]
    if diff.old_catalog != diff.catalog:
        head.append(f"The catalogue changed: {code(diff.old_catalog[:12])} → {code(diff.catalog[:12])}.")
    worse, better = diff_tables.worse_table(diff, catalog), diff_tables.better_table(diff, catalog)
    return _page([*head, *worse, *better, *diff_tables.other_tables(diff, catalog), *_end(diff)])


def _counted(diff: Diff) -> str:
    return changes.NOTHING if diff.nothing else f"{changes.counts_words(diff)}."


def render_plan(plan: Plan, catalog: Catalog) -> str:
    """Schedule, tasks in order, what nothing replaces, why it would not run yet."""
    head = f"# Plan for {markdown(caveats.name(plan))}"
    lost = [f"| {markdown(caveats.loss(loss, plan))} | {loss.notice_hours:g} h |" for loss in plan.losses]
    tasks = [_task_row(task) for task in sorted(plan.tasks, key=lambda task: task.start_hours)]
    columns = ("Start (h)", "Finish (h)", "Task", "Phase", "Owner", "Effort")
    missing = [
        f"| {code(item.dependency)} | {code(item.capability)} | {markdown(item.reason)} |" for item in plan.unplanned
    ]
    return _page(
        [
            head,
            markdown(caveats.figures(plan)),
            *_section(caveats.JOURNEYS, _items([*caveats.journeys(plan), *filter(None, [caveats.freeze(plan)])])),
            *_section(f"{caveats.NOT_RUNNABLE} …", _items(caveats.obstacles(plan))),
            *_section(caveats.TO_DO, _items(caveats.hints(plan))),
            *_section("Lost", _table(("Vendor", "Notice"), lost)),
            *(_items(caveats.untouched(plan)) if plan.tasks else []),
            *_section(caveats.LOST_DATA, _items(caveats.data_lost(plan))),
            *_section("Tasks", [*filter(None, [prose(caveats.measured(plan))]), *_table(columns, tasks)]),
            *_section(caveats.TO_CHANGE, _items(caveats.changes(plan))),
            *_section("Nothing replaces", _table(("Dependency", "Capability", "Reason"), missing)),
            *_section(caveats.ASSUMED, _items(caveats.assumed(plan))),
            *_section("Take along", _table(("Dependency", "Before (h)", "What and how"), _to_take(plan))),
            *_section("Stays behind", _table(("Dependency", "What and why"), _to_leave(plan))),
            *_end(plan),
        ]
    )


def render_simulation(simulation: Simulation, audit: Audit, catalog: Catalog) -> str:
    """What each loss stops, strains and takes along, in the order in which they come; the first hour."""
    scenario = losses.scenario_of(simulation, catalog)
    parts = [f"# What if: {markdown(audit.platform.name)}", f"**{markdown(losses.head(simulation))}**"]
    if scenario:
        parts += [markdown(sentence) for sentence in losses.scenario_words(scenario)]
    dark = [
        f"| {markdown(one.title or one.journey)} | {one.at_hours:g} h | {', '.join(map(code, one.because))} |"
        for one in simulation.dark
    ]
    parts += _section("Goes dark", _table(("Journey", "After", "Through"), dark))
    parts += _section("The first hour", _items(simulation.first_hour))
    for event in losses.events(simulation, catalog):
        if not event.idle:
            parts.append(f"## {markdown(event.name)}, {event.when}")
            told = (
                ("Does not stop, but", event.strains),
                ("Take out before", event.take),
                ("Gone for good", event.gone),
            )
            for title, lines in told:
                parts += [f"{title}:", *_items(lines)] if lines else []
            if event.unchecked:
                parts.append(f"Exports nobody checked: {', '.join(map(code, event.unchecked))}.")
    if idle := [markdown(event.name) for event in losses.events(simulation, catalog) if event.idle]:
        parts.append(f"Nothing that was found hangs on: {', '.join(idle)}.")
    return _page([*parts, f"Next: {code(losses.next_command(simulation))}", *_end(audit)])


def render_today(today: Today, catalog: Catalog) -> str:
    """What to do before anything happens, what saves most first."""
    rows = ["| " + " | ".join(markdown(cell) for cell in row) + " |" for row in caveats.today(today)]
    head = f"# What {markdown(today.platform)} can do today"
    return _page([head, f"{markdown(caveats.feared(today))}.", *_table(caveats.TODAY, rows), *_end(today)])


def render_comparison(comparison: Comparison, catalog: Catalog) -> str:
    """The losses side by side, the worst first."""
    rows = ["| " + " | ".join(markdown(cell) for cell in row) + " |" for row in caveats.comparison(comparison)]
    head = f"# What each loss costs {markdown(comparison.platform)}"
    return _page([head, *_table(caveats.COMPARED, rows), f"With {comparison.people} people.", *_end(comparison)])


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


def render_tabletop(record: Tabletop) -> str:
    """The gaps, then the script with what was answered; with lines to write on while nothing is."""
    return _page(
        [
            f"# Tabletop of {markdown(record.platform)}: {markdown(record.title)}",
            f"**{markdown(exercise.head(record))}.**",
            *([] if record.ended else [markdown(exercise.HOW)]),
            *_section(exercise.GAPS, _items(exercise.gaps(record))),
            *_section(exercise.KNOWN, _items(record.known)),
            "## The script",
            *(part for entry in record.entries for part in _of_script(entry)),
            *_end(record),
        ]
    )


def _of_script(entry: TabletopEntry) -> list[str]:
    title = f"### {exercise.when(entry)}: {prose(entry.text)}"
    if entry.kind == "event":
        return [title, *_items(entry.about)]
    open_pages = f"; open {', '.join(map(code, entry.pages))}" if entry.pages else ""
    said = exercise.said(entry)
    answer = markdown(said) if said else code("_" * 60)
    about = [f"{markdown(exercise.who(entry))}{open_pages}", *_items(entry.about)]
    return [title, *about, f"{exercise.BLANK}: {answer}"]


def _to_take(plan: Plan) -> list[str]:
    return [
        f"| {code(way.dependency)} | {way.at_hours:g} | {prose(facts.export_words(fact))} |"
        for way in plan.ways_out
        for fact in way.exports
        if way.at_hours > 0
    ]


def _to_leave(plan: Plan) -> list[str]:
    return [
        f"| {code(way.dependency)} | {prose(facts.kept_words(fact))} |" for way in plan.ways_out for fact in way.keeps
    ]


def _task_row(task: Task) -> str:
    late = " **late**" if task.late else ""
    effort = f"{markdown(caveats.effort(task))} ({markdown(task.effort.basis)})"
    return (
        f"| {task.start_hours:.1f} | {task.finish_hours:.1f}{late} | {markdown(task.title)} "
        f"| {task.phase} | {markdown(task.owner)} | {effort} |"
    )


def _page(paragraphs: Iterable[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def _section(title: str, paragraphs: Sequence[str]) -> list[str]:
    return [f"## {title}", *paragraphs] if paragraphs else []


def _items(lines: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {prose(line)}" for line in lines)] if lines else []


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
        if company.dependencies
    ]
    return _section("Companies", _table(("Company", "Stops alone", "Journeys", "Services"), rows))


def _journeys(audit: Audit) -> list[str]:
    names, titles = summary.company_names(audit), summary.journey_titles(audit)
    rows = [
        f"| {markdown(titles[risk.journey])} | {markdown(summary.risk_words(risk, names))} |"
        for risk in audit.assessment.journeys
    ]
    return _section("Journeys", [*_table(("Journey", "Stopped by"), rows), *_questions(audit)])


def _first(audit: Audit, catalog: Catalog) -> list[str]:
    """What to do first, one step after the other."""
    steps = [
        f"{number}. Be able to do without **{markdown(step.company)}**: {markdown(step.gain)}."
        for number, step in enumerate(summary.first_steps(audit, catalog), start=1)
    ]
    return _section("What to do first", ["\n".join(steps)]) if steps else []


def _questions(audit: Audit) -> list[str]:
    """What nobody could see, the most decisive first."""
    asked = [f"- {markdown(question.text)}" for question in audit.assessment.questions[:_PER_RULE]]
    if (hidden := len(audit.assessment.questions) - _PER_RULE) > 0:
        asked.append(f"- … and {hidden} more")
    return ["Open questions, the most decisive first:", "\n".join(asked)] if asked else []


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


def _undescribed(audit: Audit) -> list[str]:
    """Outside hosts of nobody the catalogue knows."""
    shown = undescribed.rows(audit)
    rows = [
        f"| {code(row.domain)} | {row.place} | {', '.join(map(code, row.hosts.split(', '))) if row.hosts else ''} "
        f"| {', '.join(code(words) for words, _ in row.seen[:2])} |"
        for row in shown[:_MOST_UNDESCRIBED]
    ]
    parts = _table(("Domain", "Place", "Hosts", "Seen at"), rows)
    if (hidden := len(shown) - _MOST_UNDESCRIBED) > 0:
        parts.append(f"… and {hidden} more.")
    if parts:
        parts.insert(0, prose(undescribed.TO_DO))
    if rest := undescribed.rest(audit):
        parts.append(markdown(rest))
    return _section(undescribed.TITLE, parts)


def _outside(audit: Audit) -> list[str]:
    """What domains show beside their vendors."""
    rows = [
        f"| {code(item.where)} | {markdown(item.name)} | {markdown(item.value)} |" for item in audit.survey.observations
    ]
    return _section("Seen from outside", _table(("Where", "What", "Value"), rows)) if rows else []


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


def _skipped(audit: Audit) -> list[str]:
    words = summary.skipped_words(audit)
    return [f"Not read, because it is Offramp's own: {markdown(words)}."] if words else []


def _end(document: Audit | Plan | Diff | Comparison | Today | Tabletop) -> list[str]:
    """The last line, by which an audit knows that it need not read this file."""
    return [f"Made by {markdown(document.tool)}, catalogue {code(document.catalog[:12])}."]
