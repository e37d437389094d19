"""A tabletop in words, shared by the formats. In: its record. Out: plain text, not yet escaped for any format."""

from toolkit.model import Tabletop, TabletopEntry
from toolkit.report.caveats import clock

BLANK = "Answer"
KNOWN = "What the plan itself leaves open"
GAPS = "Gaps: nobody knew"
HOW = (
    "One person reads aloud, asks and writes down; one person may answer for all. Times are those of the story; T is "
    "when notice is given. Write no passwords into answers."
)


def head(record: Tabletop) -> str:
    """How far it is, and what it found."""
    asked, gaps = len(record.decisions), len(record.gaps)
    if not record.begun:
        return f"A script: {asked} decisions, about {sum(one.minutes for one in record.decisions):.0f} minutes"
    left = sum(one.outcome == "open" for one in record.decisions)
    answered = asked - gaps - left
    found = f"{answered} of {asked} decisions answered, {gaps} gaps"
    if left:
        return f"Not finished: {found}, {left} still to be asked"
    return f"Gone through on {record.ended[:10]}: {found}"


def when(entry: TabletopEntry) -> str:
    """`T+00:00`, and until when a decision is due."""
    due = f", due {clock(entry.due_hours)}" if entry.due_hours is not None else ""
    return clock(entry.at_hours) + due


def who(entry: TabletopEntry) -> str:
    """Whom it is asked, and how long they have."""
    return f"{entry.asked}, {entry.minutes:g} min"


def said(entry: TabletopEntry) -> str:
    """What was answered; empty for what was not asked yet."""
    if entry.outcome == "open":
        return ""
    late = f" ({entry.seconds / 60:.0f} min: longer than there was)" if entry.seconds > 60 * entry.minutes else ""
    if entry.outcome == "gap":
        return f"GAP: {entry.answer or 'nobody knew'}{late}"
    return f"{entry.answer}{late}"


def gaps(record: Tabletop) -> list[str]:
    """Each question that nobody knew an answer to."""
    return [f"{when(one)}: {one.text}" + (f" ({one.answer})" if one.answer else "") for one in record.gaps]
