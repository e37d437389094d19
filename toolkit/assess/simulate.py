"""Simulate: vendors go → what goes dark, when, for whom, and which data is lost with them.

In: the audit, the catalogue, the losses with their notice. Out: a `Simulation`. Hours count from the moment notice is
given; a loss with 0 hours of notice is dark at once. A journey is dark as soon as the losses so far stop it.
"""

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from toolkit.assess.cutsets import fails
from toolkit.assess.graph import Graph, build
from toolkit.catalog import Catalog, Exit
from toolkit.errors import BadInput
from toolkit.model import Audit, Dark, Dependency, Loss, LostDependency, Simulation

_LOSS = re.compile(r"(?P<vendor>[a-z0-9][a-z0-9.-]*)(?:@(?P<number>\d+(?:\.\d+)?)(?P<unit>[mhdw]?))?")
_UNIT_HOURS = {"m": 1 / 60, "h": 1.0, "": 1.0, "d": 24.0, "w": 168.0}


def parse_losses(text: str, catalog: Catalog, also: Collection[str] = ()) -> tuple[Loss, ...]:
    """`aws@30h,okta` → losses. Units m, h (the default), d, w. Without `@`: the notice the vendor's own terms promise,
    or 0 where nobody knows it. `also`: vendors that are no part of the catalogue, such as declared ones."""
    losses = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _LOSS.fullmatch(part)
        if not match:
            raise BadInput(
                f"not a loss: {part!r}", where="--lose", hint="write aws@30h or okta@2d, separated by commas"
            )
        vendor = match["vendor"]
        known = catalog.vendors.get(vendor)
        if not known and vendor not in also:
            near = get_close_matches(vendor, [*catalog.vendors, *also], n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "`offramp catalog list` names the vendors"
            raise BadInput(f"the catalogue knows no vendor {vendor!r}", where="--lose", hint=hint)
        promised = known.notice_hours or 0.0 if known else 0.0
        notice = float(match["number"]) * _UNIT_HOURS[match["unit"]] if match["number"] else promised
        losses.append(Loss(vendor, notice))
    return tuple(losses)


def simulate(audit: Audit, catalog: Catalog, losses: Sequence[Loss]) -> Simulation:
    """What the losses do. A vendor lost twice goes at the earlier time."""
    graph = build(audit.dependencies, audit.platform, catalog)
    hours = {one.vendor: min(o.notice_hours for o in losses if o.vendor == one.vendor) for one in losses}
    dark = _dark(graph, hours)
    stopped = {one.journey for one in dark}
    going = [journey for journey in graph.journeys if journey.id not in stopped]
    return Simulation(
        losses=tuple(
            Loss(vendor, notice) for vendor, notice in sorted(hours.items(), key=lambda one: (one[1], one[0]))
        ),
        dark=dark,
        survives=tuple(journey.id for journey in going if not graph.unknown(journey)),
        unjudged=tuple(journey.id for journey in going if graph.unknown(journey)),
        lost=tuple(
            _lost(one, graph, hours) for one in graph.dependencies if graph.catalog.reach(one.vendor) & {*hours}
        ),
        time_to_export_hours=min(hours.values(), default=0.0),
    )


def _dark(graph: Graph, hours: dict[str, float]) -> tuple[Dark, ...]:
    found = {}
    for moment in sorted(set(hours.values())):
        gone = {vendor for vendor, notice in hours.items() if notice <= moment}
        for journey in graph.journeys:
            if journey.id not in found and fails(graph.journey_fault(journey), gone):
                because = {
                    one.id
                    for need in journey.needs
                    if fails(graph.need_fault(need), gone)
                    for one in graph.providers(need)
                    if fails(graph.dependency_fault(one), gone)
                }
                found[journey.id] = Dark(journey.id, journey.title, moment, tuple(sorted(because)))
    return tuple(found.values())


def _lost(dependency: Dependency, graph: Graph, hours: dict[str, float]) -> LostDependency:
    reach = graph.catalog.reach(dependency.vendor)
    notice, vendor = min((notice, vendor) for vendor, notice in hours.items() if vendor in reach)
    entry, known_exit = graph.catalog.entry(dependency.id), graph.catalog.exit(dependency.id)
    known = graph.catalog.capabilities
    named = graph.fallbacks((dependency.id, dependency.vendor, *dependency.capabilities))
    return LostDependency(
        dependency=dependency.id,
        vendor=vendor,
        at_hours=notice,
        role=dependency.role,
        breaks=tuple(known[one].breaks for one in dependency.capabilities if one in known),
        hostage=known_exit.keeps,
        exportable=known_exit.exports,
        covered_by=tuple(by for by in named if not fails(graph.fallback_fault(by), {*hours})),
        unchecked=not entry or entry.exit == Exit(),
        size_bytes=dependency.size_bytes,
    )
