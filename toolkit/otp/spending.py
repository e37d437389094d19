"""What SMS cost, and whether codes came back: a budget in money, and a watch on codes that nobody types in.

Pumping earns whoever owns the numbers a share of each message; nobody types those codes in. So codes to strangers of a
block of numbers, or of a country, stop when too few of them come back. Members are not counted and not stopped.
"""

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from toolkit.otp.destinations import Destination
from toolkit.otp.gateway import Gateway
from toolkit.otp.keys import keyed
from toolkit.otp.settings import Budget
from toolkit.otp.store import lock, spending

DAY = 86_400


class Sending(NamedTuple):
    """An SMS that somebody wants sent. `verification`: empty for a message of the application's own."""

    to: Destination
    price: float
    member: bool
    verification: str = ""


class Stopped(NamedTuple):
    """`what` stopped it: "budget", "country budget", "prefix conversion", "country conversion"."""

    what: str
    retry_after: float


def spend(gateway: Gateway, connection: Connection, sending: Sending, now: float) -> Stopped | None:
    """Note the SMS, or say what stops it."""
    lock(connection, ["spending"])  # of two at once only one may fit
    if stopped := _over_budget(connection, gateway.settings.budget, sending, now):
        return stopped
    if sending.verification and not sending.member and (stopped := _unanswered(gateway, connection, sending, now)):
        return stopped
    connection.execute(
        insert(spending),
        {
            "at": now,
            "verification": sending.verification or None,
            "country": sending.to.country,
            "block": _block(gateway, sending.to),
            "member": sending.member,
            "price": sending.price,
            "approved": False,
        },
    )
    return None


def answered(connection: Connection, verification: str) -> None:
    """The code came back."""
    connection.execute(update(spending).where(spending.c.verification == verification).values(approved=True))


def forget(connection: Connection, oldest: float) -> None:
    """Delete what no budget and no watch looks at any more."""
    connection.execute(delete(spending).where(spending.c.at <= oldest))


def _over_budget(connection: Connection, budget: Budget, sending: Sending, now: float) -> Stopped | None:
    country = budget.countries.get(sending.to.country, budget.country)
    today = spending.c.at > now - DAY
    for name, amount, these in (
        ("budget", budget.account, today),
        ("country budget", country, today & (spending.c.country == sending.to.country)),
    ):
        if not amount:
            continue
        purses = [(amount, these)]
        if not sending.member:
            purses.append((amount * (1 - budget.members), these & spending.c.member.is_(False)))
        for bound, counted in purses:
            asked = select(func.sum(spending.c.price), func.min(spending.c.at)).where(counted)
            spent, oldest = connection.execute(asked).one()
            if (spent or 0.0) + sending.price > bound + 1e-9:  # sums of cents as floats
                return Stopped(name, (oldest or now) + DAY - now)
    return None


def _unanswered(gateway: Gateway, connection: Connection, sending: Sending, now: float) -> Stopped | None:
    """Too few codes to strangers of this block, or of this country, came back. Codes that are still good do not say."""
    watch = gateway.settings.conversion
    if not watch.least:
        return None
    over = spending.c.at <= now - gateway.settings.code.seconds
    judged = (spending.c.at > now - watch.seconds) & or_(spending.c.approved, over)
    strangers = judged & spending.c.verification.is_not(None) & spending.c.member.is_(False)
    for name, enough, these in (
        ("prefix conversion", watch.prefix, spending.c.block == _block(gateway, sending.to)),
        ("country conversion", watch.country, spending.c.country == sending.to.country),
    ):
        came_back = func.count().filter(spending.c.approved)
        asked = select(func.count(), came_back, func.min(spending.c.at)).where(strangers & these)
        sent, back, oldest = connection.execute(asked).one()
        if sent >= enough and back < watch.least * sent:
            return Stopped(name, oldest + watch.seconds - now)
    return None


def _block(gateway: Gateway, to: Destination) -> str:
    return keyed(gateway.keys.limits, f"block:{to.group}")
