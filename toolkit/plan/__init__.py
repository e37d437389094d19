"""Plan: who goes, with which notice → what replaces it, on which machines, in which order, by whom. Pure: no I/O.

In: an audit, the catalogue, the losses (none named: every company that can stop a journey alone) and how many people
there are. Out: a `Plan`. docs/plan.md has the rules in full.
"""

from collections.abc import Sequence

from toolkit.catalog import Catalog
from toolkit.errors import BadInput
from toolkit.model import SCHEMA_VERSION, Audit, Loss, Plan
from toolkit.plan.hosts import place
from toolkit.plan.losses import default_losses, lost_dependencies
from toolkit.plan.replacements import replace_all
from toolkit.plan.schedule import schedule
from toolkit.plan.tasks import make_tasks
from toolkit.plan.ways_out import take_out_tasks, ways_out


def make_plan(audit: Audit, catalog: Catalog, *, losses: Sequence[Loss] = (), people: int | None = None) -> Plan:
    """The plan. `people` defaults to what `offramp.toml` says."""
    crew = audit.platform.people if people is None else people
    if crew < 1:
        raise BadInput(f"nobody to do it: people = {crew}", hint="a plan needs at least one person")
    chosen = tuple(losses) or default_losses(audit, catalog)
    lost = lost_dependencies(audit.dependencies, chosen, catalog)
    chosen_replacements, unplanned = replace_all(lost, chosen, audit, catalog)
    hosts, replacements = place(chosen_replacements, lost, catalog)
    ways = ways_out(lost, catalog)
    todo = make_tasks(replacements, lost, audit.platform, catalog)
    todo += take_out_tasks(ways, replacements, audit.platform, catalog)
    tasks, figures = schedule(todo, crew)
    return Plan(
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
    )
