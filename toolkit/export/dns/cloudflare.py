"""Cloudflare: zones through its API. Names that are proxied answer with Cloudflare's addresses; here stand the origins.

In: a client with a token (Zone:Read, DNS:Read) and names of zones; none: all it may read. Out: the stream edge.zones.
https://developers.cloudflare.com/api/resources/dns/subresources/records/methods/list/
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import httpx

from toolkit.errors import BadInput
from toolkit.export import http
from toolkit.export.dataset import Page, Record, Stream
from toolkit.export.dns.zones import TTL, Decision, Found, Resolve, described, no_more, pages, plain, quoted, zone_name
from toolkit.export.onward import entries

NAME = "cloudflare"
URL = "https://api.cloudflare.com"
ENDPOINTS = ("/client/v4/zones", "/client/v4/zones/{id}/dns_records", "/client/v4/zones/{id}/dnssec")
Ask = Callable[..., httpx.Response]
_AUTOMATIC = 1  # a TTL that means: Cloudflare's own choice
_NAMES = ("CNAME", "NS", "PTR", "DNAME")
_PAGE = 100
_PROXIED = "Cloudflare stood in front of it: now its origin answers, and is seen"


def client(token: str, url: str = URL) -> httpx.Client:
    """A client of the API."""
    return http.client(url, {"Authorization": f"Bearer {token}"})


def streams(
    cloudflare: httpx.Client, zones: Sequence[str], resolve: Resolve, *, sleep: http.Sleep
) -> dict[str, Stream]:
    """Dataset → stream."""
    return {"edge.zones": partial(_zones, partial(http.ask, cloudflare, "GET", sleep=sleep), zones, resolve)}


def _zones(ask: Ask, zones: Sequence[str], resolve: Resolve, cursor: Any) -> Iterator[Page]:
    ids = {plain(zone_name(one["name"])): one["id"] for one in _walk(ask, "/client/v4/zones")}
    wanted = [plain(zone_name(name)) for name in zones] or sorted(ids)
    if missing := [name for name in wanted if name not in ids]:
        raise BadInput(f"no zone {', '.join(missing)}", where=NAME, hint="the token may read: " + ", ".join(ids))

    def describe(name: str) -> Record:
        base = f"/client/v4/zones/{ids[name]}"
        records = list(no_more(name, _walk(ask, f"{base}/dns_records")))
        dnssec = ask(f"{base}/dnssec").json()["result"] or {}
        return described(
            zone_name(name),
            NAME,
            map(_record, records),
            _proxied(records, name),
            resolve=resolve,
            ds=[_ds(dnssec["ds"])] if dnssec.get("ds") else (),
            signed=dnssec.get("status") == "active",
        )

    return pages(wanted, cursor, describe)


def _walk(ask: Ask, path: str) -> Iterator[dict[str, Any]]:
    return entries(_pages(ask, path), NAME)


def _pages(ask: Ask, path: str) -> Iterator[tuple[list[dict[str, Any]], int]]:
    page, last = 1, 1
    while page <= last:
        answer = ask(path, params={"page": page, "per_page": _PAGE if "dns_records" in path else 50}).json()
        last = answer["result_info"]["total_pages"]
        page += 1
        yield answer["result"], page


def _ds(text: str) -> str:
    """The record's data, of "example.org. 3600 IN DS 2371 13 2 …"."""
    return text.partition(" DS ")[2].strip() or text


def _record(one: dict[str, Any]) -> Found:
    ttl = TTL if one["ttl"] == _AUTOMATIC else one["ttl"]
    return Found(f"{one['name']}.", one["type"], ttl, _value(one))


def _value(one: dict[str, Any]) -> str:
    """As in a zone file. Cloudflare leaves out final dots, priorities, and often quotation marks."""
    kind, content, data = one["type"], str(one.get("content") or ""), one.get("data") or {}
    if kind in _NAMES:
        return _dotted(content)
    if kind == "MX":
        return f"{one['priority']} {_dotted(content)}"
    if kind == "SRV" and data:
        return f"{data['priority']} {data['weight']} {data['port']} {_dotted(data['target'])}"
    if kind == "TXT" and not content.startswith('"'):
        return quoted(content)
    if kind == "CAA" and data:
        return f"{data['flags']} {data['tag']} {quoted(str(data['value']))}"
    return content.removeprefix("IN LOC ") if kind == "LOC" else content


def _dotted(name: str) -> str:
    return name if name.endswith(".") else f"{name}."


def _proxied(records: Sequence[dict[str, Any]], zone: str) -> list[Decision]:
    """The names a proxy stands in front of, each with its origins."""
    origins: dict[str, list[str]] = {}
    for one in records:
        if one.get("proxied"):
            name = plain(zone_name(one["name"])) if one["name"] != zone else zone
            origins.setdefault(name, []).append(str(one["content"]))
    return [
        Decision("@" if name == zone else name.removesuffix(f".{zone}"), "proxied", _PROXIED, tuple(sorted(values)))
        for name, values in origins.items()
    ]
