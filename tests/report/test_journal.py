"""A drill's journal for people: on a terminal and as a table."""

import pytest

from toolkit.model import SCHEMA_VERSION, Journal, Step
from toolkit.report import json, markdown, text

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
    for render in (text.render_journal, markdown.render_journal, json.render_journal):
        assert "board" in render(journal(restored=False))
