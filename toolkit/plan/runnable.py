"""Whether what is generated from a plan would run: what stands in its way, as values that every report shows.

In: the platform, what was chosen and what was not. Out: `Obstacle`s, none when all is there.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Dependency, Obstacle, Platform
from toolkit.plan.losses import Gone
from toolkit.plan.replacements import Chosen, why_not
from toolkit.plan.wanted import Wanted

_WITHOUT_HINT = "write a blueprint for it (docs/architecture/contracts.md), or name what takes over in [[fallback]]"
_ENGINE_HINT = 'where the code does not use it after all: [[ignore]] dependency = "engine:{engine}" and the reason'


def obstacles(platform: Platform, chosen: Chosen, lost: Sequence[Gone], catalog: Catalog) -> tuple[Obstacle, ...]:
    """Everything that keeps it from running, each thing once."""
    found = [*_applications(platform, chosen), *_missing(platform, chosen, lost, catalog)]
    return tuple(dict.fromkeys(found))


def _applications(platform: Platform, chosen: Chosen) -> Iterator[Obstacle]:
    """Programs that nobody said how to start, and hosts without a program."""
    hosted = any(one.startswith("hosting.") for replacement in chosen.replacements for one in replacement.capabilities)
    if hosted and not platform.applications:
        reason = "offramp.toml names no [[application]], so the hosts would come up without your programs"
        yield Obstacle(platform.name, reason, "`offramp init` drafts them from what it finds")
    for application in platform.applications if hosted else ():
        if not application.listens and "/" not in application.serve:
            reason = f"the application {application.name} has no start command"
            hint = 'in offramp.toml say what its web process is: start = "…"; where it is pages: serve = { "/" = "…" }'
            yield Obstacle(application.name, reason, hint)
        addressed = next((name for name, text in application.environment.items() if "${address." in text), None)
        if addressed and not (application.domains or platform.domains):
            reason = f"{application.name}: {addressed} says where people reach it, and it has no domain"
            yield Obstacle(application.name, reason, 'in offramp.toml: domains = ["example.org"]')


def _missing(platform: Platform, chosen: Chosen, lost: Sequence[Gone], catalog: Catalog) -> Iterator[Obstacle]:
    """What nothing provides. What a lost dependency gave is said of that, and not of the application once more."""
    known = {one.dependency.id: one.dependency for one in lost if not one.assumed}
    names = tuple(one.name for one in platform.applications)
    told = set()
    for one in chosen.missing:
        for name in one.dependencies:
            if name in known and names and _is_needed_to_run(one, known[name]):
                told.add((one.capability, one.speaks))
                yield Obstacle(name, _loss(one, name), _without(one, catalog))
    for one in chosen.missing:
        unrecognised = any(name not in known for name in one.dependencies)
        asking = replace(one, needed_by=(*one.needed_by, *names)) if unrecognised else one
        for name in asking.needed_by:
            if (one.capability, one.speaks) not in told:
                yield Obstacle(name, why_not(asking, name, catalog), _hint(one, catalog))


def _without(one: Wanted, catalog: Catalog) -> str:
    """What to do tonight, where the catalogue knows it, before what to do in calmer days."""
    known = (catalog.engines[name].by_hand for name in one.speaks if name in catalog.engines)
    return ". ".join([*filter(None, known), _WITHOUT_HINT])


def _hint(one: Wanted, catalog: Catalog) -> str:
    if one.serves_blueprint or not one.speaks:
        return _WITHOUT_HINT
    return f"{_without(one, catalog)}; {_ENGINE_HINT.format(engine=one.speaks[0])}"


def _is_needed_to_run(one: Wanted, dependency: Dependency) -> bool:
    """A database, a queue, a store: without it the program does not start. It does without an invoice or a chart."""
    in_use = dependency.role in ("runtime", "infra") and dependency.confidence != "low"
    return one.capability.startswith("data.") and in_use


def _loss(one: Wanted, name: str) -> str:
    spoken = f" (used with {' or '.join(one.speaks)})" if one.speaks else ""
    return f"the applications use {name}{spoken} for {one.capability}, and nothing here replaces it"
