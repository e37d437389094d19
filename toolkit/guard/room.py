"""The waiting room: while nobody can be verified registrations queue, and nobody gets in unverified.

It is shut by the operator, or while `verification_url` does not answer. Afterwards those who waited are called up
first, in their order, as many a minute as is set; who was called up and went away holds nobody up.
"""

import urllib.error
import urllib.request
from http import HTTPStatus
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

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
    closed = is_shut(connection)
    if not closed:
        _call_up(guard, connection)
    mine = connection.execute(select(waiting).where(_theirs(guard, ticket))).first() if ticket else None
    if mine is None:
        if not closed and not _ahead(connection, None):
            return Place("", 0)
        return _take_a_place(guard, connection, origin)
    if closed or mine.admitted is None:
        return Place(ticket, _ahead(connection, mine.id) + 1)
    return Place(ticket, 0)


def leave(guard: Guard, connection: Connection, ticket: str) -> None:
    """They got in: the ticket is worthless. The place stays, for it counts among those of its minute."""
    nobody = keyed(guard.keys.hashes, f"left:{new_code()}")
    got_in = func.coalesce(waiting.c.admitted, guard.clock())
    connection.execute(update(waiting).where(_theirs(guard, ticket)).values(key=nobody, admitted=got_in))


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


def _theirs(guard: Guard, ticket: str) -> ColumnElement[bool]:
    return waiting.c.key == keyed(guard.keys.hashes, f"ticket:{ticket}")


def _call_up(guard: Guard, connection: Connection) -> None:
    """The first of those who wait, as many as there is room for in this minute."""
    free = max(_free(guard, connection), 0)
    first = select(waiting.c.id).where(waiting.c.admitted.is_(None)).order_by(waiting.c.id).limit(free)
    these = list(connection.execute(first).scalars())
    connection.execute(update(waiting).where(waiting.c.id.in_(these)).values(admitted=guard.clock()))


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
