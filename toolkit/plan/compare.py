"""Compare: each company that can stop something, lost alone under its usual notice, and what its plan says.

In: an audit, the catalogue, how many people there are. Out: a `Comparison`, the worst loss first.
"""

from collections.abc import Sequence

from toolkit.catalog.entries import Catalog
from toolkit.model import SCHEMA_VERSION, Audit, Compared, Comparison, Loss, Plan
from toolkit.plan import make_plan, working
from toolkit.plan.called import called
from toolkit.plan.losses import stopping_losses
from toolkit.plan.schedule import OUTSIDE


def compare(
    audit: Audit, catalog: Catalog, *, losses: Sequence[Sequence[Loss]] = (), people: int | None = None
) -> Comparison:
    """One row for each set of losses; none given: one for each company that stops a journey alone."""
    sets = [tuple(one) for one in losses] or [(one,) for one in stopping_losses(audit, catalog)]
    plans = [make_plan(audit, catalog, losses=one, people=people) for one in sets]
    crew = working(audit) if people is None else people
    name = called(audit) or audit.platform.name
    return Comparison(
        SCHEMA_VERSION,
        audit.tool,
        catalog.hash,
        name,
        crew,
        tuple(_row(plan) for plan in plans),
    )


def _row(plan: Plan) -> Compared:
    inside = [task for task in plan.tasks if task.phase not in OUTSIDE]
    outages = [one.outage_hours for one in plan.journeys]
    return Compared(
        plan.losses,
        plan.journeys,
        plan.data_lost,
        round(sum(task.effort.hours for task in inside), 1),
        max((task.wait.high_hours for task in inside if task.wait and task.phase != "settle"), default=0.0),
        None if None in outages else max((one for one in outages if one is not None), default=0.0),
    )
