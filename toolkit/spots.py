"""Where evidence lies, as file and line to be shown and linked. In: evidence and its survey. Out: spots."""

from collections.abc import Iterable

from toolkit.model import Evidence, Spot, Survey

MOST = 10


def spot(item: Evidence, survey: Survey) -> Spot:
    """The root stands in front where there are several checkouts; a place that is no file has no line."""
    checkouts = [root.id for root in survey.roots if root.kind == "checkout"]
    if item.root not in checkouts:
        return Spot(item.where or item.root)
    path, line = split(item.where)
    return Spot(path if len(checkouts) == 1 else f"{item.root}/{path}", line)


def spots(positions: Iterable[int], survey: Survey) -> tuple[Spot, ...]:
    """Each place once, at most `MOST`."""
    return tuple(dict.fromkeys(spot(survey.evidence[position], survey) for position in positions))[:MOST]


def split(where: str) -> tuple[str, int]:
    """`app.py:12` → file and line; what has no line is all file."""
    path, _, line = where.rpartition(":")
    return (path, int(line)) if path and line.isdecimal() and len(line) < 10 else (where, 0)
