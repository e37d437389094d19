"""A drill's journal for people: on a terminal and as a table."""

import pytest

from toolkit.model import SCHEMA_VERSION, Journal, Step
from toolkit.report import html, json, markdown, text
from toolkit.report.drill_times import LEFT, draw

AT = "2026-11-22T08:00:00+00:00"
STEPS = (
    Step("prepare.hosts", "Make empty hosts", "prepare", AT, 600.0, "passed", "2 made"),
    Step("rebuild.site", "Install", "rebuild", AT, 90.0, "passed"),
    Step("journey.read", "Read | the board", "verify", AT, 30.0, "passed", "50 posts\nsecond line"),
    Step("journey.pay", "Pay\x1b[31m", "verify", AT, 0.0, "skipped", "<script>nothing provides it</script>"),
)


def journal(*steps: Step, restored: bool = True) -> Journal:
    return Journal(SCHEMA_VERSION, "offramp 0.0.0", "c" * 64, "board", "i" * 64, steps, restored)


def test_the_rebuild_is_what_is_timed_and_skipped_journeys_are_counted() -> None:
    for shown in (text.render_journal(journal(*STEPS)), markdown.render_journal(journal(*STEPS))):
        assert "verified in 2.0 min; 1 of 2 journeys gone through, 1 skipped" in " ".join(shown.split())


@pytest.mark.parametrize("restored", [True, False])
def test_how_it_ended_comes_first(restored: bool) -> None:
    first = text.render_journal(journal(*STEPS, restored=restored)).splitlines()[0]
    assert first == ("RESTORED: board" if restored else "NOT RESTORED: board")
    assert ("not restored" in markdown.render_journal(journal(*STEPS, restored=restored)).splitlines()[0]) != restored


def test_what_a_check_said_does_not_act() -> None:
    shown = text.render_journal(journal(*STEPS))
    assert "\x1b" not in shown
    table = markdown.render_journal(journal(*STEPS))
    assert "<script>" not in table
    assert "second line" not in table
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) == len(STEPS) + 2
    assert "Read \\| the board" in rows[4]


def test_a_drill_that_was_killed_at_once_can_be_shown() -> None:
    for render in (text.render_journal, markdown.render_journal, json.render_journal, html.render_journal):
        assert "board" in render(journal(restored=False))


def test_the_page_tells_first_what_failed_and_draws_what_took_place() -> None:
    failed = Step(
        "rebuild.restore", "Put back", "rebuild", "2026-11-22T08:11:00+00:00", 60.0, "failed", "no disk\nleft"
    )
    page = html.render_journal(journal(*STEPS[:2], failed, STEPS[3], restored=False))
    assert page.index("What failed") < page.index("no disk\nleft") < page.index("How long it took")
    assert "board: not restored" in page
    times = draw(journal(STEPS[0], failed))
    assert [(row.x - LEFT, row.width) for row in times.rows] == [(0.0, 550.0), (605.0, 55.0)]  # of twelve minutes
    assert [mark.text for mark in times.marks] == ["0 min", "2 min", "4 min", "6 min", "8 min", "10 min", "12 min"]
    assert "<script>" not in html.render_journal(journal(*STEPS))
