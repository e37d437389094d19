"""What nobody asks for any more is deleted."""

import asyncio
import logging

from sqlalchemy import Connection, delete
from sqlalchemy.exc import SQLAlchemyError

from toolkit.guard import eras, room
from toolkit.guard.settings import Settings
from toolkit.guard.shared import Guard
from toolkit.guard.store import answers, invitations, passes, registrations, spent, waiting

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 60
_WATCH_SECONDS = 30
_SURE = 2  # looks that agree, before the room is shut or opened
_WAITED_SECONDS = 7 * 86_400  # how long somebody may stay in the queue


def keep_house(connection: Connection, settings: Settings, now: float) -> None:
    """Delete it. The clock is noted first: should it go back afterwards, a new era begins."""
    eras.see(connection, now)
    tolls, limits = settings.tolls, settings.registration
    looked_at = max(tolls.address.seconds, tolls.network.seconds, tolls.site.seconds, settings.work.answer_seconds)
    counted = max(limits.address.seconds, limits.network.seconds)
    connection.execute(delete(spent).where(spent.c.expires < now))
    connection.execute(delete(answers).where(answers.c.issued < now - looked_at - eras.SLACK_SECONDS))
    connection.execute(delete(registrations).where(registrations.c.at < now - counted))
    connection.execute(delete(waiting).where(waiting.c.joined < now - _WAITED_SECONDS))
    connection.execute(delete(passes).where(passes.c.expires < now - eras.SLACK_SECONDS))
    connection.execute(delete(invitations).where(invitations.c.expires < now - 365 * 86_400))


async def keep_house_forever(guard: Guard) -> None:
    """Once a minute. A database that is out is asked again."""

    def once() -> None:
        with guard.engine.begin() as connection:
            keep_house(connection, guard.settings, guard.clock())

    while True:
        try:
            await asyncio.to_thread(once)
        except SQLAlchemyError as err:
            _log.warning("the database does not answer: %s", type(err).__name__)
        await asyncio.sleep(_EVERY_SECONDS)


async def watch_forever(guard: Guard) -> None:
    """Shut the waiting room while verification does not answer, where the operator said how that is seen."""
    url, seen = guard.settings.registration.verification_url, list[bool]()

    def look() -> None:
        seen.append(room.look(url))
        del seen[:-_SURE]
        if seen.count(seen[-1]) == _SURE:
            with guard.engine.begin() as connection:
                room.shut(connection, "watch", closed=not seen[-1])

    while url:
        try:
            await asyncio.to_thread(look)
        except SQLAlchemyError as err:
            _log.warning("the database does not answer: %s", type(err).__name__)
        await asyncio.sleep(_WATCH_SECONDS)
