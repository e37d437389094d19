"""Gandi LiveDNS: zones through its API, version 5.

In: a client with a personal access token ("See and renew domain names", "Manage domain name technical configurations")
and names of zones; none: all. Out: the stream edge.zones. https://api.gandi.net/docs/livedns/
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import httpx

from toolkit.export import http
from toolkit.export.dataset import Page, Record, Stream
from toolkit.export.dns.zones import Alias, Found, Resolve, described, no_more, pages, plain, zone_name
from toolkit.export.onward import entries

NAME = "gandi"
URL = "https://api.gandi.net"
ENDPOINTS = ("/v5/livedns/domains", "/v5/livedns/domains/{fqdn}/records", "/v5/livedns/domains/{fqdn}/keys")
Ask = Callable[..., httpx.Response]
_PAGE = 100


def client(token: str, url: str = URL) -> httpx.Client:
    """A client of the API."""
    return http.client(url, {"Authorization": f"Bearer {token}", "Accept": "application/json"})


def streams(gandi: httpx.Client, zones: Sequence[str], resolve: Resolve, *, sleep: http.Sleep) -> dict[str, Stream]:
    """Dataset → stream."""
    return {"edge.zones": partial(_zones, partial(http.ask, gandi, "GET", sleep=sleep), zones, resolve)}


def _zones(ask: Ask, zones: Sequence[str], resolve: Resolve, cursor: Any) -> Iterator[Page]:
    wanted = [plain(zone_name(name)) for name in zones]
    wanted = wanted or sorted(plain(zone_name(one["fqdn"])) for one in _walk(ask, "/v5/livedns/domains"))

    def describe(name: str) -> Record:
        base = f"/v5/livedns/domains/{name}"
        sets = list(no_more(name, _walk(ask, f"{base}/records")))
        keys = [one for one in ask(f"{base}/keys").json() if not one.get("deleted")]
        ds = [one["ds"].partition(" DS ")[2] or one["ds"] for one in keys if one.get("ds")]
        found = [record for one in sets for record in _records(one)]
        return described(zone_name(name), NAME, found, resolve=resolve, ds=ds, signed=bool(keys))

    return pages(wanted, cursor, describe)


def _walk(ask: Ask, path: str) -> Iterator[dict[str, Any]]:
    return entries(_pages(ask, path), NAME)


def _pages(ask: Ask, path: str) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Every entry; the header Total-Count says how many there are. Without it the last page is one that is not full."""
    seen, page = 0, 1
    while True:
        answer = ask(path, params={"page": page, "per_page": _PAGE})
        found = answer.json()
        seen += len(found)
        page += 1
        yield found, page
        total = answer.headers.get("Total-Count")
        if not found or (seen >= int(total) if total else len(found) < _PAGE):
            return


def _records(one: dict[str, Any]) -> Iterator[Found | Alias]:
    for value in one["rrset_values"]:
        if one["rrset_type"] == "ALIAS":
            yield Alias(one["rrset_name"], ("A", "AAAA"), one["rrset_ttl"], value)
        else:
            yield Found(one["rrset_name"], one["rrset_type"], one["rrset_ttl"], value)
