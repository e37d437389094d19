"""How much the catalogue knows of each vendor beyond its signals, and how much of that has a source.

In: the catalogue. Out: figures. What is published about the catalogue's depth comes from here.
"""

from collections.abc import Iterator, Sequence

from toolkit.entries import Catalog, Service, Vendor
from toolkit.model import Value


class Depth(Value):
    """Facts about one vendor and its services: how many there are of each kind, and how many have a source."""

    vendor: str
    company: int  # 1: owner and seat are known
    foundations: int  # 1: it is known on whose machines it runs
    exports: int
    keeps: int
    notices: int
    sourced: int

    @property
    def facts(self) -> int:
        return self.company + self.foundations + self.exports + self.keeps + self.notices

    @property
    def deep(self) -> bool:
        """Owner and seat, something that can be taken out, something that cannot, and a notice are all written down."""
        return bool(self.company and self.exports and self.keeps and self.notices)


class Depths(Value):
    """All vendors of which something is known about leaving them, and the sums over these."""

    vendors: tuple[Depth, ...]
    deep: int  # vendors in depth
    deep_sourced: int  # of them, those where every fact has a source
    facts: int
    sourced: int


def depth(catalog: Catalog) -> Depths:
    """Vendors known by their signals alone, or by owner and seat, do not count."""
    every = (_depth(id_, vendor, _services(id_, catalog)) for id_, vendor in sorted(catalog.vendors.items()))
    known = tuple(one for one in every if one.exports or one.keeps or one.notices)
    return Depths(
        vendors=known,
        deep=sum(one.deep for one in known),
        deep_sourced=sum(one.deep and one.sourced == one.facts for one in known),
        facts=sum(one.facts for one in known),
        sourced=sum(one.sourced for one in known),
    )


def summary(depths: Depths) -> str:
    """The sums in one sentence, as the README has it."""
    return (
        f"{depths.deep} vendors in depth, {depths.deep_sourced} of them with a source for every fact; "
        f"{depths.facts:,} facts in all, {depths.sourced:,} with a source."
    )


def _services(vendor: str, catalog: Catalog) -> list[Service]:
    return [service for id_, service in catalog.services.items() if id_.partition("/")[0] == vendor]


def _depth(id_: str, vendor: Vendor, services: Sequence[Service]) -> Depth:
    exits = [one.exit for one in (vendor, *services)]
    return Depth(
        vendor=id_,
        company=int(bool(vendor.jurisdiction)),
        foundations=int(bool(vendor.runs_on or vendor.runs_on_source)),
        exports=sum(len(one.exports) for one in exits),
        keeps=sum(len(one.keeps) for one in exits),
        notices=len(vendor.notices),
        sourced=sum(1 for source in _sources(vendor, services) if source),
    )


def _sources(vendor: Vendor, services: Sequence[Service]) -> Iterator[str]:
    yield vendor.company_source
    yield vendor.runs_on_source
    yield from (one.source for one in vendor.notices)
    for entry in (vendor, *services):
        yield from (one.source for one in entry.exit.exports)
        yield from (one.source for one in entry.exit.keeps)
