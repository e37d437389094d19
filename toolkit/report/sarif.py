"""SARIF 2.1.0 for code-scanning views: one result per cause that asks for something.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/. Fingerprints are the cause's own, so moved lines change nothing;
findings without a file (an ARN, a DNS record, a declaration) are anchored to `offramp.toml`; a waiver is a suppression.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, get_args
from urllib.parse import quote

import msgspec

from toolkit.catalog.entries import Catalog, Rule
from toolkit.model import Audit, Confidence, Evidence, Finding, Severity, Verdict
from toolkit.project_urls import documentation
from toolkit.report import places, summary
from toolkit.report.escape import visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
_MOST_LOCATIONS = 10


def render(audit: Audit, catalog: Catalog) -> str:
    """What is not ready (`fail`) or unknown (`open`), one result per cause: a rule and what it is about."""
    return _log(audit, catalog, [_result(some, audit) for some in _causes(audit)])


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """The same, and `baselineState`: what the baseline already had is `unchanged`."""
    known = set(verdict.known)
    results = []
    for some in _causes(audit):
        state = "unchanged" if all(finding.fingerprint in known for finding in some) else "new"
        results.append(_result(some, audit) | {"baselineState": state})
    return _log(audit, catalog, results)


def _causes(audit: Audit) -> list[list[Finding]]:
    """Findings of one rule about one subject: a company that takes three capabilities away is one alert."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in _asking(audit):
        found.setdefault((finding.rule, finding.subject), []).append(finding)
    return list(found.values())


def _asking(audit: Audit) -> list[Finding]:
    urgent = summary.findings_by_urgency(audit.assessment.findings)
    return [finding for finding in urgent if finding.outcome in ("not ready", "unknown")]


def _log(audit: Audit, catalog: Catalog, results: list[dict[str, Any]]) -> str:
    name, _, version = audit.tool.partition(" ")
    asking, home = _asking(audit), documentation()
    rules = sorted({finding.rule for finding in asking})
    driver = {
        "name": name,
        "semanticVersion": version or "0.0.0",
        **({"informationUri": home} if home else {}),
        "rules": [_rule(id, catalog.rules.get(id), home, [one for one in asking if one.rule == id]) for id in rules],
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


def _rule(id: str, rule: Rule | None, home: str, findings: Sequence[Finding]) -> dict[str, Any]:
    surest = max((one.confidence for one in findings), key=_CONFIDENCES.index, default="low")
    if rule is None:
        return {
            "id": id,
            "shortDescription": {"text": f"{_plain(id)} (not in this catalogue)"},
            "properties": {"precision": surest},
        }
    explain = f"More: `offramp explain {id}`, or docs/rules.md#{id}."
    level = _LEVELS[rule.severity]
    return {
        "id": id,
        "name": "".join(word.capitalize() for word in id.split("-")),
        "shortDescription": {"text": _plain(rule.title)},
        "fullDescription": {"text": _plain(rule.rationale)},
        **({"helpUri": help_uri(home, id)} if home else {}),
        "help": {
            "text": f"{rule.rationale} What to do: {rule.remediation} {explain}",
            "markdown": f"{rule.rationale}\n\n**What to do:** {rule.remediation}\n\n{explain}",
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["vendor-dependency", *rule.of],
            "effortHours": rule.effort_hours,
            "precision": surest,
            "problem.severity": "recommendation" if level == "note" else level,
        },
    }


def help_uri(home: str, rule: str) -> str:
    """The rule's section of the reference page, at the address that the package says its documentation has."""
    return f"{home.rstrip('/')}/docs/rules.md#{rule}"


def _result(findings: Sequence[Finding], audit: Audit) -> dict[str, Any]:
    """Of one cause: as bad as its worst finding, which comes first; each message once."""
    worst = findings[0]
    positions = [position for finding in findings for position in finding.evidence]
    seen = places.seen(positions, audit.survey)[:_MOST_LOCATIONS]
    messages = list(dict.fromkeys(finding.message for finding in findings))
    result = {
        "ruleId": worst.rule,
        "kind": "fail" if worst.outcome == "not ready" else "open",
        "level": _level(worst),
        "message": {"text": _plain(" ".join(messages))},
        "locations": [_location(item, audit) for item in seen] or [_anchor(worst.subject)],
        "partialFingerprints": {"offramp/v2": _fingerprint(worst)},
        "properties": {
            "subject": visible(worst.subject),
            "capabilities": list(dict.fromkeys(one.capability for one in findings if one.capability)),
            "confidence": worst.confidence,
            "severity": worst.severity,
            "journeys": list(dict.fromkeys(journey for one in findings for journey in one.journeys)),
            "findings": [finding.fingerprint for finding in findings],
        },
    }
    return result | ({"suppressions": [_suppression(worst, audit)]} if worst.waived_until else {})


def _level(finding: Finding) -> str:
    """By severity, and no louder than it is sure. The specification wants "none" of what did not fail."""
    if finding.outcome != "not ready":
        return "none"
    loudest = {"high": "error", "medium": "warning", "low": "note"}[finding.confidence]
    return min(_LEVELS[finding.severity], loudest, key=("note", "warning", "error").index)


def _fingerprint(finding: Finding) -> str:
    """Of the cause: rule and subject. Under a name of its own: GitHub makes `primaryLocationLineHash` itself, and warns
    of every result that brings another one."""
    return hashlib.sha256(f"{finding.rule}\0{finding.subject}".encode()).hexdigest()[:32]


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
