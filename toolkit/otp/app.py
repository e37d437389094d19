"""The ASGI application: Twilio's paths, Kannel's delivery reports, health and metrics.

Handlers are plain functions of a `Call`; they run in a thread, since the database is asked synchronously.
"""

import asyncio
import base64
import binascii
import contextlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from prometheus_client import generate_latest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from toolkit.otp import answers, factor_paths, messages, outbox, parameters, verify
from toolkit.otp.call import Call, Handler
from toolkit.otp.demands import ADDRESS
from toolkit.otp.gateway import Gateway
from toolkit.otp.keys import keyed
from toolkit.otp.refusals import Refusal
from toolkit.serving.networks import network

_LARGEST = 65_536  # bytes of a request's body
_BODY_SECONDS = 10
_REPORTS = {"1": "delivered", "2": "undelivered", "8": "sent", "16": "undelivered"}  # Kannel's kinds


Lifespan = Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]


def make_app(gateway: Gateway, lifespan: Lifespan | None = None) -> Starlette:
    """The application; `lifespan` runs the senders beside it."""
    service, account = "/v2/Services/{service}", "/2010-04-01/Accounts/{account}"

    def route(path: str, handler: Handler, *methods: str) -> Route:
        return Route(path, _endpoint(gateway, handler), methods=[*methods])

    return Starlette(
        routes=[
            route(f"{service}/Verifications", _start, "POST"),
            route(f"{service}/VerificationCheck", _check, "POST"),
            Route(
                f"{service}/Verifications/{{sid}}",
                _by_method(gateway, GET=_fetch, POST=_finish),
                methods=["GET", "POST"],
            ),
            Route(f"{account}/Messages.json", _by_method(gateway, GET=_list, POST=_send), methods=["GET", "POST"]),
            route(f"{account}/Messages/{{sid}}.json", _message, "GET"),
            *(
                Route(f"{service}/Entities/{{identity}}/{path}", _by_method(gateway, **handlers), methods=[*handlers])
                for path, handlers in factor_paths.paths().items()
            ),
            Route("/kannel/report", _kannel_report(gateway)),
            Route("/healthz", _health(gateway)),
            Route("/metrics", _metrics(gateway)),
        ],
        exception_handlers={
            Refusal: _refuse(gateway),
            HTTPException: _refuse_path,
            OperationalError: _no_database,
            PoolTimeout: _no_database,
            ClientDisconnect: _gone,
            Exception: _broken,
        },
        lifespan=lifespan,
    )


# --- Twilio's resources -----------------------------------------------------------------------------------------------
def _start(call: Call) -> tuple[int, dict[str, Any]]:
    form = call.form
    parameters.check_verification(form)
    source, rate_limits = _source(call), _rate_limits(call)
    row = verify.start(
        call.gateway,
        form.get("To", ""),
        form.get("Channel", "").lower(),
        wording=verify.Wording(
            form.get("Locale", ""), form.get("CustomFriendlyName", ""), app_hash=form.get("AppHash", "")
        ),
        source=source,
        rate_limits=rate_limits,
    )
    return 201, answers.verification(row, call.gateway.settings)


def _check(call: Call) -> tuple[int, dict[str, Any]]:
    parameters.check_guess(call.form)
    to, sid, code = (call.form.get(name, "") for name in ("To", "VerificationSid", "Code"))
    if not (to or sid):
        raise Refusal(60200, "To")
    if not (code.isascii() and code.isdigit() and 4 <= len(code) <= 10):
        raise Refusal(60200, "Code")
    row, _ = verify.check(call.gateway, code, to=to, sid=sid, source=_source(call))
    return 200, answers.verification_check(row, call.gateway.settings)


def _fetch(call: Call) -> tuple[int, dict[str, Any]]:
    return 200, answers.verification(verify.fetch(call.gateway, call.path["sid"]), call.gateway.settings)


def _finish(call: Call) -> tuple[int, dict[str, Any]]:
    row = verify.finish(call.gateway, call.path["sid"], call.form.get("Status", ""))
    return 200, answers.verification(row, call.gateway.settings)


def _send(call: Call) -> tuple[int, dict[str, Any]]:
    asked = parameters.of_message(call.form)
    to, body, sender, callback = (call.form.get(name, "") for name in ("To", "Body", "From", "StatusCallback"))
    row = messages.send(call.gateway, to, body, sender=sender, callback=callback, asked=asked)
    return 201, answers.message(row, messages.text(call.gateway, row), call.gateway.settings)


def _message(call: Call) -> tuple[int, dict[str, Any]]:
    row = messages.fetch(call.gateway, call.path["sid"])
    return 200, answers.message(row, messages.text(call.gateway, row), call.gateway.settings)


def _list(call: Call) -> tuple[int, dict[str, Any]]:
    kept = ("To", "From", "Page", "DateSent", "DateSent<", "DateSent>")
    query = {name: call.form[name] for name in kept if name in call.form}
    parameters.whole_number(query.get("Page", "0"), "Page")
    size = min(max(parameters.whole_number(call.form.get("PageSize", "50"), "PageSize"), 1), 1000)
    token, to, sender = (call.form.get(name, "") for name in ("PageToken", "To", "From"))
    sent = parameters.sent_between(call.form)
    page = messages.page(call.gateway, size=size, token=token, to=to, sender=sender, sent=sent)
    bodies = [messages.text(call.gateway, row) for row in page.rows]
    return 200, answers.message_page(page, bodies, call.gateway.settings, size=size, query=query)


def _source(call: Call) -> str:
    """The network of the user's device: the parameter DeviceIp, else the rate limit of that name; "" if nobody said."""
    address = call.form.get("DeviceIp") or _table(call.form.get("RateLimits", "{}")).get(ADDRESS)
    if not address:
        return ""
    if (found := network(address)) is None:
        raise Refusal(60200, "DeviceIp")
    return found


def _rate_limits(call: Call) -> dict[str, str]:
    """What the parameter RateLimits names; DeviceIp is the address of the user's device in other words."""
    named = _table(call.form.get("RateLimits", "{}"))
    if (address := call.form.get("DeviceIp")) and ADDRESS in call.gateway.settings.limits.rate_limits:
        named.setdefault(ADDRESS, address)
    return named


def _table(text: str) -> dict[str, str]:
    """The parameter RateLimits: a JSON object of strings."""
    table = parameters.json_in(text, "RateLimits", 60200)
    if not isinstance(table, dict) or not all(
        isinstance(value, str) and value.isprintable() for value in table.values()
    ):
        raise Refusal(60200, "RateLimits")
    return table


# --- requests ---------------------------------------------------------------------------------------------------------
def _endpoint(gateway: Gateway, handler: Handler) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        _authenticate(gateway, request)
        form = await _form(request)
        status, answer = await run_in_threadpool(handler, Call(gateway, request.path_params, form))
        return Response(status_code=status) if status == 204 else JSONResponse(answer, status)

    return endpoint


def _by_method(gateway: Gateway, **handlers: Handler) -> Callable[[Request], Any]:
    endpoints = {method: _endpoint(gateway, handler) for method, handler in handlers.items()}

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        answer: Response = await endpoints[method](request)
        return answer

    return endpoint


def _authenticate(gateway: Gateway, request: Request) -> None:
    """HTTP basic authentication with the account's SID and token; then the path must be the account's own."""
    settings = gateway.settings
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    if not hmac.compare_digest(given, f"{settings.account_sid}:{settings.auth_token}".encode()):
        peer = request.client.host if request.client else None
        gateway.audit("authentication.failed", peer=peer)
        raise Refusal(20003)
    own = {"service": settings.service_sid, "account": settings.account_sid}
    if "\0" in request.url.path or any(request.path_params.get(name, sid) != sid for name, sid in own.items()):
        raise Refusal(20404, request.url.path)


async def _form(request: Request) -> dict[str, str]:
    """Parameters of the query and of a form-encoded body; of a name given twice the last counts."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await _body(request)
    except TimeoutError:
        raise HTTPException(408) from None
    try:
        query, pairs = (
            dict(parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100))
            for text in (request.scope["query_string"], body)
        )
    except ValueError:
        raise Refusal(60200, "query or body") from None
    form = {**query, **pairs}
    if name := next((name for name, value in form.items() if "\0" in name + value), None):
        raise Refusal(60200, name.replace("\0", ""))  # PostgreSQL has no such text
    return form


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise HTTPException(413)
    return body


def _refuse(gateway: Gateway) -> Callable[[Request, Exception], Response]:
    def answer(_request: Request, refusal: Any) -> Response:
        gateway.metrics.refused.labels(refusal.code).inc()
        return JSONResponse(refusal.body(), refusal.status, headers=refusal.headers())

    return answer


def _refuse_path(request: Request, error: Exception) -> Response:
    """Paths and methods that are not served, and bodies that are too large."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    refusal = Refusal({404: 20404, 405: 20004}.get(status, 60200), request.url.path)
    return JSONResponse({**refusal.body(), "status": status}, status)


def _no_database(_request: Request, _error: Exception) -> Response:
    return JSONResponse(Refusal(20503).body(), 503, headers={"Retry-After": "2"})


def _gone(_request: Request, _error: Exception) -> Response:
    """Nobody reads this."""
    return Response(status_code=400)


def _broken(_request: Request, _error: Exception) -> Response:
    return JSONResponse(Refusal(20500).body(), 500)


# --- the rest ---------------------------------------------------------------------------------------------------------
def _kannel_report(gateway: Gateway) -> Callable[[Request], Any]:
    def note(sid: str, state: str) -> bool:
        with gateway.engine.begin() as connection:
            return outbox.report(connection, sid, state, gateway.clock())

    async def endpoint(request: Request) -> Response:
        sid, kind, key = (request.query_params.get(name, "") for name in ("sid", "kind", "key"))
        if not hmac.compare_digest(key.encode(), keyed(gateway.keys.reports, sid).encode()):
            raise Refusal(20003)
        state = _REPORTS.get(kind)
        if state is not None and await run_in_threadpool(note, sid, state):
            gateway.audit("message.report", sid=sid, state=state)
        return Response(status_code=204)

    return endpoint


def _health(gateway: Gateway) -> Callable[[Request], Any]:
    def ask() -> None:
        with gateway.engine.connect() as connection:
            connection.execute(select(1))

    async def endpoint(_request: Request) -> Response:
        await run_in_threadpool(ask)
        return PlainTextResponse("ok\n")

    return endpoint


def _metrics(gateway: Gateway) -> Callable[[Request], Any]:
    token = gateway.settings.metrics_token

    def write() -> bytes:
        with gateway.engine.begin() as connection:
            count, oldest = outbox.waiting(connection, gateway.clock())
        gauges = f"# TYPE otp_outbox_waiting gauge\notp_outbox_waiting {count}\n"
        gauges += f"# TYPE otp_outbox_oldest_seconds gauge\notp_outbox_oldest_seconds {oldest:.3f}\n"
        return generate_latest(gateway.metrics.registry) + gauges.encode()

    async def endpoint(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not token or not hmac.compare_digest(given, f"Bearer {token}".encode()):
            raise Refusal(20404, "/metrics")
        return PlainTextResponse(await run_in_threadpool(write))

    return endpoint
