"""Tasks: the `[[task]]` tables of the chosen blueprints, with this platform's quantities, windows and owners.

In: replacements, what is lost, `offramp.toml`, the catalogue. Out: tasks, not yet scheduled. What orders them:

- a task's own `needs`: tasks of its blueprint, or a capability, which means that whoever provides it is cut over
  ("data.relational") or has finished a phase ("data.relational:prepare");
- where a task names none of its own blueprint: every task of the phase before, unless it must happen before access
  ends, for then it must not wait, or is done already;
- a blueprint that runs the applications is cut over after the data that they refer to, and after every last copy of the
  freeze window; what a blueprint itself needs
  must be set up before;
- whoever runs the playbook for all services waits until the applications were set up, for it starts them too;
- what checks/tasks.toml says must come first (`common.py`).

A blueprint that replaces nothing and only serves others is prepared, and that is all: there is nothing to copy, to cut
over from or to retire.

Where access ends at once, what needs access is not planned: nothing can be fetched any more. Where it ends too early
for a task (`hopeless`), the task stays, to be tried. Either way nothing waits for it: what needed the copy starts
empty, and the plan says what is lost.
"""

import re
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from typing import cast

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog, EffortRule, PlanTask
from toolkit.errors import BadCatalog
from toolkit.model import DataLost, Phase, Platform, Replacement, Task, Value
from toolkit.plan.common import COMMON, common_tasks, taken_over, with_beside, with_gate
from toolkit.plan.concessions import Concessions
from toolkit.plan.figures import task_from, too_early
from toolkit.plan.losses import Gone
from toolkit.plan.prepared import SINCE_COPY, is_held
from toolkit.plan.replacements import required
from toolkit.plan.stopping import Stopping

_FETCHING: tuple[Phase, ...] = ("prepare", "copy")
_ORDER: tuple[Phase, ...] = ("prepare", "copy", "rehearse", "freeze", "cut over", "settle")
_BEFORE: dict[Phase, tuple[Phase, ...]] = {  # the phases before, nearest first
    **{phase: _ORDER[:place][::-1] for place, phase in enumerate(_ORDER)},
    "roll back": ("cut over", "freeze", "copy", "prepare"),
    "retire": ("settle", "cut over", "freeze", "copy", "prepare"),
}
_SITE = re.compile(r"ansible-playbook site\.yml(?! --tags ).*")  # for all services
_MUST_RUN = (
    "data.*",
    "secrets.*",
)  # an application does not start without these; the rest is attached when it is there


class Made(Value):
    """All there is to do, and what of it gives people what they had."""

    tasks: tuple[Task, ...]
    data_lost: tuple[DataLost, ...]
    serving: dict[str, tuple[str, ...]]  # blueprint -> tasks after which it serves
    provided: dict[str, tuple[str, ...]]  # capability -> common tasks after which it is there again
    copied: tuple[str, ...]  # dependencies whose data a common task takes along
    streams: frozenset[str] = frozenset()  # tasks that are planned because a vendor offers their way
    apart: frozenset[str] = frozenset()  # tasks of the freeze window that are done whatever the new hosts' state


class Part(Value):
    """One replacement with what its tasks are computed from."""

    replacement: Replacement
    tasks: tuple[PlanTask, ...]
    needs: frozenset[str]  # capabilities
    own_needs: frozenset[str]  # of these, those of the blueprint itself
    gone: tuple[Gone, ...]
    cut_off: frozenset[str] = frozenset()  # its tasks that cannot be done before access ends
    all_tasks: tuple[PlanTask, ...] = ()  # with those

    @property
    def slug(self) -> str:
        return self.replacement.blueprint

    @property
    def in_time(self) -> list[PlanTask]:
        """Those that something may wait for."""
        return [one for one in self.tasks if one.id not in self.cut_off]

    def id(self, task: PlanTask) -> str:
        return f"{self.slug}.{task.id}"


def make_tasks(
    replacements: Sequence[Replacement],
    lost: Sequence[Gone],
    platform: Platform,
    catalog: Catalog,
    halt: Stopping = Stopping(),  # noqa: B008 - frozen
    without: Concessions = Concessions(),  # noqa: B008 - frozen
) -> Made:
    """All tasks, by id, and what is lost. A cycle between them is a mistake in the blueprints. `without`: what was
    found to be impossible."""
    parts = [_part(one, replacements, lost, platform, catalog, without) for one in replacements]
    built = [
        task_from(task, part.id(task), _needs(part, task, parts, catalog), part.replacement.capabilities[0], part.gone,
                  platform, catalog)
        for part in parts
        for task in part.tasks
    ]  # fmt: skip
    beside_workers = {part.id(task) for part in parts for task in part.tasks if task.beside_workers}
    on_hosts = {part.id(task): task.hosts for part in parts for task in part.tasks}
    found = common_tasks(built, replacements, lost, platform, catalog, halt, without.hopeless, beside_workers, on_hosts)
    halting = {f"{COMMON}.{rule.id}" for rule in catalog.tasks if rule.stops and rule.before_access_ends}
    waiting = _without_new_hosts(found.tasks, halting) if without.apart else found.tasks
    tasks = with_gate(waiting, platform, catalog, halt, apart=without.apart, alone=without.alone)
    _refuse_cycles(tasks)
    left = [one for part in parts for one in _data_lost(part)]
    serving = {part.slug: tuple(part.id(task) for task in _serve(part)) for part in parts}
    serving = {slug: (*ids, *_edges(slug, parts, serving, catalog)) for slug, ids in serving.items()}
    data_lost = tuple(dict.fromkeys([*left, *found.data_lost]))
    streams = frozenset(part.id(task) for part in parts for task in part.tasks if task.if_offered)
    alone = frozenset(task.id for task in tasks if without.apart and _fetches_last(task, halting))
    return Made(tasks, data_lost, serving, found.provided, found.copied, streams, alone)


def _fetches_last(task: Task, halting: Collection[str]) -> bool:
    """Whether it is of the freeze window and needs the lost host: stopping writers, the last copies."""
    return task.phase == "freeze" and (task.window.before_access_ends or task.id in halting)


def _without_new_hosts(tasks: Sequence[Task], halting: Collection[str]) -> tuple[Task, ...]:
    """The tasks, where those that fetch last wait for nothing that is done on the new hosts: these come too late."""
    by_id = {task.id: task for task in tasks}

    def alone(name: str) -> bool:
        task = by_id[name]
        return _fetches_last(task, halting) or (task.window.before_access_ends and all(map(alone, task.needs)))

    return tuple(
        replace(task, needs=tuple(one for one in task.needs if alone(one))) if _fetches_last(task, halting) else task
        for task in tasks
    )


def _part(
    replacement: Replacement,
    replacements: Sequence[Replacement],
    lost: Sequence[Gone],
    platform: Platform,
    catalog: Catalog,
    without: Concessions,
) -> Part:
    blueprint = catalog.blueprints[replacement.blueprint]
    others = [one for one in replacements if one is not replacement]
    tasks = tuple(with_beside(task, others, catalog) for task in blueprint.tasks if _fits(task, others, catalog))
    if not replacement.dependencies:
        tasks = tuple(one for one in tasks if one.phase == "prepare" and not one.before_access_ends)
    gone = tuple(one for one in lost if one.dependency.id in replacement.dependencies)
    tasks = _by_offered_ways(tasks, replacement, gone, without, catalog)
    cut_off = _cut_off(tasks, replacement, gone, without)
    needs = required(blueprint, platform)
    own = needs & frozenset(blueprint.needs)
    done = _possible(tasks, replacement, gone, cut_off, without)
    return Part(replacement, done, needs, own, gone, cut_off, blueprint.tasks)


def _at_once(gone: Sequence[Gone]) -> bool:
    return any(not one.notice_hours for one in gone)


def _by_offered_ways(
    tasks: Sequence[PlanTask], replacement: Replacement, gone: Sequence[Gone], without: Concessions, catalog: Catalog
) -> tuple[PlanTask, ...]:
    """Of tasks that do the same in two ways, those by the way that the lost service gives and that is not too slow."""
    slow = {one.if_offered for one in tasks if f"{replacement.blueprint}.{one.id}" in without.hopeless}
    offered = set() if _at_once(gone) else _offered(gone, catalog) - slow
    return tuple(
        one for one in tasks if (not one.if_offered or one.if_offered in offered) and one.unless_offered not in offered
    )


def _cut_off(
    tasks: Sequence[PlanTask], replacement: Replacement, gone: Sequence[Gone], without: Concessions
) -> frozenset[str]:
    """Ids of those that fetch from what is lost, and come too late."""
    return frozenset(
        one.id
        for one in tasks
        if one.before_access_ends and gone
        if _at_once(gone) or f"{replacement.blueprint}.{one.id}" in without.hopeless
    )


def _possible(
    tasks: Sequence[PlanTask],
    replacement: Replacement,
    gone: Sequence[Gone],
    cut_off: Collection[str],
    without: Concessions,
) -> tuple[PlanTask, ...]:
    """The tasks without those that come too late and are not tried, nor what works on what they would have brought."""
    # the freeze window is no longer one when its copy comes too late
    untried = {
        one.id for one in tasks if one.phase == "freeze" or f"{replacement.blueprint}.{one.id}" in without.given_up
    }
    dropped = set(cut_off) if _at_once(gone) else untried.intersection(cut_off)
    empty = {one.id for one in tasks if one.empty and not set(one.needs).isdisjoint(cut_off)}
    idle = {one.id for one in tasks if one.works_on_copy and not set(one.needs).isdisjoint(empty | dropped)}
    return tuple(_without_copy(one, cut_off) for one in tasks if one.id not in dropped | idle)


def _fits(task: PlanTask, others: Sequence[Replacement], catalog: Catalog) -> bool:
    """Whether a task is one where these are replaced as well."""
    if task.unless and taken_over(task.unless, others, catalog):
        return False
    return not task.beside or taken_over(task.beside, others, catalog)


def _offered(gone: Sequence[Gone], catalog: Catalog) -> set[str]:
    """The datasets that each of them gives by a way of its own."""
    ways = [{export.dataset for export in catalog.exit(one.dependency.id).exports} - {""} for one in gone]
    return set.intersection(*ways) if ways else set()


def _without_copy(task: PlanTask, cut_off: Collection[str]) -> PlanTask:
    """The task as it is done when what it needs cannot be fetched: it waits for that no longer, and starts empty."""
    if not set(task.needs) & set(cut_off) or task.before_access_ends:
        return task
    needs = tuple(one for one in task.needs if one not in cut_off)
    if not task.empty:
        return replace(task, needs=needs)
    # its way back was to copy again, and its time was that of what is copied
    effort = EffortRule(task.effort.fixed_minutes, basis="a guess: the time of the same work with a copy")
    if task.phase == "prepare":
        return replace(task, title=task.empty, needs=needs)
    return replace(task, title=task.empty, needs=needs, effort=effort, commands=(), done_when="", rollback="")


def _data_lost(part: Part) -> list[DataLost]:
    """What those that start empty start without, and what else cannot be done, for each dependency that held it."""
    sentences = [task.empty for task in part.tasks if task.empty and task.title == task.empty]
    cut_off = [one for one in part.all_tasks if one.id in part.cut_off]
    if not sentences:
        sentences = [f"Not possible: {one.title}" for one in cut_off if one.phase in _FETCHING]
    copies = [one for one in part.all_tasks if one.phase == "copy"]
    held = bool(copies) and not any(one.before_access_ends for one in copies)
    in_time = held or all(gone.notice_hours for gone in part.gone)
    if not sentences and in_time and any(one.phase == "freeze" for one in cut_off):
        sentences = ["What was written after the copy: access ends before writers can be stopped for a last one"]
    if not copies and any(one.phase == "freeze" for one in cut_off):
        sentences = ["What it held at that moment, jobs not yet done among it"]
    if not sentences and any(is_held(one) for one in copies):
        return [DataLost(one.dependency.id, SINCE_COPY, too_early(one)) for one in part.gone if not one.notice_hours]
    return [DataLost(gone.dependency.id, sentence, too_early(gone)) for sentence in sentences for gone in part.gone]


def _edges(slug: str, parts: Sequence[Part], serving: dict[str, tuple[str, ...]], catalog: Catalog) -> list[str]:
    """Where names lead to edges, nobody reaches the hosts behind them before that."""
    behind = any(task.unless.startswith("edge.") for task in catalog.blueprints[slug].tasks)
    fronts = [part.slug for part in parts if part.replacement.dependencies and catalog.blueprints[part.slug].fronts]
    return [name for front in fronts for name in serving[front]] if behind else []


def _serve(part: Part) -> list[PlanTask]:
    """The tasks after which others can use it; without a cut-over, all that come before."""
    cut = [one for one in part.in_time if one.phase in ("freeze", "cut over")]
    return cut or [one for one in part.in_time if one.phase in ("prepare", "copy", "rehearse")]


def _needs(part: Part, task: PlanTask, parts: Sequence[Part], catalog: Catalog) -> tuple[str, ...]:
    own = {one.id: one for one in part.tasks}
    every = {one.id for one in catalog.blueprints[part.slug].tasks}
    needs: list[str] = []
    for need in task.needs:
        if need in own:
            needs.append(part.id(own[need]))
        elif need not in every and not _is_capability(need, catalog):
            raise BadCatalog(
                f"task {task.id!r} needs {need!r}, which is neither one of its tasks nor a capability",
                where=f"blueprints/{part.slug}/plan.toml",
                hint=f"its tasks are: {', '.join(sorted(every))}",
            )
    if not needs and not task.before_access_ends and not is_held(task):  # what is held already waits for nothing
        needs += [part.id(one) for one in _phase_before(part, task)]
    capabilities = [need for need in task.needs if _is_capability(need, catalog)]
    if task.phase == "cut over":
        capabilities += [f"{one}:prepare" for one in part.own_needs]
        referred = part.needs - part.own_needs
        capabilities += [one for one in referred if any(fnmatchcase(one, glob) for glob in _MUST_RUN)]
        if _hosts(part):
            # whoever writes on the new hosts before the last copy is in loses it to the copy
            needs += [other.id(one) for other in parts for one in other.in_time if one.phase == "freeze"]
    if not _hosts(part) and any(_SITE.fullmatch(one) for one in task.commands):
        needs += [other.id(one) for other in parts if _hosts(other) for one in _until(other, "prepare")]
    if task.phase == "settle" and not any(one.phase == "cut over" for one in part.tasks):
        capabilities.append("hosting.*")  # what comes with the applications settles when they serve
    for capability in capabilities:
        needs += _of_capability(capability, part, parts)
    return tuple(sorted(set(needs)))


def _hosts(part: Part) -> bool:
    return any(one.startswith("hosting.") for one in part.replacement.capabilities)


def _is_capability(need: str, catalog: Catalog) -> bool:
    return any(fnmatchcase(known, need.partition(":")[0]) for known in catalog.capabilities)


def _of_capability(need: str, asking: Part, parts: Sequence[Part]) -> list[str]:
    """The tasks of whoever provides it: those after which it serves, or those of a phase and the ones before. Of two
    databases in one plan, both: whoever needs one waits for either."""
    glob, _, phase = need.partition(":")
    found: list[str] = []
    for part in parts:
        provides = any(fnmatchcase(one, glob) for one in part.replacement.capabilities)
        if provides and part is not asking:
            found += [part.id(one) for one in (_until(part, cast(Phase, phase)) if phase else _serve(part))]
    return found


def _until(part: Part, phase: Phase) -> list[PlanTask]:
    """The tasks of the phase; where it has none, of the nearest before."""
    for one in (phase, *_BEFORE[phase]):
        if found := [task for task in part.in_time if task.phase == one]:
            return found
    return []


def _phase_before(part: Part, task: PlanTask) -> list[PlanTask]:
    for phase in _BEFORE[task.phase]:
        if before := [one for one in part.in_time if one.phase == phase]:
            return before
    return []


def _refuse_cycles(tasks: Sequence[Task]) -> None:
    try:
        TopologicalSorter({one.id: one.needs for one in tasks}).prepare()
    except CycleError as err:
        raise BadCatalog(
            f"tasks wait for each other: {' → '.join(reversed(err.args[1]))}",
            where="blueprints' plan.toml",
            hint="break the circle: one of them must not need the next",
        ) from err
