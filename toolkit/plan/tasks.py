"""Tasks: the `[[task]]` tables of the chosen blueprints, with this platform's quantities, windows and owners.

In: replacements, what is lost, `offramp.toml`, the catalogue. Out: tasks, not yet scheduled. What orders them:

- a task's own `needs`: tasks of its blueprint, or a capability, which means that capability's cut-over;
- where a task names none of its own blueprint: every task of the phase before, unless it must happen before access
  ends, for then it must not wait;
- a blueprint is cut over after everything it needs.

A blueprint that replaces nothing and only serves others is prepared, and that is all: there is nothing to copy, to cut
over from or to retire.
"""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from math import ceil

from toolkit.catalog import Catalog, EffortRule, PlanTask
from toolkit.errors import BadCatalog
from toolkit.model import Effort, Phase, Platform, Replacement, Task, Value, Window
from toolkit.plan.losses import Gone
from toolkit.plan.replacements import required

ASSUMED_GB = 10.0  # where no source knows the size; the task's basis says so
_BEFORE: Mapping[Phase, tuple[Phase, ...]] = {  # the phases before, nearest first
    "prepare": (),
    "copy": ("prepare",),
    "cut over": ("copy", "prepare"),
    "roll back": ("cut over", "copy", "prepare"),
    "retire": ("cut over", "copy", "prepare"),
}


class _Part(Value):
    """One replacement with what its tasks are computed from."""

    replacement: Replacement
    tasks: tuple[PlanTask, ...]
    needs: frozenset[str]  # capabilities
    gone: tuple[Gone, ...]

    @property
    def slug(self) -> str:
        return self.replacement.blueprint

    def id(self, task: PlanTask) -> str:
        return f"{self.slug}.{task.id}"


def make_tasks(
    replacements: Sequence[Replacement], lost: Sequence[Gone], platform: Platform, catalog: Catalog
) -> tuple[Task, ...]:
    """All tasks, by id. A cycle between them is a mistake in the blueprints."""
    parts = [_part(one, lost, platform, catalog) for one in replacements]
    cutovers = {
        capability: [part.id(task) for task in _cutover(part)]
        for part in parts
        for capability in part.replacement.capabilities
    }
    tasks = tuple(
        _task(part, task, _needs(part, task, cutovers, catalog), platform) for part in parts for task in part.tasks
    )
    _refuse_cycles(tasks)
    return tasks


def _part(replacement: Replacement, lost: Sequence[Gone], platform: Platform, catalog: Catalog) -> _Part:
    blueprint = catalog.blueprints[replacement.blueprint]
    tasks = blueprint.tasks
    if not replacement.dependencies:
        tasks = tuple(one for one in tasks if one.phase == "prepare" and not one.before_access_ends)
    gone = tuple(one for one in lost if one.dependency.id in replacement.dependencies)
    return _Part(replacement, tasks, required(blueprint, platform), gone)


def _cutover(part: _Part) -> list[PlanTask]:
    """The tasks after which others can use it; without a cut-over, all but retiring."""
    cut = [one for one in part.tasks if one.phase == "cut over"]
    return cut or [one for one in part.tasks if one.phase in ("prepare", "copy")]


def _needs(part: _Part, task: PlanTask, cutovers: Mapping[str, Sequence[str]], catalog: Catalog) -> tuple[str, ...]:
    own = {one.id: one for one in part.tasks}
    every = {one.id for one in catalog.blueprints[part.slug].tasks}
    needs: list[str] = []
    for need in task.needs:
        if need in own:
            needs.append(part.id(own[need]))
        elif need not in every and need not in catalog.capabilities:
            raise BadCatalog(
                f"task {task.id!r} needs {need!r}, which is neither one of its tasks nor a capability",
                where=f"blueprints/{part.slug}/plan.toml",
                hint=f"its tasks are: {', '.join(sorted(every))}",
            )
    if not needs and not task.before_access_ends:
        needs += [part.id(one) for one in _phase_before(part, task)]
    capabilities = {need for need in task.needs if need in cutovers}
    if task.phase == "cut over":
        capabilities |= part.needs & cutovers.keys()
    for capability in capabilities - set(part.replacement.capabilities):
        needs += cutovers[capability]
    return tuple(sorted(set(needs)))


def _phase_before(part: _Part, task: PlanTask) -> list[PlanTask]:
    for phase in _BEFORE[task.phase]:
        if before := [one for one in part.tasks if one.phase == phase]:
            return before
    return []


def _task(part: _Part, task: PlanTask, needs: tuple[str, ...], platform: Platform) -> Task:
    capability = part.replacement.capabilities[0]
    area = capability.partition(".")[0]
    return Task(
        id=part.id(task),
        title=task.title,
        capability=capability,
        phase=task.phase,
        effort=_effort(task.effort, part.gone),
        owner=platform.owners.get(capability) or platform.owners.get(area) or task.owner,
        needs=needs,
        window=_window(task, part.gone),
        commands=task.commands,
        done_when=task.done_when,
        rollback=task.rollback,
    )


def _effort(rule: EffortRule, gone: Sequence[Gone]) -> Effort:
    """Whole minutes, as hours, and how they came about."""
    if not rule.per or not rule.minutes_each:
        minutes, basis = rule.fixed_minutes, f"{rule.fixed_minutes:g} min"
    else:
        quantity, remark = (
            _gigabytes(gone) if rule.per == "gb" else (float(sum(g.dependency.quantity for g in gone)), "")
        )
        minutes = rule.fixed_minutes + rule.minutes_each * quantity
        unit = "GB" if rule.per == "gb" else "item"
        basis = f"{rule.fixed_minutes:g} min + {rule.minutes_each:g} min per {unit} × {quantity:g}{remark}"
    return Effort(ceil(minutes) / 60, basis + (f"; {rule.basis}" if rule.basis else ""))


def _gigabytes(gone: Sequence[Gone]) -> tuple[float, str]:
    known = [one.dependency.size_bytes for one in gone if one.dependency.size_bytes is not None]
    if known or not gone:
        return round(sum(known) / 10**9, 1), ""
    return ASSUMED_GB, " (size unknown, assumed)"


def _window(task: PlanTask, gone: Sequence[Gone]) -> Window:
    """Before access ends: within the notice of the first vendor that goes."""
    limits = [] if task.latest_hours is None else [task.latest_hours]
    if task.before_access_ends and gone:
        limits.append(min(one.notice_hours for one in gone))
    return Window(task.before_access_ends and bool(gone), min(limits, default=None))


def _refuse_cycles(tasks: Sequence[Task]) -> None:
    try:
        TopologicalSorter({one.id: one.needs for one in tasks}).prepare()
    except CycleError as err:
        raise BadCatalog(
            f"tasks wait for each other: {' → '.join(reversed(err.args[1]))}",
            where="blueprints' plan.toml",
            hint="break the circle: one of them must not need the next",
        ) from err
