"""Companies, cut sets and findings of small platforms, by the rules of the modules' docstrings."""

from datetime import date

import pytest
from msgspec.structs import replace

from toolkit.assess import assess
from toolkit.catalog.entries import Catalog, Exit, Rule, Vendor
from toolkit.model import (
    Assessment,
    Confidence,
    Declare,
    Dependency,
    Evidence,
    Export,
    Fallback,
    Finding,
    Journey,
    Kept,
    Platform,
    Role,
    Survey,
    Waiver,
)

TODAY = date(2026, 6, 1)
LOOKED = Survey(sources=("files.python", "accounts.aws", "network.dns"))


def rule(name: str, check: str, *of: str, against: tuple[str, ...] = (), **more: str) -> Rule:
    return Rule(name, name, "why", "how", more.pop("severity", "high"), 1.0, check, of, against, **more)  # type: ignore[arg-type]


RULES = (
    rule("mail", "single-company", "mail.*"),
    rule("hosting", "single-company", "hosting.*", severity="critical", otherwise="medium"),
    rule("data", "single-company", "data.*", severity="critical"),
    rule("dns-with-host", "same-company", "edge.dns", against=("hosting.*",), unless="unknown"),
    rule("registrar", "declared", "edge.registrar", unless="unknown"),
    rule("registrar-with-host", "same-company", "edge.registrar", against=("hosting.*",)),
    rule("otp", "fallback", "otp.sms"),
    rule("hostage", "exportable", "auth.*"),
    rule("waivers", "waiver"),
)
CATALOG = Catalog(
    hash="",
    capabilities={},
    vendors={
        "amazon": Vendor("Amazon"),
        "aws": Vendor("AWS", parent="amazon"),
        "salesforce": Vendor("Salesforce"),
        "heroku": Vendor("Heroku", parent="salesforce", runs_on=("aws",)),
        "twilio": Vendor("Twilio"),
        "sendgrid": Vendor("SendGrid", parent="twilio"),
        "postmark": Vendor("Postmark", runs_on=("aws",)),
        "okta": Vendor(
            "Okta", exit=Exit(exports=(Export("users", "API"),), keeps=(Kept("password hashes", "no API"),))
        ),
        "chirper": Vendor(
            "Chirper",
            exit=Exit(
                exports=(Export("posts", "an archive", about=("product.*",)),),
                keeps=(
                    Kept("followers", "not for sale", about=("product.*",)),
                    Kept("seeds", "not shown", about=("auth.mfa",)),
                ),
            ),
        ),
        "keycloak-cloud": Vendor("KC", exit=Exit(exports=(Export("realm", "file"),))),
    },
    services={},
    rules={one.id: one for one in RULES},
    scenarios={},
    blueprints={},
)


def uses(name: str, *capabilities: str, role: Role = "runtime", confidence: Confidence = "high") -> Dependency:
    vendor, _, service = name.partition("/")
    return Dependency(vendor, service or None, capabilities, role, confidence)


def assessed(*dependencies: Dependency, platform: Platform | None = None, survey: Survey = LOOKED) -> Assessment:
    return assess(survey, dependencies, platform or Platform(), CATALOG, today=TODAY)


def needing(*needs: str, fallbacks: tuple[Fallback, ...] = ()) -> Platform:
    return Platform(journeys=(Journey("it", "It", needs),), fallbacks=fallbacks)


def cuts(assessment: Assessment) -> tuple[tuple[str, ...], ...]:
    return assessment.journeys[0].cut_sets


def of(name: str, assessment: Assessment) -> list[Finding]:
    return [one for one in assessment.findings if one.rule == name]


def only(name: str, assessment: Assessment) -> Finding:
    (finding,) = of(name, assessment)
    return finding


# --- companies and cut sets -------------------------------------------------------------------------------------------
def test_a_foundation_takes_along_what_runs_on_it_in_its_outages_alone() -> None:
    result = assessed(uses("heroku", "hosting.containers"), platform=needing("hosting.containers"))
    (risk,) = result.journeys
    assert risk.cut_sets == (("salesforce",),)
    assert risk.outage_cut_sets == (("amazon",), ("salesforce",))
    assert [(one.id, one.dependencies, one.stops, one.foundation_of) for one in result.companies] == [
        ("salesforce", ("heroku",), ("it",), ()),
        ("amazon", (), (), ("heroku",)),
    ]


def test_a_parent_takes_along_all_it_owns() -> None:
    result = assessed(uses("twilio/verify", "otp.sms"), uses("sendgrid", "mail.outgoing"))
    (company,) = result.companies
    assert (company.id, company.vendors) == ("twilio", ("sendgrid", "twilio"))


def test_all_that_provide_a_capability_are_needed() -> None:
    result = assessed(uses("sendgrid", "mail.outgoing"), uses("aws/ses", "mail.outgoing"), platform=needing("mail.*"))
    assert cuts(result) == (("amazon",), ("twilio",))


@pytest.mark.parametrize("covered", ["mail.outgoing", "sendgrid"])
def test_a_fallback_must_be_lost_too(covered: str) -> None:
    platform = needing("mail.outgoing", fallbacks=(Fallback(covered, "postmark"),))
    result = assessed(uses("sendgrid", "mail.outgoing"), platform=platform)
    assert cuts(result) == (("postmark", "twilio"),)
    # in an outage Amazon too, which Postmark runs on
    assert result.journeys[0].outage_cut_sets == (("amazon", "twilio"), ("postmark", "twilio"))


def test_a_fallback_of_ones_own_cannot_be_lost() -> None:
    platform = needing("mail.outgoing", fallbacks=(Fallback("mail.outgoing", "own Postfix"),))
    assert cuts(assessed(uses("sendgrid", "mail.outgoing"), platform=platform)) == ()


def test_two_that_stand_in_for_each_other_are_lost_only_together() -> None:
    platform = needing("sendgrid", fallbacks=(Fallback("sendgrid", "postmark"), Fallback("postmark", "sendgrid")))
    result = assessed(uses("sendgrid", "mail.outgoing"), uses("postmark", "mail.outgoing"), platform=platform)
    assert cuts(result) == (("postmark", "twilio"),)


def test_optional_and_build_dependencies_stop_nothing_unless_named() -> None:
    dependencies = (
        uses("sendgrid", "mail.outgoing", role="optional"),
        uses("aws/ses", "mail.outgoing", role="build/ci"),
    )
    assert cuts(assessed(*dependencies, platform=needing("mail.outgoing"))) == ()
    assert cuts(assessed(*dependencies, platform=needing("sendgrid"))) == (("twilio",),)
    ci = uses("aws/codebuild", "build.ci", role="build/ci")
    assert cuts(assessed(ci, platform=needing("build.ci"))) == (("amazon",),)


def test_needs_nothing_provides_are_unknown() -> None:
    result = assessed(uses("sendgrid", "mail.outgoing"), platform=needing("mail.outgoing", "otp.sms"))
    assert result.journeys[0].unknown == ("otp.sms",)


# --- findings ---------------------------------------------------------------------------------------------------------
def test_single_company_names_company_capability_and_journeys() -> None:
    finding = only("mail", assessed(uses("sendgrid", "mail.outgoing"), platform=needing("mail.outgoing")))
    assert (finding.subject, finding.outcome, finding.capability) == ("twilio", "not ready", "mail.outgoing")
    assert (finding.journeys, finding.severity) == (("it",), "high")


def test_a_finding_shows_the_signs_of_its_capability_where_there_are_any() -> None:
    told = {"config:formation": ("hosting.containers",), "config:addons": ("mail.outgoing",)}
    vendor = replace(CATALOG.vendors["heroku"], capabilities=("hosting.containers", "mail.outgoing"), about=told)
    catalog = replace(CATALOG, vendors={**CATALOG.vendors, "heroku": vendor})
    signs = tuple(
        Evidence("files.platforms", f"heroku#config:{word}", "it", f"app.json:{line}", "infra")
        for line, word in enumerate(("formation", "addons", "stack"), 1)
    )
    heroku = replace(uses("heroku", "hosting.containers", "mail.outgoing"), evidence=(0, 1, 2))
    for capability, shown in (("hosting.containers", (0,)), ("mail.outgoing", (1,))):
        result = assess(replace(LOOKED, evidence=signs), (heroku,), needing(capability), catalog, today=TODAY)
        (finding,) = (one for one in result.findings if one.capability == capability and one.subject == "salesforce")
        assert finding.evidence == shown
    unsaid = assess(
        replace(LOOKED, evidence=signs[2:]), (replace(heroku, evidence=(0,)),), needing("mail.*"), catalog, today=TODAY
    )
    assert only("mail", unsaid).evidence == (0,)


def test_severity_is_lower_where_nothing_stops_and_low_where_it_is_optional() -> None:
    mail = uses("sendgrid", "mail.outgoing")
    assert only("mail", assessed(mail, platform=needing("otp.sms"))).severity == "medium"
    assert only("mail", assessed(replace(mail, role="optional"), platform=needing("otp.sms"))).severity == "low"


def test_a_rule_may_say_how_severe_it_is_where_nothing_stops() -> None:
    machines = uses("aws/lambda", "hosting.functions")
    assert only("hosting", assessed(machines, platform=needing("hosting.*"))).severity == "critical"
    assert only("hosting", assessed(machines, platform=needing("otp.sms"))).severity == "medium"


def test_a_store_that_no_program_works_with_is_at_most_medium() -> None:
    program = Evidence("files.python", "stripe#pypi:stripe", "app", "app.py:1", "runtime")
    described = Evidence("files.hcl", "aws/s3#tf_resource:aws_s3_*", "app", "errors.tf:1", "infra")
    called = Evidence("files.python", "aws/s3#call:boto3.client(s3)", "app", "app.py:2", "runtime")

    def severity(*seen: Evidence) -> str:
        store = replace(uses("aws/s3", "data.object-storage", role="infra"), evidence=(0,))
        survey = replace(LOOKED, evidence=seen)
        return only("data", assessed(store, survey=survey)).severity

    assert severity(described, program) == "medium"
    assert severity(called, program) == "high"
    assert severity(described) == "high"  # no program was seen: nobody can tell


def test_single_company_is_ready_with_a_fallback_elsewhere() -> None:
    platform = needing("mail.outgoing", fallbacks=(Fallback("mail.outgoing", "postmark"),))
    finding = only("mail", assessed(uses("sendgrid", "mail.outgoing", confidence="low"), platform=platform))
    assert (finding.subject, finding.outcome, finding.confidence) == ("sendgrid", "ready", "low")


def test_same_company_sees_coupling_through_foundations() -> None:
    coupled = assessed(uses("heroku", "hosting.containers"), uses("aws/route53", "edge.dns"))
    assert [(one.subject, one.outcome) for one in of("dns-with-host", coupled)] == [("amazon", "not ready")]
    apart = assessed(uses("twilio/hosting", "hosting.compute"), uses("aws/route53", "edge.dns"))
    assert only("dns-with-host", apart).outcome == "ready"
    alone = assessed(uses("aws/route53", "edge.dns"))
    assert only("dns-with-host", alone).outcome == "not applicable"


def test_what_nobody_knows_is_unknown() -> None:
    assert only("registrar", assessed()).outcome == "unknown"
    assert only("dns-with-host", assessed()).outcome == "unknown"
    known = only("registrar", assessed(uses("porkbun", "edge.registrar")))
    assert (known.outcome, known.subject) == ("ready", "porkbun")


def test_a_zone_at_a_registrar_does_not_say_who_the_registrar_is() -> None:
    zone = uses("aws/route53", "edge.dns", "edge.registrar")
    host = uses("aws/ec2", "hosting.compute")
    guessed = assessed(zone, host)
    assert only("registrar", guessed).outcome == "unknown"
    assert only("registrar-with-host", guessed).outcome == "unknown"
    told = assessed(zone, host, replace(uses("porkbun", "edge.registrar"), declared=True))
    assert (only("registrar", told).outcome, only("registrar", told).subject) == ("ready", "porkbun")
    assert only("registrar-with-host", told).outcome == "ready"


def test_what_no_source_looked_at_is_unknown_and_what_was_not_found_does_not_apply() -> None:
    assert only("mail", assessed()).outcome == "not applicable"
    blind = only("mail", assessed(survey=Survey(sources=())))
    assert blind.outcome == "unknown"
    assert "files" in blind.message


def test_what_a_journey_needs_and_nothing_provides_is_unknown() -> None:
    finding = only("mail", assessed(platform=needing("mail.outgoing")))
    assert (finding.outcome, finding.journeys) == ("unknown", ("it",))


def test_fallback_must_exist_and_not_go_along() -> None:
    sms = uses("twilio/verify", "otp.sms")
    assert only("otp", assessed(sms)).outcome == "not ready"
    for by, outcome in (("sendgrid", "not ready"), ("aws/sns", "ready"), ("own modem", "ready")):
        platform = Platform(fallbacks=(Fallback("otp.sms", by),))
        assert only("otp", assessed(sms, platform=platform)).outcome == outcome, by


def test_exportable_follows_what_the_catalogue_says() -> None:
    for vendor, outcome in (("okta", "not ready"), ("keycloak-cloud", "ready"), ("nobody", "unknown")):
        finding = only("hostage", assessed(uses(vendor, "auth.workforce-sso")))
        assert (finding.subject, finding.outcome) == (vendor, outcome)
    assert "password hashes" in only("hostage", assessed(uses("okta", "auth.mfa"))).message


def test_what_a_vendor_keeps_counts_only_where_it_concerns_what_the_vendor_is_used_for() -> None:
    posting = only("hostage", assessed(uses("chirper", "auth.customer-identity", "product.data")))
    assert posting.outcome == "unknown"
    assert posting.message == "Nobody has written down what can be exported from chirper."
    assert only("hostage", assessed(uses("chirper", "auth.mfa"))).message == "Chirper does not give back: seeds."


def test_waivers_hold_until_their_day_and_expired_ones_are_found() -> None:
    mail = uses("sendgrid", "mail.outgoing")
    for expires, waived in ((TODAY, True), (date(2026, 5, 31), False)):
        platform = replace(needing("mail.outgoing"), waivers=(Waiver("mail", "twilio", "ada", "budget", expires),))
        result = assessed(mail, platform=platform)
        assert (only("mail", result).waived_until == expires) is waived
        assert only("waivers", result).outcome == ("ready" if waived else "not ready")


def test_findings_are_unique_sorted_and_deterministic() -> None:
    dependencies = (uses("heroku", "hosting.containers", "edge.dns"), uses("sendgrid", "mail.outgoing", "otp.sms"))
    platform = Platform(declare=(Declare("okta"),))
    result = assessed(*dependencies, platform=platform)
    assert result == assessed(*dependencies, platform=platform)
    assert len({one.fingerprint for one in result.findings}) == len(result.findings)
    order = ["low", "medium", "high", "critical"]
    ranks = [order.index(one.severity) for one in result.findings]
    assert ranks == sorted(ranks, reverse=True)
