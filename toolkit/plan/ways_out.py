"""Ways out: what can be taken along from each lost dependency, what cannot, and who has to fetch it before the cut.

A blueprint that copies data has its own tasks for it. Where nothing copies, a task of this module does: taking it out
by hand, by the way the vendor's own pages name.
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from toolkit.catalog import Catalog, Exit
from toolkit.model import DataLost, Dependency, Effort, Export, Platform, Replacement, Survey, Task, WayOut, Window
from toolkit.plan.losses import Gone
from toolkit.plan.prepared import HELD_BASIS, SINCE_COPY

_HOURS_EACH = 0.5  # per kind of data, on top of what the copying itself takes


def ways_out(lost: Sequence[Gone], survey: Survey, catalog: Catalog) -> tuple[WayOut, ...]:
    """One for each lost dependency of which something is known, in the order in which access ends. What is known of a
    vendor as a whole is said once, of the vendor, and not of each of its services. Registries hold data of those alone
    who publish there."""
    found: dict[str, WayOut] = {}
    for gone in sorted(lost, key=lambda one: (one.notice_hours, one.dependency.id)):
        one = gone.dependency
        entry = catalog.services.get(one.id)
        own = bool(entry and entry.exit != Exit())
        known = catalog.exit(one.id)
        exports = tuple(export for export in known.exports if not export.held)
        if (exports or known.keeps) and _holds_data(one, survey):
            name = one.id if own else one.vendor
            way = WayOut(name, gone.notice_hours, one.capabilities, exports, known.keeps)
            found.setdefault(name, way)
    return tuple(found.values())


def of_use(ways: Sequence[WayOut], replacements: Sequence[Replacement], catalog: Catalog) -> tuple[WayOut, ...]:
    """The ways without those to what nothing takes over here: a dump of MySQL where PostgreSQL is replaced."""
    return tuple(replace(way, exports=_taken(way, replacements, catalog)) for way in ways)


def _taken(way: WayOut, replacements: Sequence[Replacement], catalog: Catalog) -> tuple[Export, ...]:
    over = [catalog.blueprints[one.blueprint] for one in replacements if way.dependency in one.dependencies]
    fetched = {
        dataset for blueprint in over for task in blueprint.tasks for dataset in (*task.fetches, task.if_offered)
    }
    if not any(one.dataset in fetched for one in way.exports if one.dataset):
        return way.exports  # as far as is known all of it is wanted
    return tuple(one for one in way.exports if not one.dataset or one.dataset in fetched)


def _holds_data(dependency: Dependency, survey: Survey) -> bool:
    """Whether anything of the platform's lies there, as far as can be seen."""
    if set(dependency.capabilities) - {"build.packages"} or not dependency.capabilities or dependency.declared:
        return True
    return any("publish" in survey.evidence[position].signal for position in dependency.evidence)


def take_out_tasks(
    ways: Sequence[WayOut],
    replacements: Sequence[Replacement],
    lost: Sequence[Gone],
    platform: Platform,
    catalog: Catalog,
    also_copied: Collection[str] = (),
    *,
    prepared: bool = False,
) -> tuple[tuple[Task, ...], tuple[DataLost, ...]]:
    """One task for each dependency that has something to take out and no replacement that copies it, and what is lost
    where access ends at once. What is only known of the vendor as a whole is no task where its services have theirs.
    `prepared`: taken out before anything happened, so that only what was written since is lost."""
    copied = {id for one in replacements if _copies(one, catalog) for id in one.dependencies} | set(also_copied)
    surely = {one.dependency.id for one in lost if one.dependency.firm}
    todo = [one for one in ways if one.exports and one.dependency in surely - copied]
    if prepared:
        since = [DataLost(one.dependency, SINCE_COPY, _no_notice(one)) for one in todo if not one.at_hours]
        return tuple(_take_out(way, platform, catalog, held=True) for way in todo), tuple(since)
    kept = [one for one in todo if one.at_hours > 0]
    gone = [
        DataLost(one.dependency, export.what, _no_notice(one))
        for one in todo
        if not one.at_hours
        for export in one.exports
    ]
    return tuple(_take_out(way, platform, catalog) for way in kept), tuple(gone)


def _no_notice(way: WayOut) -> str:
    return f"{way.dependency.partition('/')[0]} ends access without notice"


def _copies(replacement: Replacement, catalog: Catalog) -> bool:
    return any(task.before_access_ends for task in catalog.blueprints[replacement.blueprint].tasks)


def _take_out(way: WayOut, platform: Platform, catalog: Catalog, *, held: bool = False) -> Task:
    entry = catalog.entry(way.dependency)
    name = entry.name if entry else way.dependency
    capability = next(iter(way.capabilities), "")
    area = capability.partition(".")[0]
    kinds = len(way.exports)
    return Task(
        id=f"take-out.{way.dependency.replace('/', '.')}",
        title=("Look that you hold this already: take" if held else "Take")
        + f" out of {name}: {'; '.join(one.what for one in way.exports)}",
        capability=capability,
        phase="copy",
        effort=Effort(0, HELD_BASIS)
        if held
        else Effort(_HOURS_EACH * kinds, f"30 min × {kinds} kinds of data, a guess: nobody measured it here"),
        owner=platform.owners.get(capability) or platform.owners.get(area) or "platform",
        window=Window() if held else Window(before_access_ends=True, latest_hours=way.at_hours),
        done_when="every kind of data has been opened on a machine of yours, and counted against what the vendor shows",
        rollback="none needed: nothing changes at the vendor",
    )
