"""Execute: a plan is gone through as if it were done, before anybody sees it.

In: a scheduled plan. Out: one sentence for each thing that could not happen so: something begins before what it needs
is done and waited out, needs access that has ended, a host is used before there is one, applications start before their
data is imported, names are moved before the last copy is in, something is fetched last while people still write, people
write on the old hosts and on the new ones, somebody is in two places at once or works too long, two people set up hosts
at once, a journey is said to be back before what it hangs on. None where all is well.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from toolkit.errors import BadCatalog
from toolkit.model import Plan, Replacement, Task
from toolkit.plan.calendar import DAY_HOURS
from toolkit.plan.schedule import OUTSIDE

_MINUTE = 1 / 60
_STOPPING = "common.freeze"  # the task that stops the writers


def execute(plan: Plan, *, stops: bool = True) -> tuple[str, ...]:
    """Everything that cannot be as the plan says. `stops`: whether the catalogue knows how writers are stopped."""
    known = {task.id: task for task in plan.tasks}
    return (
        *_too_soon(known),
        *_without_access(plan),
        *_before_there_are_hosts(plan),
        *_before_the_import(plan),
        *_before_the_last_copy(plan),
        *(_fetched_while_written(plan) if stops else ()),
        *(written_on_both_sides(plan.tasks, plan.replacements) if stops else ()),
        *_people(plan),
        *_in_turn(plan),
        *_journeys(plan, known),
    )


def refuse_contradictions(plan: Plan, *, stops: bool = True) -> Plan:
    """The plan, if it can be followed."""
    if problems := execute(plan, stops=stops):
        hint = "the plan.toml of a blueprint or checks/tasks.toml asks for what cannot be; please report it"
        raise BadCatalog("\n".join(("the plan contradicts itself:", *problems)), where="plan", hint=hint)
    return plan


def _too_soon(known: Mapping[str, Task]) -> Iterator[str]:
    seen: set[str] = set()
    for task in known.values():
        for need in task.needs:
            if need not in seen:
                yield f"{task.id} stands before {need}, which it needs"
            elif known[need].done_hours > task.start_hours + _MINUTE:
                yield f"{task.id} begins before {need} is done and waited out"
        seen.add(task.id)


def _without_access(plan: Plan) -> Iterator[str]:
    """What needs access is done before it ends, or marked late, and then nothing waits for it."""
    late = set()
    for task in plan.tasks:
        limit = task.window.latest_hours
        if task.phase in OUTSIDE or limit is None or not task.window.before_access_ends:
            continue
        if task.done_hours > limit + _MINUTE:
            late.add(task.id)
            if not task.late:
                yield f"{task.id} needs access that ends at {limit:g} h, and is done at {task.done_hours:g} h"
            if task.start_hours >= limit:
                yield f"{task.id} begins when access has ended"
    for task in plan.tasks:
        for need in late & set(task.needs):
            if task.id not in late and task.phase not in OUTSIDE:
                yield f"{task.id} waits for {need}, which comes too late"


def _before_there_are_hosts(plan: Plan) -> Iterator[str]:
    """Nothing is done on a host, or looked for on one, before it can be reached."""
    making = [task for task in plan.tasks if any(one.startswith("terraform apply") for one in task.commands)]
    for task in plan.tasks if making else ():
        there = max(one.done_hours for one in making)
        if task.names_a_host and task not in making and task.start_hours + _MINUTE < there:
            yield f"{task.id} works on hosts that are there from {there:g} h"


def _before_the_import(plan: Plan) -> Iterator[str]:
    """No application is started before what it uses has been imported: it would migrate beside the import."""
    hosting = _providing("hosting.", plan.replacements)
    imported = [
        task for task in _of(_providing("data.", plan.replacements), plan) if task.phase == "copy" and _imports(task)
    ]
    for task in plan.tasks if hosting else ():
        if task.phase in OUTSIDE or not (task.sets_all_up or any(task.sets_up_with(slug) for slug in hosting)):
            continue
        for one in imported:
            if task.start_hours + _MINUTE < one.done_hours:
                yield f"{task.id} starts the applications before {one.id} is done"


def _imports(task: Task) -> bool:
    """Whether it brings in what others use. What needs access may be tried too late, and then nothing waits for it."""
    return any("ansible-playbook import.yml" in one for one in task.commands) and not task.window.before_access_ends


def _before_the_last_copy(plan: Plan) -> Iterator[str]:
    """Nobody is led to the new hosts before what was written on the old ones has come over."""
    hosting = _providing("hosting.", plan.replacements)
    edges = _providing(("edge.cdn", "edge.ddos"), plan.replacements) if hosting else set()
    serving = [task for task in _of(hosting | edges, plan) if task.phase == "cut over"]
    for copy in plan.tasks:
        if copy.phase != "freeze" or copy.late:
            continue
        for task in serving:
            if task.start_hours + _MINUTE < copy.done_hours:
                yield f"{task.id} leads people to the new hosts before {copy.id} is done"


def _fetched_while_written(plan: Plan) -> Iterator[str]:
    """What is fetched last is fetched after writers were stopped."""
    stopped = [task for task in plan.tasks if task.phase == "freeze" and task.id == _STOPPING]
    for task in plan.tasks:
        if task.phase != "freeze" or task.id == _STOPPING:
            continue
        if not stopped:
            yield f"{task.id} is done while nobody stopped the writers"
        for stop in stopped:
            if task.start_hours + _MINUTE < stop.done_hours:
                yield f"{task.id} begins before {stop.id} is done: what is written after it is lost"


def written_on_both_sides(tasks: Collection[Task], replacements: Collection[Replacement]) -> list[str]:
    """Where data is moved: people are led to the new hosts while they can still write on the old ones."""
    moved = _providing("data.", replacements)
    limits = [
        task.window.latest_hours
        for task in tasks
        if task.phase == "copy" and task.id.partition(".")[0] in moved and task.window.before_access_ends
    ]
    ends = max((limit for limit in limits if limit is not None), default=0.0)
    stopped = [task.done_hours for task in tasks if task.id == _STOPPING and not task.late]
    ends = min([ends, *stopped])
    hosting = _providing("hosting.", replacements)
    return [
        f"{task.id} begins at {task.start_hours:g} h, and on the old hosts people write until {ends:g} h"
        for task in tasks
        if task.phase == "cut over" and task.id.partition(".")[0] in hosting and task.start_hours + _MINUTE < ends
    ]


def _of(blueprints: Collection[str], plan: Plan) -> list[Task]:
    return [task for task in plan.tasks if task.id.partition(".")[0] in blueprints]


def _providing(capability: str | tuple[str, ...], replacements: Collection[Replacement]) -> set[str]:
    return {one.blueprint for one in replacements if any(it.startswith(capability) for it in one.capabilities)}


def _people(plan: Plan) -> Iterator[str]:
    """One person is in one place, and works no longer than a day."""
    by_person: dict[int, list[Task]] = defaultdict(list)
    for task in plan.tasks:
        if task.phase in OUTSIDE:
            continue
        if not 1 <= task.who <= plan.schedule.people:
            yield f"{task.id} is done by person {task.who} of {plan.schedule.people}"
        if task.finish_hours > task.start_hours:
            by_person[task.who].append(task)
    for who, tasks in by_person.items():
        for before, after in pairwise(sorted(tasks, key=lambda task: task.start_hours)):
            if before.finish_hours > after.start_hours + _MINUTE:
                yield f"person {who} does {before.id} and {after.id} at once"
        person = plan.platform.persons[who - 1] if who <= len(plan.platform.persons) else None
        hours = person.hours_a_day if person else DAY_HOURS
        for task in tasks:
            if task.start_hours % 24 >= hours or (task.finish_hours - _MINUTE) % 24 >= hours:
                yield f"person {who} works at night: {task.id}"
            if person and not person.can(task.capability, task.owner):
                yield f"{task.id} is done by {person.name}, who cannot"


def _in_turn(plan: Plan) -> Iterator[str]:
    """Nobody changes hosts while somebody else does."""
    turns = [task for task in plan.tasks if task.sets_up and task.phase not in OUTSIDE]
    turns = [task for task in turns if task.finish_hours > task.start_hours]
    for before, after in pairwise(sorted(turns, key=lambda task: task.start_hours)):
        if before.finish_hours > after.start_hours + _MINUTE:
            yield f"{after.id} runs site.yml while {before.id} does"


def _journeys(plan: Plan, known: Mapping[str, Task]) -> Iterator[str]:
    for one in plan.journeys:
        if one.latest_hours is None or one.back_hours is None:
            if not one.missing:
                yield f"the journey {one.journey} does not come back, and nobody says why"
            continue
        if one.missing:
            yield f"the journey {one.journey} is said to be back without {one.missing[0]}"
        if one.path and known[one.path[-1]].done_hours > one.latest_hours + _MINUTE:
            yield f"the journey {one.journey} is said to be back before {one.path[-1]} is done"
        if one.back_hours > one.latest_hours + _MINUTE:
            yield f"the journey {one.journey} is back sooner with longer waits"
