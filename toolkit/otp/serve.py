"""Composes the gateway from its settings and runs it until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette

from toolkit.errors import BadInput
from toolkit.otp import dispatch, logs, outbox
from toolkit.otp.app import make_app
from toolkit.otp.callbacks import DEADLINE
from toolkit.otp.carriers import Carrier
from toolkit.otp.carriers.file import file
from toolkit.otp.carriers.kannel import kannel
from toolkit.otp.carriers.smtp import mail
from toolkit.otp.development import AnswersAfterSending
from toolkit.otp.gateway import Clock, Gateway, Metrics, audit_log
from toolkit.otp.keys import derive
from toolkit.otp.logs import masking
from toolkit.otp.settings import Settings
from toolkit.otp.store import open_database
from toolkit.serving.listening import listener
from toolkit.serving.patience import Impatient

_log = logging.getLogger(__name__)
_STOP_SECONDS = 20  # what was claimed is sent and noted before the process ends


def serve(settings: Settings, listening: socket.socket, *, where: Path, clock: Clock = time.time) -> None:
    """Serve until SIGTERM or SIGINT. Errors: BadInput when the database cannot be opened."""
    logs.set_up()
    config = uvicorn.Config(
        _compose(settings, where, clock),
        log_config=None,
        access_log=False,  # paths may hold numbers
        server_header=False,
        http=Impatient,
        ws="none",
        ssl_certfile=settings.certificate or None,
        ssl_keyfile=settings.certificate_key or None,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listening])


def open_listener(settings: Settings) -> socket.socket:
    """The socket to serve on; BadInput when it cannot be had."""
    return listener(settings.listen)


def _compose(settings: Settings, where: Path, clock: Clock) -> Starlette:
    try:
        engine = open_database(settings.database)
    except (SQLAlchemyError, ImportError) as err:
        hint = "is it running, and may this user connect? see `database`"
        raise BadInput(f"the database cannot be opened: {type(err).__name__}", where=where, hint=hint) from err
    wakened = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    def wake() -> None:  # called in the requests' threads
        for loop in loops:
            loop.call_soon_threadsafe(wakened.set)

    audit = audit_log(lambda line: print(masking(line), file=sys.stderr, flush=True), clock)
    gateway = Gateway(settings, engine, derive(settings.secret), clock, audit, Metrics(), wake)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        loops.append(asyncio.get_running_loop())
        async with (
            httpx.AsyncClient(timeout=15) as client,
            _stranger() as stranger,
            _running(gateway, client, stranger, wakened),
        ):
            yield
        engine.dispose()

    app = make_app(gateway, lifespan)
    if settings.outbox_file:
        app.add_middleware(AnswersAfterSending, unsent=lambda: _unsent(gateway))
    return app


def _stranger() -> httpx.AsyncClient:
    """Asks hosts that applications name: past no proxy, and no connection serves two requests, since two names may
    have one address."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=0)
    return httpx.AsyncClient(
        timeout=DEADLINE, limits=limits, trust_env=False, verify=ssl.create_default_context(), follow_redirects=False
    )


def _unsent(gateway: Gateway) -> int:
    with gateway.engine.connect() as connection:
        return outbox.waiting(connection, gateway.clock())[0]


@contextlib.asynccontextmanager
async def _running(
    gateway: Gateway, client: httpx.AsyncClient, stranger: httpx.AsyncClient, wakened: asyncio.Event
) -> AsyncIterator[None]:
    """The loops that send, for as long as requests are served; at the end what was claimed is finished first."""
    carriers = _carriers(gateway, client)
    stopping = asyncio.Event()
    send = dispatch.send_until
    senders = [asyncio.create_task(send(stopping, gateway, carriers, wakened)) for _ in range(dispatch.LOOPS)]
    others = [dispatch.call_back_forever(gateway, stranger), dispatch.keep_house_forever(gateway)]
    tasks = [asyncio.create_task(loop) for loop in others]
    for task in [*senders, *tasks]:
        task.add_done_callback(_end_if_broken)
    try:
        yield
    finally:
        stopping.set()
        wakened.set()
        await asyncio.wait(senders, timeout=_STOP_SECONDS)
        for task in [*senders, *tasks]:
            task.cancel()
        await asyncio.gather(*senders, *tasks, return_exceptions=True)


def _end_if_broken(task: asyncio.Task[None]) -> None:
    """A gateway that takes codes and sends none is worse than one that is restarted."""
    if not task.cancelled() and (error := task.exception()):
        _log.critical("a sender ended: %r", error, exc_info=error)
        signal.raise_signal(signal.SIGTERM)


def _carriers(gateway: Gateway, client: httpx.AsyncClient) -> dict[str, Carrier]:
    """Who takes which channel."""
    settings = gateway.settings
    if settings.outbox_file:
        to_file = file(Path(settings.outbox_file))
        return {"sms": to_file, "email": to_file}
    carriers: dict[str, Carrier] = {}
    if settings.sms:
        carriers["sms"] = kannel(settings.sms, client, report_key=gateway.keys.reports)
    if settings.mail:
        carriers["email"] = mail(settings.mail)
    return carriers
