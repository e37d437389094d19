"""What the outside sees of a domain: DNS, the registry, certificates, the landing page.

In: the catalogue, `Outside` (which domains, whom to ask, how long). Out: a `Survey` with one root
of kind "domain" for each. Nothing here asks anybody that `preview` does not name. One deadline holds
for all of it: what was not asked by then is `Unread`.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import NamedTuple

from toolkit.catalog.entries import Catalog, Signal
from toolkit.collect import merge
from toolkit.collect.files.match import Matcher
from toolkit.collect.network import questions
from toolkit.collect.network.ask import Asker
from toolkit.collect.network.domain import look_up
from toolkit.collect.network.names import Address, Server
from toolkit.collect.network.notes import Notes
from toolkit.collect.network.registry import LIST, Registries
from toolkit.collect.network.signs import evidence
from toolkit.collect.network.suffixes import registrable
from toolkit.collect.network.tls import shake_hands
from toolkit.collect.network.web import Visit, visit, visitable
from toolkit.errors import BadInput
from toolkit.model import Root, Survey

__all__ = ["Outside", "collect_network", "preview", "system_resolvers"]

_SOURCE = "network"
_AT_ONCE = 8  # domains
_MOST_SHOWN = 10
_MOST_GUESSED = 50  # domains up to which names beneath them are guessed: a hundred questions each


class Outside(NamedTuple):
    """Which domains, whom to ask about them, at which ports, and how long to wait."""

    domains: tuple[str, ...]
    resolvers: tuple[Server, ...]
    timeout: float = 5.0  # seconds for one question
    deadline: float = 120.0  # seconds for everything
    rdap: str | None = None  # base of the registry's server; None: the one that IANA's list names
    https_port: int = 443
    http_port: int = 80
    allow_private: bool = False  # visit a domain whose own address is a private one


def system_resolvers() -> tuple[Server, ...]:
    """Those of /etc/resolv.conf."""
    import dns.resolver

    try:
        found = dns.resolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError) as err:
        raise BadInput("this system names no DNS resolver", hint="name one: --resolver 192.0.2.1") from err
    return tuple(Server(str(where), found.port) for where in found.nameservers)


def preview(outside: Outside, catalog: Catalog) -> str:
    """What will be asked, and of whom, before it is."""
    own = 5 + len(questions.OF_THE_DOMAIN)
    guessed = len(list(questions.beneath("example.org", _signals(catalog))))
    many = own + (guessed if len(outside.domains) <= _MOST_GUESSED else 0)
    whom = ", ".join(str(server) for server in outside.resolvers)
    registry = outside.rdap or f"the server that {LIST} names"
    lines = (
        f"{_listed(outside.domains)}: this will be asked, and for at most {outside.deadline:g} s:",
        f"  DNS: about {many} questions for each domain, to {whom}",
        f"  registry: who the registrar is, from {registry}",
        f"  web: a TLS handshake and the landing page, ports {outside.https_port} and {outside.http_port}",
    )
    return "\n".join(lines)


def _listed(domains: Sequence[str]) -> str:
    more = len(domains) - _MOST_SHOWN
    return ", ".join(domains[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def collect_network(outside: Outside, catalog: Catalog) -> Survey:
    """Everything that the outside says of the domains."""
    signals = _signals(catalog)
    own = _own(outside)
    matcher = Matcher(signals)
    notes = asyncio.run(_look_at_all(outside, signals))
    return merge(*(_survey(found, matcher, own) for found in notes))


def _signals(catalog: Catalog) -> tuple[Signal, ...]:
    return tuple(sorted(catalog.signals(), key=lambda signal: (signal.id, signal.weak)))


class _Tools(NamedTuple):
    """What all domains are looked at with."""

    outside: Outside
    signals: Sequence[Signal]
    asker: Asker
    registries: Registries
    context: ssl.SSLContext


def _own(outside: Outside) -> frozenset[str]:
    return frozenset(outside.domains) | {registrable(domain) for domain in outside.domains}


async def _look_at_all(outside: Outside, signals: Sequence[Signal]) -> list[Notes]:
    asker = Asker(outside.resolvers, outside.timeout)
    context = ssl.create_default_context()  # honours SSL_CERT_FILE
    registries = Registries(outside.rdap, asker, outside.timeout, context)
    tools = _Tools(outside, signals, asker, registries, context)
    turns = asyncio.Semaphore(_AT_ONCE)
    notes = [Notes(domain) for domain in outside.domains]

    async def look(found: Notes) -> None:
        async with turns:
            await _look_at(found, tools)

    tasks = [asyncio.ensure_future(look(found)) for found in notes]
    _, late = await asyncio.wait(tasks, timeout=outside.deadline)
    for found, task in zip(notes, tasks, strict=True):
        if task in late:
            task.cancel()
            found.miss(_SOURCE, found.root, f"the time was up ({outside.deadline:g} s for all domains)")
    await asyncio.gather(*tasks, return_exceptions=True)
    await asker.close()
    return notes


async def _look_at(notes: Notes, tools: _Tools) -> None:
    """DNS first: it says where the rest is."""
    domain, outside = notes.root, tools.outside
    apex = registrable(domain)
    guess = len(outside.domains) <= _MOST_GUESSED
    try:
        addresses = await look_up(domain, apex, tools.asker, tools.signals, notes, guess=guess)
        if not notes.ran:
            return
        await asyncio.gather(tools.registries.look_up(apex, notes), _visit(domain, addresses, tools, notes))
    except Exception as err:  # noqa: BLE001 - the one-source boundary: whatever a server sends costs its domain only
        notes.miss(_SOURCE, domain, f"looking at it failed: {type(err).__name__}")


async def _visit(domain: str, addresses: tuple[Address, ...], tools: _Tools, notes: Notes) -> None:
    """Handshake and landing page, at a public address or one that the user allows."""
    outside = tools.outside
    home = addresses if outside.allow_private else ()
    allowed = visitable(addresses, home)
    if not allowed:
        hint = "a private address: --allow-private visits it" if addresses else "no address"
        return notes.miss(_SOURCE, domain, f"not visited: it has {hint}")
    ports = (outside.https_port, outside.http_port)
    about = Visit(_own(outside), home, ports, outside.timeout, tools.context, tools.asker)
    await asyncio.gather(
        shake_hands(domain, outside.https_port, allowed, outside.timeout, notes),
        visit(domain, allowed, about, notes),
    )
    return None


def _survey(notes: Notes, matcher: Matcher, own: frozenset[str]) -> Survey:
    return Survey(
        roots=(Root(notes.root, "domain", notes.root),),
        sources=tuple(sorted(notes.ran)),
        evidence=tuple(evidence(notes.seen, matcher, notes.root, own)),
        unread=tuple(notes.unread),
        observations=tuple(notes.observations),
    )
