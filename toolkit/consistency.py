"""What a schema cannot say about the catalogue: names that must exist elsewhere in it, and things said twice.

In: a `Catalog`. Out: one sentence per problem, none when all is well.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from toolkit.entries import Blueprint, Catalog, Service


def validate(catalog: Catalog) -> tuple[str, ...]:
    """Every broken reference and every signal claimed twice, sorted."""
    return tuple(
        sorted(
            {
                *_vendors(catalog),
                *_services(catalog),
                *_rules(catalog),
                *_scenarios(catalog),
                *_blueprints(catalog),
                *_signals(catalog),
                *_strangers(catalog),
            }
        )
    )


def _vendors(catalog: Catalog) -> Iterator[str]:
    for id_, vendor in catalog.vendors.items():
        if vendor.parent and vendor.parent not in catalog.vendors:
            yield f"{id_}: its parent {vendor.parent!r} is no vendor of the catalogue"
        if _is_its_own_ancestor(catalog, id_):
            yield f"{id_}: its chain of parents leads back to itself"
        for foundation in vendor.runs_on:
            if foundation not in catalog.vendors:
                yield f"{id_}: runs_on names {foundation!r}, which is no vendor of the catalogue"


def _is_its_own_ancestor(catalog: Catalog, vendor: str) -> bool:
    seen: set[str] = set()
    parent = catalog.vendors[vendor].parent
    while parent and parent in catalog.vendors and parent not in seen:
        if parent == vendor:
            return True
        seen.add(parent)
        parent = catalog.vendors[parent].parent
    return False


def _services(catalog: Catalog) -> Iterator[str]:
    for id_, entry in _entries(catalog):
        yield from _unknown(catalog, id_, entry.capabilities)
        if (entry.signals or entry.weak) and not entry.capabilities:
            yield f"{id_}: has signals but no capability, so nothing could be said about its loss"


def _rules(catalog: Catalog) -> Iterator[str]:
    for id_, rule in catalog.rules.items():
        yield from _unknown(catalog, f"rule {id_}", (*rule.of, *rule.with_))


def _scenarios(catalog: Catalog) -> Iterator[str]:
    for id_, scenario in catalog.scenarios.items():
        for lost in scenario.lost:
            if lost.vendor not in catalog.vendors:
                yield f"scenario {id_}: {lost.vendor!r} is no vendor of the catalogue"


def _blueprints(catalog: Catalog) -> Iterator[str]:
    for slug, blueprint in catalog.blueprints.items():
        names = (*blueprint.capabilities, *blueprint.needs, *_capabilities_in_tasks(blueprint))
        yield from _unknown(catalog, f"blueprint {slug}", names)
        if blueprint.sign_in and blueprint.sign_in.secret not in {secret.name for secret in blueprint.secrets}:
            yield f"blueprint {slug}: its sign_in names {blueprint.sign_in.secret!r}, which is no secret of it"
        tasks = {task.id for task in blueprint.tasks}
        for task in blueprint.tasks:
            for need in task.needs:
                if "." not in need and need not in tasks:
                    yield f"blueprint {slug}: the task {task.id} needs {need!r}, which is no task of it"


def _capabilities_in_tasks(blueprint: Blueprint) -> Iterator[str]:
    for task in blueprint.tasks:
        yield from (need for need in task.needs if "." in need)


def _signals(catalog: Catalog) -> Iterator[str]:
    """A strong signal names one service; several may share a weak one, which proves nothing by itself."""
    claims: dict[tuple[str, str], set[str]] = defaultdict(set)
    seen: set[str] = set()
    for signal in catalog.signals():
        if signal.id in seen:
            yield f"{signal.id}: listed twice"
        seen.add(signal.id)
        if not signal.weak:
            claims[signal.kind, signal.value].add(signal.dependency)
    for (kind, value), owners in claims.items():
        if len(owners) > 1:
            yield f"{' and '.join(sorted(owners))} claim the same signal {kind}:{value}"


def _strangers(catalog: Catalog) -> Iterator[str]:
    """Vendors and blueprints never name each other: they join through capabilities and datasets."""
    slugs = [slug for slug in catalog.blueprints if slug not in catalog.vendors]
    for id_, entry in _entries(catalog):
        told = " ".join((entry.note, *(e.how for e in entry.exit.exports), *(k.why for k in entry.exit.keeps)))
        for slug in slugs:
            if re.search(rf"(?<![\w/.-]){re.escape(slug)}(?![\w/.-])", told):
                yield f"{id_}: names the blueprint {slug}"
    for slug, blueprint in catalog.blueprints.items():
        named = {*blueprint.capabilities, *blueprint.needs, *blueprint.datasets, *(i.name for i in blueprint.inputs)}
        for vendor in sorted(named & catalog.vendors.keys()):
            yield f"blueprint {slug}: names the vendor {vendor}"


def _entries(catalog: Catalog) -> Iterator[tuple[str, Service]]:
    yield from catalog.vendors.items()
    yield from catalog.services.items()


def _unknown(catalog: Catalog, who: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if not any(fnmatchcase(known, name) for known in catalog.capabilities):
            yield f"{who}: {name!r} is no capability of checks/capabilities.toml"
