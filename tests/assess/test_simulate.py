"""What goes dark, when, and what is lost with it."""

from typing import Any

import msgspec
import pytest

from toolkit.assess.simulate import parse_losses, simulate
from toolkit.catalog.entries import Capability, Catalog, Exit, Notice, Service, Vendor
from toolkit.catalog.folders import load
from toolkit.errors import BadInput
from toolkit.model import (
    SCHEMA_VERSION,
    Assessment,
    Audit,
    Dependency,
    Export,
    Fallback,
    Journey,
    Kept,
    Loss,
    Platform,
    Score,
    Survey,
)

CATALOG = Catalog(
    hash="",
    capabilities={"otp.sms": Capability("Codes", "Nobody can sign up.")},
    vendors={
        "aws": Vendor("AWS", notices=(Notice("suspension", "30 days", 720), Notice("data", "deleted at once", 0))),
        "heroku": Vendor("Heroku", runs_on=("aws",)),
        "twilio": Vendor("Twilio"),
        "sendgrid": Vendor("SendGrid", parent="twilio"),
    },
    services={
        "twilio/verify": Service(
            "Verify", exit=Exit((Export("logs", "API"),), (Kept("TOTP seeds", "returned only at creation"),))
        )
    },
    rules={},
    scenarios={},
    blueprints={},
)
DEPENDENCIES = (
    Dependency("heroku", None, ("hosting.containers",), "runtime", "high"),
    Dependency("sendgrid", None, ("mail.outgoing",), "runtime", "high"),
    Dependency("twilio", "verify", ("otp.sms",), "runtime", "high", size_bytes=9),
)
SEEN = Dependency("cloudflare", None, ("edge.dns",), "runtime", "low", use="possible")
SURE = Dependency("gandi", None, ("edge.dns", "edge.registrar"), "infra", "high", declared=True)
CODES = Dependency("twilio", "verify", ("otp.sms",), "runtime", "high")
JOURNEYS = (
    Journey("sign-up", "Open an account", ("otp.sms", "hosting.containers")),
    Journey("read", "Read", ("hosting.containers",)),
    Journey("mail", "Be told", ("mail.outgoing",)),
    Journey("pay", "Pay", ("payments.processing",)),
)


def audit(**platform: Any) -> Audit:
    return Audit(
        SCHEMA_VERSION,
        "offramp 0",
        "",
        Platform(journeys=JOURNEYS, **platform),
        Survey(),
        DEPENDENCIES,
        Assessment(Score(0, ())),
    )


def test_journeys_go_dark_when_the_first_thing_they_need_goes() -> None:
    outcome = simulate(audit(), CATALOG, [Loss("aws", 30, "outage"), Loss("twilio", 0)])
    assert [(one.journey, one.at_hours, one.because) for one in outcome.dark] == [
        ("sign-up", 0, ("twilio/verify",)),
        ("mail", 0, ("sendgrid",)),
        ("read", 30, ("heroku",)),
    ]
    assert (outcome.survives, outcome.unjudged, outcome.time_to_export_hours) == ((), ("pay",), 0)


def test_the_loss_of_an_account_leaves_others_who_run_there() -> None:
    assert simulate(audit(), CATALOG, [Loss("aws", 0)]).dark == ()
    assert [one.journey for one in simulate(audit(), CATALOG, [Loss("aws", 0, "sanction")]).dark] == ["sign-up", "read"]
    taken = simulate(audit(), CATALOG, [Loss("twilio", 0)])
    assert [one.dependency for one in taken.lost] == ["sendgrid", "twilio/verify"]
    assert simulate(audit(), CATALOG, [Loss("twilio", 0, "outage")]).survives == ("read", "mail")


def test_losing_an_owned_vendor_is_not_losing_the_owner() -> None:
    outcome = simulate(audit(), CATALOG, [Loss("sendgrid", 0)])
    assert [one.journey for one in outcome.dark] == ["mail"]
    assert outcome.survives == ("sign-up", "read")


def test_what_is_lost_says_what_breaks_and_what_is_hostage() -> None:
    outcome = simulate(audit(), CATALOG, [Loss("twilio", 5), Loss("twilio", 2)])
    lost = {one.dependency: one for one in outcome.lost}
    verify = lost["twilio/verify"]
    assert (verify.at_hours, verify.vendor, verify.size_bytes, verify.unchecked) == (2, "twilio", 9, False)
    assert verify.breaks == ("Nobody can sign up.",)
    assert verify.hostage == (Kept("TOTP seeds", "returned only at creation"),)
    assert verify.exportable == (Export("logs", "API"),)
    assert lost["sendgrid"].unchecked


def test_fallbacks_carry_until_they_are_lost_too() -> None:
    covered = audit(fallbacks=(Fallback("otp.sms", "aws/sns"), Fallback("heroku", "own machines")))
    alone = simulate(covered, CATALOG, [Loss("twilio", 0)])
    assert [one.journey for one in alone.dark] == ["mail"]
    assert {one.dependency: one.covered_by for one in alone.lost}["twilio/verify"] == ("aws/sns",)
    both = simulate(covered, CATALOG, [Loss("twilio", 0), Loss("aws", 30)])
    assert [(one.journey, one.at_hours) for one in both.dark] == [("mail", 0), ("sign-up", 30)]


def test_what_only_may_stop_is_said_with_its_question_until_the_journey_is_dark() -> None:
    bare = msgspec.structs.replace(audit(), platform=Platform(), dependencies=(SEEN, SURE))
    outcome = simulate(bare, load(), [Loss("cloudflare", 0), Loss("gandi", 30)])
    assert ("read", 30) in [(one.journey, one.at_hours) for one in outcome.dark]
    strained = [one for one in outcome.strained if one.journey == "read"]
    assert [(one.effect, one.at_hours, one.because) for one in strained] == [("may stop", 0, ("cloudflare",))]
    assert strained[0].question


def test_the_first_hour_asks_for_what_can_still_be_done() -> None:
    held = msgspec.structs.replace(audit(), platform=Platform(), dependencies=(SURE, CODES))
    known = load().capabilities
    noticed = simulate(held, load(), [Loss("gandi", 30), Loss("twilio", 0)]).first_hour
    assert known["edge.dns"].while_access in noticed
    assert known["otp.sms"].first_hour in noticed
    sudden = simulate(held, load(), [Loss("gandi", 0)]).first_hour
    assert known["edge.dns"].while_access not in sudden
    assert simulate(held, load(), [Loss("gandi", 0, "outage")]).first_hour == ()


def test_losses_are_read_with_units_and_the_vendors_own_notice() -> None:
    losses = parse_losses("aws@30h, twilio@2d,heroku@30m,sendgrid@1w", CATALOG)
    assert [one.notice_hours for one in losses] == [30, 48, 0.5, 168]
    assert [one.notice_hours for one in parse_losses("aws,twilio", CATALOG)] == [720, 0]
    assert parse_losses("acme@1", CATALOG, also={"acme"}) == (Loss("acme", 1),)
    assert parse_losses("", CATALOG) == ()


def test_losses_have_kinds_and_printed_names() -> None:
    assert parse_losses("aws!outage, SendGrid@1d, twilio!sanction@2h", CATALOG) == (
        Loss("aws", 0, "outage"),
        Loss("sendgrid", 24),
        Loss("twilio", 2, "sanction"),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("twillio@3h", "twilio"),
        ("aws@soon", "aws@30h"),
        ("@3", "aws@30h"),
        ("aws!never", "aws@30h"),
        ("Sendgird", "sendgrid"),
        ("aws@30h,aws@3h", "keep one"),
    ],
)
def test_losses_that_cannot_be_read_are_bad_input(text: str, says: str) -> None:
    with pytest.raises(BadInput) as err:
        parse_losses(text, CATALOG)
    assert says in str(err.value)
