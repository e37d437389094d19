"""What a CI system reads of a verdict: JUnit XML and workflow commands."""

from xml.etree import ElementTree as xml

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Verdict, Violation
from toolkit.report import github, junit


def _suite(text: str) -> xml.Element:
    suite = xml.fromstring(text.encode()).find("testsuite")  # noqa: S314 - our own output
    assert suite is not None
    return suite


def test_junit_counts_what_the_policy_refuses(verdict: Verdict, audit: Audit, catalog: Catalog) -> None:
    suite = _suite(junit.render_verdict(verdict, audit, catalog))
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    skipped = {case.get("name"): skip.get("message") for case in suite if (skip := case.find("skipped")) is not None}
    assert failed == {"min_score", "aws", "okta", "twilio"}
    assert skipped == {"zendesk": "waived until 2027-03-01"}
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("7", "4", "1")


def test_junit_of_a_baseline(audit: Audit, catalog: Catalog) -> None:
    known = audit.assessment.findings[0].fingerprint
    suite = _suite(junit.render_verdict(Verdict(True, known=(known,)), audit, catalog))
    assert suite.get("failures") == "0"
    assert next(skip.get("message") for skip in suite.iter("skipped")) == "known from the baseline"


def test_junit_of_an_audit(audit: Audit, catalog: Catalog) -> None:
    suite = _suite(junit.render(audit, catalog))
    assert suite.get("name") == "offramp audit"
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    skipped = {case.get("name"): skip.get("message") for case in suite if (skip := case.find("skipped")) is not None}
    assert failed == {"aws", "okta", "twilio", "aws/route53 edge.dns"}
    assert skipped["zendesk"] == "waived until 2027-03-01"
    assert skipped["edge.registrar edge.registrar"] == "unknown: No scan sees a registrar"
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("7", "4", "2")


def test_junit_of_a_hostile_audit_stays_xml(hostile: Audit, catalog: Catalog) -> None:
    assert _suite(junit.render(hostile, catalog)).get("failures") == "4"


def test_junit_stays_xml_with_hostile_strings(verdict: Verdict, hostile: Audit, catalog: Catalog) -> None:
    suite = _suite(junit.render_verdict(verdict, hostile, catalog))
    (details,) = [case.findtext("failure") for case in suite if case.get("name") == "okta"]
    assert details is not None
    assert "<script>alert(1)</script>\\e[31m\\u{202e}" in details


def test_annotations_name_file_and_line(verdict: Verdict, audit: Audit, catalog: Catalog) -> None:
    lines = github.render_verdict(verdict, audit, catalog).splitlines()
    assert lines[0] == "::error title=Offramp min_score::the score 34 is below 50"
    assert lines[1].startswith(
        "::error title=Offramp fail_on,file=harbour/pictures.py,line=14::Amazon Web Services alone"
    )
    assert lines[-1].startswith("::warning title=Offramp::2 places could not be looked at")


def test_annotations_cannot_be_forged(audit: Audit, catalog: Catalog) -> None:
    forged = Violation("x,file=a::b", "100%\n::set-output name=x::y")
    first, _ = github.render_verdict(Verdict(False, (forged,)), audit, catalog).splitlines()
    assert first == "::error title=Offramp x%2Cfile=a%3A%3Ab::100%25\\n::set-output name=x::y"


def test_a_passed_gate_is_one_notice(audit: Audit, catalog: Catalog) -> None:
    clean = replace(audit, survey=replace(audit.survey, unread=()))
    assert github.render_verdict(Verdict(True), clean, catalog) == "::notice::Offramp gate passed\n"
