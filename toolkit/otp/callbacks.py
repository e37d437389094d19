"""Status callbacks: the application's URL hears what became of its message, signed as Twilio signs.

Callbacks are written with the change they tell of and sent afterwards, up to `ATTEMPTS` times; an application may get
one twice, never none because of a restart.
"""

import base64
import hmac
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
from sqlalchemy import Connection, Row, delete, insert, select, update

from toolkit.otp.store import callbacks

ATTEMPTS = 6
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
    } | ({} if error is None else {"ErrorCode": str(error)})
    connection.execute(insert(callbacks), {"url": message.callback, "parameters": parameters, "due": now})


def claim(connection: Connection, now: float, count: int) -> list[Callback]:
    """Up to `count` callbacks that are due; each comes back later unless `settle` removes it."""
    due = select(callbacks).where(callbacks.c.due <= now).order_by(callbacks.c.id).limit(count)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    for row in rows:
        later = {"attempts": row.attempts + 1, "due": now + _LEASE + 2.0**row.attempts}
        connection.execute(update(callbacks).where(callbacks.c.id == row.id).values(later))
    return [Callback(row.id, row.url, row.parameters, row.attempts + 1) for row in rows]


def settle(connection: Connection, callback: Callback, *, heard: bool, now: float) -> None:
    """Remove what was heard, or was tried often enough; the rest is due again soon."""
    this = callbacks.c.id == callback.id
    if heard or callback.attempts >= ATTEMPTS:
        connection.execute(delete(callbacks).where(this))
    else:
        connection.execute(update(callbacks).where(this).values(due=now + 2.0**callback.attempts))


async def deliver(client: httpx.AsyncClient, callback: Callback, account_sid: str, auth_token: str) -> bool:
    """Post it; whether the application answered that it has it."""
    parameters = {**callback.parameters, "AccountSid": account_sid}
    headers = {"X-Twilio-Signature": signature(auth_token, callback.url, parameters)}
    try:
        answer = await client.post(callback.url, data=parameters, headers=headers, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.is_success


def signature(auth_token: str, url: str, parameters: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the URL and all parameters in the order of their names.

    https://www.twilio.com/docs/usage/security#validating-requests; what the SDKs' RequestValidator checks.
    """
    text = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    return base64.b64encode(hmac.digest(auth_token.encode(), text.encode(), "sha1")).decode()
