"""SARIF 2.1.0 for code-scanning views: one result per finding that asks for something.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/. Fingerprints are the finding's own, so moved lines change nothing;
findings without a file (an ARN, a DNS record, a declaration) are anchored to `offramp.toml`; a waiver is a suppression.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from toolkit.entries import Catalog, Rule
from toolkit.model import Audit, Evidence, Finding, Severity, Verdict
from toolkit.report import places, summary
from toolkit.report.escape import visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_MOST_LOCATIONS = 10


def render(audit: Audit, catalog: Catalog) -> str:
    """Every finding that is not ready (`fail`) or unknown (`open`)."""
    return _log(audit, catalog, [_result(finding, audit) for finding in _asking(audit)])


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """The same, and `baselineState`: what the baseline already had is `unchanged`."""
    known = set(verdict.known)
    results = []
    for finding in _asking(audit):
        state = "unchanged" if finding.fingerprint in known else "new"
        results.append(_result(finding, audit) | {"baselineState": state})
    return _log(audit, catalog, results)


def _asking(audit: Audit) -> list[Finding]:
    urgent = summary.findings_by_urgency(audit.assessment.findings)
    return [finding for finding in urgent if finding.outcome in ("not ready", "unknown")]


def _log(audit: Audit, catalog: Catalog, results: list[dict[str, Any]]) -> str:
    name, _, version = audit.tool.partition(" ")
    rules = sorted({finding.rule for finding in _asking(audit)})
    driver = {
        "name": name,
        "semanticVersion": version or "0.0.0",
        "rules": [_rule(id, catalog.rules.get(id)) for id in rules],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "offramp/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _unread(audit)}],
        "results": [{**result, "ruleIndex": rules.index(result["ruleId"])} for result in results],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _rule(id: str, rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"id": id, "shortDescription": {"text": f"{_plain(id)} (not in this catalogue)"}}
    explain = f"More: `offramp explain {id}`, or docs/rules.md#{id}."
    return {
        "id": id,
        "shortDescription": {"text": _plain(rule.title)},
        "fullDescription": {"text": _plain(rule.rationale)},
        "help": {
            "text": f"{rule.rationale} What to do: {rule.remediation} {explain}",
            "markdown": f"{rule.rationale}\n\n**What to do:** {rule.remediation}\n\n{explain}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["vendor-dependency", *rule.of], "effortHours": rule.effort_hours},
    }


def _result(finding: Finding, audit: Audit) -> dict[str, Any]:
    seen = places.seen(finding.evidence, audit.survey)[:_MOST_LOCATIONS]
    failed = finding.outcome == "not ready"
    result = {
        "ruleId": finding.rule,
        "kind": "fail" if failed else "open",
        "level": _LEVELS[finding.severity] if failed else "none",  # the specification wants "none" unless it failed
        "message": {"text": _plain(finding.message)},
        "locations": [_location(item, audit) for item in seen] or [_anchor(finding.subject)],
        "partialFingerprints": {
            "offramp/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:1",  # the one GitHub compares
        },
        "properties": {
            "subject": visible(finding.subject),
            "capability": finding.capability,
            "confidence": finding.confidence,
            "severity": finding.severity,
            "journeys": list(finding.journeys),
        },
    }
    return result | ({"suppressions": [_suppression(finding, audit)]} if finding.waived_until else {})


def _suppression(finding: Finding, audit: Audit) -> dict[str, str]:
    waivers = (item for item in audit.platform.waivers if (item.rule, item.subject) == (finding.rule, finding.subject))
    waiver = next(waivers, None)
    why = f": {waiver.reason} ({waiver.owner})" if waiver else ""
    return {"kind": "external", "status": "accepted", "justification": f"waived until {finding.waived_until}{why}"}


def _location(evidence: Evidence, audit: Audit) -> dict[str, Any]:
    place = places.file_place(evidence, audit.survey)
    if place is None:
        return _anchor(places.words(evidence.root, evidence.where, audit.survey))
    return {"physicalLocation": _physical(place.path, place.line)}


def _anchor(name: str) -> dict[str, Any]:
    """`offramp.toml` as the file, and the real place as a logical location."""
    logical = {"fullyQualifiedName": visible(name), "kind": "resource"}
    return {"physicalLocation": _physical("offramp.toml", 1), "logicalLocations": [logical]}


def _physical(path: str, line: int) -> dict[str, Any]:
    artifact = {"uri": quote(path, errors="replace"), "uriBaseId": "%SRCROOT%"}
    return {"artifactLocation": artifact, "region": {"startLine": line}}


def _unread(audit: Audit) -> list[dict[str, Any]]:
    return [
        {
            "level": "warning",
            "message": {"text": _plain(f"{places.words(item.root, item.where, audit.survey)}: {item.reason}")},
            "descriptor": {"id": "unread"},
        }
        for item in audit.survey.unread
    ]


def _plain(text: str) -> str:
    """Plain text of SARIF has links, `[words](target)`: brackets that mean themselves are escaped."""
    return visible(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
