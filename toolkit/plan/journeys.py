"""Journeys: which tasks each stopped journey waits for, and when it is back.

In: the audit's judgement of what stops what, what is lost, what takes over. Out: before scheduling, the tasks after
which each journey is there again, and what nothing replaces; after it, a `Return` each.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Dependency, Loss, Replacement, Return, Task, Value
from toolkit.plan.calendar import DAY_HOURS
from toolkit.plan.losses import Gone
from toolkit.plan.tasks import Made
from toolkit.plan.wanted import fallback, groups, stays


class Stopped(Value):
    """A journey that the losses stop."""

    journey: str
    title: str
    ends_hours: float  # the first access that it needs
    finals: tuple[str, ...]  # Task.id, all of which must be done
    missing: tuple[str, ...]  # why it stays dark, one sentence each
    only_reads: bool = False  # goes on while writers are stopped
    perhaps: bool = False  # nobody has answered yet whether it stops


def stopped_journeys(
    audit: Audit,
    lost: Sequence[Gone],
    losses: Sequence[Loss],
    replacements: Sequence[Replacement],
    made: Made,
    catalog: Catalog,
) -> tuple[Stopped, ...]:
    """In the audit's order. Where the losses stop none surely, those that they may stop, as if they did."""
    surely = _stopped(audit, lost, losses, replacements, made, catalog, perhaps=False)
    return surely or _stopped(audit, lost, losses, replacements, made, catalog, perhaps=True)


def _stopped(
    audit: Audit,
    lost: Sequence[Gone],
    losses: Sequence[Loss],
    replacements: Sequence[Replacement],
    made: Made,
    catalog: Catalog,
    *,
    perhaps: bool,
) -> tuple[Stopped, ...]:
    gone = {one.dependency.id: one for one in lost}
    engines = _engines_missing(audit, lost, losses, replacements, catalog)
    only_reading = {one.id for one in catalog.judgement.journeys if one.only_reads}
    found = []
    for risk in audit.assessment.journeys:
        answers = risk.may_stop if perhaps else risk.stops
        ids = dict.fromkeys(id for answer in answers for id in answer.dependencies if id in gone)
        ids |= dict.fromkeys(_taken_to_run(risk.journey, lost, audit, catalog))
        if not ids:
            continue
        finals: set[str] = set()
        missing: list[str] = []
        for one in (gone[id].dependency for id in ids):
            for capability in _needed(risk.journey, one, lost, audit, catalog):
                if fallback((one.id, one.vendor, capability), losses, audit.platform, catalog):
                    continue
                if back := _back(one, capability, replacements, made):
                    finals.update(back)
                else:
                    missing.append(f"nothing replaces {one.id} ({capability})")
        if any(one.startswith("hosting.") for id in ids for one in gone[id].dependency.capabilities):
            missing += engines
            for one in (held.dependency for held in lost if held.assumed):
                finals.update(_back(one, one.capabilities[0], replacements, made))
        ends = min(gone[id].notice_hours for id in ids)
        title = risk.title or risk.journey
        reads = risk.journey in only_reading
        found.append(Stopped(risk.journey, title, ends, tuple(sorted(finals)), tuple(missing), reads, perhaps))
    return tuple(found)


def _taken_to_run(journey: str, lost: Sequence[Gone], audit: Audit, catalog: Catalog) -> list[str]:
    """The host that the audit could not see, where the journey needs one."""
    declared = {one.id: one.needs for one in audit.platform.journeys}
    stopping = [need for need in catalog.judgement.needs if need.effect == "stops" and journey in need.journeys]
    globs = declared.get(journey) or [glob for need in stopping for glob in need.of]
    return [
        one.dependency.id
        for one in lost
        if one.assumed and not one.speaks and any(fnmatchcase(one.dependency.capabilities[0], glob) for glob in globs)
    ]


def _engines_missing(
    audit: Audit,
    lost: Sequence[Gone],
    losses: Sequence[Loss],
    replacements: Sequence[Replacement],
    catalog: Catalog,
) -> list[str]:
    """What the code speaks and nobody gives it any more: without it the applications do not start elsewhere."""
    missing = []
    for needs in groups(audit.needs):
        capability, engines = needs[0].capability, {need.engine for need in needs}
        given = any(capability in one.capabilities and engines & set(one.speaks) for one in replacements)
        by = fallback((capability,), losses, audit.platform, catalog)
        if not (given or by or stays(engines, capability, lost, audit, catalog)):
            missing.append(f"nothing here gives the applications {' or '.join(sorted(engines))} ({capability})")
    return missing


def _needed(
    journey: str, dependency: Dependency, lost: Sequence[Gone], audit: Audit, catalog: Catalog
) -> tuple[str, ...]:
    """What the journey needs of the dependency: as offramp.toml says, else as checks/needs.toml does; where it needs
    nothing of that, nothing if it only shows whose host the platform is taken to run at, else all."""
    declared = {one.id: one.needs for one in audit.platform.journeys}
    if journey in declared:
        needs = declared[journey]
        of = tuple(one for one in dependency.capabilities if one in needs)
    else:
        stopping = [need for need in catalog.judgement.needs if need.effect == "stops" and journey in need.journeys]
        globs = [glob for need in stopping for glob in need.of]
        of = tuple(one for one in dependency.capabilities if any(fnmatchcase(one, glob) for glob in globs))
    shows = any(one.assumed and not one.speaks and one.dependency.vendor == dependency.vendor for one in lost)
    return of if of or shows else dependency.capabilities


def _back(dependency: Dependency, capability: str, replacements: Sequence[Replacement], made: Made) -> tuple[str, ...]:
    """The tasks after which it is there again; none: nothing gives it."""
    for one in replacements:
        if capability in one.capabilities and dependency.id in one.dependencies:
            return made.serving[one.blueprint]
    return made.provided.get(capability, ())


def returns(stopped: Sequence[Stopped], tasks: Sequence[Task]) -> tuple[Return, ...]:
    """When each is dark and back, as scheduled."""
    known = {one.id: one for one in tasks}
    soonest = _soonest(tasks)
    freeze = min((one.start_hours for one in tasks if one.phase == "freeze"), default=None)
    found = []
    for one in stopped:
        path = _path(one.finals, known)
        before = _ancestors(one.finals, known)
        frozen = not one.only_reads and any(known[name].phase == "freeze" for name in before)
        dark = min(one.ends_hours, freeze) if frozen and freeze is not None else one.ends_hours
        least, most = None, None
        if not one.missing:
            least = max((soonest[name] for name in one.finals), default=0.0)
            most = max((known[name].done_hours for name in one.finals), default=0.0)
        outage = None if most is None else max(most - dark, 0.0)
        found.append(Return(one.journey, one.title, dark, least, most, outage, path, one.missing, one.perhaps))
    unknown = float("inf")
    found.sort(key=lambda one: (unknown if one.back_hours is None else one.back_hours, one.journey))
    return tuple(found)


def _ancestors(names: Sequence[str], known: Mapping[str, Task]) -> set[str]:
    found: set[str] = set()
    queue = list(names)
    while queue:
        if (name := queue.pop()) not in found:
            found.add(name)
            queue += known[name].needs
    return found


def _soonest(tasks: Sequence[Task]) -> dict[str, float]:
    """When each is done if every wait is its shortest: whoever waited for a person waits as long again, nobody begins
    at night, and writers are stopped when it was announced. Never later than scheduled."""
    known = {one.id: one for one in tasks}
    done: dict[str, float] = {}
    for one in sorted(tasks, key=lambda one: (one.start_hours, one.finish_hours)):
        needs = [need for need in one.needs if need in done]
        queued = one.start_hours - max((known[need].done_hours for need in needs), default=0.0)
        start = max((done[need] for need in needs), default=0.0) + max(queued, 0.0)
        length = one.finish_hours - one.start_hours
        if start % 24 >= DAY_HOURS:
            start = (start // 24 + 1) * 24
        if one.phase == "freeze" or start > one.start_hours:
            start = one.start_hours
        done[one.id] = start + length + (one.wait.low_hours if one.wait else 0.0)
    return done


def _path(finals: Sequence[str], known: Mapping[str, Task]) -> tuple[str, ...]:
    """What the return hangs on, from the first task to the last: each begins when the one before is waited out, or when
    its person is free, or the hosts are."""
    name = max(finals, key=lambda one: (known[one].done_hours, one), default="")
    path: list[str] = []
    while name and name not in path:
        path.append(name)
        name = _held_up_by(known[name], known)
    return tuple(reversed(path))


def _held_up_by(task: Task, known: Mapping[str, Task]) -> str:
    if task.start_hours <= 0:
        return ""
    needed = [(known[need].done_hours, True, need) for need in task.needs]
    busy = [
        (one.finish_hours, False, one.id)  # of two that end at once, what it needs holds it up
        for one in known.values()
        if (one.who == task.who or (one.sets_up and task.sets_up))
        and one.who
        and one.finish_hours <= task.start_hours
        and one.id != task.id
    ]
    return max(needed + busy, default=(0.0, True, ""))[2]
