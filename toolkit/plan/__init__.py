"""Plan: who goes, with which notice → what replaces it, on which machines, in which order, by whom. Pure: no I/O.

In: an audit, the catalogue, the losses (none named: the one company whose loss is worst) and how many people there are.
Out: a `Plan`. docs/plan.md has the rules in full.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.model import SCHEMA_VERSION, Audit, DataLost, Loss, Plan, Task
from toolkit.plan.access import possible
from toolkit.plan.calendar import DAY_HOURS
from toolkit.plan.called import called
from toolkit.plan.changes import changes
from toolkit.plan.common import behind_way_in
from toolkit.plan.execute import refuse_contradictions, written_on_both_sides
from toolkit.plan.hosts import place
from toolkit.plan.journeys import returns, stopped_journeys
from toolkit.plan.losses import HOSTING, Gone, default_losses, hosts, lost_dependencies, taken, untouched
from toolkit.plan.measured import with_measured
from toolkit.plan.names import named
from toolkit.plan.prepared import with_held
from toolkit.plan.replacements import Chosen, replace_all
from toolkit.plan.runnable import obstacles
from toolkit.plan.schedule import schedule
from toolkit.plan.stopping import stopping
from toolkit.plan.tasks import make_tasks
from toolkit.plan.unrecognised import left_behind, unrecognised
from toolkit.plan.wanted import FRONTS, OF_FILES, serves_others
from toolkit.plan.ways_out import of_use, take_out_tasks, ways_out

_NOBODY = "nobody is free before access ends"


def make_plan(
    audit: Audit,
    catalog: Catalog,
    *,
    losses: Sequence[Loss] = (),
    people: int | None = None,
    prepared: bool = False,
    held: Collection[str] = (),
) -> Plan:
    """The plan. `people` defaults to what `offramp.toml` says. `prepared`: copies and contracts are held already;
    `held`: only those of these tasks' ids."""
    catalog = unready = with_measured(catalog, audit.measured)
    if prepared or held:
        catalog = with_held(catalog, None if prepared else held)
    crew = working(audit) if people is None else people
    if crew < 1:
        raise BadInput(f"nobody to do it: people = {crew}", hint="a plan needs at least one person")
    chosen = tuple(losses) or default_losses(audit, catalog)
    known, assumed, taking_over = _taken_over(audit, chosen, catalog)
    if not losses and _leaves_applications_out(audit, taking_over):
        chosen = ()  # a plan without losses builds them anew
        known, assumed, taking_over = _taken_over(audit, chosen, catalog)
    lost = named((*known, *assumed), audit, catalog)
    moving = tuple(_of_ours(one, audit) for one in lost)
    halt = stopping(audit, lost, catalog)
    hosts, replacements = place(taking_over.replacements, lost, catalog)
    ways = of_use(ways_out(known, audit.survey, audit.needs, catalog), replacements, catalog)
    hopeless: set[str] = set()
    given_up: set[str] = set()
    apart = False  # whether writers are stopped and the last copies fetched before the new hosts were rehearsed
    stops = any(rule.opens == "freeze" for rule in catalog.tasks)
    stopping_alone = False  # whether writers are stopped though nothing can be fetched after that
    behind: set[tuple[str, str]] = set()  # imports of what is just being fetched anew, and the task that does
    while True:
        made = make_tasks(
            replacements, moving, audit.platform, catalog, halt, hopeless, given_up, apart, stopping_alone
        )
        stopped = stopped_journeys(audit, lost, chosen, replacements, made, catalog)
        finals = {one.journey: one.finals for one in stopped if not one.missing}
        by_hand, left = take_out_tasks(
            ways, replacements, lost, audit.platform, unready, made.copied, audit.needs, prepared=prepared
        )
        left += left_behind(assumed, replacements)
        left += tuple(DataLost(one.capability, one.title, _NOBODY) for one in by_hand if one.id in given_up)
        by_hand = behind_way_in(made.tasks, by_hand, lost, catalog)
        todo = made.tasks + tuple(one for one in by_hand if one.id not in given_up)
        there = {one.id for one in todo}
        todo = tuple(_behind(one, {pair for pair in behind if there.issuperset(pair)}) for one in todo)
        writing = sum(1 for one in stopped if not (one.missing or one.only_reads) and one.ends_hours)
        tasks, figures = schedule(
            todo,
            crew,
            day_hours=DAY_HOURS,
            finals=finals,
            tried=hopeless,
            writers=writing,
            persons=audit.platform.persons,
            apart=made.apart,
        )
        if found := _read_while_written(tasks, made.apart) - behind:
            behind |= found
            continue
        before = (len(hopeless), len(given_up), apart, stopping_alone)
        late = [one for one in tasks if one.late and one.window.before_access_ends]
        never = {one.id for one in late if one.start_hours >= (one.window.latest_hours or 0.0)} & hopeless
        if not never and not {one.id for one in late} - hopeless:
            if stopping_alone or not stops or not written_on_both_sides(tasks, replacements):
                break
            stopping_alone = True
        last = {one.id for one in late if one.phase == "freeze"}
        if not apart and last - made.streams and not made.streams & {one.id for one in late}:
            # before the last copies are given up, they are made without what comes too late for them
            apart = True
            late = [one for one in late if one.id not in last]
        hopeless |= {one.id for one in late}
        given_up |= never
        if before == (len(hopeless), len(given_up), apart, stopping_alone):
            break  # another round would be the same; what it asks for wrongly is refused below
    tasks = possible(tasks, replacements, lost, chosen)
    unplanned = tuple(one for one in taking_over.unplanned if one.capability not in made.provided)
    plan = Plan(
        SCHEMA_VERSION,
        audit.tool,
        catalog.hash,
        audit.platform,
        chosen,
        hosts,
        replacements,
        tasks,
        figures,
        unplanned,
        ways,
        obstacles(audit.platform, taking_over, lost, catalog),
        returns(stopped, tasks),
        made.data_lost + left,
        changes(audit, replacements, unplanned),
        untouched(audit.dependencies, chosen, catalog),
        prepared,
        tuple(one.assumed for one in assumed),
        taken(lost, chosen, catalog),
        called(audit),
    )
    return refuse_contradictions(plan, stops=stops)


def _read_while_written(tasks: Sequence[Task], apart: Collection[str]) -> set[tuple[str, str]]:
    """The imports that would read a copy while the last one is written in its place, each with what writes that."""
    found = set()
    for fetch in tasks:
        if fetch.id not in apart:
            continue
        for one in tasks:
            same = one.id.partition(".")[0] == fetch.id.partition(".")[0]
            reads = one.phase == "copy" and not one.window.before_access_ends
            if same and reads and one.start_hours < fetch.done_hours and fetch.start_hours < one.done_hours:
                found.add((one.id, fetch.id))
    return found


def _behind(task: Task, behind: Collection[tuple[str, str]]) -> Task:
    needs = {fetch for one, fetch in behind if one == task.id}
    return replace(task, needs=tuple(sorted({*task.needs, *needs}))) if needs else task


def working(audit: Audit) -> int:
    """How many people there are: those that offramp.toml names, else as many as it says."""
    return len(audit.platform.persons) or audit.platform.people


def _taken_over(
    audit: Audit, losses: Sequence[Loss], catalog: Catalog
) -> tuple[tuple[Gone, ...], tuple[Gone, ...], Chosen]:
    """What is lost, what is taken to be lost with it, and what replaces both."""
    known = lost_dependencies(audit.dependencies, losses, catalog)
    assumed = unrecognised(audit, known, losses, catalog)
    return known, assumed, replace_all((*known, *assumed), losses, audit, catalog)


def _of_ours(gone: Gone, audit: Audit) -> Gone:
    """What is lost, without the CDN of somebody else: no task takes names away from that. Its files are copied."""
    if not serves_others(gone.dependency, audit):
        return gone
    capabilities = gone.dependency.capabilities
    kept = tuple(one for one in capabilities if one not in FRONTS)
    only_loaded = any(one in OF_FILES for one in capabilities)
    return replace(gone, dependency=replace(gone.dependency, capabilities=kept), only_loaded=only_loaded)


def _leaves_applications_out(audit: Audit, taking_over: Chosen) -> bool:
    """Whether offramp.toml describes applications that nothing is made to run, though nobody is known to run them, or
    though nothing else is replaced either: of a loss that nobody named, such a plan is of no use."""
    hosted = any(capability in HOSTING for one in taking_over.replacements for capability in one.capabilities)
    unhosted = not any(hosts(one) for one in audit.dependencies)
    return bool(audit.platform.applications) and not hosted and (unhosted or not taking_over.replacements)
