"""How much the catalogue knows of each vendor beyond its signals, and how much of that has a source.

In: the catalogue. Out: figures. What is published about the catalogue's depth comes from here. A page that is neither
the vendor's own nor law, press or an archive of terms is no source: see `sources.py`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from toolkit.catalog.entries import Catalog, Service, Vendor
from toolkit.catalog.sources import KINDS, OTHER, SourceKind, counts, kind_of
from toolkit.model import Value


class Depth(Value):
    """Facts about one vendor and its services: how many there are of each kind, and how many have a source."""

    vendor: str
    company: int  # 1: owner and seat are known
    foundations: int  # 1: it is known on whose machines it runs
    exports: int
    keeps: int
    notices: int
    kinds: tuple[SourceKind, ...] = ()  # of the pages its facts were read on, one for each fact that has one

    @property
    def sourced(self) -> int:
        """Facts with a source that an auditor accepts."""
        return sum(counts(kind) for kind in self.kinds)

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
    kinds: tuple[tuple[SourceKind, int], ...] = ()  # facts by the kind of their source, in the order of `sources.KINDS`


def depth(catalog: Catalog) -> Depths:
    """Vendors known by their signals alone, or by owner and seat, do not count."""
    every = (_depth(id_, vendor, _services(id_, catalog), catalog) for id_, vendor in sorted(catalog.vendors.items()))
    known = tuple(one for one in every if one.exports or one.keeps or one.notices)
    return Depths(
        vendors=known,
        deep=sum(one.deep for one in known),
        deep_sourced=sum(one.deep and one.sourced == one.facts for one in known),
        facts=sum(one.facts for one in known),
        sourced=sum(one.sourced for one in known),
        kinds=_counted(known),
    )


def _counted(known: Sequence[Depth]) -> tuple[tuple[SourceKind, int], ...]:
    found = Counter(kind for one in known for kind in one.kinds)
    return tuple((kind, found[kind]) for kind in KINDS if found[kind])


def summary(depths: Depths) -> str:
    """The sums in three sentences, as the README has them."""
    listed = ", ".join(f"{count:,} {kind}" for kind, count in depths.kinds if kind != OTHER)
    elsewhere = dict(depths.kinds).get(OTHER, 0)
    return (
        f"{depths.deep} vendors in depth, {depths.deep_sourced} of them with a source for every fact; "
        f"{depths.facts:,} facts in all, {depths.sourced:,} with a source"
        f"{f': {listed}' if listed else ''}. "
        f"Another {elsewhere:,} stand on somebody else's page, which does not count as a source."
    )


def _services(vendor: str, catalog: Catalog) -> list[Service]:
    return [service for id_, service in catalog.services.items() if id_.partition("/")[0] == vendor]


def _depth(id_: str, vendor: Vendor, services: Sequence[Service], catalog: Catalog) -> Depth:
    exits = [one.exit for one in (vendor, *services)]
    return Depth(
        vendor=id_,
        company=int(bool(vendor.jurisdiction)),
        foundations=int(bool(vendor.runs_on or vendor.runs_on_source)),
        exports=sum(len(one.exports) for one in exits),
        keeps=sum(len(one.keeps) for one in exits),
        notices=len(vendor.notices),
        kinds=tuple(kind for source in _sources(vendor, services) if (kind := kind_of(source, id_, catalog))),
    )


def _sources(vendor: Vendor, services: Sequence[Service]) -> Iterator[str]:
    yield vendor.company_source
    yield vendor.runs_on_source
    yield from (one.source for one in vendor.notices)
    for entry in (vendor, *services):
        yield from (one.source for one in entry.exit.exports)
        yield from (one.source for one in entry.exit.keeps)
