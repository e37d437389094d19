"""Messages of the application's own wording: written into the outbox, looked up, listed."""

import re
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, select

from toolkit.otp import people, spending
from toolkit.otp.callbacks import may_be_asked
from toolkit.otp.carriers.kannel import segments
from toolkit.otp.destinations import Destination, masked, phone
from toolkit.otp.gateway import Gateway
from toolkit.otp.keys import keyed, new_sid, unseal
from toolkit.otp.limits import Demand, admit
from toolkit.otp.outbox import enqueue, fail
from toolkit.otp.parameters import Asked
from toolkit.otp.prices import price
from toolkit.otp.refusals import Refusal
from toolkit.otp.settings import Settings
from toolkit.otp.store import messages

_LONGEST = 1600
_VALID_SECONDS = 14_400
# None, a number or short code, or an alphanumeric sender: https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id
_SENDER = re.compile(r"|\+?[0-9]{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")
_TOO_DEAR = 30010
# What Twilio's smart encoding writes in GSM's alphabet: https://www.twilio.com/docs/messaging/services/smart-encoding-char-list
_SMART = str.maketrans(
    {
        **dict.fromkeys("«»“”„‟ʺˮ″", '"'),
        **dict.fromkeys("‘’‚‛ʹʻʼˈ′`", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
        "…": "...", "‹": "<", "›": ">", "⁄": "/", "‼": "!!",
    }
)  # fmt: skip


_USUAL = Asked()
_NEVER = 1e12


class Page(NamedTuple):
    """Messages, newest first, and where the next page starts (None: this was the last)."""

    rows: list[Row[Any]]
    next_token: str | None


def send(
    gateway: Gateway, to: str, body: str, *, sender: str = "", callback: str = "", asked: Asked = _USUAL
) -> Row[Any]:
    """Put a message in the outbox."""
    now, settings = gateway.clock(), gateway.settings
    if not _SENDER.fullmatch(sender):
        raise Refusal(21212, sender[:40])
    destination = _checked(gateway, to, body, callback)
    if asked.smart:
        body = body.translate(_SMART)
    parts, sid = segments(body), new_sid("SM")
    cost = price(settings.sms.carriers, destination.to, parts) if settings.sms else 0.0
    too_dear = asked.most is not None and cost > asked.most
    with gateway.engine.begin() as connection:
        _admit(gateway, connection, destination, 0.0 if too_dear else cost, now)
        enqueue(
            connection,
            gateway.keys,
            now,
            sid=sid,
            channel="sms",
            to=destination.to,
            sender=sender or _sender(settings, asked.service),
            body=body,
            subject="",
            segments=parts,
            expires=now + (asked.valid_seconds or _VALID_SECONDS),
            callback=callback or None,
            service=asked.service or None,
        )
        if too_dear:
            fail(connection, sid, _TOO_DEAR, now)
        row = _by_sid(connection, sid)
    gateway.wake()
    who = keyed(gateway.keys.limits, destination.to)[:16]
    gateway.audit("message.create", sid=sid, to=masked(destination.to), who=who, segments=row.segments)
    return row


def fetch(gateway: Gateway, sid: str) -> Row[Any]:
    """One message. Those that carried verification codes are not shown."""
    with gateway.engine.begin() as connection:
        return _by_sid(connection, sid)


def page(
    gateway: Gateway,
    *,
    size: int,
    token: str = "",
    to: str = "",
    sender: str = "",
    sent: tuple[float, float] | None = None,
) -> Page:
    """`size` messages that follow the one whose SID is `token`, optionally of one recipient or sender, or sent then."""
    wanted: ColumnElement[bool] = messages.c.verification.is_(None)
    if to:
        found = phone(to)
        wanted &= messages.c.to == (found.to if found else to)
    if sender:
        wanted &= messages.c.sender == sender
    if sent:
        wanted &= (messages.c.sent >= sent[0]) & (messages.c.sent <= min(sent[1], _NEVER))
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
    if callback and not may_be_asked(settings, callback):
        raise Refusal(21609, callback[:100])
    if settings.sms is None and not settings.outbox_file:
        raise Refusal(60204, "channel sms")
    if (destination := phone(to)) is None:
        raise Refusal(21211, to[:40])
    if destination.costly or (destination.country not in settings.countries and not settings.outbox_file):
        raise Refusal(21408, to)
    return destination


def _admit(gateway: Gateway, connection: Connection, to: Destination, cost: float, now: float) -> None:
    """The limits, then the budget; members are not limited by what goes to their block of numbers."""
    limits = gateway.settings.limits
    person = people.person(connection, gateway.keys, to.meaning, "")
    demands = [Demand("account", "messages", limits.account)]
    if not person.member:
        demands.append(Demand("message_prefix", to.group, limits.prefix))
    if exceeded := admit(connection, demands, now, key=gateway.keys.limits):
        raise Refusal(20429, retry_after=exceeded.retry_after)
    if stopped := spending.spend(gateway, connection, spending.Sending(to, cost, person.member), now):
        gateway.audit("sending.stopped", what=stopped.what, country=to.country)
        raise Refusal(20429, retry_after=stopped.retry_after)


def _sender(settings: Settings, service: str) -> str:
    """Who sends, where the application leaves it to a messaging service or says nothing."""
    return settings.sms.services.get(service, settings.sms.sender) if settings.sms else ""


def _by_sid(connection: Connection, sid: str) -> Row[Any]:
    this = (messages.c.sid == sid) & messages.c.verification.is_(None)
    if row := connection.execute(select(messages).where(this)).first():
        return row
    raise Refusal(20404, f"/Messages/{sid}.json")
