"""The door: nginx asks whether somebody may send a form (`auth_request`), so that an application needs no change.

Who has no pass is shown a page: work, an invitation where one is needed, the waiting room. A pass is a cookie, good for
one form that is sent on one host name.
"""

from collections.abc import Callable
from html import escape
from string import Template
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, insert, select, update
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from toolkit.guard import invitations, registration, room, siteverify
from toolkit.guard.app import address_of, body_of, form_in, static_text
from toolkit.guard.keys import keyed, new_code
from toolkit.guard.shared import Guard
from toolkit.guard.store import passes

_PASS, _TICKET = "guard_pass", "guard_ticket"
_AGAIN_SECONDS = 20
_MESSAGES = {
    "": "We check that no program signs up. This takes a few seconds; then press Continue.",
    "captcha": "The check was not finished. Please wait until it is, then press Continue.",
    "invitation": "Signing up needs an invitation at the moment, and this is none that is good.",
    "rate": "Many have signed up from where you are. Please come back tomorrow.",
    "queue": "New accounts cannot be verified at the moment. You are number {} in the queue; leave this page open.",
}


def routes(guard: Guard) -> tuple[Route, ...]:
    """What nginx asks, and the page; below /door/, which nginx serves on the application's own host.

    None without `base_url`, from which the page loads its script.
    """
    if not guard.settings.base_url:
        return ()
    return (
        Route("/door/gate", _gate(guard), methods=["GET"]),
        Route("/door/", _page(guard), methods=["GET"]),
        Route("/door/", _knock(guard), methods=["POST"]),
    )


def _gate(guard: Guard) -> Callable[[Request], Any]:
    """204: let it through; 401: to the page. A form that is sent uses the pass up."""

    def may(code: str, hostname: str, method: str) -> bool:
        mine = passes.c.key == keyed(guard.keys.hashes, f"pass:{code}")
        good = mine & (passes.c.hostname == hostname) & passes.c.used.is_(False) & (passes.c.expires > guard.clock())
        with guard.engine.begin() as connection:
            if method in ("GET", "HEAD", "OPTIONS"):
                return connection.execute(select(passes.c.key).where(good)).first() is not None
            return bool(connection.execute(update(passes).where(good).values(used=True)).rowcount)

    async def endpoint(request: Request) -> Response:
        code, method = request.cookies.get(_PASS, ""), request.headers.get("x-original-method", "POST")
        allowed = bool(code) and await run_in_threadpool(may, code, _hostname(request), method)
        return Response(status_code=204 if allowed else 401)

    return endpoint


def _page(guard: Guard) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        ticket = request.cookies.get(_TICKET, "")
        if not ticket:
            return _shown(guard, request, "")
        position = await run_in_threadpool(_position, guard, request, ticket)
        return _shown(guard, request, "queue" if position else "", position=position)

    return endpoint


def _knock(guard: Guard) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        form = form_in(await body_of(request))
        answer, hostname = form.get("cf-turnstile-response", ""), _hostname(request)
        if not await run_in_threadpool(siteverify.redeemed, guard, answer, hostname):
            return _shown(guard, request, "captcha", invitation=form.get("invitation", ""))
        asked = {"invitation": form.get("invitation", ""), "honeypot": form.get("website", "")}
        told = await run_in_threadpool(_check, guard, request, {**asked, "ticket": request.cookies.get(_TICKET, "")})
        if not told["allowed"]:
            shown = _shown(guard, request, told["reason"], position=told.get("position", 0))
            if told.get("ticket"):
                _set(shown, _TICKET, told["ticket"], 7 * 86_400)
            return shown
        passed = RedirectResponse(_next(request), 303)
        _set(passed, _PASS, told["pass"], guard.settings.registration.door_seconds)
        passed.delete_cookie(_TICKET)
        return passed

    return endpoint


def _check(guard: Guard, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    """As registration has it. Who may gets a "pass" at once, for which invitation and ticket are given up: the
    application behind the door never tells what became of the form."""
    with guard.engine.begin() as connection:
        told = registration.check(guard, connection, {**asked, "address": address_of(request)})
        if not told["allowed"]:
            return told
        if asked["invitation"]:
            invitations.use_up(guard, connection, asked["invitation"])
        room.leave(guard, connection, asked["ticket"])
        return {**told, "pass": _new_pass(guard, connection, _hostname(request))}


def _position(guard: Guard, request: Request, ticket: str) -> int:
    """In the queue; 0 for who is in, or has no place that could be looked at."""
    with guard.engine.begin() as connection:
        place = room.come(guard, connection, ticket, guard.origin(address_of(request)))
    return place.position if place else 0


def _new_pass(guard: Guard, connection: Connection, hostname: str) -> str:
    code = new_code()
    expires = guard.clock() + guard.settings.registration.door_seconds
    row = {"key": keyed(guard.keys.hashes, f"pass:{code}"), "hostname": hostname, "expires": expires, "used": False}
    connection.execute(insert(passes), row)
    return code


def _shown(guard: Guard, request: Request, reason: str, *, position: int = 0, invitation: str = "") -> Response:
    base, waits = guard.settings.base_url, reason == "queue"
    message = _MESSAGES.get(reason, "This did not work. Please try again later.").format(position)
    values = {
        "service": guard.settings.service,
        "base": base,
        "key": guard.settings.site[0].key,
        "message": message,
        "next": quote(_next(request)),
        "invitation": invitation,
    }
    page = Template(static_text("door.html")).substitute(
        {name: escape(value) for name, value in values.items()},
        refresh=f'<meta http-equiv="refresh" content="{_AGAIN_SECONDS}">' if waits else "",
    )
    policy = f"default-src 'none'; script-src {base}; style-src {base}; frame-src {base}; form-action 'self'; "
    policy += "base-uri 'none'; frame-ancestors 'none'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page, 200 if not reason else 403, headers=headers)


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def _hostname(request: Request) -> str:
    """The host asked for, in small letters; "" for what is none."""
    try:
        return (request.url.hostname or "").lower()
    except ValueError:
        return ""


def _next(request: Request) -> str:
    """Where they wanted to go: a path of this host, else the front page."""
    path = request.query_params.get("next", "/")
    is_path = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_path else "/"
