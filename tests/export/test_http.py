"""Asking a vendor: whatever it answers, and whatever its clock or ours says."""

import contextlib
import gzip
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest
from exports import export_okta, records
from hypothesis import example, given
from hypothesis import strategies as some
from okta_server import organisation
from vendor import OWN, Answer, Vendor

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import http, transport

Sleep = Callable[[float], None]
GROUPS = "GET /api/v1/groups?limit=200"
_dates = some.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT"))
_values = some.one_of(some.text(max_size=12), some.integers().map(str), _dates, some.just("Sun, 13 Sep 2020 12:26:40"))
_names = some.sampled_from(["Retry-After", "X-Rate-Limit-Reset", "X-RateLimit-Reset", "Date"])


@given(headers=some.dictionaries(_names, _values), attempt=some.integers(0, 7))
@example(headers={"X-Rate-Limit-Reset": "67768036191676800"}, attempt=0)
def test_a_wait_is_bounded_whatever_the_headers_say(headers: dict[str, str], attempt: int) -> None:
    raw = [(name.encode(), value.encode("utf-8", "replace")) for name, value in headers.items()]
    assert 0 <= http.wait(httpx.Response(429, headers=raw), attempt) <= 300


@pytest.mark.parametrize("years", [-30, 0, 30], ids=lambda years: f"{years} years off")
def test_a_clock_that_is_wrong_does_not_matter(years: int) -> None:
    now = 1_800_000_000 + years * 31_536_000  # the vendor's clock counts, ours is not looked at
    headers = {"X-Rate-Limit-Reset": str(now + 17), "Date": formatdate(now, usegmt=True)}
    assert http.wait(httpx.Response(429, headers=headers), 0) == 18


@pytest.fixture
def served(vendor: Vendor) -> Vendor:
    vendor.app = organisation(vendor)
    return vendor


CUT = Answer(b'[{"id": "00g1"', headers={"Content-Length": "5000"})  # the server dies in the middle
PAGE = Answer(b"<html>Please sign in to the network</html>")
SHORT = Answer(b'[{"id": "00g1"')


@pytest.mark.parametrize(
    ("answer", "said"),
    [(CUT, "no answer: RemoteProtocolError"), (PAGE, "no JSON"), (SHORT, "no JSON"), (Answer(status=502), "502")],
    ids=["dies in the middle", "somebody else's page", "cut off", "bad gateway"],
)
def test_what_passes_is_tried_again_and_what_stays_ends_the_run(
    served: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float], answer: Answer, said: str
) -> None:
    served.route(GROUPS, answer, answer, OWN)
    assert export_okta(served, tmp_path / "passes", sleep).datasets["identity.groups"].records == 2
    assert naps == [1, 2]
    served.route(GROUPS, answer)
    with pytest.raises(ProgramFailed, match=said):
        export_okta(served, tmp_path / "stays", sleep)
    served.route(GROUPS, OWN)
    export_okta(served, tmp_path / "stays", sleep)
    for name in ("identity.users", "identity.groups", "identity.applications"):
        assert records(tmp_path / "stays", name) == records(tmp_path / "passes", name)


def endless(seconds: float, chunk: bytes) -> Callable[[httpx.Request], httpx.Response]:
    """A server whose answers have no end."""

    class Body(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                time.sleep(seconds)
                yield chunk

    return lambda _request: httpx.Response(200, stream=Body())


@pytest.mark.parametrize(
    ("seconds", "chunk", "said"), [(0, b" " * 2**22, "larger than"), (0.01, b" ", "did not end")], ids=["huge", "slow"]
)
def test_an_answer_without_an_end_ends_the_run(
    seconds: float, chunk: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LONGEST", 0.2 if seconds else 60)
    transport = httpx.MockTransport(endless(seconds, chunk))
    with (
        httpx.Client(base_url="https://vendor.example", transport=transport) as client,
        pytest.raises(ProgramFailed, match=said),
    ):
        http.ask(client, "GET", "/v1/zones")


@pytest.mark.parametrize(
    "beginning",
    [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:-8]],
    ids=["headers", "an empty packed body"],
)
def test_what_trickles_without_showing_anything_ends_the_run(
    beginning: bytes, monkeypatch: pytest.MonkeyPatch, sleep: Sleep
) -> None:
    monkeypatch.setattr(transport, "LONGEST", 0.3)
    with trickling(beginning) as url, http.client(url) as client, pytest.raises(ProgramFailed, match="did not end"):
        http.ask(client, "GET", "/", sleep=sleep)


@contextmanager
def trickling(beginning: bytes) -> Iterator[str]:
    """The address of a server that sends this and then a byte now and then, until its client is gone."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(2**16)
            with contextlib.suppress(OSError):
                self.request.sendall(beginning)
                while True:
                    self.request.sendall(b"\0" if b"gzip" in beginning else b"a")
                    time.sleep(0.01)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_file_without_an_end_does_not_fill_the_disk(
    served: Vendor, sleep: Sleep, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(http, "_LARGEST_FILE", 2**20)
    served.route("GET /file", Answer(b" " * 2**21))
    with (tmp_path / "file").open("wb") as file, http.client(served.url) as client:
        with pytest.raises(ProgramFailed, match="file is larger than"):
            http.download(lambda: client.stream("GET", "/file"), file, "a file", sleep=sleep)
        assert file.tell() < 2**20 + 2**17


def test_a_bomb_is_not_unpacked(served: Vendor, tmp_path: Path, sleep: Sleep) -> None:
    served.route(GROUPS, Answer(gzip.compress(b" " * 2**28), headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ProgramFailed, match="larger than 128 MiB"):
        export_okta(served, tmp_path / "bomb", sleep)


def test_a_token_that_ends_in_the_middle_is_said_and_the_next_one_goes_on(
    served: Vendor, tmp_path: Path, sleep: Sleep, naps: list[float]
) -> None:
    served.route(GROUPS, Answer(b'{"errorCode":"E0000011"}', 401))
    with pytest.raises(BadInput, match=r"401\n.*expired or revoked"):
        export_okta(served, tmp_path, sleep)
    served.route(GROUPS, OWN)
    served.asked.clear()
    export_okta(served, tmp_path, sleep)
    assert served.asked[0] == GROUPS
    assert not naps
