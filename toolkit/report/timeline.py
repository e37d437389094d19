"""When what goes dark, as a drawing: a bar for each journey over the hours since notice was given.

In: a simulation. Out: bars and marks in pixels; the template makes SVG of them.
"""

from typing import Literal, NamedTuple

from toolkit.model import Simulation
from toolkit.report.facts import in_hours

LEFT, ROW, TOP, WIDTH = 250, 30, 40, 640  # of the hours' own part of the drawing
_LETTERS = 34
State = Literal["works", "may stop", "later", "dark"]


class Bar(NamedTuple):
    state: State
    x: float
    width: float
    says: str


class Row(NamedTuple):
    text: str
    whole: str
    y: int
    bars: tuple[Bar, ...]


class Mark(NamedTuple):
    """One moment at which somebody is lost."""

    x: float
    text: str


class Timeline(NamedTuple):
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    height: int


def draw(simulation: Simulation, titles: dict[str, str]) -> Timeline:
    """One row for each journey that anything happens to or that goes on, in the order in which they go dark."""
    moments = sorted({loss.notice_hours for loss in simulation.losses})
    ends = [
        one.at_hours + one.after_hours
        for one in simulation.strained
        if one.effect == "later" and one.after_hours and one.after_hours <= 14 * 24
    ]
    last = max([*moments, *ends, 1.0]) * 1.25
    dark = {one.journey: one.at_hours for one in simulation.dark}
    soft: dict[str, list[tuple[float, State]]] = {}
    for one in simulation.strained:
        if one.effect == "may stop":
            soft.setdefault(one.journey, []).append((one.at_hours, "may stop"))
        elif one.effect == "later" and one.after_hours is not None:
            soft.setdefault(one.journey, []).append((one.at_hours + one.after_hours, "later"))
    journeys = [*dict.fromkeys([*dark, *soft, *simulation.survives, *simulation.unjudged])]
    rows = []
    for number, journey in enumerate(journeys):
        whole = titles.get(journey, journey)
        text = whole if len(whole) <= _LETTERS else whole[: _LETTERS - 1] + "…"
        bars = _bars(dark.get(journey), soft.get(journey, []), last)
        rows.append(Row(text, whole, TOP + number * ROW, bars))
    marks = tuple(Mark(_x(moment, last), in_hours(moment) if moment else "notice") for moment in moments)
    return Timeline(tuple(rows), marks, TOP + len(rows) * ROW + 10)


def _bars(dark: float | None, soft: list[tuple[float, State]], last: float) -> tuple[Bar, ...]:
    changes: list[tuple[float, State]] = [(0.0, "works")]
    for moment, state in sorted(soft):
        if moment < last and (dark is None or moment < dark) and changes[-1][1] == "works":
            changes.append((moment, state))
    if dark is not None:
        changes.append((dark, "dark"))
    bars = []
    for number, (begin, state) in enumerate(changes):
        end = changes[number + 1][0] if number + 1 < len(changes) else last
        if end > begin:
            says = f"{state} from {in_hours(begin)} on" if begin else state
            bars.append(Bar(state, round(_x(begin, last), 1), round(_x(end, last) - _x(begin, last), 1), says))
    return tuple(bars)


def _x(hours: float, last: float) -> float:
    return round(LEFT + WIDTH * hours / last, 1)
