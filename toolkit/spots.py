"""Where evidence lies, as file and line to be shown and linked. In: evidence and its survey. Out: spots."""

from collections.abc import Iterable
from typing import get_args

from toolkit.model import Evidence, Role, Spot, Survey
from toolkit.uses import STRONGEST_FIRST, use_of

MOST = 10
_ROLES: tuple[Role, ...] = get_args(Role)


def decisive(positions: Iterable[int], survey: Survey) -> list[Evidence]:
    """The evidence at these positions, what proves use before what makes it possible, then by file and number of line:
    reports show the first few alone."""
    return sorted((survey.evidence[position] for position in positions), key=_decisiveness)


def _decisiveness(item: Evidence) -> tuple[int, int, str, str, int]:
    path, line = split(item.where)
    return STRONGEST_FIRST.index(use_of(item)), _ROLES.index(item.role), item.root, path, line


def spot(item: Evidence, survey: Survey) -> Spot:
    """The root stands in front where there are several checkouts; a place that is no file has no line."""
    checkouts = [root.id for root in survey.roots if root.kind == "checkout"]
    if item.root not in checkouts:
        return Spot(item.where or item.root)
    path, line = split(item.where)
    return Spot(path if len(checkouts) == 1 else f"{item.root}/{path}", line)


def spots(positions: Iterable[int], survey: Survey) -> tuple[Spot, ...]:
    """Each place once, at most `MOST`."""
    return tuple(dict.fromkeys(spot(item, survey) for item in decisive(positions, survey)))[:MOST]


def split(where: str) -> tuple[str, int]:
    """`app.py:12` → file and line; what has no line is all file."""
    path, _, line = where.rpartition(":")
    return (path, int(line)) if path and line.isdecimal() and len(line) < 10 else (where, 0)
