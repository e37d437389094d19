"""SARIF: valid by the official schema, fingerprints that survive moved lines, a place for every result."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Confidence, Severity, Verdict
from toolkit.project_urls import chosen
from toolkit.report import sarif

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-schema-2.1.0.json").read_text())


def _results(text: str) -> dict[str, dict[str, Any]]:
    """Results by subject; the document has been validated."""
    document = json.loads(text)
    errors = Draft4Validator(SCHEMA, format_checker=FormatChecker()).iter_errors(document)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []
    (run,) = document["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return {result["properties"]["subject"]: result for result in run["results"]}


@pytest.mark.parametrize("which", ["audit", "hostile"])
def test_valid_by_the_official_schema(which: str, audit: Audit, hostile: Audit, catalog: Catalog) -> None:
    results = _results(sarif.render({"audit": audit, "hostile": hostile}[which], catalog))
    assert set(results) == {"aws", "okta", "twilio", "zendesk", "aws/route53", "edge.registrar"}


def test_a_wrong_document_is_refused_by_the_schema(audit: Audit, catalog: Catalog) -> None:
    with pytest.raises(AssertionError):
        _results(sarif.render(audit, catalog).replace('"level": "error"', '"level": "catastrophe"'))


def test_levels_kinds_and_suppressions(audit: Audit, catalog: Catalog) -> None:
    results = _results(sarif.render(audit, catalog))
    assert (results["aws"]["kind"], results["aws"]["level"]) == ("fail", "error")
    assert (results["edge.registrar"]["kind"], results["edge.registrar"]["level"]) == ("open", "none")
    (suppression,) = results["zendesk"]["suppressions"]
    assert suppression["justification"] == "waived until 2027-03-01: moving in spring (grace)"
    assert "suppressions" not in results["aws"]


def test_every_result_has_a_file(audit: Audit, catalog: Catalog) -> None:
    results = _results(sarif.render(audit, catalog))
    file, bucket = results["aws"]["locations"]
    assert file["physicalLocation"]["artifactLocation"]["uri"] == "harbour/pictures.py"
    assert file["physicalLocation"]["region"] == {"startLine": 14}
    assert bucket["physicalLocation"]["artifactLocation"]["uri"] == "offramp.toml"
    (name,) = bucket["logicalLocations"]
    assert name["fullyQualifiedName"] == "aws:123456789012/arn:aws:s3:::harbour-pictures"
    (anchor,) = results["edge.registrar"]["locations"]
    assert anchor["physicalLocation"]["artifactLocation"]["uri"] == "offramp.toml"


def test_fingerprints_survive_moved_lines(audit: Audit, catalog: Catalog) -> None:
    moved = replace(
        audit,
        survey=replace(
            audit.survey, evidence=tuple(replace(item, where="moved.py:999") for item in audit.survey.evidence)
        ),
    )
    before, after = _results(sarif.render(audit, catalog)), _results(sarif.render(moved, catalog))
    for subject, result in before.items():
        assert set(result["partialFingerprints"]) == {"offramp/v2"}, "a name of GitHub's own would make it warn"
        assert result["partialFingerprints"] == after[subject]["partialFingerprints"]
    assert len({result["partialFingerprints"]["offramp/v2"] for result in before.values()}) == len(before)


def test_one_alert_per_cause(audit: Audit, catalog: Catalog) -> None:
    first = audit.assessment.findings[0]
    also = replace(first, capability="data.queue", message="And the queue.", severity="low", evidence=(2,))
    findings = (also, *audit.assessment.findings)
    both = replace(audit, assessment=replace(audit.assessment, findings=findings))
    before, after = _results(sarif.render(audit, catalog)), _results(sarif.render(both, catalog))
    assert len(after) == len(before)
    result = after["aws"]
    assert result["message"]["text"] == f"{first.message} And the queue."
    assert result["level"] == before["aws"]["level"] == "error"
    assert result["partialFingerprints"] == before["aws"]["partialFingerprints"]
    assert result["properties"]["findings"] == [first.fingerprint, also.fingerprint]
    assert "harbour/queue.py" in json.dumps(result["locations"])


@pytest.mark.parametrize(
    ("severity", "confidence", "level"),
    [
        ("critical", "high", "error"),
        ("critical", "medium", "warning"),
        ("critical", "low", "note"),
        ("medium", "high", "warning"),
        ("low", "high", "note"),
    ],
)
def test_no_alert_is_louder_than_it_is_sure(
    audit: Audit, catalog: Catalog, severity: Severity, confidence: Confidence, level: str
) -> None:
    found = replace(audit.assessment.findings[0], severity=severity, confidence=confidence)
    only = replace(audit, assessment=replace(audit.assessment, findings=(found,)))
    text = sarif.render(only, catalog)
    assert _results(text)["aws"]["level"] == level
    (rule,) = json.loads(text)["runs"][0]["tool"]["driver"]["rules"]
    assert rule["properties"]["precision"] == confidence


def test_help_leads_to_the_rule_where_the_package_says_where_its_pages_are() -> None:
    named = ["Changelog, https://forge.example/log", "Source, https://forge.example/ada/offramp/"]
    assert sarif.help_uri(chosen(named), "dns") == "https://forge.example/ada/offramp/docs/rules.md#dns"
    assert chosen(["Source, javascript:alert(1)"]) == ""
    assert chosen([]) == ""


def test_words_cannot_become_links(audit: Audit, catalog: Catalog) -> None:
    planted = replace(audit.assessment.findings[0], message="[click](http://evil.example/)")
    results = _results(sarif.render(replace(audit, assessment=replace(audit.assessment, findings=(planted,))), catalog))
    assert results["aws"]["message"]["text"] == "\\[click\\](http://evil.example/)"


def test_what_could_not_be_read_is_a_notification(audit: Audit, catalog: Catalog) -> None:
    (run,) = json.loads(sarif.render(audit, catalog))["runs"]
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes == [
        "aws:123456789012/kms:ListKeys eu-west-1: access denied",
        "deploy/values.yaml:40: not YAML: tabs indent",
    ]


def test_the_gate_says_what_the_baseline_had(audit: Audit, catalog: Catalog) -> None:
    known = audit.assessment.findings[0].fingerprint
    results = _results(sarif.render_verdict(Verdict(True, known=(known,)), audit, catalog))
    states = {subject: result["baselineState"] for subject, result in results.items()}
    assert states["aws"] == "unchanged"
    assert states["okta"] == "new"
