"""Unrecognised: what the code speaks to and nobody was found who runs it. Most likely the applications' host does.

In: the audit, what is lost. Out: where the applications' host is lost, such a database, cache or broker as lost with
it: a `Gone` each, with the sentence that it is taken for granted. It is then copied, replaced, missed as any other.
Where nobody was found who runs the programs either, a lost vendor that rents out places for programs is taken to.
"""

from collections.abc import Sequence

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, DataLost, Dependency, Loss, Replacement
from toolkit.plan.figures import too_early
from toolkit.plan.losses import Gone
from toolkit.plan.wanted import fallback, groups, likely_host, lost_host, stays


def unrecognised(audit: Audit, lost: Sequence[Gone], losses: Sequence[Loss], catalog: Catalog) -> tuple[Gone, ...]:
    """One for each engine, or alternatives of which one is used, that nobody is known to provide."""
    host = lost_host(audit.dependencies, lost)
    found = []
    if host is None:
        if (likely := likely_host(audit, lost, catalog)) is None:
            return ()
        host = _host_at(likely)
        found.append(host)
    for needs in groups(audit.needs):
        capability, engines = needs[0].capability, tuple(sorted({need.engine for need in needs}))
        known = stays(set(engines), capability, (), audit, catalog)
        if known or fallback((capability,), losses, audit.platform, catalog):
            continue
        vendor, kinds = host.dependency.vendor, " or ".join(engines)
        place = Dependency(vendor, "-or-".join(engines), (capability,), "runtime", "medium")
        sentence = (
            f"{place.id}: nobody was found who runs the {kinds}, so it is taken to lie at {vendor} and to be lost with"
            f' it. Who runs it? [[declare]] vendor and capabilities = ["{capability}"] in offramp.toml says so'
        )
        found.append(Gone(place, host.notice_hours, engines, sentence))
    return tuple(found)


def _host_at(likely: Gone) -> Gone:
    vendor = likely.dependency.vendor
    place = Dependency(vendor, "host-of-the-programs", ("hosting.compute",), "runtime", "medium")
    sentence = (
        f"{vendor}: nobody was found who runs the programs, so they are taken to run there and to be lost with it."
        ' Who runs them? [[declare]] vendor and capabilities = ["hosting.compute"] in offramp.toml says so'
    )
    return Gone(place, likely.notice_hours, (), sentence)


def left_behind(assumed: Sequence[Gone], replacements: Sequence[Replacement]) -> tuple[DataLost, ...]:
    """What nothing here takes over and nobody can fetch any more."""
    replaced = {id for one in replacements for id in one.dependencies}
    return tuple(
        DataLost(one.dependency.id, f"What the {' or '.join(one.speaks)} held", too_early(one))
        for one in assumed
        if one.speaks and one.dependency.id not in replaced and not one.notice_hours
    )
