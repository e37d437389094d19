"""Exact minimal cut sets of a platform of 500 nodes (vendors, dependencies, capabilities, journeys, companies).

    python bench/simulate.py

Prints the time for all journeys together and how many sets there are, for a platform as platforms are and for one where
everything has two fallbacks, and, as the other side, the same question put to brute force over pairs of companies.
"""

import random
import time
from itertools import combinations

from toolkit.assess import LARGEST_CUT_SET
from toolkit.assess.cutsets import fails, minimal_cut_sets
from toolkit.assess.graph import Graph, build
from toolkit.catalog.entries import Catalog, Vendor
from toolkit.model import Dependency, Fallback, Journey, Platform

COMPANIES, VENDORS, DEPENDENCIES, CAPABILITIES, JOURNEYS = 60, 140, 180, 90, 30  # 500 nodes


def main() -> None:
    for title, with_fallback, most in (("as platforms are", 0.3, 1), ("two fallbacks for everything", 1.0, 2)):
        graph = _platform(random.Random(1), with_fallback, most)  # noqa: S311 - a benchmark, not a secret
        nodes = COMPANIES + VENDORS + DEPENDENCIES + CAPABILITIES + JOURNEYS
        companies = graph.companies()
        started = time.perf_counter()
        found = [
            minimal_cut_sets(graph.journey_fault(one), companies, largest=LARGEST_CUT_SET) for one in graph.journeys
        ]
        exact = time.perf_counter() - started
        pairs = _pairs(graph, found)
        sizes = {
            size: sum(len(one) == size for cuts in found for one in cuts) for size in range(1, LARGEST_CUT_SET + 1)
        }
        print(f"{title}: {nodes} nodes, {len(graph.journeys)} journeys: {exact:.3f} s; sets by size: {sizes}")
        print(f"  brute force, sets of one and two companies only: {pairs:.1f} s (agrees), ratio {pairs / exact:.0f} x")


def _pairs(graph: Graph, found: list[tuple[tuple[str, ...], ...]]) -> float:
    """Seconds that trying all single companies and pairs takes, after checking that it finds the same."""
    companies = sorted(graph.companies())
    started = time.perf_counter()
    for journey, cuts in zip(graph.journeys, found, strict=True):
        fault = graph.journey_fault(journey)
        alone = [one for one in companies if fails(fault, {one})]
        rest = [one for one in companies if one not in alone]
        together = [pair for pair in combinations(rest, 2) if fails(fault, pair)]
        assert [*((one,) for one in alone), *together] == [one for one in cuts if len(one) <= 2]
    return time.perf_counter() - started


def _platform(chance: random.Random, with_fallback: float, most: int) -> Graph:
    """Vendors owned by companies, a quarter of them running on another; capabilities with one to three dependencies."""
    companies = [f"company-{n}" for n in range(COMPANIES)]
    vendors = {name: Vendor(name) for name in companies}
    names = [f"vendor-{n}" for n in range(VENDORS)]
    for n, name in enumerate(names):
        below = (chance.choice(names[: n // 4 + 1]),) if n and chance.random() < 0.25 else ()
        vendors[name] = Vendor(name, parent=chance.choice(companies), runs_on=tuple(b for b in below if b != name))
    capabilities = [f"area.c{n}" for n in range(CAPABILITIES)]
    dependencies = tuple(
        Dependency(chance.choice(names), f"s{n}", (capabilities[n % CAPABILITIES],), "runtime", "high")
        for n in range(DEPENDENCIES)
    )
    fallbacks = tuple(
        Fallback(capability, chance.choice(names))
        for capability in capabilities
        if chance.random() < with_fallback
        for _ in range(chance.randint(1, most))
    )
    journeys = tuple(
        Journey(f"j{n}", needs=tuple(chance.sample(capabilities, chance.randint(4, 16)))) for n in range(JOURNEYS)
    )
    catalog = Catalog("", {}, vendors, {}, {}, {}, {})
    return build(dependencies, Platform(journeys=journeys, fallbacks=fallbacks), catalog)


if __name__ == "__main__":
    main()
