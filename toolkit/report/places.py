"""Where a piece of evidence lies, in words and as file and line."""

import re
from typing import NamedTuple

from toolkit.model import Evidence, Finding, Survey

_FILE = re.compile(r"(?P<path>[^:]+):(?P<line>[0-9]+)")


class Place(NamedTuple):
    """A place in a file of a checkout; `path` is relative to the folder of `offramp.toml` or the only root."""

    path: str
    line: int


def file_place(evidence: Evidence, survey: Survey) -> Place | None:
    """The file and line, or None for evidence of accounts, domains and records."""
    checkouts = [root for root in survey.roots if root.kind == "checkout"]
    match = _FILE.fullmatch(evidence.where)
    if match is None or all(root.id != evidence.root for root in checkouts):
        return None
    path = match["path"] if len(checkouts) == 1 else f"{evidence.root}/{match['path']}"
    return Place(path, max(1, int(match["line"])))


def words(root: str, where: str, survey: Survey) -> str:
    """`app/otp.py:12`, with the root in front where there is more than one."""
    return where if len(survey.roots) < 2 else f"{root}/{where}" if where else root


def of_finding(finding: Finding, survey: Survey) -> list[Evidence]:
    """The evidence a finding refers to, in its order."""
    return [survey.evidence[index] for index in finding.evidence if 0 <= index < len(survey.evidence)]
