"""Schedules are possible, ordered, in time where that can be, and near the lower bound."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from toolkit.model import Effort, Phase, Schedule, Task, Wait, Window
from toolkit.plan.schedule import schedule


def task(name: str, minutes: int, *needs: str, latest: float | None = None, phase: Phase = "prepare") -> Task:
    window = Window(latest is not None, latest)
    return Task(name, name, "data.relational", phase, Effort(minutes / 60, ""), "platform", needs, window)


@st.composite
def plans(draw: st.DrawFn) -> list[Task]:
    """Up to 25 tasks; each may need earlier ones."""
    tasks: list[Task] = []
    for number in range(draw(st.integers(0, 25))):
        needs = draw(st.lists(st.sampled_from(tasks), max_size=3, unique_by=lambda one: one.id)) if tasks else []
        latest = draw(st.none() | st.integers(0, 50))
        phase: Phase = draw(st.sampled_from(["prepare", "roll back"]))
        minutes = draw(st.integers(0, 600))
        tasks.append(task(f"t{number}", minutes, *(one.id for one in needs), latest=latest, phase=phase))
    return draw(st.permutations(tasks))


def busy(tasks: tuple[Task, ...]) -> list[Task]:
    return [one for one in tasks if one.finish_hours > one.start_hours]


@given(plans(), st.integers(1, 4))
def test_every_schedule_is_possible(tasks: list[Task], people: int) -> None:
    timed, figures = schedule(tasks, people)
    finish = {one.id: one.finish_hours for one in timed}
    assert {one.id for one in timed} == {one.id for one in tasks}
    for one in timed:
        assert all(one.start_hours >= finish[need] for need in one.needs)
        length = 0 if one.phase == "roll back" else one.effort.hours
        assert one.finish_hours - one.start_hours == pytest.approx(length)
    for moment in {one.start_hours for one in busy(timed)}:
        assert sum(one.start_hours <= moment < one.finish_hours for one in busy(timed)) <= people
    assert figures.makespan_hours == max(finish.values(), default=0)
    assert figures.lower_bound_hours <= figures.makespan_hours + 1e-9


@given(plans(), st.integers(1, 4))
def test_no_list_schedule_is_worse_than_twice_the_bound(tasks: list[Task], people: int) -> None:
    _, figures = schedule(tasks, people)
    assert figures.makespan_hours <= (2 - 1 / people) * figures.lower_bound_hours + 1e-9  # Graham, 1966


@given(plans(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_order_of_tasks_does_not_matter(tasks: list[Task], people: int, random: object) -> None:
    shuffled = sorted(tasks, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert schedule(tasks, people) == schedule(shuffled, people)


@given(plans(), st.integers(1, 4))
def test_nothing_stands_before_what_it_needs(tasks: list[Task], people: int) -> None:
    timed, _ = schedule(tasks, people)
    position = {one.id: place for place, one in enumerate(timed)}
    assert all(position[need] < position[one.id] for one in timed for need in one.needs)
    assert all(one.start_hours <= other.start_hours for one, other in pairwise(timed))


def test_deadlines_come_first_also_for_what_leads_to_them() -> None:
    tasks = [task("long", 600), task("dump", 60, "login", latest=2), task("login", 60)]
    timed, _ = schedule(tasks, 1)
    assert [(one.id, one.late) for one in timed] == [("login", False), ("dump", False), ("long", False)]


def test_what_cannot_be_in_time_is_late_and_does_not_push_aside_what_can() -> None:
    tasks = [task("hopeless", 300, latest=4), task("possible", 60, latest=1)]
    timed, _ = schedule(tasks, 1)
    assert {one.id: one.late for one in timed} == {"possible": False, "hopeless": True}
    assert timed[0].id == "possible"


def test_without_notice_everything_that_needs_access_is_late() -> None:
    (one,), _ = schedule([task("export", 10, latest=0)], 5)
    assert one.late


def test_roll_back_takes_nobody() -> None:
    tasks = [task("cut", 60, phase="cut over"), task("back", 600, "cut", phase="roll back")]
    timed, figures = schedule(tasks, 1)
    assert [(one.id, one.start_hours, one.finish_hours) for one in timed] == [("cut", 0, 1), ("back", 1, 1)]
    assert figures == Schedule(1, 1, 1)


@pytest.mark.parametrize("people", [1, 2, 3, 5])
def test_a_plan_of_the_usual_shape_is_within_five_percent_of_the_bound(people: int) -> None:
    """Nine blueprints, each prepared, copied, cut over and retired; all wait for the database, some for sign-in."""
    tasks = []
    for number, name in enumerate(["db", "s3", "cache", "dns", "mail", "sso", "otp", "desk", "web"]):
        before = [] if name in ("db", "dns", "s3") else ["db.cut"]
        before += ["sso.cut"] if name in ("desk", "web") else []
        tasks += [
            task(f"{name}.export", 40 + 17 * number, latest=30),
            task(f"{name}.prepare", 30 + 11 * number),
            task(f"{name}.import", 25 + 13 * number, f"{name}.export", f"{name}.prepare"),
            task(f"{name}.cut", 20 + 3 * number, f"{name}.import", *before),
            task(f"{name}.retire", 15, f"{name}.cut"),
        ]
    timed, figures = schedule(tasks, people)
    assert figures.makespan_hours <= 1.05 * figures.lower_bound_hours
    assert not any(one.late for one in timed)


@pytest.mark.parametrize("people", [1, 3])
def test_a_freeze_that_waits_for_something_outside_it_ends(people: int) -> None:
    chain = [task("stop", 30, phase="freeze"), task("fetch", 30, "stop"), task("copy", 30, "fetch", phase="freeze")]
    timed, _ = schedule(chain, people, day_hours=10)
    assert [one.id for one in timed] == ["stop", "fetch", "copy"]
    assert all(before.finish_hours <= after.start_hours for before, after in pairwise(timed))


def test_a_long_talk_with_others_does_not_keep_the_writers_from_being_stopped() -> None:
    """Three people; one signs contracts for eight hours, which two journeys need weeks later in any case."""
    talk = replace(task("talk", 480), wait=Wait(168, 504, "a contract"))
    build = [task("build", 90), task("copy", 60), task("rehearse", 60, "build", "copy")]
    stop = replace(task("stop", 5, "rehearse"), phase="freeze")
    last = [replace(task(f"last{number}", 10, "stop"), phase="freeze") for number in range(3)]
    serve = replace(task("serve", 10, "last0", "last1", "last2"), phase="cut over")
    codes = task("codes", 30, "talk")
    finals = {"codes": ("codes",)} | {f"journey{number}": ("serve",) for number in range(4)}
    tasks = [talk, *build, stop, *last, serve, codes]
    _, figures = schedule(tasks, 3, day_hours=10, finals=finals, writers=1)
    assert figures.freeze_start_hours is not None
    assert figures.freeze_start_hours <= 3
