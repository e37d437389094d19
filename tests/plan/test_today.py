"""What to do before anything happens, and what it is worth."""

import pytest
from msgspec.structs import replace
from test_make_plan import EC2, RDS, todo
from test_phases import DNS, KNOWN

from toolkit.model import (
    SCHEMA_VERSION,
    Answer,
    Assessment,
    Audit,
    Dependency,
    JourneyRisk,
    Loss,
    Platform,
    Score,
    Survey,
    Wait,
)
from toolkit.plan.today import today
from toolkit.report import json, markdown, text

CONTRACT = replace(todo("sign", "prepare"), wait=Wait(24, 240, "a contract"))
PAGES = replace(
    KNOWN.blueprints["web"],
    tasks=(
        CONTRACT,
        replace(KNOWN.blueprints["web"].tasks[0], needs=("sign", "data.relational:prepare")),
        *KNOWN.blueprints["web"].tasks[1:],
    ),
)
SIGNED = replace(KNOWN, blueprints={**KNOWN.blueprints, "web": PAGES})


def audited(*lost: Dependency) -> Audit:
    read = JourneyRisk("read", "Read", stops=(Answer("aws", tuple(one.id for one in lost)),))
    assessment = Assessment(Score(0, ()), journeys=(read,))
    return Audit(SCHEMA_VERSION, "offramp 0", "h", Platform("board"), Survey(), lost, assessment)


def test_what_saves_most_outage_comes_first_and_copies_that_would_be_lost_are_named() -> None:
    table = today(audited(RDS, EC2, DNS), SIGNED, losses=[Loss("aws", 0)], people=2)
    assert [one.task for one in table.rows] == ["web.sign", "common.zone", "postgresql.dump"]
    contract, zone, dump = table.rows
    assert contract.saves_hours == pytest.approx(240 - 48, abs=1)  # the name servers take 48 either way
    assert contract.wait_hours == 240
    assert [one.what for one in zone.keeps] == ["old records"]
    assert [one.what for one in dump.keeps] == ["Start empty"]


def test_with_time_to_fetch_everything_no_copy_is_worth_an_hour_today() -> None:
    table = today(audited(RDS, EC2), KNOWN, losses=[Loss("aws", 300)], people=2)
    assert table.rows == ()
    assert "no copy and no contract" in text.render_today(table, KNOWN)


def test_every_format_says_what_to_do_and_what_is_lost_without() -> None:
    table = today(audited(RDS, EC2, DNS), SIGNED, losses=[Loss("aws", 0)], people=2)
    for shown in (text.render_today(table, KNOWN), markdown.render_today(table, KNOWN)):
        assert "Before aws (0 h notice) is lost" in shown
        assert shown.index("sign") < shown.index("old records")
    assert '"web.sign"' in json.render_today(table, KNOWN)
