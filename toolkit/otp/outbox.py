"""The outbox: a message is written in the transaction that made it, and sent afterwards.

    queued ──claim──▶ sending ──accepted──▶ sent ──report──▶ delivered | undelivered
       ▲                 │ ├────refused────▶ failed
       └─────later───────┘ └────unknown────▶ unknown ──report──▶ delivered | undelivered

Whoever claims a message holds it for `LEASE` seconds. If nothing is heard by then (the process died between sending
and noting it), the outcome is unknown: that is recorded, and the message is never sent again of our own accord.
Claims skip what another instance has locked, so instances on one PostgreSQL share the load.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from toolkit.otp.callbacks import announce
from toolkit.otp.carriers import Outcome, Outgoing
from toolkit.otp.keys import Keys
from toolkit.otp.store import messages

LEASE = 120.0  # longer than any carrier's timeout
_EXPIRED, _UNKNOWN = 30036, 30008  # Twilio: validity period expired, unknown error
_AFTER = {"accepted": "sent", "refused": "failed", "later": "queued", "unknown": "unknown"}


def enqueue(connection: Connection, keys: Keys, now: float, **values: Any) -> None:
    """Put a message in; `body` and `subject` are encrypted here."""
    sealed = {name: keys.messages.encrypt(values[name].encode()).decode() for name in ("body", "subject")}
    row = {**values, **sealed, "state": "queued", "due": now, "created": now, "updated": now}
    connection.execute(insert(messages), row)


def claim(connection: Connection, keys: Keys, now: float, count: int) -> list[Outgoing]:
    """Up to `count` messages that are due, now marked as being sent. Those past their time are given up instead."""
    due = (messages.c.state == "queued") & (messages.c.due <= now)
    chosen = select(messages).where(due).order_by(messages.c.due).limit(count).with_for_update(skip_locked=True)
    taken = []
    for row in connection.execute(chosen).all():
        if row.expires is not None and row.expires <= now:
            _move(connection, row, now, state="failed", error=_EXPIRED)
            continue
        _move(connection, row, now, state="sending", due=now + LEASE, attempts=row.attempts + 1)
        body, subject = (keys.messages.decrypt(sealed.encode()).decode() for sealed in (row.body, row.subject))
        taken.append(Outgoing(row.sid, row.channel, row.to, row.sender, body, subject))
    return taken


def settle(connection: Connection, outcomes: Mapping[str, Outcome], now: float) -> None:
    """Record what carriers said of messages (by SID) that were claimed before."""
    for row in _held(connection, messages.c.sid.in_(outcomes) & messages.c.state.in_(["sending", "unknown"])):
        outcome = outcomes[row.sid]
        if outcome.kind == "later":
            _move(connection, row, now, state="queued", due=now + min(60.0, 2.0**row.attempts), error=outcome.error)
        else:
            sent = {"sent": now} if outcome.kind == "accepted" else {}
            _move(connection, row, now, state=_AFTER[outcome.kind], error=outcome.error, **sent)


def abandon(connection: Connection, now: float) -> list[str]:
    """The SIDs of messages whose sender was not heard of again; their outcome is unknown from here on."""
    lost = list(_held(connection, (messages.c.state == "sending") & (messages.c.due <= now)))
    for row in lost:
        _move(connection, row, now, state="unknown", error=_UNKNOWN)
    return [row.sid for row in lost]


def report(connection: Connection, sid: str, state: str, now: float) -> bool:
    """Take a carrier's delivery report; whether it told anything new. A final state does not change again."""
    earlier = ["sending", "unknown"] if state == "sent" else ["sending", "unknown", "sent"]
    rows = list(_held(connection, (messages.c.sid == sid) & messages.c.state.in_(earlier)))
    for row in rows:
        _move(connection, row, now, state=state, error=30003 if state == "undelivered" else None)
    return bool(rows)


def waiting(connection: Connection, now: float) -> tuple[int, float]:
    """How many messages wait to be sent, and for how many seconds the longest has."""
    created = select(messages.c.created).where(or_(messages.c.state == "queued", messages.c.state == "sending"))
    moments = connection.execute(created).scalars().all()
    return len(moments), max((now - moment for moment in moments), default=0.0)


def _held(connection: Connection, condition: Any) -> Iterable[Row[Any]]:
    """These rows, locked in one order so that instances never wait for each other in a circle."""
    return connection.execute(select(messages).where(condition).order_by(messages.c.sid).with_for_update()).all()


def _move(connection: Connection, row: Row[Any], now: float, *, state: str, **values: Any) -> None:
    """Change the state, tell the application if it asked for it, and forget a code's text once it is not needed."""
    if row.verification and state not in ("queued", "sending"):
        values |= {"body": "", "subject": ""}
    connection.execute(update(messages).where(messages.c.sid == row.sid).values(state=state, updated=now, **values))
    if row.callback and state not in ("queued", "sending"):
        announce(connection, row, state, values.get("error"), now)
