"""Ways out: what can be taken along from each lost dependency, what cannot, and who has to fetch it before the cut.

A blueprint that copies data has its own tasks for it. Where nothing copies, a task of this module does: taking it out
by hand, by the way the vendor's own pages name.
"""

from collections.abc import Sequence

from toolkit.catalog import Catalog
from toolkit.model import Effort, Platform, Replacement, Task, WayOut, Window
from toolkit.plan.losses import Gone

_HOURS_EACH = 0.5  # per kind of data, on top of what the copying itself takes


def ways_out(lost: Sequence[Gone], catalog: Catalog) -> tuple[WayOut, ...]:
    """One for each lost dependency of which something is known, in the order in which access ends."""
    found = []
    for gone in sorted(lost, key=lambda one: (one.notice_hours, one.dependency.id)):
        known = catalog.exit(gone.dependency.id)
        if known.exports or known.keeps:
            one = gone.dependency
            found.append(WayOut(one.id, gone.notice_hours, one.capabilities, known.exports, known.keeps))
    return tuple(found)


def take_out_tasks(
    ways: Sequence[WayOut], replacements: Sequence[Replacement], platform: Platform, catalog: Catalog
) -> tuple[Task, ...]:
    """One task for each dependency that has something to take out and no replacement that copies it."""
    copied = {id for one in replacements if _copies(one, catalog) for id in one.dependencies}
    return tuple(_take_out(way, platform, catalog) for way in ways if way.exports and way.dependency not in copied)


def _copies(replacement: Replacement, catalog: Catalog) -> bool:
    return any(task.before_access_ends for task in catalog.blueprints[replacement.blueprint].tasks)


def _take_out(way: WayOut, platform: Platform, catalog: Catalog) -> Task:
    entry = catalog.entry(way.dependency)
    name = entry.name if entry else way.dependency
    capability = next(iter(way.capabilities), "")
    area = capability.partition(".")[0]
    kinds = len(way.exports)
    return Task(
        id=f"take-out.{way.dependency.replace('/', '.')}",
        title=f"Take out of {name}: {'; '.join(one.what for one in way.exports)}",
        capability=capability,
        phase="copy",
        effort=Effort(_HOURS_EACH * kinds, f"30 min × {kinds} kinds of data, a guess: nobody measured it here"),
        owner=platform.owners.get(capability) or platform.owners.get(area) or "platform",
        window=Window(before_access_ends=True, latest_hours=way.at_hours),
        done_when="every kind of data has been opened on a machine of yours, and counted against what the vendor shows",
        rollback="none needed: nothing changes at the vendor",
    )
