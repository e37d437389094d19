"""How often something may happen: a sliding window per key, exact.

For every limit and at every moment: never more than `count` admitted in the last `seconds`, and nothing is refused
while there were fewer. Refused attempts do not count. The keys are stored as keyed hashes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, ScalarSelect, delete, insert, select

from toolkit.otp.keys import keyed
from toolkit.otp.settings import Limit
from toolkit.otp.store import hits, lock


class Demand(NamedTuple):
    """`name` and `subject` together are counted; `name` is what a refusal is called."""

    name: str
    subject: str
    limit: Limit


class Exceeded(NamedTuple):
    """Which demand was refused, and after how many seconds it would be admitted."""

    name: str
    retry_after: float


def admit(connection: Connection, demands: Sequence[Demand], now: float, *, key: bytes) -> Exceeded | None:
    """Count all demands, or none and say which was one too many. Instances that share a database count together."""
    keys = {demand: keyed(key, f"{demand.name}:{demand.subject}") for demand in demands}
    lock(connection, keys.values())
    if not keys:
        return None
    oldest = connection.execute(select(*(_nth(hashed, demand.limit, now) for demand, hashed in keys.items()))).one()
    for demand, at in zip(keys, oldest, strict=True):
        if at is not None and (wait := at + demand.limit.seconds - now) > 0:
            return Exceeded(demand.name, wait)
    connection.execute(insert(hits), [{"key": hashed, "at": now} for hashed in keys.values()])
    return None


def forget(connection: Connection, limits: Iterable[Limit], now: float) -> None:
    """Delete what no limit looks at any more."""
    longest = max((limit.seconds for limit in limits), default=0)
    connection.execute(delete(hits).where(hits.c.at <= now - longest))


def _nth(hashed: str, limit: Limit, now: float) -> ScalarSelect[float]:
    """When the oldest of the latest `count` was: it has to leave the window before one more fits."""
    # what lies more than a window ahead was counted by a clock that was wrong
    within = (hits.c.key == hashed) & (hits.c.at > now - limit.seconds) & (hits.c.at <= now + limit.seconds)
    nth = select(hits.c.at).where(within).order_by(hits.c.at.desc()).offset(limit.count - 1).limit(1)
    return nth.scalar_subquery()
