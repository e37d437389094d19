"""The ASGI application: the vendors' paths, the widget's own, registration, health and metrics.

Handlers are plain functions; they run in a thread, since the database is asked synchronously.
"""

import asyncio
import contextlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from prometheus_client import generate_latest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from toolkit.guard import challenges
from toolkit.guard.challenges import NO_DATABASE
from toolkit.guard.refusals import Refusal
from toolkit.guard.shared import Guard
from toolkit.guard.siteverify import Vendor, siteverify

_log = logging.getLogger(__name__)
_LARGEST = 16_384  # bytes of a request's body
_BODY_SECONDS = 10
_STATIC = Path(__file__).parent / "static"
_KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_PARTS = ("widget.js", "work.js", "style.css")
_SCRIPTS = ("/recaptcha/api.js", "/1/api.js", "/hcaptcha/1/api.js", "/turnstile/v0/api.js")
_VERIFY: Mapping[str, Vendor] = {
    "/recaptcha/api/siteverify": "recaptcha",
    "/siteverify": "hcaptcha",
    "/hcaptcha/siteverify": "hcaptcha",
    "/turnstile/v0/siteverify": "turnstile",
}
# a page may ask with CORS, for the hash of what it loads (integrity)
_FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
Lifespan = Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]
FromBrowser = Callable[[Guard, Mapping[str, Any], str], dict[str, Any]]


def make_app(guard: Guard, lifespan: Lifespan | None = None, more: tuple[Route, ...] = ()) -> Starlette:
    """The application; `lifespan` runs beside it what is done without being asked, `more` are registration's paths."""
    return Starlette(
        routes=[
            *(Route(path, _static("api.js"), methods=["GET"]) for path in _SCRIPTS),
            *(Route(path, _verify(guard, vendor), methods=["POST", "GET"]) for path, vendor in _VERIFY.items()),
            Route("/guard/widget.html", _widget(guard), methods=["GET"]),
            *(Route(f"/guard/{name}", _static(name), methods=["GET"]) for name in _PARTS),
            Route("/guard/challenge", _from_browser(guard, challenges.give), methods=["POST"]),
            Route("/guard/answer", _from_browser(guard, challenges.solve), methods=["POST"]),
            *more,
            Route("/healthz", _health(guard)),
            Route("/metrics", _metrics(guard)),
        ],
        exception_handlers={
            Refusal: _refuse,
            **dict.fromkeys(NO_DATABASE, _no_database),
            ClientDisconnect: _gone,
            Exception: _broken,
        },
        lifespan=lifespan,
    )


def address_of(request: Request) -> str:
    """The visitor's: as the proxy on this host says, else the peer's own."""
    peer = request.client.host if request.client else ""
    return request.headers.get("x-real-ip", peer) if peer in ("127.0.0.1", "::1") else peer


async def body_of(request: Request) -> bytes:
    """The whole body; HTTPException where it is too large or too slow."""
    body = b""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _LARGEST:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    return body


def document_in(body: bytes) -> dict[str, Any]:
    """A JSON object; Refusal for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal("json") from None
    if not isinstance(found, dict):
        raise Refusal("json")
    return found


def form_in(body: bytes) -> dict[str, str]:
    """A form's parameters; Refusal for what is none. Of a name given twice the last counts."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise Refusal("form") from None
    return {name: value for name, value in pairs if "\0" not in name + value}  # PostgreSQL has no such text


# --- captchas ---------------------------------------------------------------------------------------------------------
def _from_browser(guard: Guard, handler: FromBrowser) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refusal("content-type", 415)
        document = document_in(await body_of(request))
        answer = await run_in_threadpool(handler, guard, document, address_of(request))
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return endpoint


def _verify(guard: Guard, vendor: Vendor) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            form = await _parameters(request)
        except Refusal:
            return JSONResponse({"success": False, "error-codes": ["bad-request"]})
        answer = await run_in_threadpool(siteverify, guard, vendor, form)
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return endpoint


async def _parameters(request: Request) -> dict[str, str]:
    """Of a form, of JSON, or (reCAPTCHA's applications do that) of the query."""
    query, body = form_in(request.scope["query_string"]), await body_of(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        found = document_in(body)
        return query | {name: value for name, value in found.items() if isinstance(value, str) and "\0" not in value}
    return query | form_in(body)


# --- pages and scripts ------------------------------------------------------------------------------------------------
@cache
def static_text(name: str) -> str:
    """One of the files beside this module."""
    return (_STATIC / name).read_text(encoding="utf-8")


def static_response(name: str, **headers: str) -> Response:
    """One of the files, as what it is."""
    shared = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=300"}
    return Response(static_text(name), media_type=_KINDS[Path(name).suffix], headers={**shared, **headers})


def _static(name: str) -> Callable[[Request], Any]:
    async def endpoint(_request: Request) -> Response:
        return static_response(name, **_FROM_ANYWHERE)

    return endpoint


def _widget(guard: Guard) -> Callable[[Request], Any]:
    """The frame in which everything happens: only pages of the site's own hosts may show it."""

    async def endpoint(request: Request) -> Response:
        site = guard.site(request.query_params.get("k", ""))
        hosts = " ".join(f"https://{name}:* http://{name}:*" for name in site.hostnames) if site else "'none'"
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; "
            f"base-uri 'none'; form-action 'none'; frame-ancestors {hosts}"
        )
        return static_response("widget.html", **{"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})

    return endpoint


# --- errors, health, metrics ------------------------------------------------------------------------------------------
def _refuse(_request: Request, refusal: Any) -> Response:
    return JSONResponse({"error": refusal.reason}, refusal.status, headers={"Cache-Control": "no-store"})


def _no_database(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"error": "unavailable"}, 503, headers={"Retry-After": "5", "Cache-Control": "no-store"})


def _gone(_request: Request, _error: Exception) -> Response:
    """Nobody reads this."""
    return Response(status_code=400)


def _broken(_request: Request, error: Exception) -> Response:
    _log.error("a request failed", exc_info=error)
    return JSONResponse({"error": "broken"}, 500)


def _health(guard: Guard) -> Callable[[Request], Any]:
    def ask() -> None:
        with guard.engine.connect() as connection:
            connection.execute(select(1))

    async def endpoint(_request: Request) -> Response:
        await run_in_threadpool(ask)
        return PlainTextResponse("ok\n")

    return endpoint


def _metrics(guard: Guard) -> Callable[[Request], Any]:
    token = guard.settings.metrics_token

    async def endpoint(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not token or not hmac.compare_digest(given, f"Bearer {token}".encode()):
            raise HTTPException(404)
        return PlainTextResponse(generate_latest(guard.metrics.registry))

    return endpoint
