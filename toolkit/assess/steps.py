"""What to do first: the companies whose replacement gains most, one after the other.

In: the graph and what each company can do to the journeys. Out: at most five steps, each counted with those before it
taken, in points of the score's journeys (docs/score.md).
"""

from collections.abc import Sequence

from toolkit.assess.graph import Graph
from toolkit.assess.score import points_of_journeys, weights
from toolkit.model import FirstStep, JourneyRisk

_MOST = 5
_LEAST = 0.5  # points; less is nothing to begin with


def first_steps(graph: Graph, risks: Sequence[JourneyRisk]) -> tuple[FirstStep, ...]:
    """Greedy: of all companies that weigh on a journey the one whose replacement gains most, then the next."""
    left = {risk.journey: weights(risk, graph) for risk in risks}
    capabilities = _capabilities(graph, risks)
    steps: list[FirstStep] = []
    while len(steps) < _MOST:
        company, gain = _best(graph, left)
        if gain < _LEAST:
            break
        eased = tuple(journey for journey, by_company in left.items() if company in by_company)
        for journey in eased:
            del left[journey][company]
        stopped = [risk for risk in risks if risk.journey in eased and _stops(risk, company)]
        taken = {step.company for step in steps} | {company}
        frees = tuple(risk.journey for risk in stopped if all(answer.company in taken for answer in risk.stops))
        steps.append(FirstStep(company, round(gain, 1), frees, eased, capabilities.get(company, ())))
    return tuple(steps)


def _best(graph: Graph, left: dict[str, dict[str, float]]) -> tuple[str, float]:
    """The company whose weight is worth most, and the points that come back without it."""
    now = points_of_journeys(graph, {journey: sum(by_company.values()) for journey, by_company in left.items()})
    best = ("", 0.0)
    for company in sorted({company for by_company in left.values() for company in by_company if company}):
        without = {
            journey: sum(weight for one, weight in by_company.items() if one != company)
            for journey, by_company in left.items()
        }
        gain = points_of_journeys(graph, without) - now
        if gain > best[1]:
            best = (company, gain)
    return best


def _stops(risk: JourneyRisk, company: str) -> bool:
    return any(answer.company == company for answer in risk.stops)


def _capabilities(graph: Graph, risks: Sequence[JourneyRisk]) -> dict[str, tuple[str, ...]]:
    """What each company is needed for by journeys: the capabilities of the claims through which it weighs."""
    found: dict[str, dict[str, None]] = {}
    for risk in risks:
        for claim in graph.claims[risk.journey]:
            company = graph.catalog.company(claim.dependency.vendor)
            found.setdefault(company, {})[claim.capability] = None
    return {company: tuple(sorted(names)) for company, names in found.items()}
