"""Who uses whom: references like `${data.relational.url}` and the order in which blueprints are set up.

In: plan and catalogue. Out: Jinja expressions over `offramp_services`, an order, and what nothing answers.
"""

import re
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from toolkit.catalog.entries import Catalog
from toolkit.errors import BadInput
from toolkit.generate.ansible_yaml import Unsafe
from toolkit.model import Plan, Replacement

# the last word is the output, what comes before it the capability: ${data.object-storage.endpoint}
_REFERENCE = re.compile(r"\$\{([a-z]+(?:\.[a-z]+(?:-[a-z]+)*)+)\.([a-z0-9]+(?:[_-][a-z0-9]+)*)\}")


class Reference(NamedTuple):
    """One `${capability.output}`, and where it stands."""

    capability: str
    output: str
    where: str


Services = dict[str, dict[str, str]]

# Of these a plan may have several, each for what speaks it. "${data.queue.url}" names none of them: the one whose
# engine checks/engines.toml has first is meant, which is Redis.
_SEVERAL = ("data.cache", "data.queue")


def services(plan: Plan, catalog: Catalog) -> Services:
    """capability → output → Jinja expression; where two blueprints offer one capability, the plan's first has it, and
    of caches and queues the first in checks/engines.toml.

    Beside "data.relational" there is "data.relational.postgresql", for those that need this one and no other.
    """
    table: Services = {}
    for replacement, capability in _offers(plan, catalog):
        blueprint = catalog.blueprints[replacement.blueprint]
        outputs = [o for o in blueprint.outputs if o.capability in (None, capability)]
        for name in _names(capability, blueprint.speaks, catalog):
            table.setdefault(name, {output.name: output.value for output in outputs})
    return table


def _offers(plan: Plan, catalog: Catalog) -> list[tuple[Replacement, str]]:
    """Who offers which capability; of two the first is meant where none is named."""
    engines = list(catalog.engines)

    def place(offer: tuple[Replacement, str]) -> int:
        replacement, capability = offer
        if capability not in _SEVERAL:
            return 0
        spoken = catalog.protocols(catalog.blueprints[replacement.blueprint].speaks, capability)
        return min((engines.index(engine) for engine in spoken), default=len(engines))

    return sorted(((one, capability) for one in plan.replacements for capability in one.capabilities), key=place)


def _names(capability: str, speaks: Iterable[str], catalog: Catalog) -> tuple[str, ...]:
    """A capability, and the same by what is spoken: "data.relational", "data.relational.mysql"."""
    return (capability, *(f"{capability}.{one}" for one in sorted(catalog.protocols(speaks, capability))))


def references(text: str, where: str) -> Iterator[Reference]:
    """Every reference in a text of the user's."""
    for match in _REFERENCE.finditer(text):
        yield Reference(match[1], match[2], where)


def missing(plan: Plan, table: Services) -> list[Reference]:
    """References to capabilities that nothing in the plan offers. An output that its blueprint lacks is BadInput."""
    found = []
    for reference in _all_references(plan):
        if reference.capability not in table:
            found.append(reference)
        elif reference.output not in table[reference.capability]:
            known = ", ".join(sorted(table[reference.capability])) or "none"
            raise BadInput(
                f"{reference.capability} has no output {reference.output!r}",
                where=reference.where,
                hint=f"its outputs: {known}",
            )
    return found


def expression(text: str, table: Services) -> str:
    """A user's text as an Ansible value: references become Jinja (an unanswered one is empty), the rest stays as is."""
    if not _REFERENCE.search(text):
        return Unsafe(text)
    if text[0] in "[{":
        return _one_expression(text, table)
    parts, end = [], 0
    for match in _REFERENCE.finditer(text):
        parts.append(_verbatim(text[end : match.start()]))
        if match[1] in table:
            parts.append(f"{{{{ offramp_services['{match[1]}']['{match[2]}'] }}}}")
        end = match.end()
    return "".join([*parts, _verbatim(text[end:])])


def _one_expression(text: str, table: Services) -> str:
    """ansible-core < 2.19 makes lists and dicts of templates that render like some, but not of what `string` gives."""
    parts, end = [], 0
    for match in _REFERENCE.finditer(text):
        parts.append(_literal(text[end : match.start()]))
        if match[1] in table:
            parts.append(f"offramp_services['{match[1]}']['{match[2]}']")
        end = match.end()
    joined = " ~ ".join([*parts, _literal(text[end:])])
    return f"{{{{ ({joined}) | string }}}}"


def resolved(value: Any, table: Services) -> Any:
    """`expression` for every string within a value."""
    match value:
        case str():
            return expression(value, table)
        case dict():
            return {key: resolved(item, table) for key, item in value.items()}
        case list() | tuple():
            return [resolved(item, table) for item in value]
    return value


def consumers(plan: Plan, catalog: Catalog) -> dict[str, list[str]]:
    """capability → the blueprints of the plan that cannot run without it.

    Beside "data.relational" there is "data.relational.postgresql": those that need one which speaks this.
    """
    table: dict[str, list[str]] = {}
    for replacement in plan.replacements:
        blueprint = catalog.blueprints[replacement.blueprint]
        for capability in blueprint.needs:
            for name in _names(capability, blueprint.needs_speak, catalog):
                table.setdefault(name, []).append(replacement.blueprint)
    return table


def users(plan: Plan, catalog: Catalog) -> dict[str, set[str]]:
    """capability → the blueprints of the plan that connect to it: by themselves, or for the applications they run."""
    of_applications = [reference.capability for reference in _application_references(plan)]
    table: dict[str, set[str]] = {}
    for replacement in plan.replacements:
        blueprint = catalog.blueprints[replacement.blueprint]
        named = [*blueprint.needs, *blueprint.uses, *(ref.capability for ref in _input_references(replacement))]
        if runs_applications(replacement):
            named += of_applications
        for name in named:
            capability = ".".join(name.split(".")[:2])  # "data.relational.postgresql" is data.relational
            table.setdefault(capability, set()).add(replacement.blueprint)
    return table


def ordered(plan: Plan, catalog: Catalog) -> list[Replacement]:
    """The replacements, each after what it needs. Those that run applications come after what these refer to; what an
    edge stands before comes after it, for the platform's own hosts find it there."""
    offered = {
        name: replacement.blueprint
        for replacement, capability in reversed(_offers(plan, catalog))
        for name in _names(capability, catalog.blueprints[replacement.blueprint].speaks, catalog)
    }
    wanted_by_applications = {reference.capability for reference in _application_references(plan)}
    behind_edges = {one.blueprint for one in fronted(plan, catalog)}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for replacement in plan.replacements:
        slug = replacement.blueprint
        needs = {*catalog.blueprints[slug].needs, *(ref.capability for ref in _input_references(replacement))}
        if runs_applications(replacement):
            needs |= wanted_by_applications
        before = {offered[need] for need in needs if need in offered}
        if slug in behind_edges:
            before |= set(edges(plan, catalog))
        sorter.add(slug, *sorted(before - {slug}))
    by_slug = {replacement.blueprint: replacement for replacement in plan.replacements}
    try:
        return [by_slug[slug] for slug in sorter.static_order()]
    except CycleError as err:
        circle = " → ".join(err.args[1])
        raise BadInput(f"these blueprints need each other: {circle}", hint="choose another for one of them") from err


def edges(plan: Plan, catalog: Catalog) -> tuple[str, ...]:
    """The blueprints of the plan that stand before others."""
    return tuple(one.blueprint for one in plan.replacements if catalog.blueprints[one.blueprint].fronts)


def fronted(plan: Plan, catalog: Catalog) -> tuple[Replacement, ...]:
    """What an edge stands before, where the plan has one."""
    if not edges(plan, catalog):
        return ()
    return tuple(one for one in plan.replacements if catalog.blueprints[one.blueprint].fronted_as)


def runs_applications(replacement: Replacement) -> bool:
    """Whether the platform's own programs run on it: it stands in for hosting of some kind."""
    return any(capability.startswith("hosting.") for capability in replacement.capabilities)


def _all_references(plan: Plan) -> Iterator[Reference]:
    yield from _application_references(plan)
    for replacement in plan.replacements:
        yield from _input_references(replacement)


def _application_references(plan: Plan) -> Iterator[Reference]:
    for application in plan.platform.applications:
        for name, text in application.environment.items():
            yield from references(text, f"{application.name}: {name}")


def _input_references(replacement: Replacement) -> Iterator[Reference]:
    for text in _strings(replacement.inputs):
        yield from references(text, f"inputs of {replacement.blueprint}")


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from _strings_of(value.values())
        case list() | tuple():
            yield from _strings_of(value)


def _strings_of(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from _strings(value)


def _verbatim(text: str) -> str:
    """Text within a Jinja template that comes out as it went in: only a brace can begin something."""
    return text.replace("{", "{{ '{' }}")


def _literal(text: str) -> str:
    """A Jinja expression for the text. Ansible doubles backslashes within expressions, so that none may be in it."""
    return "'" + re.sub(r"['\\\r\n]", lambda match: f"' ~ '%c' % {ord(match[0])} ~ '", text) + "'"
