"""Both stores and their push lost: what takes over, what is said to be gone, and the waiting that comes with it."""

from toolkit.catalog.folders import load
from toolkit.model import (
    SCHEMA_VERSION,
    Answer,
    Assessment,
    Audit,
    Dependency,
    JourneyRisk,
    Loss,
    Plan,
    Platform,
    Score,
    Survey,
)
from toolkit.plan import make_plan

STORE = ("distribution.app-store",)
PLAY = Dependency("google-play", None, STORE, "runtime", "high")
APPLE = Dependency("apple-app-store", None, STORE, "runtime", "high")
PUSH = Dependency("google-fcm", None, ("distribution.push",), "runtime", "high")
REVIEW_HOURS = 24


def planned(*dependencies: Dependency, notice: float = 0) -> Plan:
    operate = JourneyRisk("operate", "Operate", stops=tuple(Answer(one.vendor, (one.id,)) for one in dependencies))
    assessment = Assessment(Score(0, ()), journeys=(operate,))
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(), Survey(), dependencies, assessment)
    losses = [Loss(one.vendor, notice) for one in dependencies]
    return make_plan(audit, load(), losses=losses, people=2)


def test_an_own_repository_brings_back_android_and_does_not_claim_iphones() -> None:
    plan = planned(PLAY, APPLE)
    [repository] = plan.replacements
    assert (repository.blueprint, repository.dependencies) == ("app-repository", ("google-play",))
    [operate] = plan.journeys
    assert operate.missing == ()
    assert "common.web-application" in {task.id for task in plan.tasks}


def test_a_lost_app_store_alone_leaves_the_web_application() -> None:
    plan = planned(APPLE)
    assert plan.replacements == ()
    [operate] = plan.journeys
    assert operate.missing == ()
    assert operate.path[-1] == "common.web-application"


def test_who_only_has_the_app_is_told_in_it_while_a_store_still_reviews() -> None:
    in_time = {one.id: one for one in planned(PLAY, APPLE, notice=1000).tasks}
    assert "common.say-from-here" not in in_time
    said = in_time["common.say-in-app"]
    assert said.window.before_access_ends
    assert said.done_hours - said.finish_hours >= REVIEW_HOURS
    too_late = {one.id: one for one in planned(PLAY, APPLE).tasks}
    assert "common.say-in-app" not in too_late
    assert "common.say-from-here" in too_late


def test_notices_come_back_by_ways_of_ones_own() -> None:
    plan = planned(PUSH)
    [push], [operate] = plan.replacements, plan.journeys
    assert push.blueprint == "ntfy"
    assert operate.missing == ()
    assert "common.own-notices" in {task.id for task in plan.tasks}
