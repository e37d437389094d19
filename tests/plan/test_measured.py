"""Efforts that a drill measured stand in the place of guesses, and the plan says which are which.

`harbour-journal.json` is the journal of README's last drill, step by step; the audit reads it as a user hands it over.
"""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from toolkit.assess.measured import measured
from toolkit.catalog.folders import load
from toolkit.documents import read_journal
from toolkit.model import (
    SCHEMA_VERSION,
    Assessment,
    Audit,
    Dependency,
    Journal,
    Loss,
    Measured,
    Plan,
    Score,
    Step,
    Survey,
)
from toolkit.model import Platform as Named
from toolkit.plan import make_plan
from toolkit.report import html, markdown, text
from toolkit.report.runbooks import runbooks

JOURNAL = Path(__file__).with_name("harbour-journal.json")
EC2 = Dependency("aws", "ec2", ("hosting.compute",), "runtime", "high")
RDS = Dependency("aws", "rds", ("data.relational",), "runtime", "high")


@cache
def planned(*, drilled: bool) -> Plan:
    known = measured([read_journal(JOURNAL)]) if drilled else ()
    lost = (EC2, RDS)
    audit = Audit(SCHEMA_VERSION, "offramp 0", "h", Named("harbour"), Survey(), lost, Assessment(Score(0, ())))
    return make_plan(replace(audit, measured=known), load(), losses=[Loss("aws", 30)], people=2)


def hours(plan: Plan, task: str) -> tuple[float, float]:
    found = next(one.effort for one in plan.tasks if one.id == task)
    return round(found.hours * 60), round(found.measured_hours * 60)


def test_of_two_runs_the_longer_counts_and_of_two_drills_the_newer() -> None:
    def drilled(day: int, *steps: tuple[str, float, str]) -> Journal:
        at = f"2026-11-{day:02d}T08:00:00+00:00"
        taken = tuple(Step(name, name, "rebuild", at, seconds, outcome) for name, seconds, outcome in steps)  # type: ignore[arg-type]
        return Journal(SCHEMA_VERSION, "offramp 0", "c", "board", "i", taken, False)

    new = drilled(20, ("prepare.site", 90, "passed"), ("rebuild.site", 70, "passed"), ("rebuild.restore", 5, "failed"))
    old = drilled(3, ("rebuild.site", 300, "passed"), ("rebuild.restore", 40, "passed"))
    assert measured([new, old]) == (
        Measured("restore", 40, date(2026, 11, 3)),
        Measured("site", 90, date(2026, 11, 20)),
    )
    assert measured([drilled(1)]) == ()


def test_a_run_of_everything_takes_what_the_drill_took_and_hands_stay_guessed() -> None:
    assert hours(planned(drilled=False), "web.rehearse") == (45, 0)
    assert hours(planned(drilled=True), "web.rehearse") == (40 + 5, 5)  # 262 s of site.yml and verify.yml


def test_a_run_of_a_part_takes_at_most_what_the_whole_took() -> None:
    assert hours(planned(drilled=False), "postgresql.prepare") == (20, 0)
    assert hours(planned(drilled=True), "postgresql.prepare") == (5 + 5, 5)


@pytest.mark.parametrize("task", ["postgresql.dump", "common.machines", "common.freeze"])
def test_what_no_drill_runs_stays_a_guess(task: str) -> None:
    assert hours(planned(drilled=True), task) == hours(planned(drilled=False), task)


def test_every_format_says_what_was_measured_and_what_is_a_guess() -> None:
    plan, guessed = planned(drilled=True), planned(drilled=False)
    books = runbooks(plan, load())
    for shown in (text.render_plan(plan, load()), markdown.render_plan(plan, load()), html.render_plan(plan, load()),
                  books["index.md"]):  # fmt: skip
        assert "h of work a drill measured" in " ".join(shown.split())
    assert "10 min, 5 min of it measured" in books["data.relational.md"]
    assert "15 min, a guess" in books["data.relational.md"]
    assert "drill of 2026-11-29" in books["data.relational.md"]
    for shown in (text.render_plan(guessed, load()), runbooks(guessed, load())["index.md"]):
        assert "h of work are guesses" in " ".join(shown.split())
