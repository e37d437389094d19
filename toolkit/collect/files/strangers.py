"""Hosts that the files of a checkout name → those whose domain is nobody's that the catalogue knows.

In: what the files said, by path. Out: `NamedHost`s. A domain is known when any signal, page or source of the catalogue
lies under it: who is described need not be found twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from toolkit.catalog.entries import Catalog
from toolkit.collect.files.hosts import PLACES, Named
from toolkit.collect.network.suffixes import registered
from toolkit.model import NamedHost

_NAMES = frozenset({"host", "cname", "ns", "mx", "spf", "uri"})
_MOST_PLACES = 20  # of one domain in one place of `PLACES`
_MOST_DOMAINS = 500


def strangers(root: str, named: Mapping[str, Sequence[Named]], catalog: Catalog) -> tuple[NamedHost, ...]:
    """The strange hosts of one root; of each domain the first places only, the most telling ones before others."""
    if not named:
        return ()
    known = frozenset(_known(catalog))
    counted: dict[tuple[str, int], int] = {}
    domains: set[str] = set()
    found = []
    for _, path, host, line, place in sorted(_spread(named)):
        domain = registered(host.removeprefix("*."))
        if domain is None or domain in known or "*" in domain:
            continue
        if domain not in domains and len(domains) >= _MOST_DOMAINS:
            continue
        domains.add(domain)
        counted[domain, place] = counted.get((domain, place), 0) + 1
        if counted[domain, place] <= _MOST_PLACES:
            found.append(NamedHost(host, domain, PLACES[place], root, f"{path}:{line}"))
    return tuple(found)


def _spread(named: Mapping[str, Sequence[Named]]) -> Iterator[tuple[int, str, str, int, int]]:
    for path, hosts in named.items():
        for one in hosts:
            yield one.place, path, one.host, one.line, one.place


def _known(catalog: Catalog) -> Iterator[str]:
    """Every name that something of whoever the catalogue describes lies under, up to the ending."""
    named = (signal.value for signal in catalog.signals() if signal.kind in _NAMES)
    hosts = {value.partition("/")[0].rpartition("*")[2].strip(".") for value in named}
    hosts.update(urlsplit(vendor.homepage).hostname or "" for vendor in catalog.vendors.values())
    for vendor in catalog.vendors.values():  # their terms lie on pages of their own
        hosts.update(urlsplit(notice.source).hostname or "" for notice in vendor.notices)
    for host in hosts:
        while host:
            yield host
            host = host.partition(".")[2]
