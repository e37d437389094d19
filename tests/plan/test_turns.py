"""Who works on hosts: not before there are any, not two at once, and not on data that is still being imported."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_schedule import task
from test_window import before, found
from test_window import planned as moved

from toolkit.model import Dependency, Plan, Task
from toolkit.plan.execute import execute
from toolkit.plan.schedule import schedule

SITE = ("ansible-playbook site.yml --tags base,x",)


@pytest.fixture(scope="module")
def full() -> Plan:
    return moved()


def overlapping(tasks: tuple[Task, ...]) -> Iterator[tuple[str, str]]:
    turns = [one for one in tasks if one.sets_up and one.who and one.finish_hours > one.start_hours]
    for one, after in pairwise(sorted(turns, key=lambda each: each.start_hours)):
        if one.finish_hours > after.start_hours + 1e-6:
            yield one.id, after.id


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=9), st.integers(1, 4))
def test_never_do_two_set_hosts_up_at_once_and_the_bound_knows(work: list[tuple[int, bool]], people: int) -> None:
    tasks = [task(f"t{number}", minutes) for number, (minutes, _) in enumerate(work)]
    turns = [replace(one, commands=SITE) if takes else one for one, (_, takes) in zip(tasks, work, strict=True)]
    timed, figures = schedule(turns, people)
    assert not list(overlapping(timed))
    assert figures.lower_bound_hours * 60 >= sum(minutes for minutes, takes in work if takes) - 1e-6
    assert figures.lower_bound_hours <= figures.makespan_hours + 1e-9


def test_no_two_people_of_a_whole_plan_run_site_at_once(full: Plan) -> None:
    assert sum(one.sets_up for one in full.tasks) > 5
    assert not list(overlapping(full.tasks))


def test_nothing_starts_the_applications_before_their_data_is_imported(full: Plan) -> None:
    imports = {"postgresql.import", "versitygw.import"}
    starting = [one for one in full.tasks if one.sets_all_up or one.sets_up_with("web")]
    assert "web.prepare" in {one.id for one in starting}
    for one in starting:
        assert imports <= before(full, one.id), one.id


def test_what_rents_hosts_comes_before_they_are_made_known_and_what_needs_one_after(full: Plan) -> None:
    assert {"common.rent", "common.folder", "dns.hosts", "edge.ground"} <= before(full, "common.machines")
    working = [one for one in full.tasks if one.names_a_host and one.id != "common.machines"]
    assert len(working) > 10
    for one in working:
        assert "common.machines" in before(full, one.id), one.id


def test_an_address_is_named_at_the_hoster_when_it_is_known() -> None:
    mail = Dependency("aws", "ses", ("mail.outgoing",), "runtime", "high")
    plan = moved(also=(mail,))
    assert "common.machines" in before(plan, "mail.port")
    assert found(plan, "mail.contracts").needs == ()
    assert "mail.port" in before(plan, "mail.reputation")


def changed(plan: Plan, name: str, **values: object) -> Plan:
    return replace(plan, tasks=tuple(replace(one, **values) if one.id == name else one for one in plan.tasks))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("valkey.prepare", "runs site.yml while"),
        ("web.prepare", "web.prepare starts the applications before postgresql.import is done"),
        ("dns.prepare", "dns.prepare works on hosts that are there from"),
    ],
)
def test_a_plan_that_breaks_it_is_told(full: Plan, name: str, says: str) -> None:
    assert execute(full) == ()
    moment = {
        "valkey.prepare": found(full, "postgresql.prepare").start_hours,
        "web.prepare": found(full, "postgresql.import").start_hours,
        "dns.prepare": 0.0,
    }[name]
    broken = changed(full, name, start_hours=moment, finish_hours=moment + 0.5, done_hours=moment + 0.5)
    assert any(says in problem for problem in execute(broken))
