"""The toll: how much more than usual an answer costs where many come from one place.

Counted is what was answered, so a count itself costs work; and the toll is asked for once more when an answer is handed
in, so that nobody collects cheap challenges first.
"""

from sqlalchemy import Column, Connection, func, select

from toolkit.guard.settings import Site, Toll
from toolkit.guard.shared import Guard, Origin
from toolkit.guard.store import answers

AUTOMATED = 2  # doublings for a browser that says of itself that a program steers it
_SCORES = (0.9, 0.7, 0.5, 0.3, 0.1)  # by doublings, for who asks for a score


def doublings(guard: Guard, connection: Connection, site: Site, origin: Origin, now: float, *, automated: bool) -> int:
    """How often the usual work is doubled."""
    tolls, most = guard.settings.tolls, guard.settings.work.most_doublings
    counted: list[tuple[Column[str], str, Toll]] = [
        (answers.c.address, origin.address, tolls.address),
        (answers.c.network, origin.network, tolls.network),
        (answers.c.site, site.key, tolls.site),
    ]
    highest = max(
        _answered(connection, column, value, now - toll.seconds, toll.free * (most + 1)) // toll.free
        for column, value, toll in counted
    )
    return min(highest + (AUTOMATED if automated else 0), most)


def score(doubled: int) -> float:
    """As reCAPTCHA v3 says it: 1.0 is very likely a person."""
    return _SCORES[min(doubled, len(_SCORES) - 1)]


def _answered(connection: Connection, column: Column[str], value: str, since: float, enough: int) -> int:
    """How many were answered since; no further than `enough`."""
    some = select(answers.c.key).where(column == value, answers.c.issued > since).limit(enough).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())
