"""`offramp otp unlock`: what was counted against a number, a mailbox or an address does not count any more.

In: settings and what was typed. Out: what was unlocked, in words without the number.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from toolkit.errors import BadInput
from toolkit.otp import people
from toolkit.otp.demands import of_address
from toolkit.otp.destinations import Destination, destination, masked
from toolkit.otp.keys import Keys, derive
from toolkit.otp.limits import drop
from toolkit.otp.settings import Settings
from toolkit.otp.store import open_database, verifications
from toolkit.serving.networks import network


def unlock(settings: Settings, what: str, *, where: Path, clock: Callable[[], float]) -> str:
    """Unlock it; BadInput for what is none of the three, and for a database that cannot be opened."""
    address, found, keys = network(what), destination(what), derive(settings.secret)
    if address is None and found is None:
        hint = "for example +4915112345678, ada@example.org or 203.0.113.7"
        raise BadInput("is no number, mailbox or address", where="offramp otp unlock", hint=hint)
    try:
        engine = open_database(settings.database)
        with engine.begin() as connection:
            if address is not None:
                drop(connection, of_address(settings.limits, address), key=keys.limits)
            elif found is not None:
                _person(connection, keys, found, clock())
        engine.dispose()
    except (SQLAlchemyError, ImportError) as err:
        hint = "is it running, and may this user connect? see `database`"
        raise BadInput(f"the database cannot be opened: {type(err).__name__}", where=where, hint=hint) from err
    return address or (masked(found.to) if found else "")


def _person(connection: Connection, keys: Keys, found: Destination, now: float) -> None:
    """They are a member from now on, and the next code is one of a new verification."""
    people.unlock(connection, keys, found.meaning, now)
    these = (verifications.c.to == found.to) & (verifications.c.status == "pending")
    connection.execute(update(verifications).where(these).values(status="canceled", codes=[], updated=now))
