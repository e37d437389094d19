"""Ways out: what can be taken along from each lost dependency, what cannot, and who has to fetch it before the cut.

A blueprint that copies data has its own tasks for it. Where nothing copies, a task of this module does: taking it out
by hand, by the way the vendor's own pages name.
"""

from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog, Exit, concerns
from toolkit.model import (
    DataLost,
    Dependency,
    Effort,
    Export,
    Kept,
    Need,
    Platform,
    Replacement,
    Survey,
    Task,
    WayOut,
    Window,
)
from toolkit.plan.figures import look_up, with_folders
from toolkit.plan.losses import Gone
from toolkit.plan.names import fill
from toolkit.plan.prepared import HELD_BASIS, SINCE_COPY

_OURS = "GATEWAY_HOST"  # a command that brings a copy to a store of one's own, which there is none of here
_HOURS_EACH = 0.5  # per kind of data, on top of what the copying itself takes


def ways_out(lost: Sequence[Gone], survey: Survey, needs: Sequence[Need], catalog: Catalog) -> tuple[WayOut, ...]:
    """One for each lost dependency of which something is known, in the order in which access ends. What is known of a
    vendor as a whole is said once, of the vendor, and not of each of its services. Registries hold data of those alone
    who publish there. Of an engine that nobody uses while another of its kind is, nothing is said."""
    used = {need.engine for need in needs if need.confidence != "low"}
    found: dict[str, WayOut] = {}
    for gone in sorted(lost, key=lambda one: (one.notice_hours, one.dependency.id)):
        place = gone.dependency
        entry = catalog.services.get(place.id)
        own = bool(entry and entry.exit != Exit())
        known = catalog.exit(place.id)
        exports = tuple(one for one in known.exports if not one.held and _matters(one, place, used, catalog))
        keeps = tuple(one for one in known.keeps if _matters(one, place, used, catalog))
        if (exports or keeps) and _holds_data(place, survey):
            name = place.id if own else place.vendor
            way = WayOut(name, gone.notice_hours, place.capabilities, exports, keeps)
            found.setdefault(name, way)
    return tuple(found.values())


def _matters(fact: Export | Kept, place: Dependency, used: set[str], catalog: Catalog) -> bool:
    """Whether it is about what the platform has there, or what its code speaks might lie there."""
    return (concerns(fact, place.capabilities) or bool(used & set(fact.speaks))) and _is_spoken(fact, used, catalog)


def _is_spoken(fact: Export | Kept, used: set[str], catalog: Catalog) -> bool:
    """Whether it is about what the code speaks; where it speaks nothing of that kind, that is not known."""
    return bool(used & set(fact.speaks)) or not _kinds(fact.speaks, catalog) & _kinds(used, catalog)


def _kinds(engines: Collection[str], catalog: Catalog) -> set[str]:
    return {kind for one in engines if one in catalog.engines for kind in catalog.engines[one].capabilities}


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
    needs: Sequence[Need] = (),
    *,
    prepared: bool = False,
) -> tuple[tuple[Task, ...], tuple[DataLost, ...]]:
    """One task for each dependency that has something to take out and no replacement that copies it, and what is lost
    where access ends at once. What is only known of the vendor as a whole is no task where its services have theirs.
    `prepared`: taken out before anything happened, so that only what was written since is lost."""
    copied = {id for one in replacements if _copies(one, catalog) for id in one.dependencies} | set(also_copied)
    used = {need.engine for need in needs if need.role == "runtime" and need.confidence == "high"}
    surely = {one.dependency.id for one in lost if one.dependency.firm or _holds(one, used, catalog)}
    todo = [one for one in ways if one.exports and one.dependency in surely - copied]
    if prepared:
        since = [DataLost(one.dependency, SINCE_COPY, _no_notice(one)) for one in todo if not one.at_hours]
        return tuple(_take_out(way, lost, platform, catalog, held=True) for way in todo), tuple(since)
    kept = [one for one in todo if one.at_hours > 0]
    gone = [
        DataLost(one.dependency, export.what, _no_notice(one))
        for one in todo
        if not one.at_hours
        for export in one.exports
    ]
    return tuple(_take_out(way, lost, platform, catalog) for way in kept), tuple(gone)


def _holds(gone: Gone, used: set[str], catalog: Catalog) -> bool:
    """Whether only one like it can hold what the code surely speaks to: few signs of it are enough to look there."""
    entry = catalog.services.get(gone.dependency.id)
    return bool(entry and len(entry.speaks) == 1 and used & set(entry.speaks))


def _commands(way: WayOut, of: Sequence[Gone]) -> Iterator[str]:
    """The vendor's own, with the names that are known."""
    for export in way.exports:
        for command in export.commands:
            for one in of[:1] if _OURS not in command else ():
                yield from fill(command, one)


def _no_notice(way: WayOut) -> str:
    return f"{way.dependency.partition('/')[0]} ends access without notice"


def _copies(replacement: Replacement, catalog: Catalog) -> bool:
    return any(task.before_access_ends for task in catalog.blueprints[replacement.blueprint].tasks)


def _take_out(way: WayOut, lost: Sequence[Gone], platform: Platform, catalog: Catalog, *, held: bool = False) -> Task:
    entry = catalog.entry(way.dependency)
    name = entry.name if entry else way.dependency
    capability = next(iter(way.capabilities), "")
    area = capability.partition(".")[0]
    kinds = len(way.exports)
    of = [one for one in lost if way.dependency in (one.dependency.id, one.dependency.vendor)]
    commands = () if held else with_folders(tuple(dict.fromkeys(_commands(way, of))))
    return Task(
        id=f"take-out.{way.dependency.replace('/', '.')}",
        title=("Look that you hold this already: take" if held else "Take")
        + f" out of {name}: {'; '.join(one.what for one in way.exports)}",
        capability=capability,
        phase="copy",
        effort=Effort(0, HELD_BASIS)
        if held
        else Effort(
            _HOURS_EACH * kinds,
            f"30 min × {kinds}, once for each kind of data: nobody measured it here",
        ),
        owner=platform.owners.get(capability) or platform.owners.get(area) or "platform",
        commands=commands,
        look_up=look_up(commands, of),
        window=Window() if held else Window(before_access_ends=True, latest_hours=way.at_hours),
        done_when="every kind of data has been opened on a machine of yours, and counted against what the vendor shows",
        rollback="none needed: nothing changes at the vendor",
    )
