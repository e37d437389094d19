"""Where a piece of evidence lies, in words and as file and line."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from toolkit.model import Audit, Evidence, NamedHost, Survey
from toolkit.spots import decisive


class Place(NamedTuple):
    """A line of a file of a checkout; `path` starts with the root's id where there are several checkouts."""

    path: str
    line: int


def file_place(evidence: Evidence | NamedHost, survey: Survey) -> Place | None:
    """The file and line, or None for evidence of accounts, domains and records."""
    checkouts = _checkouts(survey)
    if evidence.root not in checkouts:
        return None
    path, _, line = evidence.where.rpartition(":")
    if not (path and line.isdecimal()):
        path, line = evidence.where, "1"
    return Place(path if len(checkouts) == 1 else f"{evidence.root}/{path}", max(1, int(line)))


def words(root: str, where: str, survey: Survey) -> str:
    """`app/otp.py:12`; the root stands in front unless it is the only checkout."""
    if not where:
        return root
    return where if _checkouts(survey) == [root] else f"{root}/{where}"


def link(evidence: Evidence | NamedHost, audit: Audit) -> str:
    """The line at the forge; empty where it lies in no file or nobody said which forge."""
    place = file_place(evidence, audit.survey)
    if place is None or not audit.source_url.startswith(("https://", "http://")):  # an audit may be a stranger's
        return ""
    return f"{audit.source_url}{quote(place.path, errors='replace')}#L{place.line}"


def seen(positions: Sequence[int], survey: Survey) -> list[Evidence]:
    """The evidence at these positions of `survey.evidence`, the decisive first, each place once."""
    by_place: dict[tuple[str, str], Evidence] = {}
    for item in decisive(positions, survey):
        by_place.setdefault((item.root, item.where), item)
    return list(by_place.values())


def _checkouts(survey: Survey) -> list[str]:
    return [root.id for root in survey.roots if root.kind == "checkout"]
