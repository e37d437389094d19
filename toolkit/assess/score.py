"""The score: four parts that add up to 100, each with its reason. docs/score.md explains the choices.

In: the graph, what each company can do to the journeys, journals of drills. Out: 0 (all dark) to 100. It is monotone:
one more vendor or one more sign of one never raises it, a fallback or a fresh drill never lowers it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from toolkit.assess.cutsets import alone
from toolkit.assess.effects import Claim
from toolkit.assess.graph import Graph
from toolkit.assess.hosting import AREA
from toolkit.model import Dependency, Effect, Journal, JourneyRisk, Objectives, Proofs, Score, ScorePart, Survey

JOURNEYS, INDEPENDENCE, SIGHT, PROOF = 50.0, 25.0, 5.0, 20.0
# how much of a stop each effect weighs
WEIGHTS: Mapping[Effect, float] = {"stops": 1.0, "may stop": 0.25, "later": 0.03, "degrades": 0.03}
UNKNOWN = 0.25
# services in use that halve the points for independence; one that is only possible counts a fifth of one
HALVING, POSSIBLE, KEEPS_DATA = 12.0, 0.2, 0.5
FRESH = timedelta(days=90)
KINDS_OF_SOURCE = ("files", "accounts", "network")


def score(
    graph: Graph, risks: Sequence[JourneyRisk], journals: Sequence[Journal], today: date, proofs: Proofs | None = None
) -> Score:
    """`proofs`: what records other than journals say, and which of all were doubted."""
    parts = (
        _journeys(graph, risks),
        _independence(graph),
        _sight(graph.survey),
        _proof(journals, proofs or Proofs(), graph.platform.objectives, today),
    )
    return Score(round(sum(part.points for part in parts), 1), parts)


def _journeys(graph: Graph, risks: Sequence[JourneyRisk]) -> ScorePart:
    points = points_of_journeys(graph, {risk.journey: sum(weights(risk, graph).values()) for risk in risks})
    safe = sum(not risk.stops for risk in risks)
    why = f"{safe} of {len(risks)} journeys survive the loss of any one company, as far as was seen"
    return ScorePart("Journeys", round(points, 1), JOURNEYS, why)


def points_of_journeys(graph: Graph, weight: Mapping[str, float]) -> float:
    """The mean over journeys of 1 / (1 + what weighs on it). One that does not exist here cannot be stopped: it is
    worth 1, so that a vendor who brings a journey along raises nothing."""
    usual = [entry.id for entry in graph.catalog.judgement.journeys]
    counted = list(weight) if graph.platform.journeys else list(dict.fromkeys([*usual, *weight]))
    return JOURNEYS * (sum(1 / (1 + weight.get(name, 0.0)) for name in counted) / len(counted) if counted else 1.0)


def weights(risk: JourneyRisk, graph: Graph) -> dict[str, float]:
    """What weighs on a journey, by company; "" is what nobody was found for. Each dependency is weighed by itself: what
    is known of another one beside it (a second host, described better) settles who stops the journey, and must not make
    it look safer."""
    claims = graph.claims[risk.journey]
    strongest: dict[str, float] = {}
    for claim in claims:
        if not claim.capability.startswith(AREA):
            for company in alone(graph.claim_fault(claim), graph.companies()):
                weight = WEIGHTS[claim.by_itself or claim.effect]
                strongest[company] = max(strongest.get(company, 0.0), weight)
    for vendor, weight in _of_hosts([claim for claim in claims if claim.capability.startswith(AREA)], graph).items():
        company = graph.catalog.company(vendor)
        strongest[company] = strongest.get(company, 0.0) + weight
    if risk.unknown:
        strongest[""] = UNKNOWN * len(risk.unknown)
    return strongest


def _of_hosts(claims: Sequence[Claim], graph: Graph) -> dict[str, float]:
    """By vendor: one that surely hosts weighs a whole stop, and so do several together of whom one does."""
    taken = [claim for claim in claims if alone(graph.claim_fault(claim), graph.companies())]
    vendors = sorted({claim.dependency.vendor for claim in taken})
    firm = {claim.dependency.vendor for claim in taken if claim.dependency.firm and not claim.inferred}
    if firm:
        return {vendor: 1.0 if vendor in firm else WEIGHTS["may stop"] for vendor in vendors}
    sure = any(claim.effect == "stops" for claim in taken) or len(vendors) > 1
    return {vendor: 1.0 / len(vendors) if sure else WEIGHTS["may stop"] for vendor in vendors}


def _independence(graph: Graph) -> ScorePart:
    """Each service in use that nothing stands in for is one more to replace."""
    running = [one for one in graph.dependencies if one.role in ("runtime", "optional", "infra")]
    held = [one for one in running if not graph.fallbacks((one.id, one.vendor, *one.capabilities))]
    load = sum(_load(one, graph) for one in held)
    points = INDEPENDENCE / (1 + load / HALVING)
    firm = sum(one.firm for one in held)
    why = f"{firm} services of others in use and {len(held) - firm} possible ones would have to be replaced"
    return ScorePart("Independence", round(points, 1), INDEPENDENCE, why)


def _load(dependency: Dependency, graph: Graph) -> float:
    keeps = KEEPS_DATA if graph.catalog.exit(dependency.id).concerning(dependency.capabilities).keeps else 0.0
    firm = dependency.firm and dependency.role != "optional"
    return (1.0 + keeps) * (1.0 if firm else POSSIBLE)


def _sight(survey: Survey) -> ScorePart:
    """Which of the three kinds of source ran; half, when something could not be read."""
    ran = [kind for kind in KINDS_OF_SOURCE if any(one.partition(".")[0] == kind for one in survey.sources)]
    share = len(ran) / len(KINDS_OF_SOURCE) * (0.5 if survey.unread else 1)
    why = f"looked at: {', '.join(ran) or 'nothing'}"
    if missing := [kind for kind in KINDS_OF_SOURCE if kind not in ran]:
        why += f"; not at: {', '.join(missing)}"
    if survey.unread:
        why += f"; {len(survey.unread)} places could not be read"
    return ScorePart("Sight", round(SIGHT * share, 1), SIGHT, why)


def _proof(journals: Iterable[Journal], proofs: Proofs, objectives: Objectives, today: date) -> ScorePart:
    """Half for a drill that really restored the platform, not longer ago than `FRESH`; with one, a quarter each for a
    rebuild and for copies of the data within `[objectives]`. What was handed over and counts for nothing is named."""
    points, why = _drilled(journals, objectives, today)
    if points:
        held, how = _held(proofs.copies, objectives, today)
        points, why = points + held, f"{why}; {how}"
    return ScorePart("Proof", points, PROOF, "; ".join([why, *proofs.doubts]))


def _drilled(journals: Iterable[Journal], objectives: Objectives, today: date) -> tuple[float, str]:
    restored = _restored(journals, today)
    if not restored:
        return 0.0, "no drill has restored the platform"
    last = max(restored, key=_day)
    if today - _day(last) > FRESH:
        return 0.0, f"a drill restored the platform on {_day(last)}, longer than {FRESH.days} days ago"
    hours = sum(step.seconds for step in last.steps if step.phase in ("rebuild", "verify")) / 3600
    why = f"a drill restored the platform on {_day(last)} in {hours:.1f} h"
    if hours > objectives.rto_hours:
        return PROOF / 2, f"{why}, longer than the {objectives.rto_hours:g} h of its objective"
    return PROOF * 3 / 4, why


def _held(copies: str, objectives: Objectives, today: date) -> tuple[float, str]:
    """Of the newest copies of the data. Hours count to the beginning of the day: they are at least as old as that."""
    if not copies:
        return 0.0, "nothing says how old the newest copies of the data are: no signed export was handed over"
    hours = (datetime.combine(today, time.min, UTC) - datetime.fromisoformat(copies)).total_seconds() / 3600
    if hours <= -24:
        return 0.0, f"its newest copies of the data are from the future: {copies}"
    if hours > objectives.rpo_hours:
        return 0.0, f"its newest copies of the data are older than the {objectives.rpo_hours:g} h of its objective"
    return PROOF / 4, "its newest copies of the data are as young as its objective asks"


def last_restored(journals: Iterable[Journal], today: date) -> date | None:
    """When a drill last restored the platform."""
    return max(map(_day, _restored(journals, today)), default=None)


def _restored(journals: Iterable[Journal], today: date) -> list[Journal]:
    return [one for one in journals if one.restored and one.steps and _day(one) <= today]


def _day(journal: Journal) -> date:
    return datetime.fromisoformat(journal.steps[-1].started).date()
