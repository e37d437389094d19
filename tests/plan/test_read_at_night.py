"""What a reader at 2 a.m. stumbled over in plans of strangers' platforms, with the shipped catalogue."""

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.model import (
    SCHEMA_VERSION,
    Answer,
    Application,
    Assessment,
    Audit,
    Dependency,
    Effort,
    Evidence,
    JourneyRisk,
    Loss,
    Need,
    Plan,
    Platform,
    Return,
    Root,
    Score,
    Survey,
    Task,
    Wait,
)
from toolkit.plan import make_plan
from toolkit.plan.execute import execute
from toolkit.report import caveats
from toolkit.report.escape import address
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
    assert "(with it" not in runbooks(planned(HEROKU), shipped())["index.md"]


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
    (machines,) = [line for line in index.splitlines() if "Rent the machines" in line and line.startswith("| T+")]
    assert ", then wait to T+02:35" in machines
    assert caveats.FOLDER in index


@pytest.mark.parametrize("notice", [12, 48, 300])
def test_nobody_is_led_to_the_new_hosts_before_the_last_copy_is_in(notice: float) -> None:
    plan = planned(HEROKU, notice=notice)
    by_id = {task.id: task for task in plan.tasks}
    assert by_id["web.cut-over"].start_hours >= by_id["postgresql.last-copy"].done_hours
    early = [replace(task, start_hours=0.0) if task.id == "web.cut-over" else task for task in plan.tasks]
    assert any(
        "before postgresql.last-copy is done" in problem for problem in execute(replace(plan, tasks=tuple(early)))
    )


def test_reading_waits_for_no_metrics_where_these_only_show_who_runs_the_programs() -> None:
    metrics = Dependency("aws", "cloudwatch", ("observe.logs", "observe.metrics"), "runtime", "high")
    read = JourneyRisk("read", "Read", stops=(Answer("aws", (metrics.id,)),))
    start = Application("board", "board", start="run")
    platform = Platform(applications=(start,))
    audit = replace(audited(metrics), platform=platform, assessment=Assessment(Score(0, ()), journeys=(read,)))
    (back,) = make_plan(audit, shipped(), losses=[Loss("aws", 30)], people=2).journeys
    assert not any("observe." in why for why in back.missing)


def test_nobody_stands_idle_while_a_slow_answer_decides_when_all_is_done() -> None:
    store = Dependency("aws", "s3", ("data.object-storage",), "runtime", "high")
    mail = Dependency("aws", "ses", ("mail.outgoing",), "runtime", "high")
    audit = replace(audited(store, mail), assessment=Assessment(Score(0, ())))
    plan = make_plan(audit, shipped(), losses=[Loss("aws", 30)], people=3)
    copy = next(task for task in plan.tasks if task.id == "versitygw.copy")
    soonest = min(one.finish_hours for one in plan.tasks if one.who and not one.start_hours)
    assert copy.start_hours <= soonest


def test_without_a_copy_nobody_is_told_to_work_on_one() -> None:
    desk = Dependency("zendesk", None, ("support.helpdesk",), "runtime", "high")
    tasks = {task.id: task for task in planned(desk).tasks}
    assert "request-tracker.triggers" in {task.id for task in planned(desk, notice=100).tasks}
    assert "request-tracker.triggers" not in tasks
    assert "tickets go in" not in tasks["request-tracker.import"].effort.basis


def test_a_journey_waits_for_what_it_needs_and_not_for_what_its_person_did_before() -> None:
    asked = Task("a", "Ask", "otp.sms", "prepare", Effort(1, ""), "x", wait=Wait(500, 500, ""), done_hours=501, who=1)
    after = Task("b", "Serve", "otp.sms", "cut over", Effort(1, ""), "x", start_hours=1, done_hours=2, who=1)
    back = Return("read", "Read", 0, 2, 2, 2, ("a", "b"))
    plan = replace(planned(RUBYGEMS), tasks=(asked, after), journeys=(back,))
    assert "waits for" not in caveats.journeys(plan)[0]
    needing = replace(after, needs=("a",))
    assert "waits for “Ask”" in caveats.journeys(replace(plan, tasks=(asked, needing)))[0]


def test_preparing_what_is_done_already_waits_for_nothing() -> None:
    cdn = Dependency("aws", "cloudfront", ("edge.cdn",), "infra", "high")
    audit = audited(cdn)
    plan = make_plan(audit, shipped(), losses=[Loss("aws", 30)], people=2, prepared=True)
    assert next(task for task in plan.tasks if task.id == "edge.rules").needs == ()


def test_a_platform_that_nobody_named_is_called_by_its_checkouts() -> None:
    survey = Survey(roots=(Root("board", "checkout", "/x"), Root("worker", "checkout", "/y")))
    plan = make_plan(replace(audited(HEROKU), survey=survey), shipped(), losses=[Loss("heroku", 48)])
    assert runbooks(plan, shipped())["index.md"].startswith("# Runbooks for board, worker\n")
    named = replace(audited(HEROKU), survey=survey, platform=Platform(name="harbour"))
    plan = make_plan(named, shipped(), losses=[Loss("heroku", 48)])
    assert runbooks(plan, shipped())["index.md"].startswith("# Runbooks for harbour\n")


def test_a_runbook_reads_on_paper_as_it_reads_on_a_page() -> None:
    files = runbooks(planned(HEROKU, RUBYGEMS, notice=48), shipped())
    for name, text in files.items():
        if name.endswith(".md"):
            assert not re.findall(r"&#?\w+;|\\_|\\`", text), name
    assert "(<https://" in "".join(files.values())


def test_a_source_that_is_no_address_is_text() -> None:
    assert address("https://docs.example/a-b?c=d#e") == "<https://docs.example/a-b?c=d#e>"
    for hostile in ("javascript:alert(1)", "https://x><script>", "https://a b", "https://x\u202ey"):
        assert "<" not in address(hostile)


def test_where_no_journey_stops_the_headline_says_so() -> None:
    plan = make_plan(
        replace(audited(HEROKU), assessment=Assessment(Score(0, ()))), shipped(), losses=[Loss("heroku", 48)]
    )
    assert "No journey stops with it" in caveats.figures(plan)


def test_what_is_taken_along_is_of_the_engine_that_is_used() -> None:
    rds = Dependency("aws", "rds", ("data.relational",), "infra", "high")
    (way,) = planned(rds, notice=48).ways_out
    assert not any("MySQL" in one.what for one in way.exports)
    assert any("PostgreSQL" in one.what for one in way.exports)
    assert any("Parquet" in one.what for one in way.exports)


RDS = Dependency("aws", "rds", ("data.relational",), "runtime", "high")
SQS = Dependency("aws", "sqs", ("data.queue",), "runtime", "high")
ECS = Dependency("aws", "ecs", ("hosting.containers",), "infra", "high")
CLOUDFRONT = Dependency("aws", "cloudfront", ("edge.cdn",), "infra", "high")


def test_workers_stop_when_they_have_emptied_the_queue_and_before_the_last_copy() -> None:
    known = {task.id: task for task in planned(RDS, SQS, ECS, notice=30).tasks}
    stop = known["common.stop-workers"]
    assert "elasticmq.drain" in stop.needs
    last_copies = [task for task in known.values() if task.phase == "freeze" and task.id.startswith("postgresql.")]
    assert last_copies
    assert all(stop.id in task.needs and task.start_hours >= stop.done_hours for task in last_copies)
    assert stop.start_hours >= known["elasticmq.drain"].done_hours >= known["common.freeze"].done_hours


def test_workers_are_not_stopped_where_nothing_is_copied_in_a_window() -> None:
    assert all(task.id != "common.stop-workers" for task in planned(ECS, CLOUDFRONT, notice=30).tasks)


def test_names_lead_to_the_edges_once_the_new_hosts_serve_what_was_written_last() -> None:
    plan = planned(RDS, ECS, CLOUDFRONT, notice=30)
    known = {task.id: task for task in plan.tasks}
    assert "web.cut-over" not in known  # names would move twice, and show the origin
    assert known["edge.cut-over"].start_hours >= known["web.serve"].done_hours
    assert "common.without-cdn" not in known
    (operate,) = plan.journeys
    assert operate.latest_hours == known["edge.cut-over"].done_hours  # nobody comes through before
    early = replace(known["edge.cut-over"], start_hours=0.0, finish_hours=0.5, done_hours=1.5, needs=())
    broken = replace(plan, tasks=tuple(early if task.id == early.id else task for task in plan.tasks))
    assert any("edge.cut-over leads people to the new hosts before" in problem for problem in execute(broken))


def test_a_cdn_alone_is_replaced_without_waiting_for_a_host() -> None:
    ids = {task.id for task in planned(CLOUDFRONT, notice=30).tasks}
    assert "edge.cut-over" in ids
    assert not ids & {"web.serve", "web.cut-over", "common.without-cdn"}


def seen(dependency: Dependency, *signs: Evidence, needs: tuple[Need, ...] = ()) -> Plan:
    """The plan of a platform of which these signs tell, under a day's notice."""
    dependency = replace(dependency, evidence=tuple(range(len(signs))))
    survey = Survey((Root("board", "checkout", "."),), evidence=signs)
    audit = replace(audited(dependency), survey=survey, dependencies=(dependency,), needs=needs)
    return make_plan(audit, shipped(), losses=[Loss(dependency.vendor, 24)], people=2)


@pytest.mark.parametrize(
    ("sign", "own"),
    [
        (Evidence("files.html", "aws/cloudfront#host:*.cloudfront.net", "board", "app/page.html:1", "runtime"), False),
        (Evidence("files.ruby", "aws/cloudfront#host:*.cloudfront.net", "board", "app/user.rb:1", "runtime"), False),
        (Evidence("files.hcl", "aws/cloudfront#host:*.cloudfront.net", "board", "infra/main.tf:1", "infra"), True),
        (Evidence("files.dotenv", "aws/cloudfront#host:*.cloudfront.net", "board", ".env:1", "runtime"), True),
        (Evidence("files.ruby", "aws/cloudfront#ruby:Aws::CloudFront", "board", "app/user.rb:1", "runtime"), True),
        (Evidence("network.dns", "aws/cloudfront#cname:*.cloudfront.net", "board", "a.example CNAME", "runtime"), True),
    ],
)
def test_no_edge_is_built_for_what_only_pages_load_from_somebody_elses_cdn(sign: Evidence, own: bool) -> None:
    plan = seen(CLOUDFRONT, sign)
    assert any(one.blueprint == "edge" for one in plan.replacements) is own
    told = [one.reason for one in plan.unplanned if one.dependency == "aws/cloudfront"]
    assert bool(told) is not own
    assert all("somebody else's files" in reason for reason in told)


def test_ways_to_take_out_an_engine_that_is_not_used_are_not_listed() -> None:
    azure = Dependency("azure", "aks", ("hosting.containers",), "infra", "high")
    whats = {}
    for engine in ("postgresql", "sqlserver"):
        plan = seen(azure, needs=(Need(engine, "data.relational", "runtime", "high", ()),))
        whats[engine] = {fact.what for way in plan.ways_out for fact in (*way.exports, *way.keeps)}
    assert whats == {"postgresql": set(), "sqlserver": {"SQL databases", "Backups of SQL databases"}}


def test_what_alone_can_hold_what_the_code_speaks_to_is_taken_out_by_hand_even_on_few_signs() -> None:
    guessed = Dependency("aws", "documentdb", ("data.document",), "infra", "low", use="possible")
    need = Need("mongodb", "data.document", "runtime", "high", ())
    assert "take-out.aws.documentdb" in {task.id for task in seen(guessed, needs=(need,)).tasks}
    assert "take-out.aws.documentdb" not in {task.id for task in seen(guessed).tasks}


def test_lines_that_speak_of_what_nothing_takes_over_are_told_as_well() -> None:
    topics = Dependency("aws", "sns", ("data.queue",), "runtime", "high")
    sign = Evidence("files.ruby", "aws/sns#ruby:Aws::SNS", "board", "app/notify.rb:7", "runtime")
    plan = seen(topics, sign)
    assert [(one.where, one.blueprint) for one in plan.changes] == [("app/notify.rb:7", "")]
    (told,) = caveats.changes(plan)
    assert (
        told == "aws/sns, which nothing takes over: do without it, or put something else there: board/app/notify.rb:7"
    )


def test_what_needs_a_host_alone_is_back_when_the_edges_lead_to_it() -> None:
    audit = audited(ECS, CLOUDFRONT)
    read = JourneyRisk("release", "Release", stops=(Answer("aws", (ECS.id,)),))
    audit = replace(audit, assessment=replace(audit.assessment, journeys=(read,)))
    plan = make_plan(audit, shipped(), losses=[Loss("aws", 30)], people=2)
    known = {task.id: task for task in plan.tasks}
    assert plan.journeys[0].latest_hours == known["edge.cut-over"].done_hours > known["web.serve"].done_hours
