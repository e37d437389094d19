"""What the registry says of a name: registrar, end, transfer lock. In: the name. Out: notes ("network.rdap").

RDAP (RFC 9083), from the server that IANA's list names for the top-level domain, or from one the
user names. What it says of persons is neither looked at nor kept.
"""

import asyncio
import re
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from toolkit.collect.network.ask import Asker
from toolkit.collect.network.domain import host_addresses
from toolkit.collect.network.fetch import Page, fetch
from toolkit.collect.network.names import Address, address
from toolkit.collect.network.notes import Notes
from toolkit.collect.network.signs import Seen
from toolkit.serving.networks import is_public

SOURCE = "network.rdap"
LIST = "https://data.iana.org/rdap/dns.json"
_MOST_REDIRECTS = 3
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class _Event(msgspec.Struct):
    action: str = msgspec.field(default="", name="eventAction")
    date: str = msgspec.field(default="", name="eventDate")


class _Entity(msgspec.Struct):
    roles: tuple[str, ...] = ()
    card: Any = msgspec.field(default=None, name="vcardArray")


class _Domain(msgspec.Struct):
    entities: tuple[_Entity, ...] = ()
    events: tuple[_Event, ...] = ()
    status: tuple[str, ...] = ()


class _Services(msgspec.Struct):
    services: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()


class Registries:
    """Where registries answer. IANA's list is fetched once, for all domains together."""

    def __init__(self, base: str | None, asker: Asker, timeout: float, context: ssl.SSLContext) -> None:
        self._base, self._asker, self._timeout, self._context = base, asker, timeout, context
        self._list: asyncio.Task[tuple[dict[str, str], str]] | None = None

    async def look_up(self, name: str, notes: Notes) -> None:
        """What the registry says of the name."""
        base = self._base or await self._of_top_level(name.rpartition(".")[2], notes)
        if base is None:
            return None
        page = await self._get(urljoin(base.rstrip("/") + "/", f"domain/{name}"))
        where = f"{urlsplit(page.url).hostname or ''} {name}"
        if page.problem or page.status != 200:
            why = page.problem or ("does not know it" if page.status == 404 else f"answers {page.status}")
            return notes.miss(SOURCE, where, f"the registry: {why}")
        try:
            found = msgspec.json.decode(page.body, type=_Domain)
        except (msgspec.DecodeError, RecursionError):
            return notes.miss(SOURCE, where, "the registry's answer cannot be read")
        notes.ran.add(SOURCE)
        return _note(found, name, where, notes)

    async def _of_top_level(self, label: str, notes: Notes) -> str | None:
        if self._list is None:
            self._list = asyncio.ensure_future(self._fetch_list())
        known, problem = await asyncio.shield(self._list)
        if problem:
            notes.miss(SOURCE, LIST, problem)
        elif label not in known:
            notes.miss(SOURCE, f".{label}", "its registry offers no RDAP: look the registrar up yourself")
        return known.get(label)

    async def _fetch_list(self) -> tuple[dict[str, str], str]:
        """Top-level domain → base URL, or why that is not known."""
        page = await self._get(LIST)
        try:
            services = msgspec.json.decode(page.body, type=_Services).services
        except (msgspec.DecodeError, RecursionError):
            return {}, page.problem or "the list of registries cannot be read"
        return {name: urls[0] for names, urls in services if urls for name in names}, ""

    async def _addresses(self, host: str) -> Sequence[Address]:
        """Where the registry runs is no sign of where the domain does: these notes are thrown away."""
        return await host_addresses(host, self._asker, Notes(host)) if host else ()

    async def _get(self, url: str) -> Page:
        """One document; registries redirect to each other. Only a server the user named may be a private one."""
        page = Page(url)
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                host = urlsplit(url).hostname or ""
            except ValueError:
                return Page(page.url, problem="it redirects to nowhere")
            literal = address(host)
            found: Sequence[Address] = [literal] if literal else await self._addresses(host)
            named = self._base is not None and urlsplit(url).netloc == urlsplit(self._base).netloc
            allowed = [where for where in found if named or is_public(where)]
            page = await fetch(url, allowed, self._timeout, self._context)
            if not page.location:
                return page
            try:
                url = urljoin(url, page.location)[:2000]
            except ValueError:
                return Page(page.url, problem="it redirects to nowhere")
        return Page(page.url, problem="it redirects again and again")


def _note(found: _Domain, name: str, where: str, notes: Notes) -> None:
    for registrar in [who for entity in found.entities if "registrar" in entity.roles if (who := _called(entity.card))]:
        notes.observe(SOURCE, "registrar", name, registrar)
        notes.seen.append(Seen(SOURCE, "registrar", registrar, where, "infra", bare=False))
    ends = [event.date for event in found.events if event.action == "expiration"]
    for day in [seen[0] for date in ends if (seen := _DAY.match(date))]:
        notes.observe(SOURCE, "registered until", name, day)
    locks = [status for status in found.status if status.endswith("transfer prohibited")]
    notes.observe(SOURCE, "transfer lock", name, ", ".join(sorted(locks)) or "none")


def _called(card: Any) -> str:
    """The name in a jCard: ["vcard", [["fn", {}, "text", "Gandi SAS"], …]]."""
    properties = card[1] if isinstance(card, list) and len(card) > 1 else []
    for item in properties if isinstance(properties, list) else []:
        if isinstance(item, list) and len(item) > 3 and item[0] == "fn" and isinstance(item[3], str):
            return item[3]
    return ""
