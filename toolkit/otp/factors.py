"""Authenticator apps (TOTP, RFC 6238) as Twilio's factors and challenges: a second factor that needs no carrier.

A factor is made unverified, becomes verified by its first right code, and is asked by challenges from then on. A code
counts once, over all challenges of its factor. Refusals carry Twilio's codes; as with Twilio a wrong code is no error.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from toolkit.otp.gateway import Gateway
from toolkit.otp.keys import keyed, new_sid, seal, unseal
from toolkit.otp.limits import Demand, admit
from toolkit.otp.parameters import json_in, whole_number
from toolkit.otp.refusals import Refusal
from toolkit.otp.store import challenges, factors

_ALGORITHMS: dict[str, type[SHA1] | type[SHA256] | type[SHA512]] = {"sha1": SHA1, "sha256": SHA256, "sha512": SHA512}
_IDENTITY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{6,62})[A-Za-z0-9]")
_SECRET = re.compile(r"[A-Z2-7]{16,103}=*", re.IGNORECASE)
_RANGES = {"TimeStep": (20, 60, 30), "Skew": (0, 2, 1), "CodeLength": (6, 8, 6)}  # least, most, unless said
_ATTEMPTS = 5  # wrong codes until an unverified factor is given up, Twilio's figure
_MOST_FACTORS = 20  # of one identity
_OPEN_SECONDS = 300  # a challenge, Twilio's figure


def create(gateway: Gateway, identity: str, form: Mapping[str, str]) -> tuple[Row[Any], str]:
    """A new factor, and its seed: this is the only time it is shown."""
    now, name = gateway.clock(), form.get("FriendlyName", "")
    if not _IDENTITY.fullmatch(identity):
        raise Refusal(60306, "Identity")
    if form.get("FactorType", "").lower() != "totp":
        raise Refusal(60369)
    if not 1 <= len(name) <= 64:
        raise Refusal(60306, "FriendlyName")
    seed = _seed(form.get("Binding.Secret") or base64.b32encode(secrets.token_bytes(20)).decode())
    values = {"identity": identity, "name": name, "config": _config(form), "metadata": _metadata(form)}
    times = {"status": "unverified", "attempts": 0, "last_step": 0, "created": now, "updated": now}
    with gateway.engine.begin() as connection:
        _admit(gateway, connection, now)
        own = select(func.count()).where(factors.c.identity == identity)
        if connection.execute(own).scalar_one() >= _MOST_FACTORS:
            raise Refusal(60306, f"Identity: it has {_MOST_FACTORS} factors")
        made = insert(factors).values(**values, **times, sid=new_sid("YF"), secret=seal(gateway.keys, seed))
        row = connection.execute(made.returning(factors)).one()
    gateway.audit("factor.create", sid=row.sid, who=_who(gateway, identity))
    return row, seed


def listed(gateway: Gateway, identity: str) -> list[Row[Any]]:
    """The factors of an identity, newest first."""
    own = select(factors).where(factors.c.identity == identity).order_by(factors.c.created.desc(), factors.c.sid)
    with gateway.engine.begin() as connection:
        return list(connection.execute(own).all())


def fetch(gateway: Gateway, identity: str, sid: str) -> Row[Any]:
    """One factor."""
    with gateway.engine.begin() as connection:
        return _factor(connection, identity, sid)


def remove(gateway: Gateway, identity: str, sid: str) -> None:
    """Delete a factor and its challenges."""
    with gateway.engine.begin() as connection:
        _factor(connection, identity, sid)
        connection.execute(delete(challenges).where(challenges.c.factor == sid))
        connection.execute(delete(factors).where(factors.c.sid == sid))
    gateway.audit("factor.delete", sid=sid, who=_who(gateway, identity))


def verify(gateway: Gateway, identity: str, sid: str, code: str, *, name: str = "") -> Row[Any]:
    """The factor, verified if the code is right; `name` renames it."""
    now = gateway.clock()
    with gateway.engine.begin() as connection:
        row = _factor(connection, identity, sid)
        changes: dict[str, Any] = {"name": name[:64]} if name else {}
        if code and row.status == "unverified":
            if row.attempts >= _ATTEMPTS:
                raise Refusal(60310)
            step = _step(gateway, row, code, now)
            changes |= {"status": "verified", "last_step": step} if step else {"attempts": row.attempts + 1}
        row = _change(connection, row, now, **changes)
    gateway.audit("factor.verify", sid=sid, who=_who(gateway, identity), status=row.status)
    return row


def challenge(gateway: Gateway, identity: str, sid: str, code: str) -> Row[Any]:
    """A new challenge of a factor; approved if the code is right, else pending."""
    now = gateway.clock()
    with gateway.engine.begin() as connection:
        factor = _factor(connection, identity, sid)
        if factor.status != "verified":
            raise Refusal(60318)
        values = {"factor": sid, "identity": identity, "status": "pending", "expires": now + _OPEN_SECONDS}
        made = insert(challenges).values(**values, sid=new_sid("YC"), created=now, updated=now)
        row = connection.execute(made.returning(challenges)).one()
        row, refusal = _respond(gateway, connection, factor, row, code, now)
    return _answered(gateway, row, refusal)


def respond(gateway: Gateway, identity: str, sid: str, code: str) -> Row[Any]:
    """A challenge that is still open, answered."""
    now = gateway.clock()
    with gateway.engine.begin() as connection:
        row = _challenge(connection, identity, sid)
        factor, refusal = _factor(connection, identity, row.factor), None
        if status(row, now) == "pending":
            row, refusal = _respond(gateway, connection, factor, row, code, now)
    return _answered(gateway, row, refusal)


def fetch_challenge(gateway: Gateway, identity: str, sid: str) -> Row[Any]:
    """One challenge."""
    with gateway.engine.begin() as connection:
        return _challenge(connection, identity, sid)


def status(row: Row[Any], now: float) -> str:
    """A challenge's status: one nobody answered in time has expired."""
    return "expired" if row.status == "pending" and row.expires <= now else str(row.status)


def authenticator(row: Row[Any], seed: str) -> TOTP:
    """What computes a factor's codes."""
    config, key = row.config, base64.b32decode(seed)
    algorithm = _ALGORITHMS[config["alg"]]()
    return TOTP(key, config["code_length"], algorithm, config["time_step"], enforce_key_length=False)


def _respond(
    gateway: Gateway, connection: Connection, factor: Row[Any], row: Row[Any], code: str, now: float
) -> tuple[Row[Any], Refusal | None]:
    """The challenge after this answer; a refusal is raised later, since what was counted has to stay."""
    if not code:
        return row, None
    demand = Demand("factor_checks", factor.sid, gateway.settings.limits.factor_checks)
    if exceeded := admit(connection, [demand], now, key=gateway.keys.limits):
        return row, Refusal(20429, retry_after=exceeded.retry_after)
    if step := _step(gateway, factor, code, now):
        _change(connection, factor, now, last_step=step)
        answered = update(challenges).where(challenges.c.sid == row.sid)
        row = connection.execute(answered.values(status="approved", updated=now).returning(challenges)).one()
    return row, None


def _answered(gateway: Gateway, row: Row[Any], refusal: Refusal | None) -> Row[Any]:
    outcome = str(refusal.code) if refusal else row.status
    gateway.audit("challenge", sid=row.sid, who=_who(gateway, row.identity), outcome=outcome)
    if refusal:
        raise refusal
    return row


def _step(gateway: Gateway, row: Row[Any], code: str, now: float) -> int | None:
    """The time step this code is right for; None if it is wrong, or no newer than the last that was."""
    seed = unseal(gateway.keys, row.secret)
    if seed is None:
        raise Refusal(20500)  # the gateway's secret was changed
    totp, length, skew = authenticator(row, seed), row.config["time_step"], row.config["skew"]
    now_step = int(now) // length
    steps = [step for step in range(now_step - skew, now_step + skew + 1) if step > row.last_step]
    right = [step for step in steps if hmac.compare_digest(totp.generate(step * length), code.encode())]
    return right[0] if right else None


def _config(form: Mapping[str, str]) -> dict[str, Any]:
    numbers = []
    for name, (least, most, usual) in _RANGES.items():
        text = form.get(f"Config.{name}") or str(usual)
        number = whole_number(text, f"Config.{name}", 60306)
        if not least <= number <= most:
            raise Refusal(60306, f"Config.{name}")
        numbers.append(number)
    algorithm = form.get("Config.Alg") or "sha1"
    if algorithm not in _ALGORITHMS:
        raise Refusal(60306, "Config.Alg")
    return dict(zip(("time_step", "skew", "code_length"), numbers, strict=True)) | {"alg": algorithm}


def _metadata(form: Mapping[str, str]) -> Any:
    return json_in(form.get("Metadata") or "null", "Metadata", 60306)


def _seed(text: str) -> str:
    """A seed in base32, padded."""
    bare = text.rstrip("=").upper()
    seed = bare + "=" * (-len(bare) % 8)
    try:
        base64.b32decode(seed)
    except binascii.Error:
        seed = ""
    if not _SECRET.fullmatch(seed):
        raise Refusal(60306, "Binding.Secret")
    return seed


def _admit(gateway: Gateway, connection: Connection, now: float) -> None:
    demand = Demand("account_checks", "", gateway.settings.limits.account_checks)
    if exceeded := admit(connection, [demand], now, key=gateway.keys.limits):
        raise Refusal(20429, retry_after=exceeded.retry_after)


def _factor(connection: Connection, identity: str, sid: str) -> Row[Any]:
    """A factor, locked, so that of two answers with one code only one can be right."""
    this = (factors.c.sid == sid) & (factors.c.identity == identity)
    if row := connection.execute(select(factors).where(this).with_for_update()).first():
        return row
    raise Refusal(20404, f"/Factors/{sid}")


def _challenge(connection: Connection, identity: str, sid: str) -> Row[Any]:
    this = (challenges.c.sid == sid) & (challenges.c.identity == identity)
    if row := connection.execute(select(challenges).where(this)).first():
        return row
    raise Refusal(20404, f"/Challenges/{sid}")


def _change(connection: Connection, row: Row[Any], now: float, **values: Any) -> Row[Any]:
    this = update(factors).where(factors.c.sid == row.sid)
    return connection.execute(this.values(updated=now, **values).returning(factors)).one()


def _who(gateway: Gateway, identity: str) -> str:
    return keyed(gateway.keys.limits, identity)[:16]
