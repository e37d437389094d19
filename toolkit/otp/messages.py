"""Messages of the application's own wording: written into the outbox, looked up, listed."""

import re
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, select

from toolkit.otp.carriers.kannel import segments
from toolkit.otp.destinations import Destination, masked, phone
from toolkit.otp.gateway import Gateway
from toolkit.otp.keys import keyed, new_sid, unseal
from toolkit.otp.limits import Demand, admit
from toolkit.otp.outbox import enqueue
from toolkit.otp.refusals import Refusal
from toolkit.otp.store import messages

_LONGEST = 1600
_VALID_SECONDS = 14_400
_SENDER = re.compile(r"|\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11}")  # none, a number or short code, an alphanumeric sender
_SCHEMES = ("http://", "https://")


class Page(NamedTuple):
    """Messages, newest first, and where the next page starts (None: this was the last)."""

    rows: list[Row[Any]]
    next_token: str | None


def send(gateway: Gateway, to: str, body: str, *, sender: str = "", callback: str = "") -> Row[Any]:
    """Put a message in the outbox."""
    now = gateway.clock()
    if not _SENDER.fullmatch(sender):
        raise Refusal(21212, sender[:40])
    destination = _checked(gateway, to, body, callback)
    limits = gateway.settings.limits
    demands = [Demand("account", "", limits.account), Demand("message_prefix", destination.group, limits.prefix)]
    sid = new_sid("SM")
    with gateway.engine.begin() as connection:
        if exceeded := admit(connection, demands, now, key=gateway.keys.limits):
            raise Refusal(20429, retry_after=exceeded.retry_after)
        enqueue(
            connection,
            gateway.keys,
            now,
            sid=sid,
            channel="sms",
            to=destination.to,
            sender=sender or (gateway.settings.sms.sender if gateway.settings.sms else ""),
            body=body,
            subject="",
            segments=segments(body),
            expires=now + _VALID_SECONDS,
            callback=callback or None,
        )
        row = _by_sid(connection, sid)
    gateway.wake()
    who = keyed(gateway.keys.limits, destination.to)[:16]
    gateway.audit("message.create", sid=sid, to=masked(destination.to), who=who, segments=row.segments)
    return row


def fetch(gateway: Gateway, sid: str) -> Row[Any]:
    """One message. Those that carried verification codes are not shown."""
    with gateway.engine.begin() as connection:
        return _by_sid(connection, sid)


def page(gateway: Gateway, *, size: int, token: str = "", to: str = "", sender: str = "") -> Page:
    """`size` messages that follow the one whose SID is `token`, optionally of one recipient or sender."""
    wanted: ColumnElement[bool] = messages.c.verification.is_(None)
    if to:
        wanted &= messages.c.to == to
    if sender:
        wanted &= messages.c.sender == sender
    with gateway.engine.begin() as connection:
        if token:
            last = _by_sid(connection, token)
            same = (messages.c.created == last.created) & (messages.c.sid < last.sid)
            wanted &= (messages.c.created < last.created) | same
        newest = select(messages).where(wanted).order_by(messages.c.created.desc(), messages.c.sid.desc())
        rows = list(connection.execute(newest.limit(size + 1)).all())
    return Page(rows[:size], rows[size - 1].sid if len(rows) > size else None)


def text(gateway: Gateway, row: Row[Any]) -> str:
    """What a message says; nothing if the secret was changed since."""
    return unseal(gateway.keys, row.body) or ""


def _checked(gateway: Gateway, to: str, body: str, callback: str) -> Destination:
    settings = gateway.settings
    if not to:
        raise Refusal(21604)
    if not body:
        raise Refusal(21602)
    if len(body) > _LONGEST:
        raise Refusal(21617)
    if callback and not callback.startswith(_SCHEMES):
        raise Refusal(21609, callback[:100])
    if settings.sms is None and not settings.outbox_file:
        raise Refusal(60204, "channel sms")
    if (destination := phone(to)) is None:
        raise Refusal(21211, to[:40])
    if destination.costly or (destination.country not in settings.countries and not settings.outbox_file):
        raise Refusal(21408, to)
    return destination


def _by_sid(connection: Connection, sid: str) -> Row[Any]:
    this = (messages.c.sid == sid) & messages.c.verification.is_(None)
    if row := connection.execute(select(messages).where(this)).first():
        return row
    raise Refusal(20404, f"/Messages/{sid}.json")
