"""Who may reach which port of which host: what the hosts' firewalls open, and what the project's README says of it.

In: plan and catalogue. Out: for each host its openings, least surprising first: what everybody may reach, then by port.
What is in no opening is closed. Ports of SSH are not here: they are the inventory's, and open to everybody.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from toolkit.catalog.entries import Blueprint, Catalog, Listen
from toolkit.errors import BadInput
from toolkit.generate import wiring
from toolkit.generate.variables import variable
from toolkit.model import Plan, Replacement


class Opening(NamedTuple):
    """A port of a host that others may reach. Without `public` it is open to the hosts `sources` and nobody else."""

    port: int
    protocol: str
    blueprint: str
    what: str
    public: bool
    sources: tuple[str, ...] = ()
    variable: str = ""  # the role variable that has the port, if it is an input


def openings(plan: Plan, catalog: Catalog) -> dict[str, tuple[Opening, ...]]:
    """host → its openings, for every host of the plan. Raises BadInput for an input that is no port."""
    found: dict[str, set[Opening]] = {host.name: set() for host in plan.hosts}
    users = wiring.users(plan, catalog)
    for replacement in plan.replacements:
        blueprint = catalog.blueprints[replacement.blueprint]
        for listen in blueprint.listens:
            visitors = _visitors(listen, replacement, catalog, plan, users)
            for host in _listening(listen, replacement):
                if one := _opening(listen, replacement, blueprint, visitors - {host}):
                    found[host].add(one)
    return {host: tuple(sorted(made, key=_order)) for host, made in found.items()}


def inner_ports(plan: Plan, catalog: Catalog) -> dict[str, list[int | str]]:
    """host → the ports that services there keep to the host itself, as values for Ansible."""
    found: dict[str, list[int | str]] = {host.name: [] for host in plan.hosts}
    for replacement in plan.replacements:
        blueprint = catalog.blueprints[replacement.blueprint]
        for listen in blueprint.listens:
            if listen.who == "host":
                port, name = _port(listen, replacement, blueprint)
                for host in _listening(listen, replacement):
                    found[host].append(_as_value(port, name))
    return found


def _listening(listen: Listen, replacement: Replacement) -> tuple[str, ...]:
    """The blueprint's hosts on which it listens there."""
    parts = {"all": replacement.hosts, "first": replacement.hosts[:1], "others": replacement.hosts[1:]}
    return parts[listen.on]


def as_variables(table: dict[str, tuple[Opening, ...]]) -> dict[str, list[dict[str, Any]]]:
    """The same for Ansible. A port that is an input stays the role's variable, which the user may set elsewhere."""
    return {host: [_as_variable(one) for one in made] for host, made in table.items()}


def _as_variable(one: Opening) -> dict[str, Any]:
    return {
        "port": _as_value(one.port, one.variable),
        "protocol": one.protocol,
        "what": f"{one.blueprint}: {one.what}",
        "public": one.public,
        "from": list(one.sources),
    }


def _as_value(port: int, variable: str) -> int | str:
    return f"{{{{ {variable} }}}}" if variable else port


def _opening(listen: Listen, replacement: Replacement, blueprint: Blueprint, visitors: set[str]) -> Opening | None:
    """None where nobody but the host itself has business there."""
    public = listen.who == "public" and not visitors  # it has some where an edge stands before it
    if not (public or visitors):
        return None
    sources = () if public else tuple(sorted(visitors))
    port, name = _port(listen, replacement, blueprint)
    return Opening(port, listen.protocol, replacement.blueprint, listen.what, public, sources, name)


def _visitors(
    listen: Listen, replacement: Replacement, catalog: Catalog, plan: Plan, users: dict[str, set[str]]
) -> set[str]:
    """The hosts of the platform that may reach it."""
    if listen.fronted:
        return set(_hosts_of(plan, wiring.edges(plan, catalog)))
    if listen.who == "platform":
        return {host.name for host in plan.hosts}
    if listen.who == "consumers":
        slugs = {slug for name in listen.of or replacement.capabilities for slug in users.get(name, ())}
        return set(_hosts_of(plan, slugs))
    if listen.who == "providers":
        blueprint = catalog.blueprints[replacement.blueprint]
        wanted = set(listen.of or (*blueprint.needs, *blueprint.uses))
        slugs = {one.blueprint for one in plan.replacements if wanted.intersection(one.capabilities)}
        return set(_hosts_of(plan, slugs))
    return set()


def _hosts_of(plan: Plan, slugs: Collection[str]) -> Iterator[str]:
    for replacement in plan.replacements:
        if replacement.blueprint in slugs:
            yield from replacement.hosts


def _port(listen: Listen, replacement: Replacement, blueprint: Blueprint) -> tuple[int, str]:
    """The port, and the variable it is in."""
    if isinstance(listen.port, int):
        return listen.port, ""
    [default] = [one.default for one in blueprint.inputs if one.name == listen.port]
    port = replacement.inputs.get(listen.port, default)
    if not isinstance(port, int) or not 0 < port < 65536:
        raise BadInput(
            f"the input {listen.port} of {replacement.blueprint} is {port!r}, which is no port",
            where="offramp.toml: choice",
            hint="a number from 1 to 65535",
        )
    return port, variable(replacement.blueprint, listen.port)


def _order(one: Opening) -> tuple[object, ...]:
    return (not one.public, one.port, one.protocol, one.blueprint, one.what)
