"""Questions: what could not be seen and what its answer would settle, the most decisive first.

In: the graph and the risks. Out: `Question`s, one for each thing that nobody could see: whether a dependency is in use,
which member of a choice is chosen, where the platform runs.
"""

import json
from collections.abc import Iterable, Sequence

from toolkit.assess.effects import Claim, group_of
from toolkit.assess.graph import Graph
from toolkit.assess.hosting import AREA, where_it_runs
from toolkit.assess.journeys import matching
from toolkit.model import FILL_IN, JourneyRisk, Need, OneOf, Question, Told

_MOST_EVIDENCE = 5
_WEIGHTS = {"read": 4.0, "sign-in": 3.0, "post": 2.0, "sign-up": 2.0, "operate": 1.0}


def questions(graph: Graph, risks: Sequence[JourneyRisk], needs: Sequence[Need] = ()) -> tuple[Question, ...]:
    """The questions. `needs`: what the code itself needs, whoever provides it."""
    asked = [
        *_where_it_runs(risks),
        *_unprovided(needs, graph),
        *_choices(graph.survey.choices, risks),
        *_alternative_hosts(graph),
        *_open_claims(graph, risks),
    ]
    return tuple(sorted(asked, key=lambda question: (-_weight(question), question.id)))


def _weight(question: Question) -> float:
    """How much the answer changes: what everybody does weighs most, and where it runs comes before all."""
    hosting = question.id.startswith(("hosting", "needs "))
    return sum(_WEIGHTS.get(journey, 1.0) for journey in question.journeys) * (2.0 if hosting else 1.0)


def _where_it_runs(risks: Sequence[JourneyRisk]) -> Iterable[Question]:
    journeys = tuple(risk.journey for risk in risks if "hosting.*" in risk.unknown)
    if journeys:
        answer = f'[[declare]]\nvendor = "{FILL_IN}"\ncapabilities = ["hosting.compute"]\n'
        text = "Where does it run? Nothing in what was looked at says who hosts it."
        yield Question("hosting", text, journeys, answer=answer)


def _unprovided(needs: Sequence[Need], graph: Graph) -> Iterable[Question]:
    """What the program speaks to although nobody was found who provides it: a database, a cache, a broker."""
    known = {journey.id for journey in graph.journeys}
    for need in needs:
        running = need.role in ("runtime", "infra") and need.confidence != "low"
        if not running or graph.having(need.capability) or graph.fallbacks((need.capability,)):
            continue
        journeys = {
            journey
            for rule in graph.catalog.judgement.needs
            if matching(rule.of, [need.capability]) and rule.effect in ("stops", "may stop")
            for journey in rule.journeys
        }
        yield Question(
            id=f"needs {need.engine}",
            text=f"Who runs its {need.engine}? The code needs it, and nothing that was found provides it.",
            journeys=tuple(journey.id for journey in graph.journeys if journey.id in journeys & known),
            evidence=need.evidence[:_MOST_EVIDENCE],
            answer=f'[[declare]]\nvendor = "{FILL_IN}"\ncapabilities = ["{need.capability}"]\n',
        )


def _choices(choices: Sequence[OneOf], risks: Sequence[JourneyRisk]) -> Iterable[Question]:
    for group in choices:
        if group.chosen is None:
            journeys = tuple(risk.journey for risk in risks if group in risk.one_of)
            answer = f'[[correct]]\ndependency = "{group.members[0]}"\nchosen_for = "{group.capability}"\n'
            text = f"Which of {', '.join(group.members)} is chosen for {group.capability}? {group.switch} decides."
            yield Question(f"{group.capability} one of", text, journeys, answer=answer, among=group.members)


def _alternative_hosts(graph: Graph) -> Iterable[Question]:
    """One question for all that may host, where one of them does."""
    hosts = [host for host in graph.hosts if host.among]
    if not hosts:
        return
    names = hosts[0].among
    first = hosts[0].dependency
    capability = next(have for have in first.capabilities if have.startswith(AREA))
    open_claims = {
        journey.id
        for journey in graph.journeys
        if any(claim.effect == "may stop" and _asks_for_a_host(claim, graph) for claim in graph.claims[journey.id])
    }
    yield Question(
        id="hosting one of",
        text=f"Which of {', '.join(names)} does production run at? Nothing that was found deploys it.",
        journeys=tuple(journey.id for journey in graph.journeys if journey.id in open_claims),
        companies=tuple(dict.fromkeys(graph.catalog.company(host.dependency.vendor) for host in hosts)),
        evidence=tuple(dict.fromkeys(at for host in hosts for at in host.dependency.evidence))[:_MOST_EVIDENCE],
        answer=f'[[correct]]\ndependency = "{names[0]}"\nchosen_for = "{capability}"\n',
        among=names,
    )


def _asks_for_a_host(claim: Claim, graph: Graph) -> bool:
    """Whether the question which of several hosts stands for this one."""
    vendors = {host.dependency.vendor for host in graph.hosts if host.among}
    return claim.dependency.vendor in vendors and claim.question == where_it_runs(claim.dependency.vendor)


def _of_a_choice(claim: Claim, graph: Graph) -> bool:
    """Whether the question which member is chosen stands for this one."""
    group = group_of(claim.dependency, claim.capability, graph.survey.choices)
    return group is not None and group.chosen is None


def _open_claims(graph: Graph, risks: Sequence[JourneyRisk]) -> Iterable[Question]:
    """One question for each capability and what it is asked about, with every journey that hangs on the answer. None
    is asked about a journey that the same company stops in any case."""
    stopped = {risk.journey: {answer.company for answer in risk.stops} for risk in risks}
    held: dict[tuple[str, str], list[tuple[str, Claim]]] = {}
    for journey in graph.journeys:
        for claim in graph.claims[journey.id]:
            company = graph.catalog.company(claim.dependency.vendor)
            chosen = _of_a_choice(claim, graph) or _asks_for_a_host(claim, graph)
            is_open = claim.effect == "may stop" and not chosen
            if is_open and company not in stopped[journey.id]:
                held.setdefault((claim.capability, claim.question), []).append((journey.id, claim))
    for (capability, text), found in held.items():
        names = list(dict.fromkeys(claim.dependency.id for _, claim in found))
        companies = dict.fromkeys(graph.catalog.company(claim.dependency.vendor) for _, claim in found)
        evidence = [at for _, claim in found for at in claim.dependency.evidence]
        journeys = tuple(dict.fromkeys(journey for journey, _ in found))
        first = found[0][1]
        yield Question(
            id=f"{capability} {names[0]}",
            text=f"{', '.join(names)}: {text}",
            journeys=journeys,
            companies=tuple(companies),
            evidence=tuple(dict.fromkeys(evidence))[:_MOST_EVIDENCE],
            answer="\n".join(_correction(name, first.yes, first.no, journeys) for name in names),
            yes=first.yes,
            no=first.no,
        )


def _correction(dependency: str, yes: Told | None, no: Told | None, journeys: Sequence[str]) -> str:
    """The answer that frees: a table that says it of the journeys that were asked about, and of no others."""
    effect = next((told for told in (yes, no) if told not in (None, "stops")), "degrades")
    listed = json.dumps(journeys, ensure_ascii=False)
    return f'[[correct]]\ndependency = "{dependency}"\neffect = "{effect}"\njourneys = {listed}\n'
