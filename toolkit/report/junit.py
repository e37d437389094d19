"""JUnit XML: a test case per finding. Of an audit, what is not ready fails; of the gate, what the policy refuses."""

from xml.etree import ElementTree as xml

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Finding, Verdict
from toolkit.report import places, summary
from toolkit.report.escape import visible


def render(audit: Audit, catalog: Catalog) -> str:
    """Every finding a rule has made: not ready fails, unknown and waived are skipped, ready passes."""
    suite = xml.Element("testsuite", name="offramp audit")
    for finding in summary.findings_by_urgency(audit.assessment.findings):
        if finding.outcome == "not applicable":
            continue
        case = _case(suite, finding.rule, " ".join(filter(None, (finding.subject, finding.capability))))
        if finding.waived_until or finding.outcome == "unknown":
            why = f"waived until {finding.waived_until}" if finding.waived_until else f"unknown: {finding.message}"
            xml.SubElement(case, "skipped", message=visible(why))
        elif finding.outcome == "not ready":
            _fail(case, f"{finding.severity}: {finding.message}", _details(finding, audit))
    return _document(suite)


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """Waived findings and those of the baseline are skipped; violations of no one finding are cases of their own."""
    reasons = {item.fingerprint: f"{item.policy}: {item.message}" for item in verdict.violations if item.fingerprint}
    suite = xml.Element("testsuite", name="offramp gate")
    for item in verdict.violations:
        if not item.fingerprint:
            _fail(_case(suite, "policy", item.policy), f"{item.policy}: {item.message}", "")
    for group in summary.groups(audit, catalog):
        for finding in group.findings:
            case = _case(suite, finding.rule, " ".join(filter(None, (finding.subject, finding.capability))))
            if finding.fingerprint in reasons:
                _fail(case, reasons[finding.fingerprint], _details(finding, audit))
            elif skipped := _skipped(finding, verdict):
                xml.SubElement(case, "skipped", message=skipped)
    return _document(suite)


def _document(suite: xml.Element) -> str:
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("errors", "0")
    root = xml.Element("testsuites")
    root.append(suite)
    xml.indent(root)
    return xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: xml.Element, classname: str, name: str) -> xml.Element:
    return xml.SubElement(suite, "testcase", classname=visible(f"offramp.{classname}"), name=visible(name))


def _fail(case: xml.Element, message: str, details: str) -> None:
    xml.SubElement(case, "failure", message=visible(message), type="violation").text = details


def _details(finding: Finding, audit: Audit) -> str:
    seen = places.seen(finding.evidence, audit.survey)
    lines = [finding.message, *(places.words(item.root, item.where, audit.survey) for item in seen)]
    return "\n".join(visible(line) for line in lines)


def _skipped(finding: Finding, verdict: Verdict) -> str:
    if finding.waived_until:
        return f"waived until {finding.waived_until}"
    known = "known: there is no baseline yet" if verdict.first_run else "known from the baseline"
    return known if finding.fingerprint in verdict.known else ""
