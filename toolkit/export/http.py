"""Asking a vendor's API: one origin, its rate limits honoured, the token sent nowhere else.

In: an httpx client whose `base_url` is the vendor's and whose headers carry the token. Out: responses that succeeded.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from toolkit.errors import BadInput, ProgramFailed

Sleep = Callable[[float], None]
_TRIES = 8
_LONGEST_WAIT = 300.0  # seconds; a vendor that asks for more is not waited for
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_TRANSIENT = {429, 500, 502, 503, 504}


def client(base_url: str, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client for one vendor; TLS is checked, redirects are not followed (they could carry the token away)."""
    return httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT)


def ask(http: httpx.Client, method: str, url: str, *, sleep: Sleep = time.sleep, **request: Any) -> httpx.Response:
    """A successful answer, in JSON, to a request of `http`'s own origin.

    429 and passing failures are tried again, after what the vendor asks for (Retry-After; X-Rate-Limit-Reset, which
    Auth0 spells X-RateLimit-Reset) or doubling waits. Raises BadInput for 401, 403 and 404, and ProgramFailed for
    whatever else stays wrong.
    """
    _refuse_strangers(http, url)
    for attempt in range(_TRIES):
        last = attempt == _TRIES - 1
        try:
            response = http.request(method, url, **request)
        except httpx.TransportError as err:
            if last:
                raise ProgramFailed(f"no answer: {type(err).__name__}", where=_place(http, url)) from err
            sleep(2.0**attempt)
            continue
        passing = response.status_code in _TRANSIENT or (response.is_success and not _is_json(response))
        if last or not passing:
            return _succeeded(response, _place(http, url))
        sleep(wait(response, attempt))
    raise AssertionError("the last attempt returns or raises")


def wait(response: httpx.Response, attempt: int) -> float:
    """Seconds until the vendor wants to be asked again."""
    headers = response.headers
    try:
        if after := headers.get("Retry-After"):
            seconds = float(after) if after.strip().isdigit() else _until(parsedate_to_datetime(after), headers)
        elif (reset := headers.get("X-Rate-Limit-Reset") or headers.get("X-RateLimit-Reset", "")).isdigit():
            seconds = _until(datetime.fromtimestamp(int(reset), UTC), headers)
        else:
            seconds = 2.0**attempt
    except (ValueError, OverflowError, TypeError):  # TypeError: a date without a zone
        seconds = 2.0**attempt
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _until(moment: datetime, headers: httpx.Headers) -> float:
    """Measured by the vendor's clock: ours may be wrong."""
    now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
    return (moment - now).total_seconds() + 1


def _refuse_strangers(http: httpx.Client, url: str) -> None:
    """A `next` link is the vendor's answer, and the token goes with it: only to where it came from."""
    target, base = http.base_url.join(url), http.base_url
    if (target.scheme, target.host, target.port) != (base.scheme, base.host, base.port):
        raise ProgramFailed(f"the answer leads to another server, {target.host}: not followed", where=base.host)


def _succeeded(response: httpx.Response, place: str) -> httpx.Response:
    status = response.status_code
    if status < 300 and _is_json(response):
        return response
    if status < 300:
        hint = "does a proxy or a sign-in page answer in its place? Run the same command again: it goes on"
        raise ProgramFailed("the answer is no JSON", where=place, hint=hint)
    hints = {
        401: "the token is wrong, expired or revoked",
        403: "the token may not read this; it needs the read-only administrator's rights",
        404: "check the address of the organisation",
    }
    if status in hints:
        raise BadInput(f"the vendor answered {status}", where=place, hint=hints[status])
    raise ProgramFailed(f"the vendor answered {status}", where=place, hint="run the same command again: it goes on")


def _is_json(response: httpx.Response) -> bool:
    try:
        response.json()
    except ValueError:
        return False
    return True


def _place(http: httpx.Client, url: str) -> str:
    target = http.base_url.join(url)
    return f"{target.host}{target.path}"
