"""What a reader at 2 a.m. stumbled over in plans of strangers' platforms, with the shipped catalogue."""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from toolkit.catalog import Catalog, load
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
from toolkit.report import caveats
from toolkit.report.runbooks import runbooks


@cache
def shipped() -> Catalog:
    return load()


def audited(*dependencies: Dependency) -> Audit:
    operate = JourneyRisk("operate", "Operate", stops=tuple(Answer(one.vendor, (one.id,)) for one in dependencies))
    assessment = Assessment(Score(0, ()), journeys=(operate,))
    return Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(), Survey(), dependencies, assessment)


def lost_with(company: str, *dependencies: Dependency) -> Plan:
    return make_plan(audited(*dependencies), shipped(), losses=[Loss(company, 0)], people=2)


def planned(*dependencies: Dependency, notice: float = 0) -> Plan:
    losses = [Loss(vendor, notice) for vendor in sorted({one.vendor for one in dependencies})]
    return make_plan(audited(*dependencies), shipped(), losses=losses, people=2)


HEROKU = Dependency("heroku", None, ("data.cache", "data.relational", "hosting.containers"), "infra", "high")
APP_SERVICE = Dependency("azure", "app-service", ("hosting.compute",), "runtime", "high", use="possible")
RUBYGEMS = Dependency("rubygems", None, ("build.packages",), "build/ci", "high")


@given(notice=st.sampled_from([0.0, 1.0, 8.0, 30.0, 300.0]), host=st.sampled_from([HEROKU, APP_SERVICE]))
def test_nothing_settles_before_the_programs_serve(notice: float, host: Dependency) -> None:
    plan = planned(host, RUBYGEMS, notice=notice)
    cut_over = min(task.start_hours for task in plan.tasks if task.id == "web.cut-over")
    for task in plan.tasks:
        if task.phase == "settle":
            assert task.start_hours >= cut_over, f"{task.id} settles what nobody uses yet"


def test_a_registry_of_packages_leaves_a_way_to_build() -> None:
    (operate,) = planned(RUBYGEMS).journeys
    assert operate.missing == ()
    assert [task.id for task in planned(RUBYGEMS).tasks] == ["common.packages-anew"]
    assert [task.id for task in planned(RUBYGEMS, notice=30).tasks] == ["common.packages"]


def test_the_settings_go_with_the_host_and_the_programs_wait_for_them() -> None:
    in_time = {task.id: task for task in planned(HEROKU, notice=30).tasks}
    assert in_time["common.settings-copy"].commands[0] == "heroku config --shell --app APP"
    assert "common.settings-copy" in in_time["web.rehearse"].needs
    plan = planned(HEROKU)
    assert "common.settings-anew" in next(task for task in plan.tasks if task.id == "web.rehearse").needs
    assert any("settings" in one.what for one in plan.data_lost)


def test_a_host_that_is_only_possibly_in_use_moves_with_its_names_and_certificates() -> None:
    ids = {task.id for task in planned(APP_SERVICE, notice=30).tasks}
    assert {"web.cut-over", "common.lower-ttl", "common.certificates", "common.settings-copy"} <= ids


def test_what_starts_empty_has_no_way_back_to_a_copy() -> None:
    (start,) = [task for task in planned(HEROKU).tasks if task.id == "postgresql.import"]
    assert start.title.startswith("Start with an empty database")
    assert (start.rollback, start.commands) == ("", ())


def test_a_lost_company_is_called_by_the_names_that_people_know() -> None:
    index = runbooks(lost_with("salesforce", HEROKU), shipped())["index.md"]
    assert "- lost: salesforce (with it Heroku), access ends T+00:00" in index
    assert "with it" not in runbooks(planned(HEROKU), shipped())["index.md"]


def test_the_headline_does_not_promise_what_cannot_run() -> None:
    plan = planned(HEROKU)
    assert plan.obstacles
    assert caveats.figures(plan).startswith("Only when what is listed as not runnable is settled: ")
    assert caveats.figures(planned(RUBYGEMS)).startswith("All journeys are back by ")


def test_a_way_out_is_said_in_one_runbook() -> None:
    files = runbooks(planned(HEROKU), shipped())
    assert sum("Leaving `heroku`" in text for text in files.values()) == 1


def test_the_schedule_says_what_is_waited_for_and_where_commands_are_run() -> None:
    index = runbooks(planned(HEROKU), shipped())["index.md"]
    (machines,) = [line for line in index.splitlines() if "Rent the machines" in line and line.startswith("|")]
    assert ", then wait to T+02:45" in machines
    assert caveats.FOLDER in index
