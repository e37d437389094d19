"""Registration: may this person register now? And the accounts that came of it.

In: what an application knows of a form that was sent (JSON, with its site's secret). Out: JSON. Nothing of a mailbox or
a name is kept.
"""

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, func, insert, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from toolkit.guard import invitations, mailboxes, room
from toolkit.guard.app import body_of, document_in
from toolkit.guard.keys import secret_hash
from toolkit.guard.refusals import Refusal
from toolkit.guard.shared import Guard, Origin
from toolkit.guard.store import registrations
from toolkit.serving.database import lock
from toolkit.serving.networks import network

Handler = Callable[[Guard, Connection, Mapping[str, Any]], dict[str, Any]]
_LONGEST = 64  # letters of an account's name


def routes(guard: Guard) -> tuple[Route, ...]:
    """The application's interface; docs/guard.md describes it."""

    def route(path: str, handler: Handler) -> Route:
        return Route(f"/api/v1/{path}", _endpoint(guard, handler), methods=["POST"])

    return (
        route("check", check),
        route("accounts", admit),
        route("standing", standing),
        route("invitations", invite),
        route("cut-off", cut_off),
    )


def check(guard: Guard, connection: Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """{"allowed"}, and where not the reason: "honeypot", "too fast", "mailbox", "domain", "disposable", "invitation",
    "rate", "queue" (with ticket and position)."""
    address = _text(asked, "address")
    if network(address) is None:
        raise Refusal("address")
    reason = _reason(guard, connection, asked)
    origin = guard.origin(address)
    lock(connection, [origin.address, origin.network])
    if not reason and _is_too_many(guard, connection, origin):
        reason = "rate"
    place = None if reason else room.come(guard, connection, _text(asked, "ticket"), origin)
    if place is not None and place.position:
        guard.metrics.registered.labels("queue").inc()
        return {"allowed": False, "reason": "queue", "ticket": place.ticket, "position": place.position}
    if not reason and place is None:
        reason = "rate"
    guard.metrics.registered.labels(reason or "allowed").inc()
    if reason:
        guard.audit("registration.refused", reason=reason, network=origin.network[:16])
        return {"allowed": False, "reason": reason}
    connection.execute(insert(registrations), {**origin._asdict(), "at": guard.clock()})
    return {"allowed": True}


def admit(guard: Guard, connection: Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Note an account that was made; its invitation and its ticket are used up."""
    account = _account(asked)
    invitations.admit(guard, connection, account, _text(asked, "invitation"))
    room.leave(guard, connection, _text(asked, "ticket"))
    guard.audit("account.admitted", account=account)
    return invitations.standing(guard, connection, account)._asdict()


def standing(guard: Guard, connection: Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an account: whether it is still new, and how many invitations it has left."""
    return invitations.standing(guard, connection, _account(asked))._asdict()


def invite(guard: Guard, connection: Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A code that an account may hand on."""
    return {"code": invitations.invite(guard, connection, _account(asked))}


def cut_off(guard: Guard, connection: Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The account, and with `tree` everybody who came by it, invite nobody any more: {"accounts", "codes"}."""
    account = _account(asked)
    these = invitations.branch(connection, account) if asked.get("tree") is True else [account]
    codes = invitations.cut_off(connection, these)
    guard.audit("account.cut off", account=account, accounts=len(these), codes=codes)
    return {"accounts": these, "codes": codes}


def _reason(guard: Guard, connection: Connection, asked: Mapping[str, Any]) -> str:
    rules = guard.settings.registration
    if _text(asked, "honeypot"):
        return "honeypot"
    seconds = asked.get("seconds")
    if isinstance(seconds, int | float) and seconds < rules.form_seconds:
        return "too fast"
    if (mailbox := _text(asked, "email")) and (why := mailboxes.refused(rules, mailbox)):
        return why
    code = _text(asked, "invitation")
    if (code or rules.invitation_only) and not invitations.is_good(guard, connection, code):
        return "invitation"
    return ""


def _is_too_many(guard: Guard, connection: Connection, origin: Origin) -> bool:
    rules, now = guard.settings.registration, guard.clock()

    def since(column: Column[str], value: str, seconds: int) -> int:
        counted = select(func.count()).select_from(registrations)
        return int(connection.execute(counted.where(column == value, registrations.c.at > now - seconds)).scalar_one())

    return (
        since(registrations.c.address, origin.address, rules.address.seconds) >= rules.address.free
        or since(registrations.c.network, origin.network, rules.network.seconds) >= rules.network.free
    )


def _endpoint(guard: Guard, handler: Handler) -> Callable[[Request], Any]:
    def run(document: Mapping[str, Any]) -> dict[str, Any]:
        with guard.engine.begin() as connection:
            return handler(guard, connection, document)

    async def endpoint(request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        hashed = secret_hash(given.strip())
        known = [hmac.compare_digest(site.secret_sha256, hashed) for site in guard.settings.site]
        if scheme.lower() != "bearer" or not any(known):
            raise Refusal("secret", 401)
        answer = await run_in_threadpool(run, document_in(await body_of(request)))
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return endpoint


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name) or ""
    if not isinstance(value, str) or not value.isprintable() or len(value) > 320:
        raise Refusal(name)
    return value


def _account(asked: Mapping[str, Any]) -> str:
    account = _text(asked, "account")
    if not 1 <= len(account) <= _LONGEST:
        raise Refusal("account")
    return account
