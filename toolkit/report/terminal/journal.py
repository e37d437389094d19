"""A drill: how it ended, and its steps with their times."""

from rich.console import Console

from toolkit.model import Journal
from toolkit.report.summary import drill_words
from toolkit.report.terminal.screen import put


def write_journal(out: Console, journal: Journal) -> None:
    if journal.restored:
        put(out, ("RESTORED", "bold green"), f": {journal.platform}")
    else:
        put(out, ("NOT RESTORED", "bold red"), f": {journal.platform}")
    put(out, drill_words(journal))
    phase = ""
    for step in journal.steps:
        if step.phase != phase:
            phase = step.phase
            put(out, (phase.capitalize(), "bold"))
        colour = {"failed": "red", "skipped": "yellow"}.get(step.outcome, "")
        put(out, f"  {step.seconds:6.1f} s  ", (step.outcome, colour), f"  {step.title}", hang=13)
        if step.verified:
            put(out, f"{'':12}{step.verified}", hang=13)
