"""What to do first: the steps really bring the points that they promise."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from toolkit.assess.graph import build
from toolkit.assess.risks import risks_of
from toolkit.assess.score import JOURNEYS, points_of_journeys, weights
from toolkit.assess.steps import first_steps
from toolkit.catalog.folders import load
from toolkit.model import Dependency, Fallback, FirstStep, Journey, Platform, Survey

CATALOG = load()
JOURNEY = (Journey("read", needs=("data.relational", "edge.dns")), Journey("sign-in", needs=("otp.sms", "edge.dns")))


def dependency(vendor: str, capability: str) -> Dependency:
    return Dependency(vendor, None, (capability,), "runtime", "high")


def steps_of(platform: Platform, *dependencies: Dependency) -> tuple[FirstStep, ...]:
    graph = build(dependencies, Survey(), platform, CATALOG)
    return first_steps(graph, risks_of(graph))


def points_of(platform: Platform, *dependencies: Dependency) -> float:
    graph = build(dependencies, Survey(), platform, CATALOG)
    return points_of_journeys(graph, {risk.journey: sum(weights(risk, graph).values()) for risk in risks_of(graph)})


DATABASE, NAMES, CODES = (
    dependency("heroku", "data.relational"), dependency("gandi", "edge.dns"), dependency("twilio", "otp.sms")
)  # fmt: skip


def test_a_journey_is_free_once_the_last_company_that_stops_it_is_stood_in_for() -> None:
    steps = steps_of(Platform(journeys=JOURNEY), DATABASE, NAMES, CODES)
    assert set(steps[0].eases) == {"read", "sign-in"}, "what eases both comes first"
    assert steps[0].frees == ()
    assert sorted(journey for step in steps for journey in step.frees) == ["read", "sign-in"]


def test_nothing_is_to_be_done_where_nobody_stops_anything() -> None:
    assert steps_of(Platform(journeys=JOURNEY)) == ()


@settings(deadline=None)
@given(st.permutations([DATABASE, NAMES, CODES, dependency("aws", "data.relational"), dependency("auth0", "otp.sms")]))
def test_the_steps_bring_what_they_promise(found: list[Dependency]) -> None:
    bare = Platform(journeys=JOURNEY)
    steps = steps_of(bare, *found)
    assert steps == steps_of(bare, *reversed(found))
    lost = {step.company for step in steps}
    stood_in = tuple(Fallback(one.id, "one of our own") for one in found if CATALOG.company(one.vendor) in lost)
    gained = points_of(replace(bare, fallbacks=stood_in), *found) - points_of(bare, *found)
    assert abs(gained - sum(step.points for step in steps)) < 0.1 * len(steps)
    assert points_of(replace(bare, fallbacks=stood_in), *found) == JOURNEYS, "here nothing else stops a journey"
