"""What a schema cannot say about the catalogue: names that must exist elsewhere in it, and things said twice.

In: a `Catalog`. Out: one sentence per problem, none when all is well.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import get_args

from toolkit.catalog.entries import Blueprint, Catalog, Service
from toolkit.model import Phase

_ANSWERED = ({"stops", "degrades"}, {"stops", "nothing"})  # what yes and no to a question may say


def validate(catalog: Catalog) -> tuple[str, ...]:
    """Every broken reference and every signal claimed twice, sorted."""
    return tuple(
        sorted(
            {
                *_vendors(catalog),
                *_services(catalog),
                *_rules(catalog),
                *_needs(catalog),
                *_scenarios(catalog),
                *_blueprints(catalog),
                *_common_tasks(catalog),
                *_engines(catalog),
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
        yield from _about(id_, entry)
        for export in entry.exit.exports:
            yield from _unknown(catalog, f"{id_}: {export.what!r} is about", export.about)
        for kept in entry.exit.keeps:
            yield from _unknown(catalog, f"{id_}: {kept.what!r} is about", kept.about)
        if (entry.signals or entry.weak) and not entry.capabilities:
            yield f"{id_}: has signals but no capability, so nothing could be said about its loss"


def _about(id_: str, entry: Service) -> Iterator[str]:
    """What is said of no signal of the entry, or of a capability that is none of its own, is a slip of the pen."""
    tables = (entry.signals, entry.weak)
    signals = [(kind, f"{kind}:{value}") for table in tables for kind, values in table.items() for value in values]
    for key, capabilities in entry.about.items():
        if not any(key in ("*", kind, signal) or fnmatchcase(signal, key) for kind, signal in signals):
            yield f"{id_}: about names {key!r}, which meets no signal of it"
        for capability in sorted(set(capabilities) - set(entry.capabilities)):
            yield f"{id_}: about names {capability!r}, which is no capability of it"


def _rules(catalog: Catalog) -> Iterator[str]:
    for id_, rule in catalog.rules.items():
        yield from _unknown(catalog, f"rule {id_}", (*rule.of, *rule.with_))


def _needs(catalog: Catalog) -> Iterator[str]:
    known = {journey.id for journey in catalog.judgement.journeys}
    for journey in catalog.judgement.journeys:
        yield from _unknown(catalog, f"journey {journey.id}", journey.shown_by)
    for need in catalog.judgement.needs:
        who = f"the need of {', '.join(need.of)}"
        yield from _unknown(catalog, who, need.of)
        yield from (f"{who}: {name!r} is no journey" for name in need.journeys if name not in known)
        if need.effect == "may stop" and not need.question:
            yield f"{who}: may stop, and no question says what settles it"
        if need.question and {need.yes, need.no} not in _ANSWERED:
            yield f"{who}: its question needs yes and no: one of them stops, the other degrades or nothing"


def _scenarios(catalog: Catalog) -> Iterator[str]:
    for id_, scenario in catalog.scenarios.items():
        for lost in scenario.lost:
            if lost.vendor not in catalog.vendors:
                yield f"scenario {id_}: {lost.vendor!r} is no vendor of the catalogue"


def _blueprints(catalog: Catalog) -> Iterator[str]:
    for slug, blueprint in catalog.blueprints.items():
        named = (*blueprint.capabilities, *blueprint.needs, *blueprint.uses)
        names = (*named, *_capabilities_in_tasks(blueprint))
        yield from _unknown(catalog, f"blueprint {slug}", names)
        if blueprint.sign_in and blueprint.sign_in.secret not in {secret.name for secret in blueprint.secrets}:
            yield f"blueprint {slug}: its sign_in names {blueprint.sign_in.secret!r}, which is no secret of it"
        yield from _listens(slug, blueprint)
        yield from _number(slug, blueprint)
        tasks = {task.id for task in blueprint.tasks}
        for task in blueprint.tasks:
            for need in task.needs:
                if "." not in need and need not in tasks:
                    yield f"blueprint {slug}: the task {task.id} needs {need!r}, which is no task of it"


def _listens(slug: str, blueprint: Blueprint) -> Iterator[str]:
    """A port that is an input is one of the blueprint's own, and so is what its visitors have to do with."""
    inputs = {one.name for one in blueprint.inputs if one.type == "integer"}
    sides = {"consumers": blueprint.capabilities, "providers": (*blueprint.needs, *blueprint.uses)}
    for listen in blueprint.listens:
        if isinstance(listen.port, str) and listen.port not in inputs:
            yield f"blueprint {slug}: it listens on {listen.port!r}, which is no integer input of it"
        for capability in sorted(set(listen.of) - set(sides.get(listen.who, ()))):
            yield f"blueprint {slug}: port {listen.port} is for {listen.who} of {capability!r}, which has none"


def _number(slug: str, blueprint: Blueprint) -> Iterator[str]:
    """How many hosts it gets is an integer input of its own, and hosts of its own they are."""
    number = blueprint.host.number
    if number and number not in {one.name for one in blueprint.inputs if one.type == "integer"}:
        yield f"blueprint {slug}: its number of hosts is {number!r}, which is no integer input of it"
    if number and not blueprint.apart:
        yield f"blueprint {slug}: it has a number of hosts and is not apart"


def _common_tasks(catalog: Catalog) -> Iterator[str]:
    known = {task.id for task in catalog.tasks}
    for task in catalog.tasks:
        who = f"checks/tasks.toml: {task.id}"
        yield from _unknown(catalog, who, (*task.of, *task.provides))
        for key, pattern in [("before", one) for one in task.before] + [("after", one) for one in task.after]:
            if pattern.partition(":")[2] not in get_args(Phase):
                yield f"{who}: {key} {pattern!r} names no phase"
            yield from _unknown(catalog, who, (pattern.partition(":")[0],))
        for need in (*task.needs, *filter(None, [task.instead_of])):
            if need not in known:
                yield f"{who}: {need!r} is no task there"


def _engines(catalog: Catalog) -> Iterator[str]:
    """What is spoken is an engine that is known, and serves something that the speaker is for."""
    for id_, engine in catalog.engines.items():
        yield from _unknown(catalog, f"engine {id_}", engine.capabilities)
    spoken = [(id_, entry.speaks, entry.capabilities) for id_, entry in _entries(catalog)]
    for slug, blueprint in catalog.blueprints.items():
        spoken.append((f"blueprint {slug}", blueprint.speaks, blueprint.capabilities))
        spoken.append((f"blueprint {slug}: needs_speak", blueprint.needs_speak, blueprint.needs))
    for who, names, capabilities in spoken:
        for name in names:
            if name not in catalog.engines:
                yield f"{who}: {name!r} is no engine of checks/engines.toml"
            elif not set(capabilities) & set(catalog.engines[name].capabilities):
                yield f"{who}: {name!r} serves none of its capabilities"


def _capabilities_in_tasks(blueprint: Blueprint) -> Iterator[str]:
    for task in blueprint.tasks:
        yield from (need.partition(":")[0] for need in task.needs if "." in need)
        yield from filter(None, [task.unless])
        for phase in (need.partition(":")[2] for need in task.needs):
            if phase and phase not in get_args(Phase):
                yield f"{phase} (no phase)"


def _signals(catalog: Catalog) -> Iterator[str]:
    """A strong signal names one service, and one engine; several may share a weak one, which proves nothing alone."""
    claims: dict[tuple[bool, str, str], set[str]] = defaultdict(set)
    seen: set[str] = set()
    for signal in catalog.signals():
        if signal.id in seen:
            yield f"{signal.id}: listed twice"
        seen.add(signal.id)
        if not signal.weak:
            claims[signal.engine is None, signal.kind, signal.value].add(signal.dependency)
    for (_, kind, value), owners in claims.items():
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
