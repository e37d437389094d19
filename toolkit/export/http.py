"""Asking a vendor's API: one origin, its rate limits honoured, the token sent nowhere else.

In: an httpx client whose `base_url` is the vendor's and whose headers carry the token. Out: responses that succeeded.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, NamedTuple, TypeVar

import httpx

from toolkit.errors import BadInput, OfframpError, ProgramFailed
from toolkit.export.transport import LONGEST, transport

Sleep = Callable[[float], None]
_TRIES = 8
_LONGEST_WAIT = 300.0  # seconds; a vendor that asks for more is not waited for
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_TRANSIENT = {429, 500, 502, 503, 504}
_CHUNK = 1 << 16  # bytes of a file that are in memory
_LARGEST = 128 * 2**20  # bytes of an answer, as they are once unpacked
_LARGEST_FILE = 16 * 2**30  # bytes of one that is written as it comes
_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}  # as it was sent
_GONE = {403, 404, 410}
_GO_ON = "run the same command again: it goes on"
T = TypeVar("T")


def client(base_url: str, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client for one vendor; TLS is checked, redirects are not followed (they could carry the token away)."""
    return httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT, transport=transport())


def stranger() -> httpx.Client:
    """A client for files that the vendor says lie elsewhere: without the token, and at public addresses alone."""
    return httpx.Client(timeout=_TIMEOUT, transport=transport(public_only=True))


class Later(NamedTuple):
    """What an attempt returns to be made again: the answer says when."""

    response: httpx.Response


def patiently(attempt: Callable[[], T | Later], place: str, *, sleep: Sleep = time.sleep) -> T:
    """What `attempt` returns in the end: every request of every export goes through here.

    A lost connection, a time-out and `Later` are followed by another attempt, after what the vendor asks for or
    doubling waits. Raises ProgramFailed for what stays wrong, and for an address that is none.
    """
    for number in range(_TRIES):
        last = number == _TRIES - 1
        try:
            found = attempt()
        except httpx.RequestError as err:
            if last:
                raise ProgramFailed(f"no answer: {type(err).__name__}", where=place, hint=_GO_ON) from err
            sleep(2.0**number)
            continue
        except httpx.InvalidURL as err:
            raise ProgramFailed("the answer leads to what is no address", where=place) from err
        if not isinstance(found, Later):
            return found
        if last:
            raise ProgramFailed(f"the vendor answered {found.response.status_code}", where=place, hint=_GO_ON)
        sleep(wait(found.response, number))
    raise AssertionError("the last attempt returns or raises")


def ask(http: httpx.Client, method: str, url: str, *, sleep: Sleep = time.sleep, **request: Any) -> httpx.Response:
    """A successful answer, in JSON, to a request of `http`'s own origin; passing failures are tried again.

    Raises BadInput for 401, 403 and 404, and ProgramFailed for whatever else stays wrong.
    """
    tried: list[httpx.Response] = []

    def attempt() -> httpx.Response | Later:
        _refuse_strangers(http, url)
        tried.append(_whole(http, method, url, **request))
        response = tried[-1]
        passing = response.status_code in _TRANSIENT or (response.is_success and not _is_json(response))
        return Later(response) if passing and len(tried) < _TRIES else response

    place = _place(http, url)
    return _succeeded(patiently(attempt, place, sleep=sleep), place)


def _whole(http: httpx.Client, method: str, url: str, **request: Any) -> httpx.Response:
    """One answer with its body. ProgramFailed for one that does not fit or does not end."""
    body, until = bytearray(), time.monotonic() + LONGEST
    with http.stream(method, url, **request) as response:
        for chunk in response.iter_bytes():  # as it arrives: a chunk of a set size would be waited for
            body += chunk
            if len(body) > _LARGEST:
                raise ProgramFailed(f"the answer is larger than {_LARGEST // 2**20} MiB", where=_place(http, url))
            if time.monotonic() > until:
                raise ProgramFailed(f"the answer did not end in {LONGEST:.0f} s", where=_place(http, url), hint=_GO_ON)
    headers = [pair for pair in response.headers.multi_items() if pair[0].lower() not in _OF_THE_BODY]
    return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=response.request)


def is_there(http: httpx.Client, url: str, *, sleep: Sleep = time.sleep) -> bool:
    """Whether the vendor has this at all: not, if it answers 404."""

    def attempt() -> int | Later:
        response = _whole(http, "GET", url)
        return Later(response) if response.status_code in _TRANSIENT else response.status_code

    return patiently(attempt, _place(http, url), sleep=sleep) != httpx.codes.NOT_FOUND


def download(
    opened: Callable[[], AbstractContextManager[httpx.Response]],
    file: BinaryIO,
    place: str,
    *,
    sleep: Sleep = time.sleep,
    raw: bool = False,
) -> bool:
    """Write the body of what `opened` opens into the file, from its beginning; False where the vendor has it no longer.

    `raw`: as it was sent, for a file that is compressed itself.
    """

    def attempt() -> bool | Later:
        file.seek(0)
        file.truncate()
        with opened() as response:
            if response.status_code in _GONE:
                return False
            if response.status_code in _TRANSIENT:
                return Later(response)
            if not response.is_success:
                raise _refusal(response.status_code, place)
            for chunk in response.iter_raw(_CHUNK) if raw else response.iter_bytes(_CHUNK):
                if file.write(chunk) and file.tell() > _LARGEST_FILE:
                    raise ProgramFailed(f"the file is larger than {_LARGEST_FILE // 2**30} GiB", where=place)
        return True

    return patiently(attempt, place, sleep=sleep)


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
    except (ValueError, OverflowError, OSError, TypeError):  # OSError: no such year; TypeError: no zone
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
    if response.status_code < 300 and _is_json(response):
        return response
    if response.status_code < 300:
        hint = "does a proxy or a sign-in page answer in its place? Run the same command again: it goes on"
        raise ProgramFailed("the answer is no JSON", where=place, hint=hint)
    raise _refusal(response.status_code, place)


def _refusal(status: int, place: str) -> OfframpError:
    hints = {
        401: "the token is wrong, expired or revoked",
        403: "the token may not read this; it needs the read-only administrator's rights",
        404: "check the address of the organisation",
    }
    if status in hints:
        return BadInput(f"the vendor answered {status}", where=place, hint=hints[status])
    return ProgramFailed(f"the vendor answered {status}", where=place, hint=_GO_ON)


def _is_json(response: httpx.Response) -> bool:
    try:
        response.json()
    except (ValueError, RecursionError):
        return False
    return True


def _place(http: httpx.Client, url: str) -> str:
    target = http.base_url.join(url)
    return f"{target.host}{target.path}"
