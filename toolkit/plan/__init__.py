"""Plan: who goes, with which notice → what replaces it, on which machines, in which order, by whom. Pure: no I/O.

In: an audit, the catalogue, the losses (none named: the one company whose loss is worst) and how many people there are.
Out: a `Plan`. docs/plan.md has the rules in full.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.model import SCHEMA_VERSION, Audit, DataLost, Loss, Plan
from toolkit.plan.access import possible
from toolkit.plan.calendar import DAY_HOURS
from toolkit.plan.called import called
from toolkit.plan.changes import changes
from toolkit.plan.common import behind_way_in
from toolkit.plan.concessions import Concessions, after_what_they_read, learned
from toolkit.plan.execute import refuse_contradictions
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
    stops = any(rule.opens == "freeze" for rule in catalog.tasks)
    without = Concessions()
    while True:
        made = make_tasks(replacements, moving, audit.platform, catalog, halt, without)
        stopped = stopped_journeys(audit, lost, chosen, replacements, made, catalog)
        by_hand, left = take_out_tasks(
            ways, replacements, lost, audit.platform, unready, made.copied, audit.needs, prepared=prepared
        )
        left += left_behind(assumed, replacements)
        left += tuple(DataLost(one.capability, one.title, _NOBODY) for one in by_hand if one.id in without.given_up)
        by_hand = behind_way_in(made.tasks, by_hand, lost, catalog)
        todo = made.tasks + tuple(one for one in by_hand if one.id not in without.given_up)
        tasks, figures = schedule(
            after_what_they_read(todo, without),
            crew,
            day_hours=DAY_HOURS,
            finals={one.journey: one.finals for one in stopped if not one.missing},
            tried=without.hopeless,
            writers=sum(1 for one in stopped if not (one.missing or one.only_reads) and one.ends_hours),
            persons=audit.platform.persons,
            apart=made.apart,
        )
        more = learned(without, tasks, replacements, streams=made.streams, apart=made.apart, stops=stops)
        if more == without:
            break
        without = more
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
