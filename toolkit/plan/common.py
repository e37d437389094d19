"""Tasks that no blueprint has: names, certificates, secrets, machines, the freeze window. They are data, in
checks/tasks.toml.

In: the blueprints' tasks, what is lost, the catalogue. Out: all tasks together, what must wait for which, what is there
again when they are done, and what is lost where one is done instead of another.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog, CommonTask, PlanTask, WayIn
from toolkit.model import DataLost, Platform, Replacement, Task, Value
from toolkit.plan.certificates import certificate_commands
from toolkit.plan.figures import look_up, task_from, too_early
from toolkit.plan.losses import Gone
from toolkit.plan.names import fill, open_words, with_domains
from toolkit.plan.stopping import Stopping
from toolkit.plan.window import window

Rule = TypeVar("Rule", bound=PlanTask)
COMMON = "common"  # what their ids begin with, as a blueprint's tasks begin with its name


class Common(Value):
    """The tasks of both kinds, wired."""

    tasks: tuple[Task, ...]
    data_lost: tuple[DataLost, ...]
    provided: dict[str, tuple[str, ...]]  # capability -> tasks after which it is there again
    copied: tuple[str, ...]  # dependencies whose data one of them takes along


def common_tasks(
    built: Sequence[Task],
    replacements: Sequence[Replacement],
    lost: Sequence[Gone],
    platform: Platform,
    catalog: Catalog,
    halt: Stopping,
    hopeless: Collection[str],
    beside_workers: Collection[str] = (),
    on_hosts: Mapping[str, str] = {},
) -> Common:
    """What checks/tasks.toml asks for under these losses, with the blueprints' tasks. `beside_workers`: those of them
    that are done while workers finish; `on_hosts`: what each has to do with hosts (`hosts` of its rule)."""
    chosen = _chosen(lost, built, replacements, catalog, hopeless)
    chosen = [(_with_commands(rule, replacements, platform, catalog), gone) for rule, gone in chosen]
    capabilities = {one.blueprint: one.capabilities for one in replacements}
    tasks = [_stopping(_task(rule, gone, chosen, platform, catalog), rule, halt) for rule, gone in chosen]
    tasks = [_beside(task, rule, built, capabilities) for task, (rule, _) in zip(tasks, chosen, strict=True)]
    tasks = [_behind(task, rule, built, capabilities) for task, (rule, _) in zip(tasks, chosen, strict=True)]
    wired = [_waiting(task, capabilities, chosen, beside_workers) for task in (*built, *tasks)]
    wired = _around_hosts(wired, chosen, {**on_hosts, **{ident(rule): rule.hosts for rule, _ in chosen}})
    of = {one.blueprint: {*one.dependencies} for one in replacements}
    wired = [_reached(task, of.get(task.id.partition(".")[0], set()), chosen) for task in wired]
    wired = [_shortened(task, capabilities, chosen) for task in wired]
    provided: dict[str, list[str]] = {}
    for rule, _ in chosen:
        for capability in rule.provides:
            provided.setdefault(capability, []).append(ident(rule))
    left = [
        DataLost(one.dependency.id, rule.loses, too_early(one))
        for rule, gone in chosen
        if rule.loses
        for one in gone
        if one.dependency.vendor not in rule.theirs
    ]
    copied = {one.dependency.id for rule, gone in chosen if rule.phase == "copy" or rule.instead_of for one in gone}
    return Common(
        tuple(wired), tuple(left), {name: tuple(ids) for name, ids in provided.items()}, tuple(sorted(copied))
    )


def with_gate(
    tasks: Sequence[Task],
    platform: Platform,
    catalog: Catalog,
    halt: Stopping,
    *,
    apart: bool = False,
    alone: bool = False,
) -> tuple[Task, ...]:
    """The tasks with the one that opens a phase: that phase waits for it, and it for all that the phase waits for;
    `apart`: for nothing, only for its hour (`schedule.py`). `alone`: where the phase has no task, the
    applications' move waits for it."""
    for rule in catalog.tasks:
        opened = {task.id for task in tasks if task.phase == rule.opens}
        moving = alone and not opened and rule.opens == "freeze"
        if moving:
            opened = {task.id for task in tasks if task.phase == "cut over" and task.capability.startswith("hosting.")}
        if not opened:
            continue
        within = opened | (window(tasks) if rule.opens == "freeze" else set())
        inside = [task for task in tasks if task.id in within]
        after = _followers(within, tasks)
        concerned = {COMMON, *(task.id.partition(".")[0] for task in inside)}
        # an app that is rehearsed on phones keeps no database from moving
        rehearsed = {task.id for task in tasks if task.phase == "rehearse" and task.id.partition(".")[0] in concerned}
        outer = {need for task in inside for need in task.needs} | rehearsed
        awaited = [] if apart and not moving else sorted(outer - within - after)
        first = task_from(rule, ident(rule), awaited, inside[0].capability, (), platform, catalog)
        first = _stopping(first, rule, halt)
        limits = [one.window.latest_hours for one in inside if one.id in opened]
        limit = min((one for one in limits if one is not None), default=None)
        if rule.before_access_ends:
            first = replace(first, window=replace(first.window, before_access_ends=True, latest_hours=limit))
        tasks = [first, *(_after(task, first) if task.id in opened else task for task in tasks)]
    return tuple(tasks)


def _stopping(task: Task, rule: CommonTask, halt: Stopping) -> Task:
    """The task with the commands of the hosts that stop what it is about, and those that start it again."""
    if "settings" in rule.fetches and halt.settings and not _has_own_way(task, rule):
        return replace(task, commands=(*halt.settings, *task.commands))
    commands = {"": (), "writers": halt.writers, "workers": halt.workers}[rule.stops]
    if not commands:
        return task
    task = replace(task, commands=(*commands, *task.commands), look_up=_unknown(commands, halt))
    # the way back is one, and said once
    return replace(task, notes=(*task.notes, *halt.notes), undo=halt.back) if rule.stops == "writers" else task


def _unknown(commands: Sequence[str], halt: Stopping) -> tuple[str, ...]:
    """The words that are still to be filled in, each once, and who knows them."""
    words = open_words(commands)
    asked = {word: ident for word, ident in reversed(halt.unknown) if word in words}
    of = {ident: ", ".join(word for word in words if asked[word] == ident) for ident in asked.values()}
    return tuple(f"{named}: in the console of {ident}, for no file says it" for ident, named in of.items())


def _has_own_way(task: Task, rule: CommonTask) -> bool:
    """Whether its commands are more than the rule's: the vendor's own come first."""
    return len(task.commands) > len(rule.commands)


def _after(task: Task, first: Task) -> Task:
    return replace(task, needs=tuple(sorted({*task.needs, first.id})))


def _followers(ids: Collection[str], tasks: Sequence[Task]) -> set[str]:
    found = set(ids)
    while more := {task.id for task in tasks if found & set(task.needs)} - found:
        found |= more
    return found - set(ids)


def ident(rule: CommonTask) -> str:
    return f"{COMMON}.{rule.id}"


_Chosen = Sequence[tuple[CommonTask, tuple[Gone, ...]]]


def taken_over(capability: str, replacements: Sequence[Replacement], catalog: Catalog) -> bool:
    """Whether a blueprint that can provide this takes over from something, and does not only serve others."""
    return any(
        fnmatchcase(known, capability)
        for one in replacements
        if one.dependencies or any(own.startswith("hosting.") for own in one.capabilities)
        for known in catalog.blueprints[one.blueprint].capabilities
    )


def _chosen(
    lost: Sequence[Gone],
    built: Sequence[Task],
    replacements: Sequence[Replacement],
    catalog: Catalog,
    hopeless: Collection[str],
) -> _Chosen:
    """The rules that hold, each with what is lost that calls for it: what is surely in use, and what is replaced in any
    case, which moves as the rest does."""
    replaced = {id for one in replacements for id in one.dependencies}
    capabilities = {one.blueprint: one.capabilities for one in replacements}
    reachable: dict[str, bool] = {}
    found = []
    for rule in catalog.tasks:
        moving = (one for one in lost if one.dependency.firm or one.dependency.id in replaced)
        gone = tuple(one for one in moving if _calls(rule, one))
        wanted = bool(gone or (rule.builds and replacements))
        if rule.where_needed:
            wanted = any(_comes_before(rule, task, capabilities) for task in built)
        if rule.reaches:
            moving = (one for one in lost if one.dependency.firm or one.dependency.id in replaced)
            gone = tuple(one for one in moving if one.notice_hours and _lies_inside(one, catalog))
            wanted = bool(gone)
        if rule.opens or not wanted:
            continue
        if rule.unless and taken_over(rule.unless, replacements, catalog):
            continue
        if rule.beside and not taken_over(rule.beside, replacements, catalog):
            continue
        closed = any(not one.notice_hours for one in _asked(rule, gone)) or ident(rule) in hopeless
        reachable[rule.id] = not (rule.before_access_ends and gone and closed)
        if rule.instead_of and reachable.get(rule.instead_of, True):
            continue
        if reachable[rule.id]:
            found.append((rule, gone))
    return found


def _calls(rule: CommonTask, gone: Gone) -> bool:
    if rule.only_loaded:
        return gone.only_loaded
    return any(_matches(capability, rule.of) for capability in gone.dependency.capabilities)


def _asked(rule: CommonTask, gone: Sequence[Gone]) -> tuple[Gone, ...]:
    """Of what is lost, that which must still answer for the task."""
    if rule.reaches:
        return tuple(gone)
    access = rule.access or rule.of
    if rule.only_loaded:
        return tuple(gone)
    return tuple(one for one in gone if any(_matches(name, access) for name in one.dependency.capabilities))


def _matches(capability: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(capability, glob) for glob in globs)


def with_beside(task: Rule, others: Sequence[Replacement], catalog: Catalog) -> Rule:
    """The task with the commands that are called for because these are replaced as well: they come first."""
    first = [
        command
        for capability, commands in task.commands_beside.items()
        if taken_over(capability, others, catalog)
        for command in commands
    ]
    return replace(task, commands=(*first, *task.commands))


def _with_commands(
    rule: CommonTask, replacements: Sequence[Replacement], platform: Platform, catalog: Catalog
) -> CommonTask:
    """The rule with the platform's domains in its commands, and with those that depend on what is replaced."""
    rule = with_beside(rule, replacements, catalog)
    filled = tuple(with_domains(one, platform.domains) for one in rule.commands)
    return replace(rule, commands=(*filled, *certificate_commands(rule.certificates, replacements, catalog)))


def _task(rule: CommonTask, gone: Sequence[Gone], chosen: _Chosen, platform: Platform, catalog: Catalog) -> Task:
    planned = {one.id: one for one, _ in chosen}
    needs = [ident(planned[need]) for need in rule.needs if need in planned]
    calling = (name for one in gone for name in one.dependency.capabilities if _matches(name, rule.of))
    capability = next(iter(rule.provides), "") or next(calling, (*rule.of, "hosting.compute")[0])
    if rule.reaches:
        return _way_in(rule, gone, platform, catalog)
    return task_from(rule, ident(rule), needs, capability, _asked(rule, gone), platform, catalog)


def _lies_inside(gone: Gone, catalog: Catalog) -> bool:
    entry = catalog.services.get(gone.dependency.id)
    return bool(entry and entry.way_in != WayIn())


def _way_in(rule: CommonTask, gone: Sequence[Gone], platform: Platform, catalog: Catalog) -> Task:
    """The task with each vendor's own way."""
    ways = [(one, catalog.services[one.dependency.id].way_in) for one in gone]
    commands = tuple(filled for one, way in ways for command in way.commands for filled in fill(command, one))
    task = task_from(rule, ident(rule), (), gone[0].dependency.capabilities[0], gone, platform, catalog)
    notes = tuple(f"{one.dependency.id}: {way.note}" for one, way in ways if way.note)
    return replace(task, commands=tuple(dict.fromkeys(commands)), notes=notes, look_up=look_up(commands, gone))


def behind_way_in(
    tasks: Sequence[Task], others: Sequence[Task], lost: Sequence[Gone], catalog: Catalog
) -> tuple[Task, ...]:
    """Tasks that take something out by hand, each after the way in to where that lies, if one is made."""
    ways = {ident(rule) for rule in catalog.tasks if rule.reaches} & {task.id for task in tasks}
    inside = {one.dependency.id.replace("/", ".") for one in lost if _lies_inside(one, catalog)}
    return tuple(
        replace(task, needs=tuple(sorted({*task.needs, *ways})))
        if task.id.partition(".")[2] in inside and task.window.before_access_ends
        else task
        for task in others
    )


def _beside(task: Task, rule: CommonTask, built: Sequence[Task], capabilities: dict[str, tuple[str, ...]]) -> Task:
    """What is planned for what waits for it stands in the same runbook as that."""
    waiting = (one.capability for one in built if rule.where_needed and _comes_before(rule, one, capabilities))
    return replace(task, capability=next(waiting, task.capability))


def _behind(task: Task, rule: CommonTask, built: Sequence[Task], capabilities: dict[str, tuple[str, ...]]) -> Task:
    """The task with those of the blueprints' that its rule waits for."""
    needs = {*task.needs}
    for pattern in rule.after:
        glob, _, phase = pattern.partition(":")
        needs |= {one.id for one in built if one.phase == phase and _provides(one, glob, capabilities)}
    return replace(task, needs=tuple(sorted(needs)))


def _provides(task: Task, glob: str, capabilities: dict[str, tuple[str, ...]]) -> bool:
    of = capabilities.get(task.id.partition(".")[0], (task.capability,))
    return any(fnmatchcase(one, glob) for one in of)


def _reached(task: Task, dependencies: Collection[str], chosen: _Chosen) -> Task:
    """The task behind the way in to what it takes from."""
    ways = [
        ident(rule) for rule, gone in chosen if rule.reaches and any(one.dependency.id in dependencies for one in gone)
    ]
    if not ways or not task.window.before_access_ends:
        return task
    return replace(task, needs=tuple(sorted({*task.needs, *ways})))


def _around_hosts(tasks: Sequence[Task], chosen: _Chosen, on_hosts: Mapping[str, str]) -> list[Task]:
    """What makes the hosts known comes after all that rents them, and before whatever works on one: who asks for a
    name of an address, or looks at what a host answers, has to know it."""
    making = [ident(rule) for rule, _ in chosen if rule.makes_hosts]
    rented = [task.id for task in tasks if on_hosts.get(task.id) == "rents"]
    found = []
    for task in tasks:
        if task.id in making:
            task = replace(task, needs=tuple(sorted({*task.needs, *rented})))
        elif on_hosts.get(task.id) == "needs" or (on_hosts.get(task.id) != "rents" and task.names_a_host):
            task = replace(task, needs=tuple(sorted({*task.needs, *making})))
        found.append(task)
    return found


def _shortened(task: Task, capabilities: dict[str, tuple[str, ...]], chosen: _Chosen) -> Task:
    """The task with the wait that is left where something before it makes waits short: a TTL that was lowered."""
    for rule, _ in chosen:
        limit = rule.shortens_to_hours
        if limit is None or not task.wait or task.wait.high_hours <= limit:
            continue
        if _comes_before(rule, task, capabilities):
            low, basis = min(task.wait.low_hours, limit), f"{task.wait.basis}; here “{rule.title}” comes before"
            task = replace(task, wait=replace(task.wait, low_hours=low, high_hours=limit, basis=basis))
    return task


def _comes_before(rule: CommonTask, task: Task, capabilities: dict[str, tuple[str, ...]]) -> bool:
    parted = (pattern.partition(":") for pattern in rule.before)
    return any(task.phase == phase and _provides(task, glob, capabilities) for glob, _, phase in parted)


def _waiting(
    task: Task, capabilities: dict[str, tuple[str, ...]], chosen: _Chosen, beside_workers: Collection[str]
) -> Task:
    """The task with what must come before it."""
    needs = {*task.needs}
    for rule, _ in chosen:
        if rule.stops == "workers" and task.id in beside_workers:
            continue
        if rule.before_commands and any(one.startswith(rule.before_commands) for one in task.commands):
            needs.add(ident(rule))
        if task.id != ident(rule) and _comes_before(rule, task, capabilities):
            needs.add(ident(rule))
    return replace(task, needs=tuple(sorted(needs)))
