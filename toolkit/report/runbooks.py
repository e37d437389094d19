"""Runbooks of a plan: for a person at 2 a.m., on paper, without a network.

In: a plan. Out: files by name: `index.md` (schedule, who does what, in which order), one Markdown file per capability
with its phases in order, and `index.html`, all of it on pages to print. Times count from T, when notice is given.
"""

from collections.abc import Sequence
from typing import NamedTuple, get_args

from toolkit.entries import Catalog
from toolkit.model import Phase, Plan, Task, WayOut
from toolkit.report.escape import block, code, markdown, prose
from toolkit.report.facts import export_words, kept_words
from toolkit.report.pages import page

_PHASES: tuple[Phase, ...] = get_args(Phase)


class Runbook(NamedTuple):
    """The tasks of one capability, by phase."""

    capability: str
    title: str
    breaks: str
    phases: tuple[tuple[Phase, tuple[Task, ...]], ...]
    ways: tuple[WayOut, ...]  # of the lost dependencies that provided it


def runbooks(plan: Plan, catalog: Catalog) -> dict[str, str]:
    """File name → content."""
    books = _books(plan, catalog)
    files = {f"{book.capability}.md": _markdown(book, plan) for book in books}
    return {"index.md": _index(plan, books), "index.html": printable(plan, catalog), **files}


def printable(plan: Plan, catalog: Catalog) -> str:
    """The schedule and every runbook as one HTML page; each runbook starts on a sheet of its own."""
    values = {
        "plan": plan,
        "books": _books(plan, catalog),
        "ordered": _by_start(plan.tasks),
        "titles": {task.id: task.title for task in plan.tasks},
        "clock": clock,
    }
    return page("runbooks.html", values)


def clock(hours: float) -> str:
    """Hours after T as `T+07:30`."""
    minutes = round(hours * 60)
    return f"T+{minutes // 60:02d}:{minutes % 60:02d}"


def _by_start(tasks: Sequence[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (task.start_hours, task.finish_hours, task.id))


def _books(plan: Plan, catalog: Catalog) -> list[Runbook]:
    """Capabilities in the order in which their first task starts."""
    by_capability: dict[str, list[Task]] = {}
    for task in _by_start(plan.tasks):
        by_capability.setdefault(task.capability, []).append(task)
    books = []
    for capability, tasks in by_capability.items():
        known = catalog.capabilities.get(capability)
        phases = ((phase, tuple(task for task in tasks if task.phase == phase)) for phase in _PHASES)
        books.append(
            Runbook(
                capability,
                known.title if known else capability,
                known.breaks if known else "",
                tuple((phase, found) for phase, found in phases if found),
                tuple(way for way in plan.ways_out if capability in way.capabilities),
            )
        )
    return books


# --- Markdown ---------------------------------------------------------------------------------------------------------
def _index(plan: Plan, books: Sequence[Runbook]) -> str:
    schedule = plan.schedule
    figures = f"{schedule.makespan_hours:.1f} hours with {schedule.people} people; no plan can be shorter than "
    lost = [f"- lost: {markdown(loss.vendor)}, access ends {clock(loss.notice_hours)}" for loss in plan.losses]
    without = [
        f"- {code(item.dependency)} ({markdown(item.capability)}): {markdown(item.reason)}" for item in plan.unplanned
    ]
    table = ["| Start | Done by | Who | Task | Runbook | ✓ |", "| --- | --- | --- | --- | --- | --- |"]
    parts = [
        f"# Runbooks for {markdown(plan.platform.name)}",
        "T is the moment notice is given. Write it down: T = \\_\\_\\_\\_-\\_\\_-\\_\\_ \\_\\_:\\_\\_",
        f"{figures}{schedule.lower_bound_hours:.1f} hours.",
        "\n".join(lost),
        "## Schedule",
        "\n".join([*table, *(_row(task) for task in _by_start(plan.tasks))]),
        "## Nothing replaces these: decide what to do without them" if without else "",
        "\n".join(without),
        "## Runbooks",
        "\n".join(f"- [{markdown(book.title)}]({book.capability}.md)" for book in books),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _row(task: Task) -> str:
    late = " **too late**" if task.late else ""
    book = f"[{markdown(task.capability)}]({task.capability}.md)"
    times = f"{clock(task.start_hours)} | {clock(task.finish_hours)}{late}"
    return f"| {times} | {markdown(task.owner)} | {markdown(task.title)} | {book} | ☐ |"


def _markdown(book: Runbook, plan: Plan) -> str:
    titles = {task.id: task.title for task in plan.tasks}
    parts = [f"# {markdown(book.title)} ({code(book.capability)})"]
    if book.breaks:
        parts.append(f"Without it: {markdown(book.breaks)}")
    parts += [part for way in book.ways for part in _way_out(way)]
    for phase, tasks in book.phases:
        parts.append(f"## {phase.capitalize()}")
        for task in tasks:
            parts += _task(task, titles)
    return "\n\n".join(parts) + "\n"


def _way_out(way: WayOut) -> list[str]:
    """What to fetch, to tick, and what stays behind."""
    parts = [f"## Leaving {code(way.dependency)}: access ends {clock(way.at_hours)}"]
    if way.exports:
        parts.append("\n".join(["Take along:", "", *(f"- ☐ {prose(export_words(one))}" for one in way.exports)]))
    if way.keeps:
        parts.append("\n".join(["Stays behind:", "", *(f"- {prose(kept_words(one))}" for one in way.keeps)]))
    return parts


def _task(task: Task, titles: dict[str, str]) -> list[str]:
    when = f"{clock(task.start_hours)} to {clock(task.finish_hours)}"
    parts = [f"### ☐ {markdown(task.title)}", f"{when}, {markdown(task.owner)}. {markdown(task.effort.basis)}"]
    if task.late:
        parts.append("**Too late by the plan: start at once, or accept the loss.**")
    if task.window.before_access_ends:
        parts.append("**Before access ends.**")
    if task.window.latest_hours is not None:
        parts.append(f"Latest: {clock(task.window.latest_hours)}")
    if task.needs:
        parts.append(f"First: {', '.join(markdown(titles.get(need, need)) for need in task.needs)}")
    parts += [block(command, "sh") for command in task.commands]
    if task.done_when:
        parts.append(f"Done when: {markdown(task.done_when)}")
    if task.rollback:
        parts.append(f"Back out: {markdown(task.rollback)}")
    return [*parts, "Done at \\_\\_:\\_\\_ by \\_\\_\\_\\_\\_\\_\\_\\_"]
