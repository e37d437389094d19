"""A tabletop on a terminal: the script with what was answered, then the gaps."""

from rich.console import Console

from toolkit.model import Tabletop, TabletopEntry
from toolkit.report import exercise
from toolkit.report.terminal.screen import first, listing, put, tell_hidden

_SHOWN = 12


def write_tabletop(out: Console, record: Tabletop) -> None:
    """Head, entries in their order, gaps of people and of the plan."""
    put(out, (record.platform, "bold"), f": {record.title}")
    put(out, exercise.head(record))
    if not record.ended:
        put(out, exercise.HOW)
    for entry in record.entries:
        write_entry(out, entry)
    listing(out, exercise.GAPS, exercise.gaps(record))
    listing(out, exercise.KNOWN, record.known)


def write_entry(out: Console, entry: TabletopEntry) -> None:
    """One event or one decision, with what it is about and the pages to open."""
    out.print()
    if entry.kind == "event":
        put(out, (exercise.when(entry), "bold"), f"  {entry.text}")
    else:
        put(out, (exercise.when(entry), "bold"), f"  [{exercise.who(entry)}] {entry.text}", longest=6)
    shown = first(entry.about, _SHOWN)
    for line in shown:
        put(out, f"  - {line}")
    tell_hidden(out, entry.about, shown)
    if entry.pages:
        put(out, f"  open: {', '.join(entry.pages)}")
    if said := exercise.said(entry):
        put(out, f"  → {said}", longest=6)
