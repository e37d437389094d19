"""Who was verified before, and from where: so that whoever pumps or guesses locks out strangers, never the members.

In: what a number or mailbox means (`Destination.meaning`) and the network a request came from. Kept are keyed hashes.
"""

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from toolkit.otp.keys import Keys, keyed
from toolkit.otp.store import lock, people, places

KEPT_SECONDS = 400 * 86_400  # a member who signs in once a year stays one


class Person(NamedTuple):
    """`bucket` is what is counted for this person; it changes when the operator unlocks them."""

    key: str
    bucket: str
    member: bool  # verified before
    at_home: bool  # from this network


def person(connection: Connection, keys: Keys, meaning: str, source: str) -> Person:
    """What is known of somebody who asks from a network ("": nobody said from which)."""
    key = _key(keys, meaning)
    row = connection.execute(select(people).where(people.c.key == key)).first()
    here = (places.c.key == key) & (places.c.source == source_key(keys, source))
    at_home = bool(source) and connection.execute(select(places.c.key).where(here)).first() is not None
    bucket = f"{meaning}#{row.unlocked}" if row and row.unlocked else meaning
    return Person(key, bucket, bool(row and row.approved), at_home)


def approve(connection: Connection, keys: Keys, meaning: str, source_keyed: str, now: float) -> None:
    """They typed in a code; `source_keyed` is the network's `source_key`, "" where it is not known."""
    key = _key(keys, meaning)
    lock(connection, [f"approve:{key}"])  # two codes for one person may be typed in at once
    changed = connection.execute(update(people).where(people.c.key == key).values(approved=now))
    if not changed.rowcount:
        connection.execute(insert(people), {"key": key, "approved": now, "unlocked": 0})
    if source_keyed:
        here = (places.c.key == key) & (places.c.source == source_keyed)
        connection.execute(delete(places).where(here))
        connection.execute(insert(places), {"key": key, "source": source_keyed, "approved": now})


def unlock(connection: Connection, keys: Keys, meaning: str, now: float) -> None:
    """Nothing counted so far holds against them, and they are a member: the operator says so."""
    approve(connection, keys, meaning, "", now)
    this = update(people).where(people.c.key == _key(keys, meaning))
    connection.execute(this.values(unlocked=people.c.unlocked + 1))


def forget(connection: Connection, now: float) -> None:
    """Delete who was not seen for long."""
    old = now - KEPT_SECONDS
    connection.execute(delete(places).where(places.c.approved < old))
    connection.execute(delete(people).where(people.c.approved < old))


def source_key(keys: Keys, source: str) -> str:
    """What is stored of a network."""
    return keyed(keys.limits, f"source:{source}") if source else ""


def _key(keys: Keys, meaning: str) -> str:
    return keyed(keys.limits, f"person:{meaning}")
