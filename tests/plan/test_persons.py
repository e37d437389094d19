"""People by name: nobody does what they cannot, works longer than their day, or is missing from the page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_make_plan import EC2, RDS
from test_phases import DNS, KNOWN, planned

from toolkit.errors import BadInput
from toolkit.model import Person
from toolkit.plan.execute import execute
from toolkit.report import caveats
from toolkit.report.runbooks import printable, runbooks

ADA = Person("Ada", ("data.*",), 6)
BEN = Person("Ben", ("hosting.*", "edge.*"), 8)


def test_a_task_is_done_by_somebody_whose_skill_covers_it_within_their_day() -> None:
    plan = planned(RDS, EC2, DNS, people=2, persons=(ADA, BEN))
    assert execute(plan) == ()
    who = {task.capability.partition(".")[0]: caveats.person(task, plan) for task in plan.tasks if task.who}
    assert who == {"data": "Ada", "hosting": "Ben", "edge": "Ben"}
    shown = runbooks(plan, KNOWN)["index.md"]
    assert "### Ada: platform" in shown
    assert "### Hand-overs" in shown
    assert "Ada to Ben: “restore” is done, “rehearse” begins" in shown
    assert "Ben: platform" in printable(plan, KNOWN)


def test_a_task_beyond_everybodys_skill_is_an_error_that_says_which() -> None:
    with pytest.raises(BadInput, match=r"edge\.dns") as told:
        planned(RDS, EC2, DNS, people=2, persons=(ADA, replace(BEN, skills=("hosting.*",))))
    assert "skills" in (told.value.hint or "")


def test_somebody_given_what_they_cannot_do_is_told() -> None:
    plan = planned(RDS, EC2, people=2, persons=(ADA, BEN))
    wrong = tuple(replace(task, who=1) if task.capability.startswith("hosting.") else task for task in plan.tasks)
    assert any("done by Ada, who cannot" in problem for problem in execute(replace(plan, tasks=wrong)))


def test_a_role_of_owners_is_a_skill_too() -> None:
    owners = {"data": "database people"}
    people = (Person("Ada", ("database people",)), Person("Ben", ("platform", "hosting.*")))
    plan = planned(RDS, EC2, people=2, persons=people, owners=owners)
    assert {task.who for task in plan.tasks if task.owner == "database people" and task.who} == {1}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(["data.*", "hosting.*", "edge.*", "*"]), min_size=1, max_size=4),
    st.lists(st.floats(2, 14), min_size=4, max_size=4),
    st.integers(1, 100),
)
def test_whatever_people_can_do_the_plan_can_be_followed(skills: list[str], hours: list[float], notice: int) -> None:
    people = [Person(f"P{number}", (skill,), hours[number]) for number, skill in enumerate(skills)]
    crew = (*people, Person("All", ("*",), 10))
    plan = planned(RDS, EC2, DNS, notice=notice, people=len(crew), persons=crew)
    assert execute(plan) == ()
