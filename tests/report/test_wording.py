"""What a reader new to Offramp stumbled over: said once, in units of people, true where nothing is known."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog, Notice
from toolkit.documents import read_audit, read_plan
from toolkit.errors import BadInput
from toolkit.model import (
    Assessment,
    Audit,
    Evidence,
    Export,
    Finding,
    FirstStep,
    Loss,
    LostDependency,
    Root,
    Score,
    Simulation,
    Survey,
)
from toolkit.report import facts, losses, places, summary

SHOP = (Root("shop", "checkout", "src/my shop"),)


def test_the_line_that_proves_use_stands_first_and_lines_are_numbers() -> None:
    found = (
        Evidence("files.generic", "aws/s3#host:s3.amazonaws.com", "shop", "api.txt:5", "runtime"),
        Evidence("files.manifest", "aws/s3#gem:aws-sdk", "shop", "Gemfile:3", "runtime"),
        Evidence("files.ruby", "aws/s3#ruby:Aws::S3", "shop", "store.rb:100", "runtime"),
        Evidence("files.ruby", "aws/s3#ruby:Aws::S3", "shop", "store.rb:9", "runtime"),
    )
    shown = [one.where for one in places.seen((0, 1, 2, 3), Survey(SHOP, evidence=found))]
    assert shown == ["store.rb:9", "store.rb:100", "Gemfile:3", "api.txt:5"]


def test_what_is_known_of_a_vendor_is_said_once(catalog: Catalog) -> None:
    general = Export("Everything", "service by service")
    lost = (
        LostDependency("aws/ecs", "aws", 30.0, "runtime", exportable=(general,), unchecked=True),
        LostDependency("aws/elb", "aws", 30.0, "runtime", exportable=(general,), unchecked=True),
        LostDependency("aws/s3", "aws", 30.0, "runtime", exportable=(Export("Objects", "aws s3 sync"),)),
        LostDependency("aws/mq", "aws", 30.0, "runtime", unchecked=True),
    )
    [event] = losses.events(Simulation((Loss("aws", 30.0),), lost=lost), catalog)
    assert event.take == (
        "aws: Everything: service by service (no source)",
        "aws/s3: Objects: aws s3 sync (no source)",
    )
    assert event.unchecked == ("aws/mq",), "of the others something is written down, two lines above"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.0, "0 hours; "), (48.0, "48 hours; "), (720.0, "30 days; "), (2160.0, "90 days; "), (100.0, "100 hours; ")],
)
def test_notices_are_in_days_where_people_count_days(hours: float, words: str) -> None:
    assert facts.notice_words(Notice("data", "then it is deleted", hours)) == (
        f"The data after that: {words}then it is deleted"
    )


def _audited(audit: Audit, *steps: FirstStep, findings: tuple[Finding, ...] = ()) -> Audit:
    return replace(audit, assessment=Assessment(Score(0, ()), findings=findings, first=steps))


@pytest.mark.parametrize(("points", "words"), [(0.3, "less than a point"), (1.2, "+1 point"), (11.6, "+12 points")])
def test_a_gain_is_in_whole_points_or_said_to_be_less(
    points: float, words: str, audit: Audit, catalog: Catalog
) -> None:
    step = FirstStep("twilio", points, ("sign-up",), ("sign-up", "post"), ("otp.sms",))
    [first] = summary.first_steps(_audited(audit, step), catalog)
    assert first.gain == f"sign-up hangs on no company alone any more; post hangs on one company less; {words}"


def test_a_rule_nobody_could_answer_does_not_claim_its_problem(audit: Audit, catalog: Catalog) -> None:
    finding = Finding("dns-with-host", "platform", "unknown", "high", "low", "Nothing was found.")
    [group] = summary.groups(_audited(audit, findings=(finding,)), catalog)
    assert group.title == "DNS lies at the host that can be lost: not known"
    [known] = summary.groups(_audited(audit, findings=(finding, replace(finding, outcome="not ready"))), catalog)
    assert known.title == "DNS lies at the host that can be lost"


def test_the_next_command_takes_the_folder_that_was_looked_at(audit: Audit) -> None:
    fresh = replace(audit, platform=replace(audit.platform, journeys=()), survey=Survey(SHOP))
    assert summary.next_command(fresh, summary.checkout(fresh)).startswith("offramp init 'src/my shop' ")
    assert summary.next_command(fresh).startswith("offramp init . "), "a page is shared: it names no path"


def test_a_document_that_is_not_there_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as audit:
        read_audit(tmp_path / "audit.json")
    assert "offramp audit -o json=FILE" in audit.value.hint
    with pytest.raises(BadInput) as plan:
        read_plan(tmp_path / "old.json")
    assert "offramp plan -o json=FILE" in plan.value.hint
