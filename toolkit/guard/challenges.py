"""Challenges are given to browsers, and their solutions become answers.

In: what a page's widget asks. Out: JSON. Nothing is stored of a challenge until it is solved, and then for as long as
it would be good.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from toolkit.guard import eras, tokens, tolls, work
from toolkit.guard.refusals import Refusal
from toolkit.guard.settings import Site
from toolkit.guard.shared import Guard, Origin
from toolkit.guard.store import answers, spent

_ACTION = re.compile(r"[A-Za-z0-9_/-]{0,100}")
_CDATA = re.compile(r"[A-Za-z0-9_.=-]{0,255}")
_HOSTNAME = re.compile(r"[a-z0-9.-]{1,253}|\[[0-9a-f:]{2,45}\]")
NO_DATABASE = (OperationalError, PoolTimeout)


class Asked(NamedTuple):
    """What a challenge is asked for."""

    site: Site
    hostname: str
    action: str
    cdata: str
    scored: bool
    automated: bool


def give(guard: Guard, document: Mapping[str, Any], address: str) -> dict[str, Any]:
    """A challenge. Refusal: "sitekey", "hostname", "action", "cdata"."""
    asked, origin, now = _asked(guard, document), guard.origin(address), guard.clock()
    try:
        with guard.engine.begin() as connection:
            era = eras.era(connection, now)
            doubled = tolls.doublings(guard, connection, asked.site, origin, now, automated=asked.automated)
    except NO_DATABASE:
        if asked.site.outage == "closed":
            raise
        era, doubled = "", 0
    guard.metrics.challenges.labels(asked.site.key, doubled).inc()
    return _challenge(guard, asked, origin, era=era, doubled=doubled, now=now)


def solve(guard: Guard, document: Mapping[str, Any], address: str) -> dict[str, Any]:
    """The answer to a solution: {"answer", "seconds"}; or another challenge, where the toll has risen meanwhile.

    Refusal: "challenge", "expired", "network", "solution", "spent".
    """
    parameters, signature = _challenge_of(document)
    now, origin = guard.clock(), guard.origin(address)
    if not work.is_ours(guard.keys.challenges, parameters, signature):
        raise Refusal("challenge")
    data = parameters["data"]
    if not now < parameters["expiresAt"] <= now + guard.settings.work.seconds + eras.SLACK_SECONDS:
        raise Refusal("expired")
    if data["network"] != origin.network:
        raise Refusal("network")
    if not work.is_solved(guard.keys.solutions, parameters, _solution_of(document)):
        guard.metrics.solved.labels(data["site"], "wrong").inc()
        raise Refusal("solution")
    site = guard.site(data["site"])
    if site is None:
        raise Refusal("sitekey")
    asked = Asked(site, data["hostname"], data["action"], data["cdata"], data["scored"] == 1, data["automated"] == 1)
    try:
        with guard.engine.begin() as connection:
            return _store(guard, connection, asked, origin, parameters, now)
    except IntegrityError:
        guard.metrics.solved.labels(site.key, "spent").inc()
        raise Refusal("spent") from None
    except NO_DATABASE:
        if site.outage == "closed":
            raise
        return _answer(guard, asked, now)


def _store(
    guard: Guard, connection: Connection, asked: Asked, origin: Origin, parameters: Mapping[str, Any], now: float
) -> dict[str, Any]:
    data, era = parameters["data"], eras.era(connection, now)
    if data["era"] != era:
        raise Refusal("expired")
    kept_until = parameters["expiresAt"] + 2 * eras.SLACK_SECONDS
    connection.execute(insert(spent), {"nonce": parameters["nonce"], "expires": kept_until})
    doubled = tolls.doublings(guard, connection, asked.site, origin, now, automated=asked.automated)
    if doubled > data["doublings"] + 1:
        guard.metrics.solved.labels(asked.site.key, "too easy").inc()
        return _challenge(guard, asked, origin, era=era, doubled=doubled, now=now)
    given = _answer(guard, asked, now)
    row = {
        "key": tokens.stored(guard.keys, given["answer"]),
        "site": asked.site.key,
        "hostname": asked.hostname,
        "action": asked.action,
        "cdata": asked.cdata,
        "scored": asked.scored,
        "score": tolls.score(doubled),
        "address": origin.address,
        "network": origin.network,
        "issued": now,
        "expires": now + guard.settings.work.answer_seconds,
        "redeemed": None,
    }
    connection.execute(insert(answers), row)
    guard.metrics.solved.labels(asked.site.key, "answered").inc()
    return given


def _answer(guard: Guard, asked: Asked, now: float) -> dict[str, Any]:
    seconds = guard.settings.work.answer_seconds
    answer = tokens.make(
        guard.keys,
        site=asked.site.key,
        hostname=asked.hostname,
        action=asked.action,
        issued=now,
        expires=now + seconds,
    )
    return {"answer": answer, "seconds": seconds}


def _challenge(guard: Guard, asked: Asked, origin: Origin, *, era: str, doubled: int, now: float) -> dict[str, Any]:
    settings = guard.settings.work
    data = {
        "site": asked.site.key,
        "hostname": asked.hostname,
        "action": asked.action,
        "cdata": asked.cdata,
        "scored": int(asked.scored),
        "automated": int(asked.automated),
        "doublings": doubled,
        "era": era,
        "network": origin.network,
    }
    return work.challenge(
        guard.keys.challenges,
        guard.keys.solutions,
        cost=settings.cost,
        rounds=settings.rounds * 2**doubled,
        expires=int(now) + settings.seconds,
        data=data,
    )


def _asked(guard: Guard, document: Mapping[str, Any]) -> Asked:
    key, hostname, action, cdata = (_text(document, name) for name in ("sitekey", "hostname", "action", "cdata"))
    site = guard.site(key)
    if site is None:
        raise Refusal("sitekey")
    if not _HOSTNAME.fullmatch(hostname) or hostname not in site.hostnames:
        raise Refusal("hostname")
    if not _ACTION.fullmatch(action):
        raise Refusal("action")
    if not _CDATA.fullmatch(cdata):
        raise Refusal("cdata")
    return Asked(site, hostname, action, cdata, document.get("scored") is True, document.get("automated") is True)


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name, "")
    return value if isinstance(value, str) else "\0"  # fits nowhere


def _challenge_of(document: Mapping[str, Any]) -> tuple[Any, Any]:
    challenge = document.get("challenge")
    return (challenge.get("parameters"), challenge.get("signature")) if isinstance(challenge, dict) else (None, None)


def _solution_of(document: Mapping[str, Any]) -> Any:
    solution = document.get("solution")
    return solution.get("derivedKey") if isinstance(solution, dict) else None
