"""Prepared: what can be done today, before anything happens, taken as done.

In: the tasks of blueprints and of checks/tasks.toml. Out: the same, with copies and contracts held already: they take
no time and need no access. What was written after the newest copy is still lost where there is no notice.
"""

from collections.abc import Collection, Sequence
from typing import TypeVar

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog, EffortRule, PlanTask
from toolkit.plan.common import COMMON

Rule = TypeVar("Rule", bound=PlanTask)
HELD_BASIS = "done before anything happened"
SINCE_COPY = "What was written there since the newest copy"
_HELD = EffortRule(0, basis=HELD_BASIS)


def with_held(catalog: Catalog, only: Collection[str] | None = None) -> Catalog:
    """The catalogue with its tasks that can be done ahead taken as done; `only`: those of these ids (Task.id)."""
    ready = {slug: replace(one, tasks=_held(one.tasks, slug, only)) for slug, one in catalog.blueprints.items()}
    return replace(catalog, blueprints=ready, tasks=_held(catalog.tasks, COMMON, only))


def ahead(catalog: Catalog) -> frozenset[str]:
    """The ids of all tasks that can be done ahead."""
    kinds = [(slug, one.tasks) for slug, one in catalog.blueprints.items()]
    return frozenset(f"{slug}.{name}" for slug, tasks in [*kinds, (COMMON, catalog.tasks)] for name in _ready(tasks))


def _held(tasks: Sequence[Rule], slug: str, only: Collection[str] | None) -> tuple[Rule, ...]:
    done = {name for name in _ready(tasks) if only is None or f"{slug}.{name}" in only}
    return tuple(_done(task) if task.id in done else task for task in tasks)


def _ready(tasks: Sequence[PlanTask]) -> set[str]:
    """The ids of those that can be done ahead. What works on machines that are not there yet cannot."""
    every = {task.id for task in tasks}
    found = {task.id for task in tasks if _ahead(task)}
    while not_yet := {task.id for task in tasks if task.id in found and (set(task.needs) & every) - found}:
        found -= not_yet
    return found


def is_held(task: PlanTask) -> bool:
    """Whether it is taken as done."""
    return task.effort == _HELD


def _ahead(task: PlanTask) -> bool:
    """A copy of what the vendor holds; a contract, which is a wait without a command on a machine or its address."""
    copies = task.phase == "copy" and task.before_access_ends and not task.if_offered  # nobody holds a stream
    signs = task.phase == "prepare" and task.wait is not None and not (task.commands or task.hosts)
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
