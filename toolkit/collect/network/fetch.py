"""One HTTP request to one host, and what came back within the time and size allowed.

In: a URL and the addresses that may be connected to: no name is resolved here, so nobody can be led
elsewhere. Out: a `Page`, with the reason where there is none. Nothing is followed, kept or run.
"""

import asyncio
import os
import ssl
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import anyio
import httpcore

from toolkit.collect.network.names import Address

_MOST_BODY = 2**20  # bytes; a landing page is a tenth of that
_ROUNDS = 3  # connecting, waiting, reading: each may take the time-out
_HEADERS = [(b"User-Agent", b"offramp (audit of own domain)"), (b"Accept", b"*/*"), (b"Accept-Encoding", b"identity")]
_REDIRECTS = (301, 302, 303, 307, 308)


class Page(NamedTuple):
    """Status 0 where nothing came back. `problem`: why there is nothing, or not all."""

    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()  # names in lower case
    body: bytes = b""
    problem: str = ""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def location(self) -> str:
        """Where it redirects to, as the server wrote it."""
        return self.header("location") if self.status in _REDIRECTS else ""


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the addresses given, whatever the host is called."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError("it has no address that may be visited")
        for where in self._addresses:
            try:
                return await self._network.connect_tcp(str(where), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as err:
                failure = err
        raise failure

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


async def fetch(url: str, addresses: Sequence[Address], timeout: float, context: ssl.SSLContext) -> Page:
    """GET, with everything bounded: the wait, the headers (by h11), the body."""
    page = Page(url)
    body = bytearray()
    waits = {"connect": timeout, "read": timeout, "write": timeout, "pool": timeout}
    backend = _Pinned(addresses[:2])
    try:
        async with (
            asyncio.timeout(_ROUNDS * timeout),
            httpcore.AsyncConnectionPool(context, network_backend=backend) as pool,
            pool.stream("GET", url, headers=_HEADERS, extensions={"timeout": waits}) as response,
        ):
            page = page._replace(status=response.status, headers=_headers(response.headers))
            async for chunk in response.aiter_stream():
                body += chunk
                if len(body) > _MOST_BODY:
                    page = page._replace(problem=f"only its first {_MOST_BODY >> 20} MiB were looked at")
                    break
    except (TimeoutError, httpcore.TimeoutException):
        page = page._replace(problem=f"{'its end' if page.status else 'an answer'} did not come in time")
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError, ValueError) as err:
        page = page._replace(problem=reason_of(err))
    return page._replace(body=_plain_body(bytes(body[:_MOST_BODY]), page))


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)


def _plain_body(body: bytes, page: Page) -> bytes:
    """Compression was not asked for; who compresses all the same is read up to the same size."""
    if page.header("content-encoding").lower() not in ("gzip", "x-gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, _MOST_BODY)
    except zlib.error:
        return b""


def reason_of(err: BaseException) -> str:
    """Why a connection failed, in the words of whoever knows."""
    cause: BaseException | None = err
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed: {cause.reason or 'no reason is given'}"
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno).lower()
        cause = cause.__cause__ or cause.__context__
    return str(err) or f"the connection failed ({type(err).__name__})"
