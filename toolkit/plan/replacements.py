"""Which blueprints take over: lost capabilities → blueprints, and what those need in turn.

What is wanted: what lost dependencies provided, in the protocol they are used with; and where the
applications' host is lost, seen or taken for granted (`unrecognised.py`): what `[[choice]]` names, hosting for each
`[[application]]`, the engines its code needs and nobody who stays provides.

A capability is replaced by the blueprint that `[[choice]]` names; else, of the blueprints that have the capability, by
the one that covers most of what is lost (then by the order of checks/engines.toml, then by name). Either must speak
what is used: PostgreSQL is no replacement for MySQL. Not replaced: what a named fallback still covers, and what no
blueprint has or speaks; both end up in `unplanned`. What a chosen blueprint needs is chosen the
same way, and so is what an application's environment refers to ("${data.relational.url}") once a blueprint runs it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from toolkit.catalog.entries import Blueprint, Catalog
from toolkit.errors import BadInput
from toolkit.model import Audit, Choice, Loss, Platform, Replacement, Unplanned, Value
from toolkit.plan.losses import Gone
from toolkit.plan.protocols import speaks
from toolkit.plan.wanted import Wanted, engines_for, lost_host, wanted_by_applications, wanted_by_losses

# "${data.relational.url}", or of one engine: "${data.relational.mysql.url}"
REFERENCE = re.compile(
    r"\$\{(?P<capability>[a-z]+\.[a-z-]+)(?:\.(?P<engine>[a-z][a-z0-9-]*))?\.(?P<output>[A-Za-z0-9_-]+)\}"
)


class Chosen(Value):
    """The outcome: what takes over, and what nothing does."""

    replacements: tuple[Replacement, ...]  # by blueprint name, not yet placed on hosts
    unplanned: tuple[Unplanned, ...]
    missing: tuple[Wanted, ...]  # of the unplanned, what no blueprint has or speaks


def replace_all(lost: Sequence[Gone], losses: Sequence[Loss], audit: Audit, catalog: Catalog) -> Chosen:
    """What replaces the lost, and what nothing replaces."""
    platform = audit.platform
    choices = {one.capability: one for one in platform.choices}
    for one in choices.values():
        _check_choice(one, catalog)
    wanted, covered = wanted_by_losses(lost, losses, audit, catalog)
    building = not losses or lost_host(audit.dependencies, lost) is not None
    going = {one.capability for one in wanted}
    wanted += [Wanted(name, blueprint=one.blueprint) for name, one in choices.items() if building or name in going]
    if building:
        wanted += wanted_by_applications(wanted, lost, losses, audit, catalog)
    chosen, missing = _choose(wanted, audit, catalog, choices)
    _check_references(platform, chosen, catalog)
    bare = [
        Unplanned(one.dependency.id, "", "it has no capability that is known")
        for one in lost
        if not one.dependency.capabilities
    ]
    return Chosen(
        tuple(_replacement(slug, chosen[slug], choices, catalog) for slug in _in_order(chosen)),
        _sorted([*covered, *bare, *_unplanned(missing, catalog)]),
        tuple(missing),
    )


def _unplanned(missing: Iterable[Wanted], catalog: Catalog) -> list[Unplanned]:
    return [
        Unplanned(name, one.capability, why_not(one, name, catalog), one.speaks)
        for one in missing
        for name in (*one.dependencies, *one.needed_by)
    ]


def _sorted(unplanned: Iterable[Unplanned]) -> tuple[Unplanned, ...]:
    return tuple(sorted(dict.fromkeys(unplanned), key=lambda one: (one.dependency, one.capability, one.reason)))


def _in_order(chosen: Mapping[str, Sequence[Wanted]]) -> list[str]:
    """By name, those that only serve other blueprints last: of two databases the first is the applications'."""
    return sorted(chosen, key=lambda slug: (all(one.serves_blueprint for one in chosen[slug]), slug))


def required(blueprint: Blueprint, platform: Platform) -> frozenset[str]:
    """Capabilities a blueprint needs on this platform: its own needs, and its applications' where it hosts them."""
    needs = set(blueprint.needs)
    if any(one.startswith("hosting.") for one in blueprint.capabilities):
        needs |= {match["capability"] for _, _, match in _references(platform)}
    return frozenset(needs - set(blueprint.capabilities))


def _choose(
    wanted: Sequence[Wanted], audit: Audit, catalog: Catalog, choices: Mapping[str, Choice]
) -> tuple[dict[str, list[Wanted]], list[Wanted]]:
    """blueprint → what it takes over, needs included; and what no blueprint has or speaks."""
    chosen: dict[str, list[Wanted]] = {}
    missing: list[Wanted] = []
    capabilities = {one.capability for one in wanted}
    queue = list(wanted)
    while queue:
        one = queue.pop(0)
        slug = _there_already(one, chosen, catalog) or _blueprint(one, capabilities, catalog, choices)
        if slug is None:
            missing.append(one)
            continue
        if slug not in chosen:
            queue += _needs(slug, audit, catalog, choices)
        chosen.setdefault(slug, []).append(one)
    return chosen, missing


def _there_already(one: Wanted, chosen: Mapping[str, Sequence[Wanted]], catalog: Catalog) -> str | None:
    """The blueprint that was chosen for this capability, if it will do here as well."""
    if one.blueprint:
        return None
    for slug, others in chosen.items():
        provided = any(other.capability == one.capability for other in others)
        if provided and speaks(slug, one.speaks, one.capability, catalog):
            return slug
    return None


def _blueprint(one: Wanted, wanted: set[str], catalog: Catalog, choices: Mapping[str, Choice]) -> str | None:
    """The one that the user chose, if it speaks what is used; else the one that covers most."""
    capability = one.capability
    if one.blueprint:
        return one.blueprint
    if capability in choices and speaks(choices[capability].blueprint, one.speaks, capability, catalog):
        return choices[capability].blueprint
    able = [
        slug
        for slug, blueprint in catalog.blueprints.items()
        if capability in blueprint.capabilities and speaks(slug, one.speaks, capability, catalog)
    ]
    return min(able, key=lambda slug: _rank(slug, capability, wanted, catalog), default=None)


def _rank(slug: str, capability: str, wanted: set[str], catalog: Catalog) -> tuple[int, int, str]:
    """The less, the better: what covers most, what speaks the engine that checks/engines.toml has first, the name."""
    blueprint = catalog.blueprints[slug]
    spoken = catalog.protocols(blueprint.speaks, capability)
    place = next((place for place, engine in enumerate(catalog.engines) if engine in spoken), len(catalog.engines))
    return -len(wanted & set(blueprint.capabilities)), place, slug


def _needs(slug: str, audit: Audit, catalog: Catalog, choices: Mapping[str, Choice]) -> list[Wanted]:
    """What a blueprint asks for, and the applications it runs."""
    blueprint = catalog.blueprints[slug]
    wanted = []
    for need in sorted(required(blueprint, audit.platform)):
        if need in blueprint.needs:
            own = tuple(sorted(catalog.protocols(blueprint.needs_speak, need)))
            wanted.append(Wanted(need, own, needed_by=(slug,), serves_blueprint=True))
            continue
        for engine, askers in _askers(need, audit.platform).items():
            seen = () if need in choices else engines_for(need, audit, catalog)
            wanted.append(Wanted(need, (engine,) if engine else tuple(sorted(seen)), needed_by=tuple(askers)))
    return wanted


def _askers(need: str, platform: Platform) -> dict[str, dict[str, None]]:
    """engine, or "" for whatever there is → the applications that refer to it, each once."""
    askers: dict[str, dict[str, None]] = {}
    for name, _, match in _references(platform):
        if match["capability"] == need:
            askers.setdefault(match["engine"] or "", {})[name] = None
    return askers


def _references(platform: Platform) -> list[tuple[str, str, re.Match[str]]]:
    """(application, environment name, reference) of everything that applications take from replacements."""
    return [
        (application.name, key, match)
        for application in platform.applications
        for key, value in application.environment.items()
        for match in REFERENCE.finditer(value)
    ]


def _replacement(slug: str, wanted: Sequence[Wanted], choices: Mapping[str, Choice], catalog: Catalog) -> Replacement:
    blueprint = catalog.blueprints[slug]
    inputs: dict[str, Any] = {}
    for choice in choices.values():
        if choice.blueprint == slug:
            inputs.update(choice.inputs)
    capabilities = {one.capability for one in wanted}
    if missing := [one.name for one in blueprint.inputs if one.required and one.name not in inputs]:
        raise BadInput(
            f"the blueprint {slug} needs the input {', '.join(missing)}",
            where="offramp.toml",
            hint=f'add [[choice]] with capability = "{min(capabilities)}", blueprint = "{slug}" and inputs',
        )
    return Replacement(
        slug,
        blueprint.version,
        tuple(one for one in blueprint.capabilities if one in capabilities),
        tuple(sorted({name for one in wanted for name in one.dependencies})),
        (),
        inputs,
        blueprint.datasets,
        blueprint.speaks,
        _assumed(slug, wanted, catalog),
    )


def _assumed(slug: str, wanted: Sequence[Wanted], catalog: Catalog) -> tuple[str, ...]:
    """What is taken for granted where nobody could see what is spoken."""
    sentences = []
    for one in wanted:
        spoken = catalog.protocols(catalog.blueprints[slug].speaks, one.capability)
        certain = len(one.speaks) > 1 and spoken.issuperset(one.speaks)  # whichever it is, it is spoken here
        if one.assumed and not certain:
            sentences.append(one.assumed)
        if spoken and not one.speaks:
            kinds = " and ".join(sorted(spoken))
            sentences += [
                f"{name}: nobody wrote down what it is used with; {slug} speaks {kinds}" for name in one.dependencies
            ]
    return tuple(sorted(set(sentences)))


def _check_choice(choice: Choice, catalog: Catalog) -> None:
    """A choice names a blueprint that exists, has the capability, and takes these inputs."""
    where = f"offramp.toml: choice {choice.capability}"
    blueprint = catalog.blueprints.get(choice.blueprint)
    if blueprint is None:
        known = ", ".join(sorted(catalog.blueprints)) or "none"
        raise BadInput(f"there is no blueprint {choice.blueprint!r}", where=where, hint=f"there are: {known}")
    if choice.capability not in blueprint.capabilities:
        offered = ", ".join(blueprint.capabilities)
        raise BadInput(f"{choice.blueprint} does not provide it", where=where, hint=f"it provides {offered}")
    names = {one.name for one in blueprint.inputs}
    if unknown := sorted(set(choice.inputs) - names):
        hint = f"its inputs are: {', '.join(sorted(names)) or 'none'}"
        raise BadInput(f"{choice.blueprint} has no input {', '.join(unknown)}", where=where, hint=hint)


def _check_references(platform: Platform, chosen: Mapping[str, Sequence[Wanted]], catalog: Catalog) -> None:
    """What applications refer to is something that the replacement has."""
    slugs: dict[str, str] = {}
    for slug in _in_order(chosen):
        for one in chosen[slug]:
            spoken = catalog.protocols(catalog.blueprints[slug].speaks, one.capability)
            for name in (one.capability, *(f"{one.capability}.{engine}" for engine in spoken)):
                slugs.setdefault(name, slug)
    for application, key, match in _references(platform):
        engine = match["engine"]
        if taken := slugs.get(f"{match['capability']}.{engine}" if engine else match["capability"]):
            outputs = {
                one.name for one in catalog.blueprints[taken].outputs if one.capability in (None, match["capability"])
            }
            if match["output"] not in outputs:
                raise BadInput(
                    f"{taken} has no output {match['output']!r} for {match['capability']}",
                    where=f"offramp.toml: application {application}: environment {key}",
                    hint=f"its outputs are: {', '.join(sorted(outputs)) or 'none'}",
                )


def why_not(one: Wanted, name: str, catalog: Catalog) -> str:
    """Why nothing replaces it, or gives it what it needs."""
    known = catalog.capabilities.get(one.capability)
    spoken = " or ".join(one.speaks)
    if name in one.needed_by:
        needed = f"{spoken} ({one.capability})" if spoken else one.capability
        return f"{name} needs {needed}, and nothing here provides it"
    if spoken:
        return f"not replaced: {name} speaks {spoken}, nothing here does"
    return "no blueprint provides it" + (f": {known.breaks}" if known else "")
