"""Little notice: the last copy is fetched before access ends, after writers were stopped, whatever the new hosts'
state; nobody writes on both sides. With the shipped blueprints together."""

import pytest
from msgspec.structs import replace
from test_window import CATALOG, before, found, planned

from toolkit.model import (
    SCHEMA_VERSION,
    Application,
    Assessment,
    Audit,
    Dependency,
    Loss,
    Plan,
    Platform,
    Score,
    Survey,
)
from toolkit.plan import make_plan
from toolkit.plan.execute import execute, written_on_both_sides

HEROKU = Dependency("heroku", None, ("data.relational", "hosting.containers", "data.queue"), "infra", "high")


def at_heroku(notice: float, people: int = 3) -> Plan:
    platform = Platform(
        name="board", domains=("board.example",), applications=(Application("board", "board", start="x"),)
    )
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", platform, Survey(), (HEROKU,), Assessment(Score(0, ())))
    return make_plan(audit, CATALOG, losses=[Loss("heroku", notice)], people=people)


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("notice", [2, 4, 5, 6, 9])
def test_the_last_dump_is_made_while_the_vendor_answers(notice: float, people: int) -> None:
    plan = at_heroku(notice, people)
    stopped, fetched = found(plan, "common.freeze"), found(plan, "postgresql.last-copy")
    assert stopped.done_hours <= fetched.start_hours + 1e-6
    assert found(plan, "common.stop-workers").done_hours <= fetched.start_hours + 1e-6
    assert fetched.done_hours <= notice
    assert not fetched.late
    assert found(plan, "postgresql.last-import").start_hours >= fetched.done_hours - 1e-6
    assert "postgresql.last-import" in before(plan, "web.serve")
    assert plan.data_lost == ()


def test_people_write_until_shortly_before_access_ends() -> None:
    assert found(at_heroku(5), "common.freeze").start_hours > 3
    assert "web.rehearse" not in before(at_heroku(5), "postgresql.last-copy")
    assert "web.rehearse" in before(at_heroku(48), "postgresql.last-copy"), "with time enough all is tried before"


def test_no_dump_is_imported_while_it_is_written_anew() -> None:
    for notice in (3, 3.5, 4, 4.5):
        plan = at_heroku(notice)
        fetched, read = found(plan, "postgresql.last-copy"), found(plan, "postgresql.import")
        assert read.done_hours <= fetched.start_hours + 1e-6 or read.start_hours >= fetched.done_hours - 1e-6


@pytest.mark.parametrize("notice", [0, 0.5, 3, 5, 12])
def test_all_blueprints_together_can_be_followed(notice: float) -> None:
    plan = planned(notice=notice)
    assert execute(plan) == ()
    fetched = [task for task in plan.tasks if task.phase == "freeze" and task.window.before_access_ends]
    assert all(task.done_hours <= notice for task in fetched if not task.late)
    assert fetched or notice < 3


def test_a_plan_that_fetches_last_while_people_write_is_refused() -> None:
    plan = at_heroku(48)
    early = [replace(one, start_hours=0.0) if one.id == "postgresql.last-copy" else one for one in plan.tasks]
    assert any("begins before common.freeze is done" in said for said in execute(replace(plan, tasks=tuple(early))))
    unstopped = tuple(one for one in plan.tasks if one.id != "common.freeze")
    assert any("nobody stopped the writers" in said for said in execute(replace(plan, tasks=unstopped)))


def test_a_plan_in_which_people_write_on_both_sides_is_refused() -> None:
    plan = at_heroku(48)
    unstopped = [one for one in plan.tasks if one.phase != "freeze"]
    assert any("people write until 48 h" in said for said in written_on_both_sides(unstopped, plan.replacements))
    assert written_on_both_sides(plan.tasks, plan.replacements) == []
