"""Assess: dependencies and what the user says → companies, cut sets, findings, score. Pure: no I/O, no clock.

In: the survey, the dependencies, `offramp.toml`, the catalogue, and today's date (waivers end, journals age).
"""

from collections.abc import Sequence
from datetime import date

from toolkit.assess.case import Case
from toolkit.assess.cutsets import minimal_cut_sets
from toolkit.assess.graph import Graph, build
from toolkit.assess.journeys import default_journeys
from toolkit.assess.rules import judge
from toolkit.assess.score import score
from toolkit.catalog import Catalog
from toolkit.model import Assessment, Company, Dependency, Journal, JourneyRisk, Platform, Survey

__all__ = ["assess", "default_journeys"]

# Larger cut sets are exact but nobody's risk: seven companies at once. Without a limit their number can be exponential.
LARGEST_CUT_SET = 6


def assess(
    survey: Survey,
    dependencies: tuple[Dependency, ...],
    platform: Platform,
    catalog: Catalog,
    *,
    today: date,
    journals: Sequence[Journal] = (),
) -> Assessment:
    """The assessment. `journals` are those of drills; without a fresh one that restored the platform, the score is
    capped (docs/score.md)."""
    graph = build(dependencies, platform, catalog)
    risks = _risks(graph)
    companies = _companies(graph, risks)
    findings = judge(Case(graph, survey, risks, today))
    return Assessment(score(survey, risks, findings, journals, today), companies, risks, findings)


def _risks(graph: Graph) -> tuple[JourneyRisk, ...]:
    companies = graph.companies()
    return tuple(
        JourneyRisk(
            journey.id,
            minimal_cut_sets(graph.journey_fault(journey), companies, largest=LARGEST_CUT_SET),
            graph.unknown(journey),
        )
        for journey in graph.journeys
    )


def _companies(graph: Graph, risks: Sequence[JourneyRisk]) -> tuple[Company, ...]:
    """Every company something in use hangs on; those that stop most journeys first."""
    found = []
    for company in graph.companies():
        hanging = [one for one in graph.dependencies if company in graph.catalog.reach(one.vendor)]
        known = graph.catalog.vendors.get(company)
        found.append(
            Company(
                company,
                known.name if known else company,
                tuple(sorted({one.vendor for one in hanging})),
                tuple(sorted(one.id for one in hanging)),
                tuple(risk.journey for risk in risks if (company,) in risk.cut_sets),
            )
        )
    return tuple(sorted(found, key=lambda one: (-len(one.stops), -len(one.dependencies), one.id)))
