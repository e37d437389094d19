"""DigitalOcean: domains through its API, version 2.

In: a client with a token (domain:read) and names of domains; none: all. Out: the stream edge.zones.
https://docs.digitalocean.com/reference/api/reference/domain-records/
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import httpx

from toolkit.export import http
from toolkit.export.dataset import Page, Record, Stream
from toolkit.export.dns.zones import TTL, Found, Resolve, described, pages, plain, quoted, zone_name
from toolkit.export.onward import entries

NAME = "digitalocean"
URL = "https://api.digitalocean.com"
ENDPOINTS = ("/v2/domains", "/v2/domains/{name}/records")
Ask = Callable[..., httpx.Response]
_PAGE = 200
_NAMES = ("CNAME", "NS")


def client(token: str, url: str = URL) -> httpx.Client:
    """A client of the API."""
    return http.client(url, {"Authorization": f"Bearer {token}"})


def streams(ocean: httpx.Client, zones: Sequence[str], resolve: Resolve, *, sleep: http.Sleep) -> dict[str, Stream]:
    """Dataset → stream."""
    return {"edge.zones": partial(_zones, partial(http.ask, ocean, "GET", sleep=sleep), zones, resolve)}


def _zones(ask: Ask, zones: Sequence[str], resolve: Resolve, cursor: Any) -> Iterator[Page]:
    wanted = [plain(zone_name(name)) for name in zones]
    wanted = wanted or sorted(plain(zone_name(one["name"])) for one in _walk(ask, "/v2/domains", "domains"))

    def describe(name: str) -> Record:
        found = map(_record, _walk(ask, f"/v2/domains/{name}/records", "domain_records"))
        return described(zone_name(name), NAME, found, resolve=resolve)

    return pages(wanted, cursor, describe)


def _walk(ask: Ask, path: str, key: str) -> Iterator[dict[str, Any]]:
    return entries(_pages(ask, path, key), NAME)


def _pages(ask: Ask, path: str, key: str) -> Iterator[tuple[list[dict[str, Any]], int | None]]:
    page: int | None = 1
    while page:
        answer = ask(path, params={"page": page, "per_page": _PAGE}).json()
        page = page + 1 if "next" in ((answer.get("links") or {}).get("pages") or {}) else None
        yield answer[key], page


def _record(one: dict[str, Any]) -> Found:
    return Found(one["name"], one["type"], one.get("ttl") or TTL, _value(one))


def _value(one: dict[str, Any]) -> str:
    """As in a zone file: "@" is the domain itself, and other names are whole though no dot ends them."""
    kind, data = one["type"], str(one.get("data") or "")
    host = data if data == "@" or data.endswith(".") else f"{data}."
    if kind in _NAMES:
        return host
    if kind == "MX":
        return f"{one['priority']} {host}"
    if kind == "SRV":
        return f"{one['priority']} {one['weight']} {one['port']} {host}"
    if kind == "CAA":
        return f"{one['flags']} {one['tag']} {quoted(data)}"
    return quoted(data) if kind == "TXT" else data
