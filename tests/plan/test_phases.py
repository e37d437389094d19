"""The freeze window, tasks of checks/tasks.toml, waits, days, and when journeys are back."""

from typing import Any

import pytest
from msgspec.structs import replace
from test_make_plan import CATALOG, EC2, POSTGRESQL, RDS, WEB, todo

from toolkit.catalog.consistency import validate
from toolkit.catalog.entries import Catalog, CommonTask, EffortRule, JourneyEntry
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
    Task,
    Wait,
)
from toolkit.plan import make_plan
from toolkit.plan.calendar import ends, fits, opens
from toolkit.report import caveats

FROZEN = replace(
    POSTGRESQL,
    tasks=(
        todo("host", "prepare"),
        todo("dump", "copy", before_access_ends=True),
        replace(todo("restore", "copy", "dump", "host"), empty="Start empty"),
        todo("last", "freeze", "restore", before_access_ends=True),
        todo("switch", "cut over", "last", "restore"),
        todo("close", "retire"),
    ),
)
PAGES = replace(
    WEB,
    tasks=(
        todo("install", "prepare", "data.relational:prepare"),
        todo("rehearse", "rehearse", "install", "data.*:copy"),
        todo("point", "cut over", "rehearse", "data.relational"),
    ),
)
GATE = CommonTask("freeze", "freeze", "Stop the writers", EffortRule(10), opens="freeze", before_access_ends=True)
ZONE = CommonTask(
    "zone", "copy", "Take the zone out", EffortRule(20), of=("edge.dns",), before_access_ends=True,
    before=("hosting.*:cut over",),
)  # fmt: skip
REWRITE = CommonTask(
    "rewrite", "copy", "Write the zone anew", EffortRule(90), of=("edge.dns",), instead_of="zone", loses="old records",
    before=("hosting.*:cut over",),
)  # fmt: skip
SERVERS = CommonTask(
    "servers", "cut over", "Set the name servers", EffortRule(15), of=("edge.dns",), needs=("zone", "rewrite"),
    provides=("edge.dns",), wait=Wait(1, 48, "the parent's TTL"),
)  # fmt: skip
KNOWN = replace(
    CATALOG,
    capabilities={**CATALOG.capabilities, "edge.dns": CATALOG.capabilities["edge.tls"]},
    blueprints={"postgresql": FROZEN, "web": PAGES},
    tasks=(GATE, ZONE, REWRITE, SERVERS),
)
DNS = Dependency("aws", "route53", ("edge.dns",), "runtime", "high")


def planned(
    *lost: Dependency,
    notice: float = 30,
    people: int = 2,
    catalog: Catalog = KNOWN,
    prepared: bool = False,
    **platform: Any,
) -> Plan:
    read = JourneyRisk("read", "Read", stops=(Answer("aws", tuple(one.id for one in lost)),))
    assessment = Assessment(Score(0, ()), journeys=(read,))
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Platform(**platform), Survey(), lost, assessment)
    return make_plan(audit, catalog, losses=[Loss("aws", notice)], people=people, prepared=prepared)


def tasks(plan: Plan) -> dict[str, Task]:
    return {one.id: one for one in plan.tasks}


def test_writers_are_stopped_once_after_the_rehearsal_and_only_for_the_last_copy() -> None:
    plan = planned(RDS, EC2)
    known = tasks(plan)
    assert known["common.freeze"].needs == ("postgresql.restore", "web.rehearse")
    assert known["postgresql.last"].needs == ("common.freeze", "postgresql.restore")
    assert plan.schedule.freeze_start_hours == known["common.freeze"].start_hours
    assert plan.schedule.freeze_hours == pytest.approx((10 + 30 + 30 + 30) / 60)
    assert plan.journeys[0].outage_hours == pytest.approx(plan.schedule.freeze_hours)


def test_nobody_points_applications_at_a_database_that_start_beside_it() -> None:
    coming_along = replace(
        FROZEN, tasks=(*FROZEN.tasks[:4], replace(FROZEN.tasks[4], unless="hosting.*"), FROZEN.tasks[5])
    )
    catalog = replace(KNOWN, blueprints={"postgresql": coming_along, "web": PAGES})
    moved, alone = tasks(planned(RDS, EC2, catalog=catalog)), tasks(planned(RDS, catalog=catalog))
    assert ("postgresql.switch" in moved, "postgresql.switch" in alone) == (False, True)
    assert {"postgresql.last", "web.rehearse"} <= set(moved["web.point"].needs)


def test_who_only_reads_is_not_stopped_with_the_writers() -> None:
    judgement = replace(KNOWN.judgement, journeys=(JourneyEntry("read", "Read", only_reads=True),))
    (read,) = planned(RDS, EC2, DNS, catalog=replace(KNOWN, judgement=judgement)).journeys
    (writes,) = planned(RDS, EC2, DNS).journeys
    assert (read.dark_hours, read.latest_hours) == (30, writes.latest_hours)
    assert writes.dark_hours < (writes.back_hours or 0) < 30
    assert caveats.journeys(replace(planned(), journeys=(read,)))[0].startswith("Read: has moved by T+0")
    sooner = replace(read, latest_hours=29.0)
    assert "does not stop: it has moved by T+29:00" in caveats.journeys(replace(planned(), journeys=(sooner,)))[0]


def test_names_move_to_the_new_hosts_only_when_these_were_rehearsed() -> None:
    cdn = CommonTask("cdn", "cut over", "No CDN", EffortRule(9), of=("edge.cdn",), after=("hosting.*:rehearse",))
    pictures = Dependency("aws", "cloudfront", ("edge.cdn",), "runtime", "high")
    known = tasks(planned(RDS, EC2, pictures, catalog=replace(KNOWN, tasks=(GATE, cdn))))
    assert known["common.cdn"].needs == ("web.rehearse",)


def test_applications_start_before_the_data_is_cut_over() -> None:
    known = tasks(planned(RDS, EC2))
    assert known["web.install"].needs == ("postgresql.host",)
    assert {"postgresql.restore", "web.install"} <= set(known["web.rehearse"].needs)
    assert known["web.rehearse"].finish_hours <= known["postgresql.last"].start_hours


def test_without_notice_there_is_no_freeze_and_the_journey_is_dark_from_the_start() -> None:
    plan = planned(RDS, EC2, notice=0)
    assert plan.schedule.freeze_start_hours is None
    assert not any(one.phase == "freeze" for one in plan.tasks)
    assert (plan.journeys[0].dark_hours, plan.journeys[0].back_hours) == (0, plan.journeys[0].outage_hours)


def test_too_little_notice_for_the_freeze_loses_what_was_written_after_the_copy() -> None:
    plan = planned(RDS, EC2, notice=0.6)
    assert plan.schedule.freeze_start_hours is None
    assert "postgresql.dump" in tasks(plan)
    assert [one.what for one in plan.data_lost] == [
        "What was written after the copy: access ends before writers can be stopped for a last one"
    ]


def test_the_zone_moves_before_the_domains_and_its_wait_is_in_the_journeys_return() -> None:
    plan = planned(RDS, EC2, DNS)
    known = tasks(plan)
    assert "common.zone" in known["web.point"].needs
    assert "common.rewrite" not in known
    assert known["common.servers"].done_hours == known["common.servers"].finish_hours + 48
    (read,) = plan.journeys
    assert read.latest_hours == known["common.servers"].done_hours
    assert read.back_hours is not None
    assert read.back_hours < read.latest_hours
    assert read.path[-1] == "common.servers"
    assert not [one for one in plan.unplanned if one.capability == "edge.dns"]


def test_where_the_zone_cannot_be_fetched_it_is_written_anew_and_the_loss_is_named() -> None:
    plan = planned(DNS, notice=0)
    assert [one.id for one in plan.tasks] == ["common.rewrite", "common.servers"]
    assert [(one.dependency, one.what) for one in plan.data_lost] == [("aws/route53", "old records")]


def test_a_journey_that_nothing_brings_back_says_why() -> None:
    (read,) = planned(replace(DNS, capabilities=("mail.outgoing",))).journeys
    assert (read.back_hours, read.missing) == (None, ("nothing replaces aws/route53 (mail.outgoing)",))


def test_retiring_is_two_weeks_later_takes_nobody_and_is_outside_the_clock() -> None:
    plan = planned(RDS, EC2, notice=15 * 24)
    close = tasks(plan)["postgresql.close"]
    assert (close.start_hours >= 14 * 24, close.who) == (True, 0)
    assert plan.schedule.makespan_hours < 24


def test_nobody_works_longer_than_ten_hours_a_day() -> None:
    assert (opens(599, 600), opens(600, 600)) == (599, 1440)
    assert [ends(0, 600, 600), ends(540, 120, 600), ends(0, 1200, 600), ends(0, 0, 600)] == [600, 1500, 2040, 0]
    assert [fits(500, 100, 600), fits(501, 100, 600), fits(1440, 700, 600)] == [True, False, True]
    long = replace(FROZEN, tasks=(todo("host", "prepare", minutes=11 * 60), todo("switch", "cut over")))
    known = tasks(planned(RDS, catalog=replace(KNOWN, blueprints={"postgresql": long})))
    assert known["postgresql.host"].finish_hours == 25


def test_the_freeze_window_does_not_lie_over_a_night() -> None:
    slow = replace(
        FROZEN, tasks=tuple(replace(one, effort=EffortRule(400)) if one.id == "host" else one for one in FROZEN.tasks)
    )
    plan = planned(RDS, EC2, catalog=replace(KNOWN, blueprints={"postgresql": slow, "web": PAGES}), people=1)
    start, length = plan.schedule.freeze_start_hours, plan.schedule.freeze_hours
    assert start is not None
    assert start % 24 + length <= 10


def test_the_shipped_tasks_name_what_there_is() -> None:
    assert validate(
        replace(
            load(), tasks=(replace(ZONE, needs=("nothing",), before=("edge.dns:never",), after=("edge.dns:soon",)),)
        )
    ) == (
        "checks/tasks.toml: zone: 'nothing' is no task there",
        "checks/tasks.toml: zone: after 'edge.dns:soon' names no phase",
        "checks/tasks.toml: zone: before 'edge.dns:never' names no phase",
    )


def test_who_is_prepared_loses_only_what_was_written_after_the_newest_copy() -> None:
    unready, ready = planned(RDS, EC2, DNS, notice=0), planned(RDS, EC2, DNS, notice=0, prepared=True)
    assert (ready.prepared, unready.prepared) == (True, False)
    assert [one.what for one in unready.data_lost] == ["Start empty", "old records"]
    assert [one.what for one in ready.data_lost] == [
        "What was written after the copy: access ends before writers can be stopped for a last one"
    ]
    known = tasks(ready)
    assert known["postgresql.dump"].title == "Look that you hold this already: dump"
    assert (known["postgresql.dump"].effort.hours, known["postgresql.dump"].commands) == (0, ())
    assert known["postgresql.restore"].title == "restore"
    assert "common.rewrite" not in known


def test_images_of_a_registry_where_only_its_vendor_publishes_are_no_loss() -> None:
    anew = CommonTask("anew", "prepare", "Build", EffortRule(9), of=("build.images",), loses="images without source")
    pulled = Dependency("aws", "registry", ("build.images",), "build/ci", "high")
    lost = planned(pulled, notice=0, catalog=replace(KNOWN, tasks=(anew,))).data_lost
    assert [one.what for one in lost] == ["images without source"]
    theirs = replace(anew, theirs=("aws",))
    assert planned(pulled, notice=0, catalog=replace(KNOWN, tasks=(theirs,))).data_lost == ()
