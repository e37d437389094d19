"""How often something may happen: a sliding window per key, exact.

For every limit and at every moment: never more than `count` admitted in the last `seconds`, and nothing is refused
while there were fewer. Refused attempts do not count. The keys are stored as keyed hashes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, ScalarSelect, delete, insert, select

from toolkit.otp.keys import keyed
from toolkit.otp.settings import Limit, Windows, windows
from toolkit.otp.store import hits, lock


class Demand(NamedTuple):
    """`name` and `subject` together are counted; `name` is what a refusal is called. What a verification demanded is
    given back once it is approved, unless it is `kept`."""

    name: str
    subject: str
    limit: Windows
    kept: bool = False


class Exceeded(NamedTuple):
    """Which demand was refused, and after how many seconds it would be admitted."""

    name: str
    retry_after: float


def admit(
    connection: Connection, demands: Sequence[Demand], now: float, *, key: bytes, verification: str | None = None
) -> Exceeded | None:
    """Count all demands, or none and say which was one too many. Instances that share a database count together."""
    if exceeded := exhausted(connection, demands, now, key=key):
        return exceeded
    rows = [
        {"key": hashed, "at": now, "verification": None if demand.kept else verification}
        for demand, hashed in _hashed(demands, key).items()
    ]
    if rows:
        connection.execute(insert(hits), rows)
    return None


def exhausted(connection: Connection, demands: Sequence[Demand], now: float, *, key: bytes) -> Exceeded | None:
    """What `admit` would refuse; nothing is counted. The keys stay locked until the transaction ends."""
    hashed = _hashed(demands, key)
    lock(connection, hashed.values())
    asked = [(demand, window) for demand in hashed for window in windows(demand.limit)]
    if not asked:
        return None
    oldest = connection.execute(select(*(_nth(hashed[demand], window, now) for demand, window in asked))).one()
    waits = [
        Exceeded(demand.name, at + window.seconds - now)
        for (demand, window), at in zip(asked, oldest, strict=True)
        if at is not None
    ]
    return next((exceeded for exceeded in waits if exceeded.retry_after > 0), None)


def give_back(connection: Connection, verification: str) -> None:
    """What a verification demanded does not count any more."""
    connection.execute(delete(hits).where(hits.c.verification == verification))


def drop(connection: Connection, demands: Iterable[Demand], *, key: bytes) -> None:
    """Nothing was ever counted for these."""
    connection.execute(delete(hits).where(hits.c.key.in_(_hashed(demands, key).values())))


def forget(connection: Connection, limits: Iterable[Limit], now: float) -> None:
    """Delete what no limit looks at any more."""
    longest = max((limit.seconds for limit in limits), default=0)
    connection.execute(delete(hits).where(hits.c.at <= now - longest))


def _hashed(demands: Iterable[Demand], key: bytes) -> dict[Demand, str]:
    return {demand: keyed(key, f"{demand.name}:{demand.subject}") for demand in demands}


def _nth(hashed: str, limit: Limit, now: float) -> ScalarSelect[float]:
    """When the oldest of the latest `count` was: it has to leave the window before one more fits."""
    # what lies more than a window ahead was counted by a clock that was wrong
    within = (hits.c.key == hashed) & (hits.c.at > now - limit.seconds) & (hits.c.at <= now + limit.seconds)
    nth = select(hits.c.at).where(within).order_by(hits.c.at.desc()).offset(limit.count - 1).limit(1)
    return nth.scalar_subquery()
