"""Plans for who can be reached, for one person, and for several losses with different notices."""

import pytest
from msgspec.structs import replace
from test_window import APPLICATION, CATALOG, before, found

from toolkit.errors import BadInput
from toolkit.model import (
    SCHEMA_VERSION,
    Assessment,
    Audit,
    Dependency,
    Loss,
    Person,
    Platform,
    Score,
    Survey,
)
from toolkit.plan import make_plan
from toolkit.plan.away import without_people
from toolkit.plan.execute import execute
from toolkit.report import caveats

PEOPLE = (Person("Ann"), Person("Bo", ("data.*",)), Person("Cy", ("edge.*", "hosting.*", "auth.*")))
LOST = (
    Dependency("aws", "ec2", ("hosting.compute",), "runtime", "high"),
    Dependency("aws", "rds", ("data.relational",), "runtime", "high"),
    Dependency("okta", None, ("auth.workforce-sso",), "runtime", "high"),
)


def audit(*persons: Person, people: int = 1) -> Audit:
    named = Platform(name="board", domains=("board.example",), applications=(APPLICATION,))
    platform = replace(named, people=people, persons=persons)
    return Audit(SCHEMA_VERSION, "offramp 0", "h", platform, Survey(), LOST, Assessment(Score(0, ())))


def test_who_is_away_has_nothing_to_do_and_the_others_do_it() -> None:
    plan = make_plan(without_people(audit(*PEOPLE), ["Bo", " Cy"]), CATALOG, losses=[Loss("aws", 30), Loss("okta", 0)])
    assert plan.schedule.people == 1
    assert {plan.platform.persons[task.who - 1].name for task in plan.tasks if task.who} == {"Ann"}


@pytest.mark.parametrize(
    ("names", "said"), [(["Dee"], "nobody is called Dee"), (["Ann", "Bo", "Cy"], "nobody is left")]
)
def test_who_is_unknown_or_the_last_is_an_error(names: list[str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        without_people(audit(*PEOPLE), names)


def test_what_only_who_is_away_can_do_is_named() -> None:
    with pytest.raises(BadInput, match="nobody can do"):
        make_plan(without_people(audit(*PEOPLE), ["Ann", "Cy"]), CATALOG, losses=[Loss("aws", 30)])


def test_one_person_follows_a_plan_of_two_losses_with_different_notices() -> None:
    losses = [Loss("aws", 30), Loss("okta", 0, "outage")]
    plan = make_plan(audit(), CATALOG, losses=losses)
    assert plan.schedule.people == 1
    assert not execute(plan)
    assert not any(task.late for task in plan.tasks)
    assert found(plan, "postgresql.dump").window.latest_hours == 30
    assert not any(task.id == "keycloak.export" for task in plan.tasks), "it is down"
    assert "web.serve" in before(plan, "keycloak.sign-in")
    assert {one.why for one in plan.data_lost if one.dependency == "okta"} == {
        "okta cannot be asked while it is down; when it is back, take it then"
    }
    assert "with one person" in caveats.figures(replace(plan, journeys=()))


def test_what_nobody_can_say_nearer_is_planned_at_its_longest() -> None:
    """A guess that is a range is no promise of its shortest."""
    rules = [rule for one in CATALOG.blueprints.values() for rule in one.tasks] + list(CATALOG.tasks)
    ranges = [rule for rule in rules if "a guess" in rule.effort.basis and " day" in rule.effort.basis]
    assert len(ranges) >= 4
    assert all(rule.effort.up_to_minutes > rule.effort.fixed_minutes for rule in ranges)
    push = Dependency("firebase", None, ("distribution.app-store",), "runtime", "high")
    lost = replace(audit(), dependencies=(push,))
    task = found(make_plan(lost, CATALOG, losses=[Loss("firebase", 0)]), "app-repository.build")
    assert (task.effort.hours, task.effort.basis.startswith("8 to 24 h, the most is planned")) == (24, True)


def test_an_engine_that_nothing_here_speaks_says_what_to_do_tonight() -> None:
    mongo = Dependency("mongodb-atlas", None, ("data.document",), "runtime", "high")
    plan = make_plan(replace(audit(), dependencies=(mongo,)), CATALOG, losses=[Loss("mongodb-atlas", 24)])
    assert [one.dependency for one in plan.unplanned] == ["mongodb-atlas"]
    assert any("mongorestore" in one.hint for one in plan.obstacles)
    assert any("mongodump" in one for one in found(plan, "take-out.mongodb-atlas").commands)
