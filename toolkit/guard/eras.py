"""Eras: all challenges of an era are worthless once the next begins.

Challenges are not stored, only those that were answered are, until they expire. Where that cannot be relied on, a new
era begins: when the clock went back (what was forgotten as expired would be good again), and when a backup was
restored (what was answered since is not known).
"""

import secrets
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from toolkit.guard.store import answers, state
from toolkit.serving.database import lock

SLACK_SECONDS = 60.0  # clocks are corrected by less than this all the time


class Era(NamedTuple):
    """`seen` is the latest that the clock is known to have shown."""

    name: str
    seen: float


def era(connection: Connection, now: float) -> str:
    """The present era; a new one where there is none, or where the clock went back."""
    found = _read(connection)
    if found is not None and now > found.seen - SLACK_SECONDS:
        return found.name
    lock(connection, ["era"])
    found = _read(connection)  # another instance may have begun it meanwhile
    if found is not None and now > found.seen - SLACK_SECONDS:
        return found.name
    return begin(connection, now)


def begin(connection: Connection, now: float) -> str:
    """A new era. What was answered in the old one and not handed in yet is worthless too."""
    name = secrets.token_hex(8)
    connection.execute(delete(state).where(state.c.name.in_(("era", "seen"))))
    connection.execute(insert(state), [{"name": "era", "value": name}, {"name": "seen", "value": repr(now)}])
    connection.execute(delete(answers))
    return name


def see(connection: Connection, now: float) -> None:
    """The clock shows this: whatever is forgotten afterwards stays forgotten."""
    era(connection, now)
    found = _read(connection)
    if found is not None and now > found.seen:
        connection.execute(update(state).where(state.c.name == "seen").values(value=repr(now)))


def _read(connection: Connection) -> Era | None:
    rows = connection.execute(select(state).where(state.c.name.in_(("era", "seen")))).all()
    known = {row.name: row.value for row in rows}
    return Era(known["era"], float(known["seen"])) if {"era", "seen"} <= set(known) else None
