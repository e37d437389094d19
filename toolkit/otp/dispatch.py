"""Sends what lies in the outbox, and the callbacks: a few loops that run beside the requests.

Each loop claims a handful, sends them at once, records what became of them, and sleeps when there is nothing to do.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor

import httpx
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from toolkit.otp import callbacks, limits, outbox, people, spending
from toolkit.otp.carriers import Carrier, Outcome, Outgoing
from toolkit.otp.gateway import Gateway
from toolkit.otp.settings import Limit
from toolkit.otp.store import challenges, messages, verifications

LOOPS = 4  # a carrier that does not answer holds up one of them
_AT_ONCE = 16
_IDLE_SECONDS = 0.5
_SOON_SECONDS = 0.05
_LOOK_UPS = 32  # names at once
_DAY = 86_400
_log = logging.getLogger(__name__)


async def send_until(
    stopping: asyncio.Event, gateway: Gateway, carriers: Mapping[str, Carrier], wakened: asyncio.Event
) -> None:
    """Empty the outbox, again and again. Once told to stop, what was claimed is still sent and noted."""
    while not stopping.is_set():
        wakened.clear()  # before looking: what comes in meanwhile sets it again
        try:
            sent = await send_some(gateway, carriers)
        except SQLAlchemyError as err:
            _log.error("the database does not answer: %s", type(err).__name__)
            sent = 0
        if not sent:
            await _at_most(_IDLE_SECONDS, wakened)


async def send_some(gateway: Gateway, carriers: Mapping[str, Carrier]) -> int:
    """Send up to a handful of messages; how many there were."""
    claimed = await asyncio.to_thread(_claim, gateway)
    if claimed:
        answers = await asyncio.gather(*(_send(gateway, carriers, message) for message in claimed))
        await asyncio.to_thread(_settle, gateway, dict(zip((m.sid for m in claimed), answers, strict=True)))
    return len(claimed)


async def call_back_forever(gateway: Gateway, client: httpx.AsyncClient) -> None:
    """Tell applications what became of their messages, until cancelled. A host that is slow holds up itself alone."""
    busy: dict[str, asyncio.Task[None]] = {}
    names = ThreadPoolExecutor(_LOOK_UPS, "names")
    try:
        while True:
            busy = {host: task for host, task in busy.items() if not task.done()}
            try:
                queues = await asyncio.to_thread(_claim_callbacks, gateway, list(busy))
            except SQLAlchemyError:
                queues = {}  # send_until says so
            for host, queue in queues.items():
                busy[host] = asyncio.create_task(_call_back(gateway, client, names, queue))
            await asyncio.sleep(_SOON_SECONDS if queues else _IDLE_SECONDS)
    finally:
        for task in busy.values():
            task.cancel()
        names.shutdown(wait=False, cancel_futures=True)


async def keep_house_forever(gateway: Gateway, *, every: float = 20.0) -> None:
    """Give up on messages whose sender died, and delete what is no longer needed, until cancelled."""
    while True:
        with contextlib.suppress(SQLAlchemyError):  # send_until says so
            await asyncio.to_thread(keep_house, gateway)
        await asyncio.sleep(every)


def keep_house(gateway: Gateway) -> None:
    """One round of it."""
    now, settings = gateway.clock(), gateway.settings
    with gateway.engine.begin() as connection:
        for sid in outbox.abandon(connection, now):
            gateway.audit("message.unknown", sid=sid)
        limits.forget(connection, [*settings.limits.every(), Limit(1, settings.code.seconds)], now)
        people.forget(connection, now)
        spending.forget(connection, now - max(spending.DAY, settings.conversion.seconds))
        old = now - settings.keep_days * _DAY
        waiting = messages.c.state.in_(["queued", "sending"])
        connection.execute(delete(messages).where((messages.c.created < old) & ~waiting))
        connection.execute(delete(verifications).where(verifications.c.updated < old))
        connection.execute(delete(challenges).where(challenges.c.created < old))


async def _send(gateway: Gateway, carriers: Mapping[str, Carrier], message: Outgoing) -> Outcome:
    carrier = carriers.get(message.channel)
    if carrier is None:  # the channel was switched off while this waited
        return Outcome("refused", 30008, "no carrier")
    with gateway.metrics.seconds.labels(message.channel).time():
        outcome = await carrier(message)
    gateway.metrics.sent.labels(message.channel, outcome.kind).inc()
    gateway.audit("message.send", sid=message.sid, outcome=outcome.kind, detail=outcome.detail or None)
    return outcome


async def _call_back(
    gateway: Gateway, client: httpx.AsyncClient, names: Executor, queue: list[callbacks.Callback]
) -> None:
    """The callbacks of one host, all at once."""
    heard = await asyncio.gather(*(callbacks.deliver(client, names, one, gateway.settings) for one in queue))
    for callback, what in zip(queue, heard, strict=True):
        if what == "refused":
            gateway.audit("callback.refused", sid=callback.parameters.get("MessageSid"))
    with contextlib.suppress(SQLAlchemyError):  # they come back
        await asyncio.to_thread(_settle_callbacks, gateway, list(zip(queue, heard, strict=True)))


def _claim(gateway: Gateway) -> list[Outgoing]:
    with gateway.engine.begin() as connection:
        return outbox.claim(connection, gateway.keys, gateway.clock(), _AT_ONCE)


def _settle(gateway: Gateway, outcomes: Mapping[str, Outcome]) -> None:
    with gateway.engine.begin() as connection:
        outbox.settle(connection, outcomes, gateway.clock())


def _claim_callbacks(gateway: Gateway, busy: list[str]) -> dict[str, list[callbacks.Callback]]:
    with gateway.engine.begin() as connection:
        return callbacks.claim(connection, gateway.clock(), busy)


def _settle_callbacks(gateway: Gateway, heard: list[tuple[callbacks.Callback, callbacks.Heard]]) -> None:
    with gateway.engine.begin() as connection:
        for callback, what in heard:
            callbacks.settle(connection, callback, over=what != "unheard", now=gateway.clock())


async def _at_most(seconds: float, event: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
