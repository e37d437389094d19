"""One screen: who can stop the platform alone, the score, what could not be looked at, the next command."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.model import Audit
from toolkit.report import places, summary, undescribed
from toolkit.report.escape import visible
from toolkit.report.terminal.screen import first, listing, plural, put, tell_hidden


def write_audit(out: Console, audit: Audit) -> None:
    if summary.nothing_read(audit):
        put(out, (summary.NOTHING_READ, "bold"))
        put(out, (audit.platform.name, "bold"), f": {summary.score_words(audit)}")
        _unread(out, audit)
        return
    put(out, (audit.platform.name, "bold"), f": {summary.score_words(audit)}")
    out.print()
    _stoppers(out, audit)
    _other_journeys(out, audit)
    _questions(out, audit)
    put(out, ("Findings: ", "bold"), summary.count_words(audit))
    _observations(out, audit)
    _undescribed(out, audit)
    _unread(out, audit)
    out.print()
    put(out, ("Next: ", "bold"), summary.next_command(audit, summary.checkout(audit)))
    put(out, ("All of it: ", "bold"), "offramp audit … -o html=report.html -o json=audit.json")


def _stoppers(out: Console, audit: Audit) -> None:
    total = len(audit.assessment.journeys)
    strong = summary.stoppers(audit)
    if not total:
        rely = [
            f"{company.name}: {plural(company.dependencies, 'service')}"
            for company in summary.strongest(audit.assessment.companies)
        ]
        listing(out, "Companies you depend on (no journeys are declared: what they stop is not known)", rely)
    if strong:
        put(out, (f"Companies whose loss alone stops {summary.called(audit)}", "bold"))
        table = Table.grid(padding=(0, 2))
        table.add_column(max_width=26, no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for company in (shown := first(strong)):
            name = Text("  " + visible(company.name), "bold red")
            table.add_row(name, f"{len(company.stops)} of {total}", Text(visible(", ".join(company.stops))))
        out.print(table)
        tell_hidden(out, strong, shown)
    put(out, (summary.verdict_words(audit), "" if strong else "bold"))
    out.print()


def _other_journeys(out: Console, audit: Audit) -> None:
    """Whoever perhaps stops something, and journeys that several companies stop together."""
    names = summary.company_names(audit)
    perhaps: dict[str, list[str]] = {}
    for risk in audit.assessment.journeys:
        for answer in risk.may_stop:
            perhaps.setdefault(answer.company, []).append(risk.journey)
    ordered = sorted(perhaps.items(), key=lambda item: (-len(item[1]), item[0]))
    listing(out, "Perhaps", [f"{names.get(company, company)}: {', '.join(what)}" for company, what in ordered])
    together = [
        f"{risk.journey}: {' with '.join(names.get(name, name) for name in cut)}"
        for risk in audit.assessment.journeys
        for cut in risk.cut_sets
        if len(cut) > 1
    ]
    listing(out, "Together", together)
    if missing := sorted({need for risk in audit.assessment.journeys for need in risk.unknown}):
        put(out, ("Nobody found for: ", "bold"), ", ".join(missing), " (someone provides it: declare who)")


def _questions(out: Console, audit: Audit) -> None:
    asked = summary.top_questions(audit)
    listing(out, "The answers that would change this most", [question.text for question in asked])
    if asked:
        out.print()


def _observations(out: Console, audit: Audit) -> None:
    """What domains show beside their vendors: until when, signed or not, locked or not."""
    seen = [f"{item.where}: {item.name} {item.value}" for item in audit.survey.observations]
    if seen:
        listing(out, "Seen from outside", seen)


def _undescribed(out: Console, audit: Audit) -> None:
    """Hosts that nobody has described, each with the line that tells most."""
    rows = [f"{row.hosts or row.domain}, {row.place}: {row.seen[0][0]}" for row in undescribed.rows(audit)]
    listing(out, undescribed.TITLE, rows)


def _unread(out: Console, audit: Audit) -> None:
    survey = audit.survey
    if survey.unread:
        where = [f"{places.words(item.root, item.where, survey)}: {item.reason}" for item in survey.unread]
        listing(out, f"Could not look at {len(where)}; what lies there is unknown, not fine", where, limit=4)
    else:
        ran = ", ".join(survey.sources) or "none"
        put(out, ("Could not look at: ", "bold"), f"nothing failed. Sources that ran: {ran}")
    if skipped := summary.skipped_words(audit):
        put(out, ("Not read, because it is Offramp's own: ", "bold"), skipped)
