"""Verifications: a code is made and sent, and checked once.

As with Twilio one destination has one verification at a time. Starting it again sends another code; those sent before
stay good until it ends, since messages overtake each other. Refusals carry Twilio's codes.
"""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from toolkit.otp.carriers.kannel import segments
from toolkit.otp.destinations import Destination, mailbox, masked, phone
from toolkit.otp.gateway import Gateway
from toolkit.otp.keys import code_hash, is_code, keyed, new_code, new_sid
from toolkit.otp.limits import Demand, Exceeded, admit
from toolkit.otp.outbox import enqueue
from toolkit.otp.refusals import Refusal
from toolkit.otp.settings import Settings
from toolkit.otp.store import lock, verifications

_EXCEEDED = {
    "number": 60212,
    "mailbox": 60203,  # Twilio's 60212 speaks of phone numbers only
    "prefix": 60410,
    "domain": 20429,
    "account": 20429,
}  # others: a named rate limit
_CHECKS_EXCEEDED = {"number_checks": 60202, "account_checks": 20429}


def start(
    gateway: Gateway, to: str, channel: str, *, language: str = "", rate_limits: Mapping[str, str] | None = None
) -> Row[Any]:
    """Make a code and put it in the outbox; the verification it belongs to."""
    now = gateway.clock()
    destination = _destination(gateway.settings, to, channel)
    demands = _demands(gateway.settings, destination, channel, rate_limits or {})
    with gateway.engine.begin() as connection:
        lock(connection, [f"to:{destination.to}"])
        known = _pending(connection, now, verifications.c.to == destination.to)
        if known and len(known.sends) >= gateway.settings.limits.sends:
            raise Refusal(60203, retry_after=known.expires - now)
        if exceeded := admit(connection, demands, now, key=gateway.keys.limits):
            raise _refusal(exceeded)
        row = _with_new_code(gateway, connection, known, destination, channel, language, now)
    gateway.wake()
    gateway.metrics.started.labels(channel).inc()
    gateway.audit("verification.start", sid=row.sid, to=masked(row.to), who=_who(gateway, row), sends=len(row.sends))
    return row


def check(gateway: Gateway, code: str, *, to: str = "", sid: str = "") -> tuple[Row[Any], bool]:
    """The verification, and whether the code is one of its codes; if so it is over."""
    now = gateway.clock()
    with gateway.engine.begin() as connection:
        result = _check(gateway, connection, code, _normal(to), sid, now)
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
    gateway.audit("verification.finish", sid=row.sid, to=masked(row.to), who=_who(gateway, row), status=status)
    return ended


def _check(
    gateway: Gateway, connection: Connection, code: str, to: str, sid: str, now: float
) -> tuple[Row[Any], bool] | Refusal:
    limits, this = gateway.settings.limits, verifications.c.sid == sid if sid else verifications.c.to == to
    row = _pending(connection, now, this)
    demands = [
        Demand("account_checks", "", limits.account_checks),
        Demand("number_checks", row.to if row else sid or to, limits.number_checks),
    ]
    if exceeded := admit(connection, demands, now, key=gateway.keys.limits):
        return Refusal(_CHECKS_EXCEEDED[exceeded.name], retry_after=exceeded.retry_after)
    if row is None:
        return Refusal(20404, f"/Services/{gateway.settings.service_sid}/VerificationCheck")
    if row.checks >= limits.checks:
        return Refusal(60202, retry_after=row.expires - now)
    if is_code(gateway.keys, row.sid, code, row.codes):
        return _change(connection, row, now, status="approved", codes=[], checks=row.checks + 1), True
    return _change(connection, row, now, checks=row.checks + 1), False


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


def _demands(settings: Settings, to: Destination, channel: str, named: Mapping[str, str]) -> list[Demand]:
    limits = settings.limits
    if channel == "sms":
        own = [Demand("number", to.to, limits.number), Demand("prefix", to.group, limits.prefix)]
    else:
        own = [Demand("mailbox", to.to, limits.number), Demand("domain", to.group, limits.domain)]
    demands = [Demand("account", "", limits.account), *own]
    for name, value in named.items():
        if name not in limits.rate_limits:
            raise Refusal(60200, f"RateLimits: {name[:40]}")
        demands.append(Demand(f"rate_limits.{name}", _network(value), limits.rate_limits[name]))
    return demands


def _network(value: str) -> str:
    """What is counted for an address: of IPv6 the /64, since one household or attacker has all of it."""
    try:
        address = ip_address(value)
    except ValueError:
        return value
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _refusal(exceeded: Exceeded) -> Refusal:
    name = exceeded.name.removeprefix("rate_limits.")
    return Refusal(_EXCEEDED.get(exceeded.name, 60207), name, retry_after=exceeded.retry_after)


def _with_new_code(
    gateway: Gateway,
    connection: Connection,
    known: Row[Any] | None,
    destination: Destination,
    channel: str,
    language: str,
    now: float,
) -> Row[Any]:
    """The open verification, or a new one, with one code more; the code is in the outbox."""
    settings, sid = gateway.settings, known.sid if known else new_sid("VE")
    code = new_code(settings.code.length)
    hashed, send = code_hash(gateway.keys, sid, code), {"sid": new_sid("VL"), "time": now, "channel": channel}
    if known:
        codes, sends = [*known.codes, hashed], [*known.sends, send]
        row = _change(connection, known, now, channel=channel, codes=codes, sends=sends)
    else:
        values = {"sid": sid, "to": destination.to, "channel": channel, "codes": [hashed], "sends": [send]}
        row = _create(connection, values, now, settings.code.seconds)
    _enqueue_code(gateway, connection, row, code, channel, language, now)
    return row


def _enqueue_code(
    gateway: Gateway, connection: Connection, row: Row[Any], code: str, channel: str, language: str, now: float
) -> None:
    settings = gateway.settings
    text = settings.texts.get(language) or settings.texts.get(language.partition("-")[0]) or settings.texts["en"]
    body = _filled(text, settings.service, code)
    subject = _filled(settings.mail.subject, settings.service, code) if settings.mail and channel == "email" else ""
    enqueue(
        connection,
        gateway.keys,
        now,
        sid=new_sid("SM"),
        verification=row.sid,
        channel=channel,
        to=row.to,
        sender=_sender(settings, channel),
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
    found = mailbox(to) if "@" in to else phone(to)
    return found.to if found else to


def _who(gateway: Gateway, row: Row[Any]) -> str:
    """Lets the audit log be followed for one destination without naming it."""
    return keyed(gateway.keys.limits, row.to)[:16]
