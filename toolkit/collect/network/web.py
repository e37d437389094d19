"""The landing page of one domain. In: the domain and its addresses. Out: notes ("network.web").

Redirects are followed to hosts of the domains named, at the ports that were announced, and to public
addresses; a private one is only visited where the domain itself has it and the user allows that.
"""

import ssl
from collections.abc import Collection, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from toolkit.collect.network import pages
from toolkit.collect.network.ask import Asker
from toolkit.collect.network.domain import host_addresses
from toolkit.collect.network.fetch import Page, fetch
from toolkit.collect.network.names import Address, address, host_name, is_beneath
from toolkit.collect.network.notes import Notes
from toolkit.collect.network.signs import Seen
from toolkit.serving.networks import is_public

SOURCE = "network.web"
_MOST_REDIRECTS = 5
_LONGEST_URL = 2000


class Visit(NamedTuple):
    """What is the same for every step of one visit."""

    own: Collection[str]  # domains whose hosts may be visited
    home: tuple[Address, ...]  # private addresses that may be visited
    ports: tuple[int, int]  # HTTPS, HTTP
    timeout: float
    context: ssl.SSLContext
    asker: Asker


def visitable(addresses: Sequence[Address], home: Collection[Address]) -> list[Address]:
    return [where for where in addresses if is_public(where) or where in home]


async def visit(domain: str, addresses: Sequence[Address], about: Visit, notes: Notes) -> None:
    """The page behind https://DOMAIN/, or behind http:// where there is none."""
    secure, plain = about.ports
    page = await _fetch("https", domain, secure, addresses, about)
    if not page.status:
        notes.miss(SOURCE, page.url, page.problem)
        page = await _fetch("http", domain, plain, addresses, about)
    steps = 0
    while page.location and steps < _MOST_REDIRECTS:
        _note(page, notes)
        target = await _next(page, about, notes)
        if target is None:
            return
        page, steps = target, steps + 1
    _note(page, notes)
    if page.location:
        notes.miss(SOURCE, page.url, f"it redirects more than {_MOST_REDIRECTS} times")


async def _fetch(scheme: str, host: str, port: int, addresses: Sequence[Address], about: Visit) -> Page:
    allowed = visitable(addresses, about.home)
    return await fetch(_url(scheme, host, port, "/"), allowed, about.timeout, about.context)


def _url(scheme: str, host: str, port: int, path: str) -> str:
    usual = {"https": 443, "http": 80}[scheme]
    return f"{scheme}://{host}{path}" if port == usual else f"{scheme}://{host}:{port}{path}"


def _note(page: Page, notes: Notes) -> None:
    """Names of one answer. Where it lies is told without what follows the path's beginning."""
    where = page.url.partition("?")[0]
    if page.problem:
        notes.miss(SOURCE, where, page.problem)
    if not page.status:
        return
    notes.ran.add(SOURCE)
    notes.seen.extend(pages.of_headers(SOURCE, page.headers, where))
    if "html" in page.header("content-type").lower() and not page.location:
        notes.seen.extend(pages.of_page(SOURCE, page.body.decode("utf-8", "replace"), where))


async def _next(page: Page, about: Visit, notes: Notes) -> Page | None:
    """The page that it redirects to; None, with the reason noted, where that may not be visited."""
    where = page.url.partition("?")[0]
    target = _target(page)
    host = host_name(target.hostname or "") if target else None
    if target is None or host is None:
        literal = target is not None and address(target.hostname or "") is not None
        notes.miss(SOURCE, where, f"not followed: it redirects to {'an address' if literal else 'what is no web page'}")
        return None
    if not is_beneath(host, about.own):
        notes.seen.append(Seen(SOURCE, "host", host, where, "runtime"))
        notes.miss(SOURCE, where, f"not followed: it redirects to {host}, which no --domain names")
        return None
    secure, plain = about.ports
    port = target.port or (secure if target.scheme == "https" else plain)
    if port != (secure if target.scheme == "https" else plain):
        notes.miss(SOURCE, where, f"not followed: it redirects to port {port}")
        return None
    allowed = visitable(await host_addresses(host, about.asker, notes), about.home)
    if not allowed:
        notes.miss(SOURCE, where, f"not followed: {host} has no public address")
        return None
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    return await fetch(_url(target.scheme, host, port, path), allowed, about.timeout, about.context)


def _target(page: Page) -> SplitResult | None:
    """The web address it redirects to; None for any other scheme, and for nonsense."""
    if len(page.location) > _LONGEST_URL or not page.location.isprintable():
        return None
    try:
        target = urlsplit(urljoin(page.url, page.location))
        _ = target.port
    except ValueError:
        return None
    return target if target.scheme in ("https", "http") else None
