"""siteverify: an application asks whether what a form brought is an answer, once.

In: the parameters, and whose words to answer in. Out: the vendor's JSON with its own error codes:
https://developers.google.com/recaptcha/docs/verify, https://docs.hcaptcha.com/#siteverify-error-codes-table,
https://developers.cloudflare.com/turnstile/get-started/server-side-validation/#error-codes
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, select, update

from toolkit.guard import eras, tokens
from toolkit.guard.challenges import NO_DATABASE
from toolkit.guard.keys import keyed, secret_hash
from toolkit.guard.settings import Site
from toolkit.guard.shared import Guard
from toolkit.guard.store import answers
from toolkit.serving.networks import network

Vendor = Literal["recaptcha", "hcaptcha", "turnstile"]
_EXPIRED, _SEEN, _MISMATCH = "timeout-or-duplicate", "timeout-or-duplicate", "invalid-input-response"
_WORDS: Mapping[Vendor, Mapping[str, str]] = {  # where a vendor's differ from these three
    "recaptcha": {},
    "turnstile": {},
    "hcaptcha": {
        "expired": "expired-input-response",
        "seen": "already-seen-response",
        "mismatch": "sitekey-secret-mismatch",
    },
}
_OUTAGE: Mapping[Vendor, str] = {"recaptcha": "bad-request", "hcaptcha": "bad-request", "turnstile": "internal-error"}
_LONGEST = 256  # of a secret


class Failed(Exception):
    """`code` is "expired", "seen", "mismatch", or one of the codes that all three share."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Told(NamedTuple):
    """What an application is told of an answer that is good."""

    hostname: str
    action: str
    cdata: str
    issued: float
    score: float | None = None


def siteverify(guard: Guard, vendor: Vendor, form: Mapping[str, str]) -> dict[str, Any]:
    """The vendor's JSON."""
    site = None
    try:
        site = _site(guard, form.get("secret", ""))
        told = _redeem(guard, vendor, site, form)
    except Failed as failed:
        code = _in_words(vendor, failed.code)
        _note(guard, site, code)
        return {"success": False, "error-codes": [code]}
    except NO_DATABASE:
        _note(guard, site, "no database")
        return {"success": False, "error-codes": [_OUTAGE[vendor]]}
    _note(guard, site, "success")
    return _success(vendor, told)


def redeemed(guard: Guard, answer: str, hostname: str) -> bool:
    """Use an answer up that the guard's own page was given, on this host name; whether it was good."""
    site = guard.settings.site[0]
    claims = tokens.read(guard.keys, answer)
    if claims is None or claims.hostname != hostname:
        return False
    try:
        _redeem(guard, "turnstile", site, {"response": answer})
    except Failed:
        return False
    return True


def _redeem(guard: Guard, vendor: Vendor, site: Site, form: Mapping[str, str]) -> Told:
    answer, now = form.get("response", ""), guard.clock()
    if not answer:
        raise Failed("missing-input-response")
    claims = tokens.read(guard.keys, answer)
    if claims is None:
        raise Failed("invalid-input-response")
    if claims.site != site.key or form.get("sitekey", site.key) != site.key:
        raise Failed("mismatch")
    if claims.hostname not in site.hostnames:  # of which it is one no more
        raise Failed("invalid-input-response")
    remote = form.get("remoteip", "")
    if vendor == "hcaptcha" and remote and network(remote) is None:
        raise Failed("invalid-remoteip")
    try:
        with guard.engine.begin() as connection:
            eras.era(connection, now)
            row = _good(guard, site, _row(guard, connection, answer), remote, now)
            _mark(guard, connection, row, form.get("idempotency_key", "") if vendor == "turnstile" else "")
    except NO_DATABASE:
        if site.outage == "closed" or not claims.issued - eras.SLACK_SECONDS <= now < claims.expires:
            raise
        return Told(claims.hostname, claims.action, "", claims.issued)
    return Told(row.hostname, row.action, row.cdata, row.issued, row.score if row.scored else None)


def _row(guard: Guard, connection: Connection, answer: str) -> Row[Any] | None:
    this = select(answers).where(answers.c.key == tokens.stored(guard.keys, answer))
    return connection.execute(this.with_for_update()).first()


def _good(guard: Guard, site: Site, row: Row[Any] | None, remote: str, now: float) -> Row[Any]:
    """The stored answer, if it may be redeemed at all."""
    if row is None or not row.issued - eras.SLACK_SECONDS <= now < row.expires:
        raise Failed("expired")
    if site.same_network and row.network != guard.origin(remote).network:
        raise Failed("invalid-input-response")
    return row


def _mark(guard: Guard, connection: Connection, row: Row[Any], idempotency_key: str) -> None:
    """It is redeemed now. Turnstile's applications may ask again with the same idempotency key."""
    mark = keyed(guard.keys.hashes, f"idempotency:{idempotency_key}") if idempotency_key else "-"
    if row.redeemed is not None:
        if idempotency_key and hmac.compare_digest(row.redeemed, mark):
            return
        raise Failed("seen")
    this = (answers.c.key == row.key) & answers.c.redeemed.is_(None)
    if not connection.execute(update(answers).where(this).values(redeemed=mark)).rowcount:
        raise Failed("seen")


def _site(guard: Guard, secret: str) -> Site:
    if not secret:
        raise Failed("missing-input-secret")
    given = secret_hash(secret[: _LONGEST + 1])
    found = [site for site in guard.settings.site if hmac.compare_digest(site.secret_sha256, given)]
    if not found:
        raise Failed("invalid-input-secret")
    return found[0]


def _in_words(vendor: Vendor, code: str) -> str:
    usual = {"expired": _EXPIRED, "seen": _SEEN, "mismatch": _MISMATCH}
    return _WORDS[vendor].get(code) or usual.get(code, code)


def _success(vendor: Vendor, told: Told) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "success": True,
        "challenge_ts": datetime.fromtimestamp(told.issued, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hostname": told.hostname,
    }
    if vendor == "turnstile":
        return answer | {"error-codes": [], "action": told.action, "cdata": told.cdata}
    if vendor == "hcaptcha":
        return answer | {"credit": False}
    return answer if told.score is None else answer | {"score": told.score, "action": told.action}


def _note(guard: Guard, site: Site | None, outcome: str) -> None:
    guard.metrics.verified.labels(site.key if site else "", outcome).inc()
    if outcome != "success":
        guard.audit("verification.refused", site=site.key if site else None, code=outcome)
