"""Random platforms, losses and people: whatever is planned can be followed, and more of anything never harms."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_phases import DNS, KNOWN, planned

from toolkit.catalog.entries import Blueprint, Catalog, EffortRule, HostSize, PlanTask
from toolkit.model import Dependency, Phase, Plan, Wait
from toolkit.plan.execute import execute

CAPABILITIES = ("data.relational", "hosting.compute", "support.helpdesk", "mail.outgoing")
PHASES: tuple[Phase, ...] = ("prepare", "copy", "rehearse", "freeze", "cut over", "settle", "retire")
MINUTES = st.integers(0, 700)


@st.composite
def blueprints(draw: st.DrawFn, capability: str) -> Blueprint:
    """A blueprint with tasks in some of the phases; a later one may need an earlier one."""
    tasks: list[PlanTask] = []
    for phase in PHASES:
        for number in range(draw(st.integers(0, 1))):
            needs = draw(st.lists(st.sampled_from([one.id for one in tasks]), max_size=2, unique=True)) if tasks else []
            fetches = phase == "freeze" or (phase == "copy" and draw(st.booleans()))
            low, more = draw(st.integers(0, 30)), draw(st.integers(0, 200))
            tasks.append(
                PlanTask(
                    f"{phase[:4].strip()}-{number}", phase, "t", EffortRule(draw(MINUTES)), needs=tuple(needs),
                    before_access_ends=fetches, empty="" if fetches else draw(st.sampled_from(["", "Start empty"])),
                    wait=draw(st.none() | st.just(Wait(low, low + more, "so"))),
                )
            )  # fmt: skip
    return Blueprint(capability, "1", capability, (capability,), HostSize(1024, 10), 15, "free", tasks=tuple(tasks))


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    found = {name.replace(".", "-"): draw(blueprints(name)) for name in CAPABILITIES}
    return replace(KNOWN, blueprints=found)


def lost() -> tuple[Dependency, ...]:
    return (DNS, *(Dependency("aws", name.replace(".", "-"), (name,), "runtime", "high") for name in CAPABILITIES))


few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(catalogs(), st.integers(0, 100), st.integers(1, 4))
def test_every_plan_can_be_followed_as_it_stands(catalog: Catalog, notice: int, people: int) -> None:
    plan = planned(*lost(), catalog=catalog, notice=notice, people=people)
    assert execute(plan) == ()
    assert all(notice > 0 or not one.window.before_access_ends for one in plan.tasks)


def returns(plan: Plan) -> float:
    """What the schedule minimises, of one journey."""
    return sum(one.latest_hours or 0.0 for one in plan.journeys)


@few
@given(catalogs(), st.integers(1, 100), st.integers(1, 3), st.integers(1, 3))
def test_more_people_never_make_a_journey_later_unless_more_data_comes_along(
    catalog: Catalog, notice: int, people: int, more: int
) -> None:
    few_people = planned(*lost(), catalog=catalog, notice=notice, people=people)
    many = planned(*lost(), catalog=catalog, notice=notice, people=people + more)
    if many.data_lost == few_people.data_lost and {t.id for t in many.tasks if t.late} == {
        t.id for t in few_people.tasks if t.late
    }:
        assert returns(many) <= returns(few_people) * 1.1 + 1e-6


@few
@given(catalogs(), st.integers(1, 60), st.integers(1, 60), st.integers(1, 3))
def test_more_notice_loses_no_more_data(catalog: Catalog, notice: int, more: int, people: int) -> None:
    short = planned(*lost(), catalog=catalog, notice=notice, people=people)
    long = planned(*lost(), catalog=catalog, notice=10 * notice + 100 * more, people=people)
    assert len(long.data_lost) <= len(short.data_lost)


def broken(**changes: object) -> Plan:
    plan = planned(*lost()[:1])
    first, *rest = plan.tasks
    return replace(plan, tasks=(replace(first, **changes), *rest))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"needs": ("nothing",)}, "stands before nothing"),
        ({"done_hours": 99.0}, "needs access that ends at 30 h"),
        ({"who": 9}, "by person 9 of 2"),
        ({"start_hours": 11.0, "finish_hours": 12.0, "done_hours": 12.0}, "works at night"),
    ],
)
def test_what_cannot_be_is_told(changes: dict[str, object], says: str) -> None:
    assert any(says in problem for problem in execute(broken(**changes)))


def test_a_journey_that_is_claimed_too_soon_is_told() -> None:
    plan = planned(*lost()[:1])
    (read,) = plan.journeys
    soon = replace(plan, journeys=(replace(read, latest_hours=0.1, back_hours=0.05),))
    assert any("said to be back before" in problem for problem in execute(soon))
