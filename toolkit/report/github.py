"""Workflow commands for GitHub Actions: the violations as annotations of the files they lie in.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions. GitHub shows the first ten of a step.
"""

from collections.abc import Iterator, Sequence

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Finding, Spot, Verdict
from toolkit.report import places
from toolkit.report.escape import visible


def render_verdict(verdict: Verdict, audit: Audit, catalog: Catalog) -> str:
    """One `::error` line per violation, one `::warning` when something could not be looked at."""
    return "".join(f"{line}\n" for line in _lines(verdict, audit)) or "::notice::Offramp gate passed\n"


def _lines(verdict: Verdict, audit: Audit) -> Iterator[str]:
    findings = {finding.fingerprint: finding for finding in audit.assessment.findings}
    for item in verdict.violations:
        where = _where(findings.get(item.fingerprint), audit) or _spot(item.where)
        yield f"::error title={_property(f'Offramp {item.policy}')}{where}::{_data(item.message)}"
    if verdict.first_run and verdict.debt:
        yield f"::notice title=Offramp::first run, no baseline yet: {len(verdict.debt)} findings are debt, not refused"
    if unread := len(audit.survey.unread):
        yield f"::warning title=Offramp::{unread} places could not be looked at; what lies there is unknown"


def _where(finding: Finding | None, audit: Audit) -> str:
    seen = places.seen(finding.evidence, audit.survey) if finding else []
    files = [place for item in seen if (place := places.file_place(item, audit.survey))]
    return f",file={_property(files[0].path)},line={files[0].line}" if files else ""


def _spot(where: Sequence[Spot]) -> str:
    files = [spot for spot in where if spot.line]
    return f",file={_property(files[0].place)},line={files[0].line}" if files else ""


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
