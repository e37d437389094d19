"""Runbooks of a plan: for a person at 2 a.m., on paper, without a network.

In: a plan. Out: files by name: `index.md` (schedule, who does what, in which order), one Markdown file per capability
with its phases in order, and `index.html`, all of it on pages to print. Times count from T, when notice is given.
"""

from collections.abc import Sequence
from typing import NamedTuple, get_args

from toolkit.catalog.entries import Catalog
from toolkit.model import Phase, Plan, Task, WayOut
from toolkit.report import caveats, gantt
from toolkit.report.escape import address, block, code, markdown, prose
from toolkit.report.facts import NO_SOURCE, export_text
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
    books = _books(plan, catalog)
    values = {
        "plan": plan,
        "books": books,
        "capability_titles": {book.capability: book.title for book in books},
        "ordered": _by_start(plan.tasks),
        "titles": {task.id: task.title for task in plan.tasks},
        "clock": clock,
        "caveats": caveats,
        "gantt": gantt.draw(plan),
        "left": gantt.LEFT,
        "hours_width": gantt.WIDTH,
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
    told: set[str] = set()  # what several capabilities lose with one dependency is said in the first
    for capability, tasks in by_capability.items():
        ways = [way for way in plan.ways_out if capability in way.capabilities and way.dependency not in told]
        told |= {way.dependency for way in ways}
        known = catalog.capabilities.get(capability)
        phases = ((phase, tuple(task for task in tasks if task.phase == phase)) for phase in _PHASES)
        books.append(
            Runbook(
                capability,
                known.title if known else capability,
                known.breaks if known else "",
                tuple((phase, found) for phase, found in phases if found),
                tuple(ways),
            )
        )
    return books


# --- Markdown ---------------------------------------------------------------------------------------------------------
def _index(plan: Plan, books: Sequence[Runbook]) -> str:
    lost = [
        f"- lost: {markdown(caveats.loss(loss, plan))}, access ends {clock(loss.notice_hours)}" for loss in plan.losses
    ]
    without = [
        f"- {code(item.dependency)} ({markdown(item.capability)}): {markdown(item.reason)}" for item in plan.unplanned
    ]
    titles = {book.capability: book.title for book in books}
    table = ["| Start | Done by | Who | Task | Runbook | ✓ |", "| --- | --- | --- | --- | --- | --- |"]
    parts = [
        f"# Runbooks for {markdown(caveats.name(plan))}",
        "T is the moment notice is given. Write it down: T = `____-__-__ __:__`",
        markdown(caveats.figures(plan)),
        "\n".join([*lost, *(f"- {markdown(line)}" for line in caveats.untouched(plan))]),
        f"## {caveats.JOURNEYS}" if plan.journeys else "",
        "\n".join(f"- {prose(line)}" for line in filter(None, [*caveats.journeys(plan), caveats.freeze(plan)])),
        f"## {caveats.NOT_RUNNABLE} …" if plan.obstacles else "",
        "\n".join(f"- {prose(line)}" for line in caveats.obstacles(plan)),
        f"{caveats.TO_DO}:" if caveats.hints(plan) else "",
        "\n".join(f"- {prose(line)}" for line in caveats.hints(plan)),
        f"## {caveats.ASSUMED}" if caveats.assumed(plan) else "",
        "\n".join(f"- {prose(line)}" for line in caveats.assumed(plan)),
        f"## {caveats.LOST_DATA}" if plan.data_lost else "",
        "\n".join(f"- {prose(line)}" for line in caveats.data_lost(plan)),
        "\n\n".join(_first_page(plan)),
        f"## {caveats.TO_CHANGE}" if plan.changes else "",
        "\n".join(f"- {prose(line)}" for line in caveats.changes(plan)),
        "## Schedule",
        prose(caveats.measured(plan)),
        caveats.FOLDER if any(task.commands for task in plan.tasks) else "",
        "\n".join([*table, *(_row(task, titles, plan) for task in _by_start(plan.tasks))]),
        "\n\n".join(_who_when(plan)),
        "## Machines" if plan.hosts else "",
        "\n".join(f"- {prose(line)}" for line in caveats.machines(plan)),
        "## Nothing replaces these: decide what to do without them" if without else "",
        "\n".join(without),
        "## Runbooks",
        "\n".join(f"- [{markdown(book.title)}]({book.capability}.md)" for book in books),
        f"Made by {markdown(plan.tool)}.",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _first_page(plan: Plan) -> list[str]:
    """Where everything is, whom to call, the first hour: to be filled in today, not then."""
    if not plan.tasks:
        return []
    blank = code("_" * 20)  # a line to write on, in Markdown's source as well as on paper
    return [
        "## Where everything is",
        "\n".join(f"- {place}: {blank}, held by {blank}" for place in caveats.PLACES),
        "## Whom to call",
        "\n".join(f"- {prose(role)}: {blank}" for role in caveats.roles(plan)),
        "## The first hour",
        "\n".join(f"- ☐ {prose(line)}" for line in caveats.first_hour(plan)) or "- nothing is to be begun at once",
    ]


def _who_when(plan: Plan) -> list[str]:
    """A table for each person, to cut out and hand over."""
    parts = ["## Who does what when"] if plan.tasks else []
    for person, mine in caveats.who_when(plan):
        rows = [f"| {start} | {end} | {prose(task.title)} | ☐ |" for start, end, task in mine]
        parts.append(f"### {markdown(person)}")
        parts.append("\n".join(["| From | To | Task | ✓ |", "| --- | --- | --- | --- |", *rows]))
    if handed := caveats.hand_overs(plan):
        parts.append("### Hand-overs")
        parts.append("\n".join(f"- ☐ {prose(line)}" for line in handed))
    return parts


def _row(task: Task, titles: dict[str, str], plan: Plan) -> str:
    late = " **too late**" if task.late else ""
    book = f"[{markdown(titles.get(task.capability, task.capability))}]({task.capability}.md)"
    waited = f", then wait to {clock(task.done_hours)}" if task.done_hours > task.finish_hours else ""
    times = f"{clock(task.start_hours)} | {clock(task.finish_hours)}{waited}{late}"
    who = f"{caveats.person(task, plan)}: {task.owner}" if task.who else task.owner
    return f"| {times} | {markdown(who)} | {prose(task.title)} | {book} | ☐ |"


def _markdown(book: Runbook, plan: Plan) -> str:
    titles = {task.id: task.title for task in plan.tasks}
    parts = [f"# {markdown(book.title)} ({code(book.capability)})"]
    if book.breaks:
        parts.append(f"Without it: {markdown(book.breaks)}")
    parts += [part for way in book.ways for part in _way_out(way)]
    for phase, tasks in book.phases:
        parts.append(f"## {phase.capitalize()}")
        for task in tasks:
            parts += _task(task, titles, plan)
    parts.append(f"Made by {markdown(plan.tool)}.")
    return "\n\n".join(parts) + "\n"


def _way_out(way: WayOut) -> list[str]:
    """What to fetch, to tick, and what stays behind."""
    parts = [f"## Leaving {code(way.dependency)}: access ends {clock(way.at_hours)}"]
    if way.exports and way.at_hours <= 0:
        lines = (f"- {prose(one.what)}" for one in way.exports)
        parts.append("\n".join(["Cannot be fetched any more:", "", *lines]))
    elif way.exports:
        parts.append(
            "\n".join(
                ["Take along:", "", *(f"- ☐ {prose(export_text(one))} ({_source(one.source)})" for one in way.exports)]
            )
        )
    if way.keeps:
        parts.append(
            "\n".join(
                [
                    "Stays behind:",
                    "",
                    *(f"- {prose(f'{one.what}: {one.why}')} ({_source(one.source)})" for one in way.keeps),
                ]
            )
        )
    return parts


def _task(task: Task, titles: dict[str, str], plan: Plan) -> list[str]:
    when = f"{clock(task.start_hours)} to {clock(task.finish_hours)}"
    worked = f"{markdown(caveats.effort(task))} ({markdown(task.effort.basis)})"
    parts = [f"### ☐ {prose(task.title)}", f"{when}, {markdown(task.owner)}. Work: {worked}"]
    if task.late:
        parts.append("**Too late by the plan: start at once, or accept the loss.**")
    if task.window.before_access_ends:
        parts.append("**Before access ends.**")
    if task.window.latest_hours is not None:
        parts.append(f"Latest: {clock(task.window.latest_hours)}")
    if first := caveats.directly_before(task, plan):
        parts.append("\n".join(["First:", "", *(f"- {prose(titles.get(need, need))}" for need in first)]))
    if task.wait:
        source = f" ({_source(task.wait.source)})" if task.wait.source else ""
        parts.append(f"Then wait {markdown(caveats.wait(task.wait))}{source}")
    parts += [block(command, "sh") for command in task.commands]
    parts += [f"Mind: {prose(line)}" for line in task.notes]
    parts += [f"To fill in: {markdown(line)}" for line in task.look_up]
    if task.done_when:
        parts.append(f"Done when: {prose(task.done_when)}")
    if task.rollback:
        parts.append(f"Back out: {prose(task.rollback)}")
    parts += [block(command, "sh") for command in task.undo]
    return [*parts, f"Done at {code('__:__')} by {code('_' * 8)}"]


def _source(source: str) -> str:
    return address(source) if source else NO_SOURCE
