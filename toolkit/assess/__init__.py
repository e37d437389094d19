"""Assess: dependencies and what the user says → effects, cut sets, findings, questions, score. No I/O, no clock.

In: the survey, the dependencies, `offramp.toml`, the catalogue, and today's date (waivers end, journals age).
"""

from collections.abc import Sequence
from datetime import date

from toolkit.assess.case import Case
from toolkit.assess.graph import Graph, build
from toolkit.assess.journeys import default_journeys
from toolkit.assess.questions import questions
from toolkit.assess.risks import risks_of
from toolkit.assess.rules import judge
from toolkit.assess.score import last_restored, score
from toolkit.assess.steps import first_steps
from toolkit.catalog.entries import Catalog
from toolkit.model import Assessment, Company, Dependency, Journal, JourneyRisk, Need, Platform, Proofs, Survey

__all__ = ["assess", "default_journeys"]


def assess(
    survey: Survey,
    dependencies: tuple[Dependency, ...],
    platform: Platform,
    catalog: Catalog,
    *,
    today: date,
    journals: Sequence[Journal] = (),
    needs: Sequence[Need] = (),
    proofs: Proofs | None = None,
) -> Assessment:
    """The assessment. `journals` are those of drills that count; without a fresh one that restored the platform, the
    score is capped (docs/score.md). `proofs` is what other records say. `needs` are what the code speaks to: those that
    nobody provides become questions."""
    graph = build(dependencies, survey, platform, catalog)
    risks = risks_of(graph)
    findings = judge(Case(graph, risks, today))
    return Assessment(
        score=score(graph, risks, journals, today, proofs),
        companies=_companies(graph, risks),
        journeys=risks,
        findings=findings,
        questions=questions(graph, risks, needs),
        first=first_steps(graph, risks),
        restored=last_restored(journals, today),
        proofs=proofs or Proofs(),
    )


def _companies(graph: Graph, risks: Sequence[JourneyRisk]) -> tuple[Company, ...]:
    """Every company something in use hangs on; those that stop most journeys first."""
    catalog = graph.catalog
    owned: dict[str, list[Dependency]] = {}
    carried: dict[str, list[Dependency]] = {}
    for dependency in graph.dependencies:
        own = catalog.company(dependency.vendor)
        owned.setdefault(own, []).append(dependency)
        others = {catalog.company(vendor) for vendor in catalog.reach(dependency.vendor)}
        for company in others - {own}:
            carried.setdefault(company, []).append(dependency)
    stopping: dict[str, list[str]] = {}
    for risk in risks:
        for answer in risk.stops:
            stopping.setdefault(answer.company, []).append(risk.journey)
    found = [
        Company(
            company,
            catalog.vendors[company].name if company in catalog.vendors else company,
            vendors=tuple(sorted({one.vendor for one in owned.get(company, ())})),
            dependencies=tuple(sorted(one.id for one in owned.get(company, ()))),
            stops=tuple(stopping.get(company, ())),
            foundation_of=tuple(sorted({one.vendor for one in carried.get(company, ())})),
        )
        for company in sorted(graph.companies())
        if company in owned or company in carried
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.stops), -len(one.dependencies), one.id)))
