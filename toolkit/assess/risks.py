"""What each company can do to each journey, and the smallest sets of companies that stop it.

In: the graph. Out: one `JourneyRisk` a journey. A company has one answer a journey, that of its strongest effect.
"""

from collections.abc import Iterable, Mapping

from toolkit.assess.cutsets import alone, minimal_cut_sets
from toolkit.assess.effects import STRONGEST_FIRST, Claim
from toolkit.assess.graph import Graph
from toolkit.model import Answer, Effect, Journey, JourneyRisk, OneOf

# Larger cut sets are exact but nobody's risk: seven companies at once. Without a limit their number can be exponential.
LARGEST_CUT_SET = 6


def risks_of(graph: Graph) -> tuple[JourneyRisk, ...]:
    return tuple(_risk(journey, graph) for journey in graph.journeys)


def _risk(journey: Journey, graph: Graph) -> JourneyRisk:
    companies = graph.companies()
    answers = _answers(journey, graph)
    sets = {
        kind: minimal_cut_sets(graph.journey_fault(journey, kind), companies, largest=LARGEST_CUT_SET)
        for kind in ("account", "outage", "sanction")
    }
    return JourneyRisk(
        journey=journey.id,
        title=journey.title,
        stops=answers["stops"],
        may_stop=answers["may stop"],
        degrades=answers["degrades"],
        later=answers["later"],
        one_of=_choices(journey, graph),
        cut_sets=sets["account"],
        outage_cut_sets=sets["outage"] if sets["outage"] != sets["account"] else (),
        sanction_cut_sets=sets["sanction"] if sets["sanction"] != sets["outage"] else (),
        unknown=graph.unknown(journey),
        seen=journey.id not in graph.unseen,
    )


def _answers(journey: Journey, graph: Graph) -> Mapping[Effect, tuple[Answer, ...]]:
    """By effect, one answer for each company; a company is in the class of its strongest effect only."""
    taken: set[str] = set()
    found: dict[Effect, tuple[Answer, ...]] = {}
    for effect in STRONGEST_FIRST:
        held: dict[str, list[Claim]] = {}
        for claim in graph.claims[journey.id]:
            if claim.effect == effect:
                for company in _takers(claim, graph) - taken:
                    held.setdefault(company, []).append(claim)
        if effect == "stops":
            stopping = alone(graph.journey_fault(journey), graph.companies())
            held = {company: claims for company, claims in held.items() if company in stopping}
        found[effect] = tuple(_answer(company, held[company]) for company in sorted(held))
        taken |= held.keys()
    return found


def _takers(claim: Claim, graph: Graph) -> set[str]:
    return set(alone(graph.claim_fault(claim), graph.companies()))


def _answer(company: str, claims: Iterable[Claim]) -> Answer:
    every = list(claims)
    soonest = min(every, key=lambda claim: (bool(claim.when), claim.after_hours or 0.0))
    return Answer(
        company,
        tuple(dict.fromkeys(claim.dependency.id for claim in every)),
        how=" ".join(dict.fromkeys(claim.how for claim in every if claim.how)),
        when=soonest.when,
        after_hours=soonest.after_hours,
        question=next((claim.question for claim in every if claim.question), ""),
    )


def _choices(journey: Journey, graph: Graph) -> tuple[OneOf, ...]:
    """The choices whose capability matters to the journey."""
    concerned = {claim.capability for claim in graph.claims[journey.id]}
    return tuple(group for group in graph.survey.choices if group.capability in concerned)
