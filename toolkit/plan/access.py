"""Access: what nobody can do any more when its time comes, because access to the old service ended before.

In: the scheduled tasks, the replacements, what is lost. Out: the tasks without those that go back to the old service or
clear it up, and without the ways back to it. An outage ends, so its old service is there again.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from toolkit.model import Loss, Replacement, Task
from toolkit.plan.losses import Gone
from toolkit.plan.schedule import OUTSIDE


def possible(
    tasks: Sequence[Task], replacements: Sequence[Replacement], lost: Sequence[Gone], losses: Sequence[Loss]
) -> tuple[Task, ...]:
    """Those that can be done, each with its way back where there is one."""
    if any(one.kind == "outage" for one in losses):
        return tuple(tasks)
    known = {one.dependency.id: one.notice_hours for one in lost}
    closed = {
        one.blueprint: max(known[id] for id in one.dependencies if id in known)
        for one in replacements
        if any(id in known for id in one.dependencies)
    }
    kept = []
    for task in tasks:
        ends = closed.get(task.id.partition(".")[0])
        over = ends is not None and task.start_hours >= ends
        if over and task.phase in OUTSIDE:
            continue
        kept.append(replace(task, rollback="") if over and task.phase == "cut over" else task)
    ids = {task.id for task in kept}
    return tuple(replace(task, needs=tuple(need for need in task.needs if need in ids)) for task in kept)
