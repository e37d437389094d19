"""The waiting room: while nobody can be verified registrations queue, and nobody gets in unverified.

It is shut by the operator, or while `verification_url` does not answer. Afterwards those who waited are let in first,
in their order, as many a minute as is set.
"""

import urllib.error
import urllib.request
from http import HTTPStatus
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from toolkit.guard.keys import keyed, new_code
from toolkit.guard.shared import Guard, Origin
from toolkit.guard.store import state, waiting
from toolkit.serving.database import lock

EACH = 3  # places in the queue that one address may hold
_LOOK_SECONDS = 10


class Place(NamedTuple):
    """Where somebody stands: `position` 0 is in. `ticket` is theirs to come back with, "" where they need none."""

    ticket: str
    position: int


def shut(connection: Connection, who: str, *, closed: bool) -> None:
    """`who` ("operator" or "watch") shuts the room or opens it again: it is open when neither has it shut."""
    connection.execute(delete(state).where(state.c.name == f"shut:{who}"))
    if closed:
        connection.execute(insert(state), {"name": f"shut:{who}", "value": "yes"})


def is_shut(connection: Connection) -> bool:
    """Whether nobody is let in."""
    return connection.execute(select(state.c.name).where(state.c.name.like("shut:%"))).first() is not None


def come(guard: Guard, connection: Connection, ticket: str, origin: Origin) -> Place | None:
    """Somebody comes, or comes back. None: this address holds places enough."""
    lock(connection, ["room"])
    key = keyed(guard.keys.hashes, f"ticket:{ticket}")
    mine = connection.execute(select(waiting).where(waiting.c.key == key)).first() if ticket else None
    if mine is None:
        if not is_shut(connection) and not _ahead(connection, None):
            return Place("", 0)
        return _take_a_place(guard, connection, origin)
    if mine.admitted is not None:
        return Place(ticket, 0)
    ahead = _ahead(connection, mine.id)
    if is_shut(connection) or ahead >= _free(guard, connection):
        return Place(ticket, ahead + 1)
    connection.execute(update(waiting).where(waiting.c.id == mine.id).values(admitted=guard.clock()))
    return Place(ticket, 0)


def leave(guard: Guard, connection: Connection, ticket: str) -> None:
    """Their account is made: the ticket is worthless."""
    connection.execute(delete(waiting).where(waiting.c.key == keyed(guard.keys.hashes, f"ticket:{ticket}")))


def length(connection: Connection) -> int:
    """How many wait."""
    return _ahead(connection, None)


def look(url: str) -> bool:
    """Whether verification answers there."""
    try:
        with urllib.request.urlopen(url, timeout=_LOOK_SECONDS) as answer:  # noqa: S310  # the operator's own setting
            return bool(HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES)
    except (OSError, ValueError, urllib.error.URLError):
        return False


def _take_a_place(guard: Guard, connection: Connection, origin: Origin) -> Place | None:
    held = select(func.count()).where(waiting.c.address == origin.address, waiting.c.admitted.is_(None))
    if connection.execute(held).scalar_one() >= EACH:
        return None
    ticket = new_code()
    row = {"key": keyed(guard.keys.hashes, f"ticket:{ticket}"), "address": origin.address, "joined": guard.clock()}
    connection.execute(insert(waiting), {**row, "admitted": None})
    return Place(ticket, _ahead(connection, None))


def _ahead(connection: Connection, mine: int | None) -> int:
    these = select(func.count()).select_from(waiting).where(waiting.c.admitted.is_(None))
    return int(connection.execute(these if mine is None else these.where(waiting.c.id < mine)).scalar_one())


def _free(guard: Guard, connection: Connection) -> int:
    lately = select(func.count()).select_from(waiting).where(waiting.c.admitted > guard.clock() - 60)
    return guard.settings.registration.admit_per_minute - int(connection.execute(lately).scalar_one())
