"""Positions in the lists of an audit's survey. One that was edited, cut or put together may name what is not there.

In: an audit. Out: the key path of the first position that leads nowhere, so that no stage has to ask.
"""

from collections.abc import Iterator, Sequence

from toolkit.model import Audit


def astray(audit: Audit) -> str | None:
    """`dependencies[3].evidence[9]`; None where all is well."""
    evidence, hosts = len(audit.survey.evidence), len(audit.survey.hosts)
    for path, positions, size in _all(audit, evidence, hosts):
        for number, position in enumerate(positions):
            if not 0 <= position < size:
                return f"{path}[{number}]"
    return None


def _all(audit: Audit, evidence: int, hosts: int) -> Iterator[tuple[str, Sequence[int], int]]:
    """Key path, positions, and the length of the list they are positions in."""
    for number, dependency in enumerate(audit.dependencies):
        yield f"dependencies[{number}].evidence", dependency.evidence, evidence
    for number, need in enumerate(audit.needs):
        yield f"needs[{number}].evidence", need.evidence, evidence
    for number, finding in enumerate(audit.assessment.findings):
        yield f"assessment.findings[{number}].evidence", finding.evidence, evidence
    for number, question in enumerate(audit.assessment.questions):
        yield f"assessment.questions[{number}].evidence", question.evidence, evidence
    for number, host in enumerate(audit.undescribed):
        yield f"undescribed[{number}].seen", host.seen, hosts
