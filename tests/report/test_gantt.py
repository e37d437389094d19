"""The chart of who does what when."""

import re

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Effort, Loss, Plan, Return, Task, Wait
from toolkit.report import gantt
from toolkit.report.runbooks import runbooks


def task(id: str, who: int, start: float, finish: float, done: float = 0.0, **more: object) -> Task:
    made = Task(
        id, f"Do <{id}>", "data.relational", "copy", Effort(finish - start, "a guess"), "admin", wait=Wait(1, 2, "TTL"),
        start_hours=start, finish_hours=finish, done_hours=done or finish, who=who,
    )  # fmt: skip
    return replace(made, **more)


def chart(plan: Plan, *tasks: Task) -> gantt.Gantt:
    return gantt.draw(replace(plan, tasks=tasks, losses=(Loss("aws", 3), Loss("okta", 0))))


def test_each_person_has_own_tasks_in_order_with_their_waits(plan: Plan) -> None:
    tasks = (task("b", 1, 1, 2, 3), task("a", 1, 0, 1), task("c", 2, 0, 2), task("r", 0, 9, 9, phase="retire"))
    drawn = chart(plan, *tasks)
    assert [one.text for one in drawn.people] == ["Person 1: admin", "Person 2: admin"]
    assert [(row.task, [bar.kind for bar in row.bars]) for row in drawn.rows] == [
        ("a", ["work"]),
        ("b", ["work", "wait"]),
        ("c", ["work"]),
    ]
    begin = {row.task: row.bars[0].x for row in drawn.rows}
    assert begin["a"] == begin["c"] == gantt.LEFT < begin["b"]
    assert len({row.y for row in drawn.rows}) == 3
    assert [mark.text for mark in drawn.marks if mark.ends] == ["aws ends"]


def test_what_begins_much_later_says_when_instead_of_squeezing_the_rest(plan: Plan) -> None:
    soon = [task(f"t{number}", 1, number / 2, number / 2 + 0.5) for number in range(9)]
    drawn = chart(plan, *soon, task("far", 1, 500, 501))
    assert [(row.task, row.later) for row in drawn.rows if row.later] == [("far", "from T+21 days")]
    assert all(bar.x + bar.width <= gantt.LEFT + gantt.WIDTH for row in drawn.rows for bar in row.bars)
    assert min(bar.width for row in drawn.rows for bar in row.bars) > 20


def test_the_page_marks_what_a_return_hangs_on_and_escapes_titles(plan: Plan, catalog: Catalog) -> None:
    read = Return("read", "Read", 0, 1, 2, 2, ("b",))
    schedule = replace(plan.schedule, freeze_start_hours=1.0, freeze_hours=0.5)
    some = replace(plan, tasks=(task("a", 1, 0, 1), task("b", 1, 1, 2)), journeys=(read,), schedule=schedule)
    page = runbooks(some, catalog)["index.html"]
    assert re.findall(r"◆ (Do &lt;.&gt;)</text>", page) == ["Do &lt;b&gt;"]
    assert 'class="window"' in page
    assert "<b>" not in page
