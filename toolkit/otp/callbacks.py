"""Status callbacks: the application's URL hears what became of its message, signed as Twilio signs.

Callbacks are written with the change they tell of and sent afterwards, up to `ATTEMPTS` times; an application may get
one twice, never none because of a restart.
"""

import asyncio
import base64
import functools
import hmac
import socket
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from ipaddress import ip_address, ip_network
from typing import Any, Literal, NamedTuple

import httpx
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from toolkit.otp.addresses import Network, may_be_called
from toolkit.otp.settings import Settings
from toolkit.otp.store import callbacks
from toolkit.serving.networks import Address

Heard = Literal["heard", "unheard", "refused"]  # refused: it is not called, now or later

ATTEMPTS = 6
DEADLINE = 10.0  # seconds, from looking up the name to the answer's first line
AT_ONCE = 8  # of one host
_MOST = 128  # of all
_TRIED = 2  # addresses of one host
_LEASE = 60.0
_SHOWN = {"unknown": "undelivered"}  # Twilio has no word for it; the error code 30008 says the same


class Callback(NamedTuple):
    id: int
    url: str
    parameters: dict[str, str]
    attempts: int


def shown(state: str) -> str:
    """A message's state in Twilio's words."""
    return _SHOWN.get(state, state)


def may_be_asked(settings: Settings, url: str) -> bool:
    """Whether this can be a callback's URL. A name is looked up when it is called, and looked at again then."""
    try:
        parsed = httpx.URL(url)
        port = 80 if parsed.port is None else parsed.port
    except (httpx.InvalidURL, ValueError, UnicodeError):
        return False
    if parsed.scheme not in ("http", "https") or not parsed.host or not 0 < port < 65_536:
        return False
    try:
        address = ip_address(parsed.host)
    except ValueError:
        return True
    return may_be_called(address, allowed(settings))


def allowed(settings: Settings) -> list[Network]:
    """Networks that may be called though they are not public."""
    return [ip_network(network) for network in settings.callback_networks]


def announce(connection: Connection, message: Row[Any], state: str, error: int | None, now: float) -> None:
    """Queue one callback. The account's SID is added when it is sent."""
    status = shown(state)
    parameters = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": message.to,
        "From": message.sender,
        "ApiVersion": "2010-04-01",
    }
    if message.service:
        parameters["MessagingServiceSid"] = message.service
    if error is not None:
        parameters["ErrorCode"] = str(error)
    row = {"url": message.callback, "parameters": parameters, "due": now, "host": _host(message.callback)}
    connection.execute(insert(callbacks), row)


def claim(connection: Connection, now: float, busy: Iterable[str] = ()) -> dict[str, list[Callback]]:
    """Callbacks that are due, by host: a few of each host that is not `busy`. Each comes back later unless `settle`
    removes it."""
    due = (callbacks.c.due <= now) & callbacks.c.host.not_in([*busy])
    place = func.row_number().over(partition_by=callbacks.c.host, order_by=callbacks.c.id)
    ranked = select(callbacks.c.id, place.label("place")).where(due).subquery()
    first = select(ranked.c.id).where(ranked.c.place <= AT_ONCE).order_by(ranked.c.place, ranked.c.id).limit(_MOST)
    chosen = select(callbacks).where(callbacks.c.id.in_(first)).order_by(callbacks.c.id)
    queues: dict[str, list[Callback]] = {}
    for row in connection.execute(chosen.with_for_update(skip_locked=True)).all():
        later = {"attempts": row.attempts + 1, "due": now + _LEASE + 2.0**row.attempts}
        connection.execute(update(callbacks).where(callbacks.c.id == row.id).values(later))
        queues.setdefault(row.host, []).append(Callback(row.id, row.url, row.parameters, row.attempts + 1))
    return queues


def settle(connection: Connection, callback: Callback, *, over: bool, now: float) -> None:
    """Remove what was heard or refused, or was tried often enough; the rest is due again soon."""
    this = callbacks.c.id == callback.id
    if over or callback.attempts >= ATTEMPTS:
        connection.execute(delete(callbacks).where(this))
    else:
        connection.execute(update(callbacks).where(this).values(due=now + 2.0**callback.attempts))


async def deliver(client: httpx.AsyncClient, names: Executor, callback: Callback, settings: Settings) -> Heard:
    """Post it to an address that was looked up and looked at; what became of it. The answer's body is not read.

    `names` looks names up: those of slow name servers must not take the threads that send messages.
    """
    try:
        async with asyncio.timeout(DEADLINE):
            url = httpx.URL(callback.url)
            addresses = await _resolved(url, names)
            if not addresses or not all(may_be_called(address, allowed(settings)) for address in addresses):
                return "refused"
            return await _post(client, callback, settings, url, addresses)
    except (httpx.HTTPError, OSError, TimeoutError):
        return "unheard"
    except (httpx.InvalidURL, ValueError):  # UnicodeError is one: a host that is none
        return "refused"


async def _resolved(url: httpx.URL, names: Executor) -> list[Address]:
    """All addresses a host has."""
    host, port = url.raw_host.decode("ascii").strip("[]"), url.port or {"http": 80, "https": 443}[url.scheme]
    look_up = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(names, look_up)
    return list(dict.fromkeys(ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found))


async def _post(
    client: httpx.AsyncClient, callback: Callback, settings: Settings, url: httpx.URL, addresses: Sequence[Address]
) -> Heard:
    """Connects to the address that was looked at: a name that means another one a moment later changes nothing."""
    parameters = {**callback.parameters, "AccountSid": settings.account_sid}
    headers = {
        "Host": url.netloc.decode("ascii"),
        "X-Twilio-Signature": signature(settings.auth_token, callback.url, parameters),
    }
    last: httpx.ConnectError | httpx.ConnectTimeout | None = None
    for address in addresses[:_TRIED]:
        request = client.build_request(
            "POST",
            url.copy_with(host=str(address)),
            data=parameters,
            headers=headers,
            extensions={"sni_hostname": url.raw_host.decode("ascii")},  # the certificate is still the host's
        )
        try:
            answer = await client.send(request, stream=True, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout) as err:
            last = err
            continue
        await answer.aclose()
        return "heard" if answer.is_success else "unheard"
    raise last or httpx.ConnectError("no address")


def _host(url: str) -> str:
    """What has a queue of its own; several spellings of one host would have several, which harms nobody."""
    try:
        parsed = httpx.URL(url)
        return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"
    except (httpx.InvalidURL, ValueError):
        return ""


def signature(auth_token: str, url: str, parameters: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the URL and all parameters in the order of their names.

    https://www.twilio.com/docs/usage/security#validating-requests; what the SDKs' RequestValidator checks.
    """
    text = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    return base64.b64encode(hmac.digest(auth_token.encode(), text.encode(), "sha1")).decode()
