"""One screen: who can stop the platform alone, the score, what could not be looked at, the next command."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.model import Audit
from toolkit.report import places, summary
from toolkit.report.escape import visible
from toolkit.report.terminal.screen import SHOWN, listing, plural, put


def write_audit(out: Console, audit: Audit) -> None:
    score = audit.assessment.score
    put(out, (audit.platform.name, "bold"), f": score {score.points:.0f} of {summary.maximum(audit):.0f}")
    out.print()
    _stoppers(out, audit)
    _other_journeys(out, audit)
    put(out, ("Findings: ", "bold"), summary.count_words(audit))
    _unread(out, audit)
    out.print()
    put(out, ("Next: ", "bold"), summary.next_command(audit))
    put(out, ("All of it: ", "bold"), "offramp audit … -o html=report.html -o json=audit.json")


def _stoppers(out: Console, audit: Audit) -> None:
    total = len(audit.assessment.journeys)
    strong = summary.stoppers(audit)
    if not total:
        rely = [
            f"{item.name}: {plural(item.dependencies, 'service')}"
            for item in summary.strongest(audit.assessment.companies)
        ]
        listing(out, "Companies you depend on (no journeys are declared: what they stop is not known)", rely)
    elif not strong:
        put(out, ("No company is known to stop a journey alone", "bold"))
    else:
        put(out, (f"Companies that can stop {summary.called(audit)} alone", "bold"))
        table = Table.grid(padding=(0, 2))
        table.add_column(max_width=26, no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for company in strong[:SHOWN]:
            name = Text("  " + visible(company.name), "bold red")
            table.add_row(name, f"{len(company.stops)} of {total}", Text(visible(", ".join(company.stops))))
        out.print(table)
        if strong[SHOWN:]:
            put(out, f"  … and {len(strong) - SHOWN} more")
    out.print()


def _other_journeys(out: Console, audit: Audit) -> None:
    """Journeys that no single company is known to stop, and needs nobody was found for."""
    names = summary.company_names(audit)
    single = {journey for company in audit.assessment.companies for journey in company.stops}
    others = [risk for risk in audit.assessment.journeys if risk.journey not in single]
    listing(out, "Other journeys", [f"{risk.journey}: {summary.risk_words(risk, names)}" for risk in others])
    if missing := sorted({need for risk in audit.assessment.journeys for need in risk.unknown}):
        put(out, ("Nobody found for: ", "bold"), ", ".join(missing), " (someone provides it: declare who)")


def _unread(out: Console, audit: Audit) -> None:
    survey = audit.survey
    if survey.unread:
        where = [f"{places.words(item.root, item.where, survey)}: {item.reason}" for item in survey.unread]
        listing(out, f"Could not look at {len(where)}; what lies there is unknown, not fine", where, limit=4)
    else:
        ran = ", ".join(survey.sources) or "none"
        put(out, ("Could not look at: ", "bold"), f"nothing failed. Sources that ran: {ran}")
