"""How an export connects: no answer is waited for without an end, and a file elsewhere leads into no private network.

Out: transports of httpx. Behind a proxy there is none of these: it connects, and its rules count.
"""

import socket
import time
import urllib.request
from collections.abc import Iterable
from ipaddress import ip_address
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from toolkit.errors import ProgramFailed
from toolkit.serving.networks import is_public

LONGEST = 600.0  # seconds for an answer, from its request to its end, and …
SLOWEST = 10_000  # … bytes in each second more: what trickles slower than that ends the run
_MOST_TRIED = 4  # addresses of one host


def transport(*, public_only: bool = False) -> httpx.BaseTransport | None:
    """One that bounds answers; with `public_only` it connects to public addresses alone. None: a proxy does it."""
    return None if urllib.request.getproxies() else _Bounded(public_only=public_only)


class _Clock:
    """How long an answer has taken, against how long it may take."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._until = time.monotonic() + LONGEST

    def came(self, count: int) -> None:
        self._until += count / SLOWEST

    def left(self) -> float:
        """Seconds; ProgramFailed where there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            hint = "run the same command again: it goes on"
            raise ProgramFailed(f"the answer did not end in {LONGEST:.0f} s", where="the vendor", hint=hint)
        return left


class _Bounded(httpx.HTTPTransport):
    def __init__(self, *, public_only: bool) -> None:
        super().__init__()
        self._clock = _Clock()
        self._pool = httpcore.ConnectionPool(  # httpx hands none of its backends on
            ssl_context=httpx.create_ssl_context(), network_backend=_Network(self._clock, public_only=public_only)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._clock.begin()
        return super().handle_request(request)


class _Network(httpcore.NetworkBackend):
    def __init__(self, clock: _Clock, *, public_only: bool) -> None:
        self._clock, self._public_only = clock, public_only
        self._network = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *settings: Any, **more: Any) -> httpcore.NetworkStream:
        """Try the addresses one after the other: each is looked at before anything is sent to it."""
        failure: Exception = httpcore.ConnectError("it has no address")
        for where in _addresses(host, port) if self._public_only else [host]:
            try:
                return _Stream(self._network.connect_tcp(where, port, *settings, **more), self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as err:
                failure = err
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection whose bytes are waited for as long as the clock has something left."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._clock.left()
        try:
            content = self._stream.read(max_bytes, left if timeout is None else min(timeout, left))
        except httpcore.ReadTimeout:
            self._clock.left()
            raise
        self._clock.came(len(content))
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> Iterable[str]:
    """The host's, if all of them are public; ProgramFailed where one is not."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as err:
        raise httpcore.ConnectError("no address was found") from err
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not all(is_public(ip_address(one.partition("%")[0])) for one in addresses):
        raise ProgramFailed("the file's address leads into a private network: not followed", where=host)
    return addresses[:_MOST_TRIED]


def literal_is_private(host: str) -> bool:
    """Whether the host is written as an address, or as the name, of a private network: true behind a proxy, too."""
    try:
        return not is_public(ip_address(host.partition("%")[0]))
    except ValueError:
        return host.rstrip(".").lower() == "localhost" or host.lower().endswith(".localhost")
