"""What the user knows better: corrections replace what the scan thought, and a misspelt name is an error."""

from datetime import date
from pathlib import Path

import pytest

from toolkit.assess import assess
from toolkit.catalog.folders import load
from toolkit.collect.roots import find_platform
from toolkit.errors import BadInput
from toolkit.identify.corrections import chosen, corrected
from toolkit.identify.dependencies import identify
from toolkit.model import (
    Application,
    Choice,
    Correction,
    Declare,
    Dependency,
    Evidence,
    Fallback,
    Ignore,
    Journey,
    JourneyRisk,
    OneOf,
    Platform,
    Survey,
    Waiver,
)
from toolkit.platform_names import check_names

CATALOG = load()
OKTA = Dependency("okta", None, ("auth.customer-identity", "auth.mfa"), "runtime", "medium")


def risk(platform: Platform, journey: str = "sign-in") -> JourneyRisk:
    found = corrected((OKTA,), platform.corrections)
    assessment = assess(Survey(), found, platform, CATALOG, today=date(2026, 6, 1))
    return next(one for one in assessment.journeys if one.journey == journey)


# --- corrections ------------------------------------------------------------------------------------------------------
def test_a_correction_replaces_capabilities_and_role_and_shows() -> None:
    (now,) = corrected((OKTA,), (Correction("okta", ("auth.workforce-sso",), "optional"),))
    assert (now.capabilities, now.role, now.use) == (("auth.workforce-sso",), "optional", "possible")
    assert (now.corrected, now.confidence) == (True, "high")
    (same,) = corrected((OKTA,), (Correction("auth0", ()),))
    assert same == OKTA


def test_a_vendors_correction_holds_for_its_services() -> None:
    verify = Dependency("twilio", "verify", ("otp.sms",), "runtime", "high")
    (now,) = corrected((verify,), (Correction("twilio", role="developer"),))
    assert (now.role, now.use) == ("developer", "developer")


def test_an_effect_is_what_the_user_says_on_the_journeys_named() -> None:
    assert [one.company for one in risk(Platform()).stops] == ["okta"]
    soft = Platform(corrections=(Correction("okta", effect="degrades", journeys=("sign-in",)),))
    assert (risk(soft).stops, [one.company for one in risk(soft).degrades]) == ((), ["okta"])
    assert [one.company for one in risk(soft, "sign-up").stops] == ["okta"]
    nothing = Platform(corrections=(Correction("okta", effect="nothing"),))
    assert risk(nothing).stops + risk(nothing).may_stop + risk(nothing).degrades == ()


def test_a_member_the_user_chose_is_chosen_where_it_is_one() -> None:
    open_ones = (OneOf("mail.outgoing", ("aws/ses", "sendgrid"), None, "mail.py:3"),)
    assert chosen(open_ones, (Correction("sendgrid", chosen_for="mail.outgoing"),))[0].chosen == "sendgrid"
    assert chosen(open_ones, (Correction("okta", chosen_for="mail.outgoing"),)) == open_ones


def test_a_declaration_with_capabilities_replaces_what_the_scan_thought() -> None:
    seen = Evidence("files.python", "fastly#host:api.fastly.com", "it", "a.py:1", "runtime")
    survey = Survey(evidence=(seen,))
    platform = Platform(declare=(Declare("fastly", capabilities=("edge.ddos",)),))
    (fastly,) = identify(survey, platform, CATALOG)
    assert (fastly.capabilities, fastly.declared, fastly.evidence) == (("edge.ddos",), True, (0,))


# --- names ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("platform", "place", "meant"),
    [
        (Platform(declare=(Declare("acme", capabilities=("otp.smss",)),)), "[[declare]] 1", "otp.sms"),
        (Platform(declare=(Declare("twillio"),)), "[[declare]] 1", "twilio"),
        (Platform(corrections=(Correction("otka"),)), "[[correct]] 1", "okta"),
        (Platform(corrections=(Correction("okta", journeys=("sing-in",)),)), "[[correct]] 1", "sign-in"),
        (Platform(corrections=(Correction("okta", chosen_for="auth.mfaa"),)), "[[correct]] 1", "auth.mfa"),
        (Platform(journeys=(Journey("x", needs=("data.relationl",)),)), "[[journey]] x", "data.relational"),
        (Platform(ignore=(Ignore("why", dependency="aws/s4"),)), "[[ignore]] 1", "aws/s3"),
        (Platform(fallbacks=(Fallback("mail.outgoin", "own"),)), "[[fallback]] 1", "mail.outgoing"),
        (Platform(choices=(Choice("data.relational", "postgres"),)), "[[choice]]", "postgresql"),
        (
            Platform(waivers=(Waiver("mfa-fallbak", "x", "y", "z", date(2027, 1, 1)),)),
            "[[waiver]] 1",
            "mfa-fallback",
        ),
        (Platform(owners={"dta": "ada"}), "[owners]", "data"),
    ],
)
def test_a_misspelt_name_says_where_and_what_was_meant(platform: Platform, place: str, meant: str) -> None:
    with pytest.raises(BadInput) as err:
        check_names(platform, CATALOG)
    assert place in err.value.what
    assert f"did you mean {meant}" in err.value.what


def test_right_names_and_ones_own_pass() -> None:
    check_names(
        Platform(
            applications=(Application("a", "."),),
            journeys=(Journey("sail", needs=("data.*", "acme", "aws/s3")),),
            declare=(Declare("acme", capabilities=("edge.registrar",)), Declare("gandi")),
            corrections=(Correction("acme", effect="nothing", journeys=("sail",)),),
            fallbacks=(Fallback("aws/s3", "a disk in a drawer"),),
            owners={"data": "ada", "otp.sms": "bo"},
        ),
        CATALOG,
    )


@pytest.mark.parametrize(
    ("platform", "says"),
    [
        (Platform(declare=(Declare("okta"),), ignore=(Ignore("no", dependency="okta"),)), "[[ignore]]"),
        (Platform(corrections=(Correction("okta"),), ignore=(Ignore("no", dependency="okta"),)), "[[ignore]]"),
        (
            Platform(
                corrections=(
                    Correction("okta", chosen_for="auth.mfa"),
                    Correction("auth0", chosen_for="auth.mfa"),
                )
            ),
            "two are chosen",
        ),
    ],
)
def test_contradictions_are_errors(platform: Platform, says: str) -> None:
    with pytest.raises(BadInput, match=says.replace("[", r"\[").replace("]", r"\]")):
        check_names(platform, CATALOG)


def test_the_file_of_a_folder_above_is_found_within_the_repository(tmp_path: Path) -> None:
    inside = tmp_path / "repository" / "services" / "api"
    inside.mkdir(parents=True)
    (tmp_path / "offramp.toml").write_text('name = "a stranger"\n')
    (tmp_path / "repository" / ".git").mkdir()
    assert find_platform((inside,), None)[0].name == "platform"
    (tmp_path / "repository" / "offramp.toml").write_text('name = "ours"\n')
    platform, base = find_platform((inside,), None)
    assert (platform.name, base) == ("ours", tmp_path / "repository")
