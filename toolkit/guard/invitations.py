"""Invitations: who may hand out how many, who came by whose, and how a branch is cut off.

Accounts are the application's own names for them. Codes are stored as keyed hashes.
"""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from toolkit.guard.keys import keyed, new_code
from toolkit.guard.refusals import Refusal
from toolkit.guard.shared import Guard
from toolkit.guard.store import accounts, invitations
from toolkit.serving.database import lock

OPERATOR = ""  # the root of the tree
DAY = 86_400


class Standing(NamedTuple):
    """What is known of an account."""

    account: str
    inviter: str
    created: float
    settled: bool  # it counts as new no more
    barred: bool
    invitations_left: int


def invite(guard: Guard, connection: Connection, inviter: str, *, uses: int = 1) -> str:
    """A new code. Refusal: "unknown account", "new account", "barred", "quota"."""
    rules, now = guard.settings.registration, guard.clock()
    lock(connection, [f"invite:{inviter}"])
    if inviter != OPERATOR:
        known = standing(guard, connection, inviter)
        reasons = (
            ("barred", known.barred),
            ("new account", not known.settled),
            ("quota", known.invitations_left < uses),
        )
        for reason, holds in reasons:
            if holds:
                raise Refusal(reason, 403)
    code = new_code()
    row = {
        "id": secrets.token_hex(16),
        "key": _key(guard, code),
        "inviter": inviter,
        "uses": uses,
        "given": uses,
        "revoked": False,
        "created": now,
        "expires": now + rules.invitation_days * DAY,
    }
    connection.execute(insert(invitations), row)
    return code


def is_good(guard: Guard, connection: Connection, code: str) -> bool:
    """Whether somebody could still come in by this code; nothing is used up."""
    return connection.execute(select(invitations.c.id).where(_good(guard, code))).first() is not None


def use_up(guard: Guard, connection: Connection, code: str) -> tuple[str, str]:
    """(its id, who gave it) of an invitation that is good for one less from now on. Refusal: "invitation"."""
    used = update(invitations).where(_good(guard, code)).values(uses=invitations.c.uses - 1)
    row = connection.execute(used.returning(invitations.c.id, invitations.c.inviter)).first()
    if row is None:
        raise Refusal("invitation", 403)
    return row.id, row.inviter


def admit(guard: Guard, connection: Connection, account: str, code: str) -> None:
    """Note a new account and use its invitation up ("": it has none). Refusal: "invitation", "account"."""
    lock(connection, [f"admit:{account}"])
    if connection.execute(select(accounts.c.account).where(accounts.c.account == account)).first():
        raise Refusal("account", 409)
    inviter, invitation = OPERATOR, None
    if code:
        invitation, inviter = use_up(guard, connection, code)
    elif guard.settings.registration.invitation_only:
        raise Refusal("invitation", 403)
    noted = {
        "account": account,
        "inviter": inviter,
        "invitation": invitation,
        "barred": False,
        "created": guard.clock(),
    }
    connection.execute(insert(accounts), noted)


def standing(guard: Guard, connection: Connection, account: str) -> Standing:
    """What is known of it; Refusal "unknown account"."""
    row = connection.execute(select(accounts).where(accounts.c.account == account)).first()
    if row is None:
        raise Refusal("unknown account", 404)
    rules = guard.settings.registration
    given = select(func.coalesce(func.sum(invitations.c.given), 0)).where(invitations.c.inviter == account)
    left = max(rules.invitations_each - int(connection.execute(given).scalar_one()), 0)
    settled = guard.clock() >= row.created + rules.new_days * DAY
    return Standing(account, row.inviter, row.created, settled, row.barred, left)


def branch(connection: Connection, account: str) -> list[str]:
    """The account and everybody who came by it, directly or not; each once, nearest first."""
    found, newest = [account], [account]
    while newest:
        below = select(accounts.c.account).where(accounts.c.inviter.in_(newest)).order_by(accounts.c.account)
        newest = [row.account for row in connection.execute(below) if row.account not in found]
        found += newest
    return found


def cut_off(connection: Connection, these: Sequence[str]) -> int:
    """These accounts invite nobody any more, and what they handed out is worthless; how many codes that were."""
    connection.execute(update(accounts).where(accounts.c.account.in_(these)).values(barred=True))
    theirs = (invitations.c.inviter.in_(these)) & (invitations.c.uses > 0) & invitations.c.revoked.is_(False)
    return connection.execute(update(invitations).where(theirs).values(revoked=True)).rowcount


def revoke(guard: Guard, connection: Connection, code: str) -> bool:
    """This code is worthless; whether it was good."""
    return bool(connection.execute(update(invitations).where(_good(guard, code)).values(revoked=True)).rowcount)


def _good(guard: Guard, code: str) -> ColumnElement[bool]:
    mine = invitations.c.key == _key(guard, code)
    return mine & invitations.c.revoked.is_(False) & (invitations.c.uses > 0) & (invitations.c.expires > guard.clock())


def _key(guard: Guard, code: str) -> str:
    return keyed(guard.keys.hashes, f"invitation:{code.strip()}")
