"""Who does what when, as a Gantt chart: a row for each task under its person, its work and then its wait.

In: a plan. Out: rows, bars and marks in pixels; the template makes SVG of them. The hours shown are those in which most
tasks begin; what begins later has no bar and says when.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from toolkit.model import Plan, Task
from toolkit.report.caveats import clock
from toolkit.report.caveats import person as whose

LEFT, WIDTH, ROW = 330, 690, 20  # of the titles, of the hours; of a row
_TOP, _LETTERS = 40, 42
_SPANS = (6, 12, 24, 48, 72, 120, 240, 480, 960)  # hours; the shortest in which most tasks begin
_MOST = 0.85
_LINES = 6  # at most so many hours are written
_STEPS = (1, 2, 4, 6, 12, 24, 48, 96, 240)
_NARROW = 3.0  # pixels of a bar that would be none


class Bar(NamedTuple):
    kind: Literal["work", "freeze", "wait"]
    x: float
    width: float


class Row(NamedTuple):
    text: str
    whole: str  # the title, not cut, with its times
    y: int
    bars: tuple[Bar, ...]
    later: str  # when it begins, where that is beyond the hours shown
    holds_up: bool  # a journey's return hangs on it
    task: str  # Task.id


class Person(NamedTuple):
    text: str
    y: int


class Mark(NamedTuple):
    x: float
    text: str
    ends: bool  # access ends then; else an hour


class Gantt(NamedTuple):
    people: tuple[Person, ...]
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    freeze: Bar | None
    height: int


def draw(plan: Plan) -> Gantt:
    """The chart; without rows where nothing is to be done."""
    tasks = [task for task in plan.tasks if task.who]  # rolling back and retiring take nobody
    span = _span(tasks)
    path = {name for journey in plan.journeys for name in journey.path}
    people, rows, y = [], [], _TOP
    for who in sorted({task.who for task in tasks}):
        mine = sorted((task for task in tasks if task.who == who), key=lambda task: (task.start_hours, task.id))
        roles = ", ".join(dict.fromkeys(task.owner for task in mine))
        name = whose(mine[0], plan)
        people.append(Person(_cut(f"{name[:1].upper()}{name[1:]}: {roles}", 2 * _LETTERS), y + 14))
        y += ROW
        for task in mine:
            rows.append(_row(task, y, span, task.id in path))
            y += ROW
        y += ROW // 2
    schedule = plan.schedule
    freeze = None
    if schedule.freeze_start_hours is not None and schedule.freeze_start_hours < span:
        freeze = _bar("freeze", schedule.freeze_start_hours, schedule.freeze_hours, span)
    return Gantt(tuple(people), tuple(rows), _marks(plan, span), freeze, y)


def _span(tasks: Sequence[Task]) -> float:
    begins = sorted(task.start_hours for task in tasks)
    if not begins:
        return _SPANS[0]
    needed = begins[min(int(len(begins) * _MOST), len(begins) - 1)]
    return next((float(span) for span in _SPANS if span > needed), needed + 1)


def _row(task: Task, y: int, span: float, holds_up: bool) -> Row:
    whole = f"{task.title}: {clock(task.start_hours)} to {clock(task.finish_hours)}"
    if task.done_hours > task.finish_hours:
        whole += f", waited out {clock(task.done_hours)}"
    if task.start_hours >= span:
        return Row(_cut(task.title, _LETTERS), whole, y, (), f"from {clock(task.start_hours)}", holds_up, task.id)
    kind: Literal["work", "freeze"] = "freeze" if task.phase == "freeze" else "work"
    bars = [_bar(kind, task.start_hours, task.finish_hours - task.start_hours, span)]
    if task.done_hours > task.finish_hours and task.finish_hours < span:
        bars.append(_bar("wait", task.finish_hours, task.done_hours - task.finish_hours, span))
    return Row(_cut(task.title, _LETTERS), whole, y, tuple(bars), "", holds_up, task.id)


def _bar(kind: Literal["work", "freeze", "wait"], start: float, length: float, span: float) -> Bar:
    end = min(start + length, span)
    return Bar(kind, _x(start, span), max(round(WIDTH * (end - start) / span, 1), _NARROW))


def _marks(plan: Plan, span: float) -> tuple[Mark, ...]:
    step = next((one for one in _STEPS if span / one <= _LINES), _STEPS[-1])
    hours = [Mark(_x(hour, span), clock(hour), False) for hour in range(0, int(span) + 1, step)]
    ends: dict[float, list[str]] = {}
    for loss in plan.losses:
        if 0 < loss.notice_hours <= span:
            ends.setdefault(loss.notice_hours, []).append(loss.vendor)
    return (*hours, *(Mark(_x(at, span), f"{', '.join(who)} ends", True) for at, who in sorted(ends.items())))


def _x(hours: float, span: float) -> float:
    return round(LEFT + WIDTH * hours / span, 1)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"
