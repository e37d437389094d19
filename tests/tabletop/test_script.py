"""Plan + scenario → script: what is asked comes from the plan, in the story's order."""

from datetime import UTC, datetime

import msgspec
import pytest

from toolkit.catalog.entries import Lost, Scenario
from toolkit.model import (
    SCHEMA_VERSION,
    DataLost,
    Effort,
    Export,
    Kept,
    Loss,
    Obstacle,
    Plan,
    Platform,
    Return,
    Schedule,
    Tabletop,
    TabletopEntry,
    Taken,
    Task,
    Unplanned,
    Wait,
    WayOut,
)
from toolkit.tabletop import fingerprint, go, script

SCENARIO = Scenario(
    "storm-2026", "A storm", "2026-02-01", "vendor", (Lost("aws", 30), Lost("okta")), "read-only", 48.0, "Have copies."
)
TASKS = (
    Task("a", "Rent machines", "hosting.compute", "prepare", Effort(1, ""), "platform", who=1, wait=Wait(1, 8, "ID")),
    Task("b", "Cut over", "data.relational", "cut over", Effort(1, ""), "platform", who=1, start_hours=9, late=True),
)
PLAN = Plan(
    SCHEMA_VERSION, "offramp 0", "c" * 64, Platform(name="board", owners={"support": "Grace"}),
    (Loss("okta", 0.0), Loss("aws", 30.0)), (), (), TASKS, Schedule(1, 12.0, 10.0, 9.0, 0.5),
    unplanned=(Unplanned("zendesk", "support.helpdesk", "no blueprint"),),
    ways_out=(
        WayOut("okta", 0.0, ("auth.workforce-sso",), (Export("People", "API"),), (Kept("Seeds", "never shown"),)),
        WayOut("aws/rds", 30.0, ("data.relational",), (Export("The database", "pg_dump"),)),
    ),
    obstacles=(Obstacle("shop", "nobody says how it starts"),),
    journeys=(Return("read", "Read", 30.0, 11.0, 12.0), Return("pay", "Pay", 0.0, None, None, missing=("no bank",))),
    data_lost=(DataLost("okta", "Seeds", "never shown"),),
    taken=(Taken("aws", ("Heroku",)),),
)  # fmt: skip


def entry(ident: str, plan: Plan = PLAN) -> TabletopEntry:
    return {one.id: one for one in script(plan, SCENARIO, minutes=60).entries}[ident]


def test_the_story_goes_on_in_its_order_and_events_come_before_what_they_ask() -> None:
    made = script(PLAN, SCENARIO, minutes=60)
    order = [(one.at_hours, one.kind == "decision") for one in made.entries]
    assert order == sorted(order)
    assert made.entries[0].id == "notice"
    assert made.entries[-1].id == "lessons"
    assert len({one.id for one in made.entries}) == len(made.entries)


def test_everything_asked_is_of_the_plan() -> None:
    assert entry("take-out 30").due_hours == 30.0
    assert entry("take-out 30").about == ("aws/rds: The database",)
    assert entry("take-out 30").pages == ("data.relational.md",)
    assert "with it Heroku" in entry("take-out 30").text
    assert entry("left 0").about == ("okta: Seeds (never shown)", "okta: People: cannot be fetched any more")
    assert entry("tell 0").about == ("stops: Pay",)
    assert entry("without support.helpdesk").asked == "Grace"
    assert entry("waits").about == ("Rent machines (platform)",)
    assert entry("not-back").about == ("Pay: no bank",)
    assert entry("real-case").about[1] == "Have copies."


def test_what_nobody_loses_is_not_asked_about() -> None:
    quiet = msgspec.structs.replace(
        PLAN, ways_out=(), obstacles=(), unplanned=(), journeys=(), tasks=(), losses=(Loss("okta", 0.0),)
    )
    asked = {one.id for one in script(quiet, minutes=60).decisions}
    assert asked == {"lead", "places", "cut-over", "lessons"}


def test_gaps_of_the_plan_are_listed_without_anybody_being_asked() -> None:
    known = script(PLAN, SCENARIO, minutes=60).known
    assert [line.partition(":")[0] for line in known] == [
        "not runnable yet", "nothing replaces zendesk (support.helpdesk)", "too late by the plan",
        "lost for good", "not brought back",
    ]  # fmt: skip


def test_the_minutes_are_shared() -> None:
    made = script(PLAN, SCENARIO, minutes=60)
    assert sum(one.minutes for one in made.decisions) == pytest.approx(60, abs=2)


def test_another_plan_is_another_script() -> None:
    assert fingerprint(PLAN) == fingerprint(msgspec.json.decode(msgspec.json.encode(PLAN), type=Plan))
    assert fingerprint(PLAN) != fingerprint(msgspec.structs.replace(PLAN, tasks=()))


def _ask(answers: list[str]):  # type: ignore[no-untyped-def]
    def ask(_question: str) -> str:
        if not answers:
            raise EOFError
        return answers.pop(0)

    return ask


def test_answers_are_kept_one_by_one_and_a_stopped_session_goes_on() -> None:
    kept: list[Tabletop] = []
    clock = iter(range(0, 10_000, 700))
    at = datetime(2026, 11, 30, 8, tzinfo=UTC)
    begun = script(PLAN, SCENARIO, minutes=60)
    stopped = go(
        begun, ask=_ask(["Ada leads", "? the key", ""]), tell=id, keep=kept.append,
        now=lambda: at, seconds=lambda: float(next(clock)),
    )  # fmt: skip
    assert stopped.begun == "2026-11-30T08:00:00+00:00"
    assert not stopped.ended
    assert kept[-1] == stopped
    assert len(kept) == 4, "the beginning and three answers"
    first, second, third, *rest = stopped.decisions
    assert (first.outcome, first.answer, first.seconds) == ("answered", "Ada leads", 700.0)
    assert (second.outcome, second.answer) == ("gap", "the key")
    assert (third.outcome, third.answer) == ("gap", "")
    assert {one.outcome for one in rest} == {"open"}
    asked: list[str] = []
    done = go(stopped, ask=lambda _: "yes", tell=lambda one: asked.append(one.id), keep=kept.append)
    assert done.ended
    assert done.decisions[:3] == stopped.decisions[:3]
    assert not {first.id, second.id, third.id} & set(asked)
    assert done.gaps == (second, third)
