"""What a plan has to provide: what lost dependencies gave, and what the platform's own applications need to run.

In: the audit, what is lost, the catalogue. Out: `Wanted`, not yet matched with blueprints, and what fallbacks cover.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Dependency, Loss, Need, Platform, Unplanned, Value
from toolkit.plan.losses import HOSTING, Gone, hosts, rents_out
from toolkit.plan.protocols import Use, uses

_EITHER = ("data.relational", "data.cache")  # programs come with drivers for several of these, and use one


FRONTS = ("edge.cdn", "edge.ddos")
OF_FILES = (*FRONTS, "product.media")  # what gives files to whoever asks
_SETTINGS = re.compile(
    r"files\.(?:hcl|terraform_json|tfstate|cloudformation|dotenv|compose|kubernetes|platforms|config)"
)
_NOT_OURS = (
    "only addresses of it stand in pages and code: most likely somebody else's files lie there. Keep copies of what"
    " your pages load (`offramp export assets`); where it is your own, [[declare]] it in offramp.toml"
)


class Wanted(Value):
    """A capability to provide, and for whom: lost dependencies, or the application or blueprint that needs it."""

    capability: str
    speaks: tuple[str, ...] = ()  # engines of which one will do; none: whatever there is
    dependencies: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()
    blueprint: str = ""  # the one that offramp.toml chooses
    serves_blueprint: bool = False  # it is a blueprint that needs it
    assumed: str = ""


def wanted_by_losses(
    lost: Sequence[Gone], losses: Sequence[Loss], audit: Audit, catalog: Catalog
) -> tuple[list[Wanted], list[Unplanned]]:
    """Lost capabilities with the dependencies that provided them, less what a fallback covers."""
    wanted: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    covered = []
    chosen = {one.capability for one in audit.platform.choices}
    for gone in lost:
        one = gone.dependency
        for capability in one.capabilities:
            by = fallback((one.id, one.vendor, capability), losses, audit.platform, catalog)
            if by and capability not in chosen:
                covered.append(Unplanned(one.id, capability, f"a fallback takes over: {by}"))
                continue
            if capability in FRONTS and serves_others(one, audit):
                covered.append(Unplanned(one.id, capability, _NOT_OURS))
                continue
            for use in _uses(gone, capability, audit, catalog):
                wanted.setdefault((capability, use.speaks, use.assumed), []).append(one.id)
    return [
        Wanted(capability, speaks, tuple(ids), assumed=assumed)
        for (capability, speaks, assumed), ids in sorted(wanted.items())
    ], covered


def serves_others(dependency: Dependency, audit: Audit) -> bool:
    """Whether nothing but addresses in pages and programs speaks of it. Who has a distribution of his own names it in
    infrastructure or settings, calls its API, or points a name at it."""
    if dependency.declared or not dependency.evidence:
        return False
    signs = [audit.survey.evidence[position] for position in dependency.evidence]
    files = [sign for sign in signs if sign.source.startswith("files.") and "#host:" in sign.signal]
    return len(files) == len(signs) and not any(sign.role == "infra" or _SETTINGS.match(sign.source) for sign in signs)


def _uses(gone: Gone, capability: str, audit: Audit, catalog: Catalog) -> tuple[Use, ...]:
    if gone.assumed:
        return (Use(gone.speaks),)  # the plan says once for all that it is taken for granted
    return uses(gone.dependency, capability, audit, catalog)


def wanted_by_applications(
    others: Sequence[Wanted], lost: Sequence[Gone], losses: Sequence[Loss], audit: Audit, catalog: Catalog
) -> list[Wanted]:
    """A place to run, and the engines the code needs that nobody who stays provides."""
    names = tuple(one.name for one in audit.platform.applications)
    if not names:
        return []
    wanted = _hosting(names, others, catalog)
    for needs in groups(audit.needs):
        capability, engines = needs[0].capability, {need.engine for need in needs}
        settled = any(one.capability == capability and engines & set(one.speaks) for one in others)
        by = fallback((capability,), losses, audit.platform, catalog)
        if not (settled or by or stays(engines, capability, lost, audit, catalog)):
            wanted.append(Wanted(capability, tuple(sorted(engines)), needed_by=names))
    return wanted


def _hosting(names: tuple[str, ...], others: Sequence[Wanted], catalog: Catalog) -> list[Wanted]:
    """One place for all applications, unless there is one already."""
    able = {one for blueprint in catalog.blueprints.values() for one in blueprint.capabilities}
    if any(one.capability in HOSTING and one.capability in able for one in others):
        return []
    return [Wanted(next((one for one in HOSTING if one in able), HOSTING[0]), needed_by=names)]


def groups(needs: Iterable[Need]) -> list[list[Need]]:
    """The needs to answer: alternatives together. What only development or an option speaks for is none."""
    groups: dict[str, list[Need]] = {}
    for need in needs:
        if need.capability.startswith("data.") and need.confidence != "low":
            groups.setdefault(need.capability if need.capability in _EITHER else need.engine, []).append(need)
    return [_surest(group) for group in groups.values()]


def _surest(group: list[Need]) -> list[Need]:
    """Those that infrastructure or a setting names, where there are any: the other drivers are options."""
    return [need for need in group if need.confidence == "high"] or group


def engines_for(capability: str, audit: Audit, catalog: Catalog) -> tuple[str, ...]:
    """What the code speaks where it is given something of this capability; none: nobody saw that."""
    spoken = catalog.protocols((need.engine for need in audit.needs), capability)
    needs = [need for need in audit.needs if need.engine in spoken]
    return tuple(need.engine for need in _surest(needs))


def stays(engines: set[str], capability: str, lost: Sequence[Gone], audit: Audit, catalog: Catalog) -> bool:
    """Whether somebody who is not lost provides it."""
    gone = {one.dependency.id for one in lost}
    for one in audit.dependencies:
        if one.id in gone or capability not in one.capabilities:
            continue
        entry = catalog.entry(one.id)
        offered = catalog.protocols(entry.speaks if entry else (), capability)
        if not offered or engines & offered:
            return True
    return False


def lost_host(dependencies: Sequence[Dependency], lost: Sequence[Gone]) -> Gone | None:
    """The first host of the applications that goes. Where programs run elsewhere, one that only has pages is none."""
    gone = {one.dependency.id for one in lost}
    going = [one for one in lost if hosts(one.dependency)]
    programs = [one for one in going if _runs_programs(one.dependency)]
    if not programs and any(hosts(one) and _runs_programs(one) for one in dependencies if one.id not in gone):
        return None
    return min(programs or going, key=lambda one: (one.notice_hours, one.dependency.id), default=None)


def likely_host(audit: Audit, lost: Sequence[Gone], catalog: Catalog) -> Gone | None:
    """Where nobody was found who runs the programs: the lost vendor that most likely does, for it rents out places to
    run them and most that was found lies there. Who only sends messages or answers tickets hosts nobody."""
    programs = audit.platform.applications or any(need.role in ("runtime", "optional") for need in audit.needs)
    if not programs or any(hosts(one) for one in audit.dependencies):
        return None
    count = Counter(one.dependency.vendor for one in lost if one.dependency.firm)
    able = [one for one in lost if one.dependency.firm and rents_out([one.dependency.vendor], catalog)]
    return min(able, key=lambda one: (-count[one.dependency.vendor], one.notice_hours, one.dependency.id), default=None)


def _runs_programs(dependency: Dependency) -> bool:
    return any(one in HOSTING and one != "hosting.static" for one in dependency.capabilities)


def fallback(names: Iterable[str], losses: Sequence[Loss], platform: Platform, catalog: Catalog) -> str | None:
    """The first fallback that does not go as well."""
    for fallback in platform.fallbacks:
        vendor = fallback.by.partition("/")[0]
        goes = any(loss.vendor in catalog.reach(vendor, loss.kind) for loss in losses)
        if fallback.of in names and not goes:
            return fallback.by
    return None
