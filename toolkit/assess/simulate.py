"""Simulate: vendors go → what goes dark, when, for whom, and which data is lost with them.

In: the audit, the catalogue, the losses with their notice. Out: a `Simulation`. Hours count from the moment notice is
given; a loss with 0 hours of notice is dark at once. A journey is dark as soon as the losses so far stop it.
"""

import math
import re
from collections.abc import Collection, Sequence

from toolkit.assess.cutsets import fails
from toolkit.assess.effects import STRONGEST_FIRST
from toolkit.assess.graph import Graph, build, tag
from toolkit.catalog.entries import Catalog, Exit
from toolkit.catalog.search import vendor_called, vendors_near
from toolkit.errors import BadInput
from toolkit.model import (
    MOST_HOURS,
    Audit,
    Dark,
    Dependency,
    Effect,
    Loss,
    LossKind,
    LostDependency,
    Simulation,
    Strained,
)

_LOSS = re.compile(
    r"(?P<vendor>[^@!,]+?)(?:!(?P<kind>account|outage|sanction))?(?:@(?P<number>\d+(?:\.\d+)?)(?P<unit>[mhdw]?))?"
)
_UNIT_HOURS = {"m": 1 / 60, "h": 1.0, "": 1.0, "d": 24.0, "w": 168.0}


def parse_losses(text: str, catalog: Catalog, also: Collection[str] = ()) -> tuple[Loss, ...]:
    """`aws@30h,okta,fastly!outage` → losses. Units m, h (the default), d, w. Without `@`: the notice the vendor's own
    terms promise, or 0 where nobody knows it; an outage gives none. `also`: vendors that are no part of the catalogue,
    such as declared ones. A vendor may be called by its printed name."""
    parts = filter(None, (part.strip() for part in text.split(",")))
    losses = tuple(_loss(part, catalog, also) for part in parts)
    notices: dict[tuple[str, LossKind], float] = {}
    for one in losses:
        if notices.setdefault((one.vendor, one.kind), one.notice_hours) != one.notice_hours:
            raise BadInput(f"{one.vendor} goes twice, with another notice each time", where="--lose", hint="keep one")
    return losses


def _loss(part: str, catalog: Catalog, also: Collection[str]) -> Loss:
    match = _LOSS.fullmatch(part)
    if not match:
        hint = "write aws@30h, okta@2d or fastly!outage, separated by commas"
        raise BadInput(f"not a loss: {part!r}", where="--lose", hint=hint)
    vendor = _vendor_called(match["vendor"].strip(), catalog, also)
    kind: LossKind = match["kind"] or "account"  # type: ignore[assignment]  # the pattern names no others
    if match["number"]:
        hours = float(match["number"]) * _UNIT_HOURS[match["unit"]]
        if hours > MOST_HOURS:
            raise BadInput(f"a notice of more than ten years: {part!r}", where="--lose")
        return Loss(vendor, hours, kind)
    known = catalog.vendors.get(vendor)
    promised = known.notice_hours if known and kind == "account" else None
    return Loss(vendor, promised or 0.0, kind)


def _vendor_called(name: str, catalog: Catalog, also: Collection[str]) -> str:
    """The id of the vendor that is called so, by its id or its printed name."""
    if found := vendor_called(catalog, name, also):
        return found
    near = vendors_near(catalog, name, also)
    hint = f"did you mean {' or '.join(near)}?" if near else "`offramp catalog list` names the vendors"
    raise BadInput(f"the catalogue knows no vendor {name!r}", where="--lose", hint=hint)


def simulate(audit: Audit, catalog: Catalog, losses: Sequence[Loss], *, scenario: str = "") -> Simulation:
    """What the losses do. A vendor lost twice in the same way goes at the earlier time. `scenario`: whose they are."""
    graph = build(audit.dependencies, audit.survey, audit.platform, catalog)
    hours: dict[tuple[str, LossKind], float] = {}
    for loss in losses:
        key = (loss.vendor, loss.kind)
        hours[key] = min(loss.notice_hours, hours.get(key, loss.notice_hours))
    dark = _dark(graph, hours)
    stopped = {journey.journey for journey in dark}
    going = [journey for journey in graph.journeys if journey.id not in stopped]
    ordered = sorted(hours.items(), key=lambda item: (item[1], item[0]))
    lost = tuple(
        _lost(dependency, graph, hours) for dependency in graph.dependencies if _gone(dependency.vendor, graph, hours)
    )
    return Simulation(
        losses=tuple(Loss(vendor, notice, kind) for (vendor, kind), notice in ordered),
        dark=dark,
        survives=tuple(journey.id for journey in going if not graph.unknown(journey)),
        unjudged=tuple(journey.id for journey in going if graph.unknown(journey)),
        lost=lost,
        time_to_export_hours=min(hours.values(), default=0.0),
        strained=_strained(graph, hours, {journey.journey: journey.at_hours for journey in dark}),
        first_hour=_first_hour(lost, graph, hours),
        scenario=scenario,
    )


_Hours = dict[tuple[str, LossKind], float]


def _gone(vendor: str, graph: Graph, hours: _Hours) -> list[tuple[float, str]]:
    """The losses that take the vendor along, (hours of notice, who is lost), the earliest first."""
    return sorted((notice, lost) for (lost, kind), notice in hours.items() if lost in graph.catalog.reach(vendor, kind))


def _dark(graph: Graph, hours: _Hours) -> tuple[Dark, ...]:
    found: dict[str, Dark] = {}
    for moment in sorted(set(hours.values())):
        gone = {tag(vendor, kind) for (vendor, kind), notice in hours.items() if notice <= moment}
        for journey in graph.journeys:
            if journey.id not in found and fails(graph.journey_fault(journey, "any"), gone):
                because = {
                    claim.dependency.id
                    for claim in graph.claims[journey.id]
                    if claim.effect == "stops" and fails(graph.claim_fault(claim, "any"), gone)
                }
                found[journey.id] = Dark(journey.id, journey.title, moment, tuple(sorted(because)))
    return tuple(found.values())


def _strained(graph: Graph, hours: _Hours, dark: dict[str, float]) -> tuple[Strained, ...]:
    """What does not stop a journey, by journey and effect; nothing of what comes after it is dark."""
    found: dict[tuple[str, Effect, str, str, str], Strained] = {}
    for moment in sorted(set(hours.values())):
        gone = {tag(vendor, kind) for (vendor, kind), notice in hours.items() if notice <= moment}
        for journey in graph.journeys:
            if dark.get(journey.id, math.inf) <= moment:
                continue
            for claim in graph.claims[journey.id]:
                if claim.effect == "stops" or not fails(graph.claim_fault(claim, "any"), gone):
                    continue
                key = (journey.id, claim.effect, claim.how, claim.when, claim.question)
                held = found.get(key)
                because = {claim.dependency.id, *(held.because if held else ())}
                found[key] = Strained(
                    journey.id,
                    journey.title,
                    claim.effect,
                    held.at_hours if held else moment,
                    tuple(sorted(because)),
                    claim.how,
                    claim.when,
                    claim.after_hours,
                    claim.question,
                )
    order = [journey.id for journey in graph.journeys]
    return tuple(
        sorted(
            found.values(), key=lambda one: (order.index(one.journey), STRONGEST_FIRST.index(one.effect), one.because)
        )
    )


def _first_hour(lost: Sequence[LostDependency], graph: Graph, hours: _Hours) -> tuple[str, ...]:
    """What the catalogue advises for the capabilities that go with an account, each thing once, in its order. An outage
    ends by itself; and an account that gave no notice answers nobody any more."""
    ending = {vendor for vendor, kind in hours if kind != "outage"}
    going = {dependency.dependency: dependency.at_hours for dependency in lost if dependency.vendor in ending}
    longest: dict[str, float] = {}
    for dependency in graph.dependencies:
        if dependency.id in going and dependency.role != "developer":
            for capability in dependency.capabilities:
                longest[capability] = max(longest.get(capability, 0.0), going[dependency.id])
    advice = []
    for name, known in graph.catalog.capabilities.items():
        if name in longest:
            advice += [known.first_hour, known.while_access if longest[name] else ""]
    return tuple(dict.fromkeys(filter(None, advice)))


def _lost(dependency: Dependency, graph: Graph, hours: _Hours) -> LostDependency:
    notice, vendor = _gone(dependency.vendor, graph, hours)[0]
    entry = graph.catalog.entry(dependency.id)
    known_exit = graph.catalog.exit(dependency.id).concerning(dependency.capabilities)
    known = graph.catalog.capabilities
    named = graph.fallbacks((dependency.id, dependency.vendor, *dependency.capabilities))
    lost = {tag(vendor, kind) for vendor, kind in hours}
    return LostDependency(
        dependency=dependency.id,
        vendor=vendor,
        at_hours=notice,
        role=dependency.role,
        breaks=tuple(known[one].breaks for one in dependency.capabilities if one in known),
        hostage=known_exit.keeps,
        exportable=known_exit.exports,
        covered_by=tuple(by for by in named if not fails(graph.fallback_fault(by, "any"), lost)),
        unchecked=not entry or entry.exit == Exit(),
        size_bytes=dependency.size_bytes,
    )
