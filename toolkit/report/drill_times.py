"""How long each step of a drill took, as a drawing: a bar for each over the minutes since the first began.

In: a journal. Out: rows, bars and marks in pixels; the template makes SVG of them.
"""

from datetime import datetime
from typing import NamedTuple

from toolkit.model import Journal, Step

LEFT, WIDTH, ROW = 330, 660, 22  # of the titles, of the minutes; of a row
_TOP, _LETTERS, _NARROW = 34, 44, 2.0
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480)  # minutes between marks
_MARKS = 10  # at most


class Row(NamedTuple):
    text: str
    whole: str  # the title, not cut, with its time
    outcome: str
    y: int
    x: float
    width: float


class Mark(NamedTuple):
    x: float
    text: str


class Times(NamedTuple):
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    height: int


def draw(journal: Journal) -> Times:
    """A row for each step that took place, in the journal's order; none where the journal has no step."""
    taken = [step for step in journal.steps if step.outcome != "skipped"]
    if not taken:
        return Times((), (), _TOP)
    first = min(map(_began, taken))
    span = max((_began(step) - first).total_seconds() + step.seconds for step in taken) or 1.0
    rows = tuple(_row(step, number, (_began(step) - first).total_seconds(), span) for number, step in enumerate(taken))
    return Times(rows, _marks(span), _TOP + len(rows) * ROW + 8)


def _began(step: Step) -> datetime:
    return datetime.fromisoformat(step.started)


def _row(step: Step, number: int, after: float, span: float) -> Row:
    text = step.title if len(step.title) <= _LETTERS else f"{step.title[: _LETTERS - 1]}…"
    width = max(round(WIDTH * step.seconds / span, 1), _NARROW)
    whole = f"{step.title}: {step.outcome} after {step.seconds:.0f} s"
    return Row(text, whole, step.outcome, _TOP + number * ROW, round(LEFT + WIDTH * after / span, 1), width)


def _marks(span: float) -> tuple[Mark, ...]:
    minutes = span / 60
    every = next((step for step in _STEPS if minutes / step <= _MARKS), _STEPS[-1])
    return tuple(Mark(round(LEFT + WIDTH * at / minutes, 1), f"{at} min") for at in range(0, int(minutes) + 1, every))
