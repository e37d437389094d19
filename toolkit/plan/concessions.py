"""Concessions: a plan is made in rounds, and what one round shows to be impossible, the next does without.

In: what was conceded so far, and the schedule that came of it. Out: what is conceded then; the same: the plan is made.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from toolkit.model import Replacement, Task, Value
from toolkit.plan.execute import written_on_both_sides


class Concessions(Value):
    """Ids of tasks, and ways to go on without what they were for."""

    hopeless: frozenset[str] = frozenset()  # not done before access ends
    given_up: frozenset[str] = frozenset()  # nobody could even begin them
    behind: frozenset[tuple[str, str]] = frozenset()  # imports, each with the fetching that writes what it reads
    apart: bool = False  # writers are stopped and the last copies fetched before the new hosts were rehearsed
    alone: bool = False  # writers are stopped before names move, though nothing can be fetched after that


def learned(
    so_far: Concessions,
    tasks: Sequence[Task],
    replacements: Sequence[Replacement],
    *,
    streams: Collection[str],
    apart: Collection[str],
    stops: bool,
) -> Concessions:
    """`streams`: tasks that follow the old data; `apart`: those that fetch last, where that is conceded already;
    `stops`: the catalogue knows how writers are stopped."""
    if found := _read_while_written(tasks, apart) - so_far.behind:
        return replace(so_far, behind=so_far.behind | found)
    late = [one for one in tasks if one.late and one.window.before_access_ends]
    hopeless = {one.id for one in late}
    never = {one.id for one in late if one.start_hours >= (one.window.latest_hours or 0.0)} & so_far.hopeless
    conceded = so_far
    if not never and hopeless <= so_far.hopeless:
        if so_far.alone or not stops or not written_on_both_sides(tasks, replacements):
            return so_far
        conceded = replace(so_far, alone=True)
    last = {one.id for one in late if one.phase == "freeze"}
    if not so_far.apart and last.difference(streams) and hopeless.isdisjoint(streams):
        # before the last copies are given up, they are made without what comes too late for them
        conceded, hopeless = replace(conceded, apart=True), hopeless - last
    return replace(conceded, hopeless=so_far.hopeless | hopeless, given_up=so_far.given_up | never)


def after_what_they_read(tasks: Sequence[Task], so_far: Concessions) -> tuple[Task, ...]:
    """The tasks, with imports behind the fetching of what they read."""
    there = {one.id for one in tasks}
    pairs = {pair for pair in so_far.behind if there.issuperset(pair)}
    return tuple(_behind(one, {fetch for reader, fetch in pairs if reader == one.id}) for one in tasks)


def _behind(task: Task, fetching: Collection[str]) -> Task:
    return replace(task, needs=tuple(sorted({*task.needs, *fetching}))) if fetching else task


def _read_while_written(tasks: Sequence[Task], apart: Collection[str]) -> frozenset[tuple[str, str]]:
    """The imports that would read a copy while the last one is written in its place, each with what writes that."""
    fetching = [one for one in tasks if one.id in apart]
    reading = [one for one in tasks if one.phase == "copy" and not one.window.before_access_ends]
    return frozenset(
        (one.id, fetch.id)
        for fetch in fetching
        for one in reading
        if one.id.partition(".")[0] == fetch.id.partition(".")[0]
        and one.start_hours < fetch.done_hours
        and fetch.start_hours < one.done_hours
    )
