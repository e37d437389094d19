"""The outbox: a message is written in the transaction that made it, and sent afterwards.

    queued ──claim──▶ sending ──accepted──▶ sent ──report──▶ delivered | undelivered
       ▲                 │ ├────refused────▶ failed
       └─────later───────┘ └────unknown────▶ unknown ──report──▶ delivered | undelivered

Whoever claims a message holds it for `LEASE` seconds. If nothing is heard by then (the process died between sending
and noting it), the outcome is unknown: that is recorded, and the message is never sent again of our own accord.
Claims skip what another instance has locked, so instances on one PostgreSQL share the load.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, case, insert, or_, select, update

from toolkit.otp.callbacks import announce
from toolkit.otp.carriers import Outcome, Outgoing
from toolkit.otp.keys import Keys, seal, unseal
from toolkit.otp.store import messages

LEASE = 120.0  # longer than any carrier's timeout
_EXPIRED, _UNKNOWN = 30036, 30008  # Twilio: validity period expired, unknown error
_AFTER = {"accepted": "sent", "refused": "failed", "unknown": "unknown"}


def enqueue(connection: Connection, keys: Keys, now: float, **values: Any) -> None:
    """Put a message in; `body` and `subject` are encrypted here."""
    sealed = {name: seal(keys, values[name]) for name in ("body", "subject")}
    row = {**values, **sealed, "state": "queued", "due": now, "created": now, "updated": now}
    connection.execute(insert(messages), row)


def claim(connection: Connection, keys: Keys, now: float, count: int) -> list[Outgoing]:
    """Up to `count` messages that are due, now marked as being sent. Those past their time are given up instead."""
    due = (messages.c.state == "queued") & (messages.c.due <= now)
    chosen = select(messages).where(due).order_by(messages.c.due).limit(count).with_for_update(skip_locked=True)
    rows = connection.execute(chosen).all()
    late = [row for row in rows if row.expires is not None and row.expires <= now]
    opened = {row: _opened(row, keys) for row in rows if row not in late}
    lost = [row for row, message in opened.items() if message is None]  # written under another secret
    _move(connection, late, now, state="failed", error=_EXPIRED)
    _move(connection, lost, now, state="failed", error=_UNKNOWN)
    taken = [row for row in opened if row not in lost]
    _move(connection, taken, now, state="sending", due=now + LEASE, attempts=messages.c.attempts + 1)
    return [message for message in opened.values() if message]


def settle(connection: Connection, outcomes: Mapping[str, Outcome], now: float) -> None:
    """Record what carriers said of messages (by SID) that were claimed before."""
    rows = _held(connection, messages.c.sid.in_(outcomes) & messages.c.state.in_(["sending", "unknown"]))
    for outcome in set(outcomes.values()):
        _settle(connection, [row for row in rows if outcomes[row.sid] == outcome], outcome, now)


def fail(connection: Connection, sid: str, error: int, now: float) -> None:
    """Give up on a message before it is sent; `error` is Twilio's code."""
    _move(connection, _held(connection, messages.c.sid == sid), now, state="failed", error=error)


def abandon(connection: Connection, now: float) -> list[str]:
    """The SIDs of messages whose sender was not heard of again; their outcome is unknown from here on."""
    lost = _held(connection, (messages.c.state == "sending") & (messages.c.due <= now))
    _move(connection, lost, now, state="unknown", error=_UNKNOWN)
    return [row.sid for row in lost]


def report(connection: Connection, sid: str, state: str, now: float) -> bool:
    """Take a carrier's delivery report; whether it told anything new. A final state does not change again."""
    earlier = ["sending", "unknown"] if state == "sent" else ["sending", "unknown", "sent"]
    rows = _held(connection, (messages.c.sid == sid) & messages.c.state.in_(earlier))
    _move(connection, rows, now, state=state, error=30003 if state == "undelivered" else None)
    return bool(rows)


def waiting(connection: Connection, now: float) -> tuple[int, float]:
    """How many messages wait to be sent, and for how many seconds the longest has."""
    created = select(messages.c.created).where(or_(messages.c.state == "queued", messages.c.state == "sending"))
    moments = connection.execute(created).scalars().all()
    return len(moments), max((now - moment for moment in moments), default=0.0)


def _settle(connection: Connection, rows: Sequence[Row[Any]], outcome: Outcome, now: float) -> None:
    if outcome.kind == "later":
        for row in rows:  # each waits as long as it has been tried
            _move(connection, [row], now, state="queued", due=now + min(60.0, 2.0**row.attempts), error=outcome.error)
        return
    sent = {"sent": now} if outcome.kind == "accepted" else {}
    _move(connection, rows, now, state=_AFTER[outcome.kind], error=outcome.error, **sent)


def _opened(row: Row[Any], keys: Keys) -> Outgoing | None:
    body, subject = (unseal(keys, sealed) for sealed in (row.body, row.subject))
    if body is None or subject is None:
        return None
    return Outgoing(row.sid, row.channel, row.to, row.sender, body, subject)


def _held(connection: Connection, condition: Any) -> Sequence[Row[Any]]:
    """These rows, locked in one order so that instances never wait for each other in a circle."""
    return connection.execute(select(messages).where(condition).order_by(messages.c.sid).with_for_update()).all()


def _move(connection: Connection, rows: Sequence[Row[Any]], now: float, *, state: str, **values: Any) -> None:
    """Change their state, tell applications that asked for it, and forget the text of codes that is not needed."""
    if not rows:
        return
    final = state not in ("queued", "sending")
    if final:
        a_code = messages.c.verification.is_not(None)
        values |= {name: case((a_code, ""), else_=messages.c[name]) for name in ("body", "subject")}
    these = messages.c.sid.in_([row.sid for row in rows])
    connection.execute(update(messages).where(these).values(state=state, updated=now, **values))
    for row in rows:
        if final and row.callback:
            announce(connection, row, state, values.get("error"), now)
