"""Today: what to export and whom to sign with before anything happens, and how much outage each of it would save.

In: an audit, the catalogue, a loss that may come. Out: one row for each copy and contract that its plan could have had
already: the outage of its journeys with and without that one thing held, and the data that would not be lost.
"""

from collections.abc import Sequence

from toolkit.catalog.entries import Catalog
from toolkit.model import SCHEMA_VERSION, Audit, DataLost, Loss, Plan, Preparation, Task, Today
from toolkit.plan import make_plan
from toolkit.plan.called import called
from toolkit.plan.losses import default_losses
from toolkit.plan.prepared import ahead

_AMPLE = 30 * 24.0  # hours of notice in which everything can still be fetched
_CHANCE = 0.05  # of a journey's outage: less may be saved because some task happens to fall before a night
_LEAST_WORK = 0.25  # hours: no task is so short that it comes first for that alone


def today(audit: Audit, catalog: Catalog, *, losses: Sequence[Loss] = (), people: int | None = None) -> Today:
    """The rows, those first that save the most outage for an hour of work; none given: the worst company's loss."""
    feared = tuple(losses) or default_losses(audit, catalog)
    unready = make_plan(audit, catalog, losses=feared, people=people)
    calm = make_plan(audit, catalog, losses=[Loss(one.vendor, _AMPLE, one.kind) for one in feared], people=people)
    known = ahead(catalog)
    rows = []
    for task in calm.tasks:
        if task.id in known:
            ready = make_plan(audit, catalog, losses=feared, people=people, held=[task.id])
            rows.append(_row(task, unready, ready))
        elif task.id.startswith("take-out."):
            kept = tuple(one for one in unready.data_lost if _is_of(task, one))
            rows.append(_preparation(task, 0.0, (), kept))
    worth = [one for one in rows if one.saves_hours >= _LEAST_WORK or one.brings_back or one.keeps]
    worth.sort(key=lambda one: (-len(one.brings_back), -_per_hour(one), -len(one.keeps), one.task))
    crew = unready.schedule.people
    name = called(audit) or audit.platform.name
    return Today(SCHEMA_VERSION, audit.tool, catalog.hash, name, crew, feared, tuple(worth))


def _row(task: Task, unready: Plan, ready: Plan) -> Preparation:
    after = {one.journey: one.outage_hours for one in ready.journeys}
    saved, back = 0.0, []
    for one in unready.journeys:
        now = after.get(one.journey, 0.0)
        if one.outage_hours is None and now is not None:
            back.append(one.title)
        elif one.outage_hours is not None and now is not None and now < one.outage_hours * (1 - _CHANCE):
            saved += one.outage_hours - now
    still = {(one.dependency, one.what) for one in ready.data_lost}
    kept = tuple(one for one in unready.data_lost if (one.dependency, one.what) not in still)
    return _preparation(task, saved, tuple(back), kept)


def _preparation(task: Task, saved: float, back: tuple[str, ...], kept: tuple[DataLost, ...]) -> Preparation:
    wait = task.wait.high_hours if task.wait else 0.0
    return Preparation(
        task.id, task.title, task.owner, task.effort.hours, wait, round(saved, 1), back, kept, task.commands
    )


def _is_of(task: Task, lost: DataLost) -> bool:
    return task.id == f"take-out.{lost.dependency.replace('/', '.')}"


def _per_hour(one: Preparation) -> float:
    return one.saves_hours / max(one.work_hours, _LEAST_WORK)
