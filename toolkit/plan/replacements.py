"""Which blueprints take over: lost capabilities → blueprints, and what those need in turn.

A capability is replaced by the blueprint that `[[choice]]` names; else, of the blueprints that have the capability, by
the one that covers most of what is lost (then by name). Not replaced: what a named fallback still covers, and what no
blueprint has; both end up in `unplanned`. What a chosen blueprint needs is chosen the same way, and so is what an
application's environment refers to ("${data.relational.url}") once a blueprint takes over its hosting.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from toolkit.catalog import Blueprint, Catalog
from toolkit.errors import BadInput
from toolkit.model import Audit, Choice, Loss, Platform, Replacement, Unplanned, Value
from toolkit.plan.losses import Gone

REFERENCE = re.compile(r"\$\{(?P<capability>[a-z]+\.[a-z-]+)\.(?P<output>[A-Za-z0-9_-]+)\}")


class _Wanted(Value):
    """A capability to replace, and for whom: dependency ids, or the application or blueprint that needs it."""

    capability: str
    dependencies: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()


def replace_all(
    lost: Sequence[Gone], losses: Sequence[Loss], audit: Audit, catalog: Catalog
) -> tuple[tuple[Replacement, ...], tuple[Unplanned, ...]]:
    """The replacements by blueprint name, not yet placed on hosts, and what is not replaced."""
    platform = audit.platform
    choices = {one.capability: one for one in platform.choices}
    for one in choices.values():
        _check_choice(one, catalog)
    wanted, covered = _wanted(lost, losses, audit, catalog, choices)
    chosen, missing = _choose(wanted, platform, catalog, choices)
    _check_references(platform, chosen, catalog)
    unplanned = [
        Unplanned(name, one.capability, _why_not(one, name, catalog))
        for one in missing
        for name in (*one.dependencies, *one.needed_by)
    ]
    bare = [Unplanned(one.dependency.id, "", "it has no capability that is known") for one in lost
            if not one.dependency.capabilities]  # fmt: skip
    replacements = tuple(_replacement(slug, chosen[slug], choices, catalog) for slug in sorted(chosen))
    return replacements, tuple(sorted((*covered, *unplanned, *bare), key=lambda one: (one.dependency, one.capability)))


def required(blueprint: Blueprint, platform: Platform) -> frozenset[str]:
    """Capabilities a blueprint needs on this platform: its own needs, and its applications' where it hosts them."""
    needs = set(blueprint.needs)
    if any(one.startswith("hosting.") for one in blueprint.capabilities):
        needs |= {match["capability"] for _, _, match in _references(platform)}
    return frozenset(needs - set(blueprint.capabilities))


def _wanted(
    lost: Sequence[Gone],
    losses: Sequence[Loss],
    audit: Audit,
    catalog: Catalog,
    choices: Mapping[str, Choice],
) -> tuple[list[_Wanted], list[Unplanned]]:
    """Lost capabilities with the dependencies that provided them, less what a fallback covers."""
    wanted: dict[str, list[str]] = {}
    covered = []
    for one in (gone.dependency for gone in lost):
        for capability in one.capabilities:
            by = _fallback((one.id, one.vendor, capability), losses, audit.platform, catalog)
            if by and capability not in choices:
                covered.append(Unplanned(one.id, capability, f"a fallback takes over: {by}"))
            else:
                wanted.setdefault(capability, []).append(one.id)
    return [_Wanted(capability, tuple(ids)) for capability, ids in sorted(wanted.items())], covered


def _fallback(names: Iterable[str], losses: Sequence[Loss], platform: Platform, catalog: Catalog) -> str | None:
    """The first fallback that does not go as well."""
    gone = {loss.vendor for loss in losses}
    for one in platform.fallbacks:
        if one.of in names and catalog.reach(one.by.partition("/")[0]).isdisjoint(gone):
            return one.by
    return None


def _choose(
    wanted: Sequence[_Wanted], platform: Platform, catalog: Catalog, choices: Mapping[str, Choice]
) -> tuple[dict[str, list[_Wanted]], list[_Wanted]]:
    """blueprint → what it takes over, needs included; and what no blueprint has."""
    chosen: dict[str, list[_Wanted]] = {}
    missing: list[_Wanted] = []
    capabilities = {one.capability for one in wanted}
    queue = list(wanted)
    settled: set[str] = set()
    while queue:
        one = queue.pop(0)
        if one.capability in settled:
            continue
        settled.add(one.capability)
        slug = _blueprint(one.capability, capabilities, catalog, choices)
        if slug is None:
            missing.append(one)
            continue
        if slug not in chosen:
            needs = sorted(required(catalog.blueprints[slug], platform))
            queue += [_Wanted(need, needed_by=_askers(need, slug, platform, catalog)) for need in needs]
        chosen.setdefault(slug, []).append(one)
    return chosen, missing


def _blueprint(capability: str, wanted: set[str], catalog: Catalog, choices: Mapping[str, Choice]) -> str | None:
    if capability in choices:
        return choices[capability].blueprint
    able = [slug for slug, one in catalog.blueprints.items() if capability in one.capabilities]
    return min(able, key=lambda slug: (-len(wanted & set(catalog.blueprints[slug].capabilities)), slug), default=None)


def _askers(need: str, slug: str, platform: Platform, catalog: Catalog) -> tuple[str, ...]:
    if need in catalog.blueprints[slug].needs:
        return (slug,)
    return tuple(dict.fromkeys(name for name, _, match in _references(platform) if match["capability"] == need))


def _references(platform: Platform) -> list[tuple[str, str, re.Match[str]]]:
    """(application, environment name, reference) of everything that applications take from replacements."""
    return [
        (application.name, key, match)
        for application in platform.applications
        for key, value in application.environment.items()
        for match in REFERENCE.finditer(value)
    ]


def _replacement(slug: str, wanted: Sequence[_Wanted], choices: Mapping[str, Choice], catalog: Catalog) -> Replacement:
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
    )


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


def _check_references(platform: Platform, chosen: Mapping[str, Sequence[_Wanted]], catalog: Catalog) -> None:
    """What applications refer to is something that the replacement has."""
    slugs = {one.capability: slug for slug, several in chosen.items() for one in several}
    for application, key, match in _references(platform):
        if slug := slugs.get(match["capability"]):
            outputs = {
                one.name for one in catalog.blueprints[slug].outputs if one.capability in (None, match["capability"])
            }
            if match["output"] not in outputs:
                raise BadInput(
                    f"{slug} has no output {match['output']!r} for {match['capability']}",
                    where=f"offramp.toml: application {application}: environment {key}",
                    hint=f"its outputs are: {', '.join(sorted(outputs)) or 'none'}",
                )


def _why_not(one: _Wanted, name: str, catalog: Catalog) -> str:
    known = catalog.capabilities.get(one.capability)
    if name in one.needed_by:
        return f"{name} needs it, and no blueprint provides it"
    return "no blueprint provides it" + (f": {known.breaks}" if known else "")
