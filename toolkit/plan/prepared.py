"""Prepared: what can be done today, before anything happens, taken as done.

In: the tasks of blueprints and of checks/tasks.toml. Out: the same, with copies and contracts held already: they take
no time and need no access. What was written after the newest copy is still lost where there is no notice.
"""

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from toolkit.catalog import EffortRule, PlanTask

Rule = TypeVar("Rule", bound=PlanTask)
HELD_BASIS = "done before anything happened"
SINCE_COPY = "What was written there since the newest copy"
_HELD = EffortRule(0, basis=HELD_BASIS)


def held(tasks: Sequence[Rule]) -> tuple[Rule, ...]:
    """The tasks, those that can be done ahead as done."""
    return tuple(_done(task) if _ahead(task) else task for task in tasks)


def is_held(task: PlanTask) -> bool:
    """Whether it is taken as done."""
    return task.effort == _HELD


def _ahead(task: PlanTask) -> bool:
    """A copy of what the vendor holds; a contract, which is a wait without a command on a machine."""
    copies = task.phase == "copy" and task.before_access_ends
    signs = task.phase == "prepare" and task.wait is not None and not task.commands
    return copies or signs


def _done(task: Rule) -> Rule:
    return replace(
        task,
        title=f"Look that you hold this already: {task.title}",
        effort=_HELD,
        wait=None,
        before_access_ends=False,
        latest_hours=None,
        commands=(),
        fetches=(),
        general=(),
    )
