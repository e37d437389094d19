"""Composes the guard from its settings and runs it until it is told to stop."""

import asyncio
import contextlib
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette

from toolkit.errors import BadInput
from toolkit.guard import door, registration
from toolkit.guard.app import make_app
from toolkit.guard.housekeeping import keep_house_forever, watch_forever
from toolkit.guard.keys import derive
from toolkit.guard.settings import Settings
from toolkit.guard.shared import Clock, Guard, Metrics, audit_log
from toolkit.guard.store import open_database
from toolkit.serving.listening import listener
from toolkit.serving.patience import Impatient


def serve(settings: Settings, *, where: Path, clock: Clock = time.time) -> None:
    """Serve until SIGTERM or SIGINT. Errors: BadInput when the database cannot be opened."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    listening: socket.socket = listener(settings.listen)
    config = uvicorn.Config(
        _compose(settings, where, clock),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # addresses are read in app.py, from this host's proxy alone
        http=Impatient,
        ws="none",
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listening])


def opened(settings: Settings, where: Path) -> Engine:
    """The database; BadInput when it cannot be opened."""
    try:
        return open_database(settings.database)
    except (SQLAlchemyError, ImportError) as err:
        hint = "is it running, and may this user connect? see `database`"
        raise BadInput(f"the database cannot be opened: {type(err).__name__}", where=where, hint=hint) from err


def guard_of(settings: Settings, where: Path, clock: Clock) -> Guard:
    """Everything that a request needs; what happens is said on stderr."""
    audit = audit_log(lambda line: print(line, file=sys.stderr, flush=True), clock)
    return Guard(settings, opened(settings, where), derive(settings.secret), clock, audit, Metrics())


def _compose(settings: Settings, where: Path, clock: Clock) -> Starlette:
    guard = guard_of(settings, where, clock)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(loop(guard)) for loop in (keep_house_forever, watch_forever)]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        guard.engine.dispose()

    return make_app(guard, lifespan, (*registration.routes(guard), *door.routes(guard)))
