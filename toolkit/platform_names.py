"""Every name that `offramp.toml` uses must exist: a misspelt one would pass silently and make the platform look better.

In: the platform and the catalogue. Out: nothing, or `BadInput` with every wrong name, its place, and what was meant.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase

from toolkit.catalog.entries import WAIVABLE, Catalog
from toolkit.errors import BadInput
from toolkit.model import FILL_IN, Declare, Platform

_AREAS_OF_OWNERS = frozenset({"platform", "staff", "everything"})


class _Known:
    """The names of the catalogue and those that the platform itself brings."""

    def __init__(self, platform: Platform, catalog: Catalog) -> None:
        self.capabilities = frozenset(catalog.capabilities)
        self.areas = frozenset(name.partition(".")[0] for name in catalog.capabilities)
        self.rules = frozenset(catalog.rules)
        self.blueprints = frozenset(catalog.blueprints)
        usual = [journey.id for journey in catalog.judgement.journeys]
        self.journeys = frozenset([*usual, *(journey.id for journey in platform.journeys)])
        declared = {name for one in platform.declare for name in (one.vendor, _id(one))}
        self.dependencies = frozenset([*catalog.vendors, *catalog.services, *declared])


def _id(declare: Declare) -> str:
    return f"{declare.vendor}/{declare.service}" if declare.service else declare.vendor


def check_names(platform: Platform, catalog: Catalog) -> None:
    """Raises BadInput when a name is nobody's, or when two tables contradict each other."""
    known = _Known(platform, catalog)
    problems = [*_wrong(platform, known, catalog), *_twice(platform), *_contradictions(platform)]
    if problems:
        hint = "`offramp catalog list` names vendors, capabilities and rules"
        raise BadInput("\n".join(problems), where="offramp.toml", hint=hint)


def _wrong(platform: Platform, known: _Known, catalog: Catalog) -> Iterator[str]:
    for number, declare in enumerate(platform.declare, 1):
        where = f"[[declare]] {number}"
        yield from _capabilities(where, declare.capabilities, known)
        yield from _declared(where, declare, catalog)
    for number, correction in enumerate(platform.corrections, 1):
        where = f"[[correct]] {number}"
        yield from _one_of(where, "dependency", correction.dependency, known.dependencies)
        yield from _capabilities(where, correction.capabilities or (), known)
        for name in correction.journeys:
            yield from _one_of(where, "journey", name, known.journeys)
        if correction.chosen_for:
            yield from _capabilities(where, (correction.chosen_for,), known)
    for journey in platform.journeys:
        where = f"[[journey]] {journey.id}"
        yield from _needs(where, journey.needs, known)
        if not journey.needs:  # judged by the table of needs, which knows the usual ones alone
            usual = [entry.id for entry in catalog.judgement.journeys]
            yield from _one_of(where, "usual journey", journey.id, usual)
    for number, ignore in enumerate(platform.ignore, 1):
        if ignore.dependency and "." not in ignore.dependency:  # no id has a dot: a domain nobody has described
            where = f"[[ignore]] {number}"
            yield from _one_of(where, "dependency", ignore.dependency, known.dependencies)
    for number, fallback in enumerate(platform.fallbacks, 1):
        yield from _needs(f"[[fallback]] {number}", (fallback.of,), known)
    for choice in platform.choices:
        where = f"[[choice]] {choice.capability}"
        yield from _capabilities(where, (choice.capability,), known)
        yield from _one_of(where, "blueprint", choice.blueprint, known.blueprints)
    for number, waiver in enumerate(platform.waivers, 1):
        yield from _one_of(f"[[waiver]] {number}", "rule", waiver.rule, known.rules | {*WAIVABLE})
    for name in platform.owners:
        areas = known.areas | known.capabilities | _AREAS_OF_OWNERS
        yield from _one_of("[owners]", "area or capability", name, areas)


def _declared(where: str, declare: Declare, catalog: Catalog) -> Iterator[str]:
    """A vendor of one's own says what it provides; one of the catalogue need not."""
    name = _id(declare)
    if declare.vendor == FILL_IN:
        yield f"{where}: vendor still says {FILL_IN!r}, as it was drafted: write who it is, or take the table out"
        return
    if declare.capabilities or catalog.entry(name) is not None:
        return
    near = _near(declare.vendor, catalog.vendors)
    yield f"{where}: the catalogue knows no vendor {declare.vendor!r}{near}; one of your own needs capabilities"


def _needs(where: str, needs: Iterable[str], known: _Known) -> Iterator[str]:
    """A need is a capability, an area of them ("data.*"), or a dependency."""
    for need in needs:
        if any(fnmatchcase(capability, need) for capability in known.capabilities):
            continue
        names = known.capabilities | known.dependencies
        yield from _one_of(where, "capability or dependency", need, names)


def _capabilities(where: str, names: Iterable[str], known: _Known) -> Iterator[str]:
    for name in names:
        yield from _one_of(where, "capability", name, known.capabilities)


def _one_of(where: str, kind: str, name: str, known: Collection[str]) -> Iterator[str]:
    if name not in known:
        yield f"{where}: there is no {kind} {name!r}{_near(name, known)}"


def _near(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=2, cutoff=0.7)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def _twice(platform: Platform) -> Iterator[str]:
    """What has to tell tables apart, and does not: the second would silently take the place of the first."""
    named = {
        "[[application]]: name": [one.name for one in platform.applications],
        "[[journey]]: id": [one.id for one in platform.journeys],
        "[[choice]]: capability": [one.capability for one in platform.choices],
    }
    for where, names in named.items():
        yield from (f"{where} {name!r} is given twice" for name, count in Counter(names).items() if count > 1)


def _contradictions(platform: Platform) -> Iterator[str]:
    ignored = {one.dependency for one in platform.ignore if one.dependency}
    for declare in platform.declare:
        for name in {_id(declare), declare.vendor} & ignored:
            yield f"{name} is both in [[declare]] and in [[ignore]]: keep one of them"
    for correction in platform.corrections:
        if correction.dependency in ignored:
            yield f"{correction.dependency} is both in [[correct]] and in [[ignore]]: keep one of them"
    chosen: dict[str, str] = {}
    for correction in platform.corrections:
        before = chosen.setdefault(correction.chosen_for, correction.dependency)
        if correction.chosen_for and before != correction.dependency:
            yield f"two are chosen for {correction.chosen_for}: {before} and {correction.dependency}"
