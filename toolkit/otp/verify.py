"""Verifications: a code is made and sent, and checked once.

As with Twilio one destination has one verification at a time. Starting it again sends the same code again, so that it
does not matter which of the messages arrives first. Refusals carry Twilio's codes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from toolkit.otp import people, spending
from toolkit.otp.carriers.kannel import segments
from toolkit.otp.demands import guesses, of_code, of_guess, refusal
from toolkit.otp.destinations import Destination, destination, mailbox, masked, phone
from toolkit.otp.gateway import Gateway
from toolkit.otp.keys import code_hash, code_of, is_code, keyed, new_sid
from toolkit.otp.limits import admit, exhausted, give_back
from toolkit.otp.outbox import enqueue
from toolkit.otp.prices import price
from toolkit.otp.refusals import Refusal
from toolkit.otp.settings import Settings
from toolkit.otp.store import lock, verifications

_STOPPED = {"budget": 20429}  # else 60410, Twilio's word for pumping


class Wording(NamedTuple):
    """What an application says of the text: its language, whom it is from, the hash of an Android app."""

    language: str = ""
    service: str = ""
    app_hash: str = ""


_USUAL = Wording()


def start(
    gateway: Gateway,
    to: str,
    channel: str,
    *,
    wording: Wording = _USUAL,
    source: str = "",
    rate_limits: Mapping[str, str] | None = None,
) -> Row[Any]:
    """Make a code and put it in the outbox; the verification it belongs to. `source`: the network of whoever asks."""
    now, place = gateway.clock(), people.source_key(gateway.keys, source)
    found = _destination(gateway.settings, to, channel)
    with gateway.engine.begin() as connection:
        lock(connection, [f"to:{found.meaning}"])
        person = people.person(connection, gateway.keys, found.meaning, source)
        known = _open(gateway, connection, found, place, now)
        _check_sends(gateway.settings, known, person, place, now)
        sid = known.sid if known else new_sid("VE")
        demands = of_code(gateway.settings, found, channel, person, place, rate_limits or {})
        if exceeded := admit(connection, demands, now, key=gateway.keys.limits, verification=sid):
            raise refusal(exceeded)
        code = code_of(gateway.keys, sid, gateway.settings.code.length)
        body = _body(gateway.settings, wording, code, channel)
        if channel == "sms":
            _spend(gateway, connection, spending.Sending(found, _price(gateway, found, body), person.member, sid), now)
        send = {"sid": new_sid("VL"), "time": now, "channel": channel, "source": place}
        row = _sent(gateway, connection, known, sid, found, code, send)
        subject = _subject(gateway.settings, wording, code, channel)
        _enqueue_code(gateway, connection, row, body, subject, now)
    gateway.wake()
    gateway.metrics.started.labels(channel).inc()
    gateway.metrics.codes.labels(found.country, "sent").inc()
    gateway.audit("verification.start", sid=row.sid, to=masked(row.to), who=_who(gateway, row), sends=len(row.sends))
    return row


def check(gateway: Gateway, code: str, *, to: str = "", sid: str = "", source: str = "") -> tuple[Row[Any], bool]:
    """The verification, and whether the code is its code; if so it is over."""
    now = gateway.clock()
    with gateway.engine.begin() as connection:
        result = _check(gateway, connection, code, to, sid, source, now)
    if isinstance(result, Refusal):  # raised only now: the attempt has to stay counted
        gateway.metrics.checked.labels("refused").inc()
        gateway.audit("verification.check", sid=sid or None, to=masked(to) if to else None, refused=result.code)
        raise result
    row, right = result
    gateway.metrics.checked.labels("approved" if right else "wrong").inc()
    outcome = "approved" if right else "wrong code"
    gateway.audit("verification.check", sid=row.sid, to=masked(row.to), who=_who(gateway, row), outcome=outcome)
    return row, right


def fetch(gateway: Gateway, sid: str) -> Row[Any]:
    """A verification that is still open, by its SID or, as Twilio allows, by its destination."""
    with gateway.engine.begin() as connection:
        if row := _pending(connection, gateway.clock(), _named(sid)):
            return row
    raise Refusal(20404, sid)


def finish(gateway: Gateway, sid: str, status: str) -> Row[Any]:
    """End an open verification as "approved" (proven some other way) or "canceled"."""
    if status not in ("approved", "canceled"):
        raise Refusal(60200, "Status")
    now = gateway.clock()
    with gateway.engine.begin() as connection:
        if not (row := _pending(connection, now, _named(sid))):
            raise Refusal(20404, sid)
        ended = _change(connection, row, now, status=status, codes=[])
        if status == "approved":
            _approved(gateway, connection, row, "", now)
    gateway.audit("verification.finish", sid=row.sid, to=masked(row.to), who=_who(gateway, row), status=status)
    return ended


def _check(
    gateway: Gateway, connection: Connection, code: str, to: str, sid: str, source: str, now: float
) -> tuple[Row[Any], bool] | Refusal:
    """A right code is let through while its verification has guesses left, whatever was guessed elsewhere."""
    place, key = people.source_key(gateway.keys, source), gateway.keys.limits
    row = _pending(connection, now, verifications.c.sid == sid if sid else verifications.c.to == _normal(to))
    if row and to and _meaning(row.to) != _meaning(to):
        row = None  # somebody else's
    if row:
        own = guesses(gateway.settings, row, place)
        if exhausted(connection, [own], now, key=key):
            return Refusal(60202, retry_after=row.expires - now)
        if is_code(gateway.keys, row.sid, code, row.codes):
            approved = _change(connection, row, now, status="approved", codes=[])
            _approved(gateway, connection, row, place, now)
            return approved, True
        admit(connection, [own], now, key=key)
        row = _change(connection, row, now, checks=row.checks + 1)
    person = people.person(connection, gateway.keys, _meaning(row.to if row else to or sid), source)
    demands = of_guess(gateway.settings.limits, person.bucket, place)
    if exceeded := admit(connection, demands, now, key=key):
        return refusal(exceeded)
    return (row, False) if row else Refusal(20404, f"/Services/{gateway.settings.service_sid}/VerificationCheck")


def _approved(gateway: Gateway, connection: Connection, row: Row[Any], place: str, now: float) -> None:
    """What it demanded is given back, and who did it is known from here on."""
    give_back(connection, row.sid)
    spending.answered(connection, row.sid)
    starters = {send.get("source", "") for send in row.sends}
    home = place or (starters.pop() if len(starters) == 1 else "")  # of several, one may be a stranger's
    found = destination(row.to)
    people.approve(connection, gateway.keys, _meaning(row.to), home, now)
    gateway.metrics.codes.labels(found.country if found else "", "approved").inc()


def _open(gateway: Gateway, connection: Connection, found: Destination, place: str, now: float) -> Row[Any] | None:
    """The verification that is open. One whose guesses are used up is ended: a new code is the way on."""
    known = _pending(connection, now, verifications.c.to == found.to)
    if known and exhausted(connection, [guesses(gateway.settings, known, place)], now, key=gateway.keys.limits):
        _change(connection, known, now, status="max_attempts_reached", codes=[])
        return None
    return known


def _check_sends(settings: Settings, known: Row[Any] | None, person: people.Person, place: str, now: float) -> None:
    """Five codes of one verification; what others asked for does not count for somebody at home."""
    if known is None:
        return
    sends = [send for send in known.sends if not person.at_home or send.get("source", "") == place]
    if len(sends) >= settings.limits.sends:
        raise Refusal(60203, retry_after=known.expires - now)


def _spend(gateway: Gateway, connection: Connection, sending: spending.Sending, now: float) -> None:
    if stopped := spending.spend(gateway, connection, sending, now):
        gateway.audit("sending.stopped", what=stopped.what, country=sending.to.country)
        raise Refusal(_STOPPED.get(stopped.what, 60410), stopped.what, retry_after=stopped.retry_after)


def _price(gateway: Gateway, to: Destination, body: str) -> float:
    sms = gateway.settings.sms
    return price(sms.carriers, to.to, segments(body)) if sms else 0.0


def _destination(settings: Settings, to: str, channel: str) -> Destination:
    """The destination if this channel reaches it; else the refusal Twilio would answer."""
    if channel not in ("sms", "email"):
        raise Refusal(60200, "Channel")
    found = phone(to) if channel == "sms" else mailbox(to)
    if found is None:
        raise Refusal(60200, "To")
    if not settings.outbox_file and (settings.sms if channel == "sms" else settings.mail) is None:
        raise Refusal(60204, f"channel {channel}")
    if channel == "sms" and found.country not in settings.countries and not settings.outbox_file:
        raise Refusal(60605, found.country)
    if found.costly:
        raise Refusal(60410)
    return found


def _sent(
    gateway: Gateway,
    connection: Connection,
    known: Row[Any] | None,
    sid: str,
    to: Destination,
    code: str,
    send: dict[str, Any],
) -> Row[Any]:
    """The open verification, or a new one, with one sending more."""
    now, codes = send["time"], [code_hash(gateway.keys, sid, code)]
    if known:
        sends = [*known.sends, send]
        return _change(connection, known, now, channel=send["channel"], codes=codes, sends=sends)
    values = {"sid": sid, "to": to.to, "channel": send["channel"], "codes": codes, "sends": [send]}
    return _create(connection, values, now, gateway.settings.code.seconds)


def _body(settings: Settings, wording: Wording, code: str, channel: str) -> str:
    language = wording.language
    text = settings.texts.get(language) or settings.texts.get(language.partition("-")[0]) or settings.texts["en"]
    body = _filled(text, wording.service or settings.service, code)
    return f"{body}\n\n{wording.app_hash}" if wording.app_hash and channel == "sms" else body


def _subject(settings: Settings, wording: Wording, code: str, channel: str) -> str:
    if channel != "email" or not settings.mail:
        return ""
    return _filled(settings.mail.subject, wording.service or settings.service, code)


def _enqueue_code(gateway: Gateway, connection: Connection, row: Row[Any], body: str, subject: str, now: float) -> None:
    enqueue(
        connection,
        gateway.keys,
        now,
        sid=new_sid("SM"),
        verification=row.sid,
        channel=row.channel,
        to=row.to,
        sender=_sender(gateway.settings, row.channel),
        body=body,
        subject=subject,
        segments=segments(body),
        expires=row.expires,
    )


def _filled(text: str, service: str, code: str) -> str:
    return text.replace("{service}", service).replace("{code}", code)  # not str.format: it can reach into objects


def _sender(settings: Settings, channel: str) -> str:
    kind = settings.sms if channel == "sms" else settings.mail
    return kind.sender if kind else ""


def _create(connection: Connection, values: dict[str, Any], now: float, seconds: int) -> Row[Any]:
    times = {"created": now, "updated": now, "expires": now + seconds}
    made = insert(verifications).values(**values, status="pending", checks=0, **times)
    return connection.execute(made.returning(verifications)).one()


def _change(connection: Connection, row: Row[Any], now: float, **values: Any) -> Row[Any]:
    this = update(verifications).where(verifications.c.sid == row.sid)
    return connection.execute(this.values(updated=now, **values).returning(verifications)).one()


def _pending(connection: Connection, now: float, this: Any) -> Row[Any] | None:
    """The open verification, locked, so that of two checks at once only one can find it open."""
    is_open = (verifications.c.status == "pending") & (verifications.c.expires > now)
    found = select(verifications).where(this & is_open).order_by(verifications.c.created.desc()).limit(1)
    return connection.execute(found.with_for_update()).first()


def _named(sid_or_to: str) -> Any:
    return (verifications.c.sid == sid_or_to) | (verifications.c.to == _normal(sid_or_to))


def _normal(to: str) -> str:
    found = destination(to)
    return found.to if found else to


def _meaning(to: str) -> str:
    found = destination(to)
    return found.meaning if found else to


def _who(gateway: Gateway, row: Row[Any]) -> str:
    """Lets the audit log be followed for one destination without naming it."""
    return keyed(gateway.keys.limits, row.to)[:16]
