"""Asking a vendor: whatever it answers, and whatever its clock or ours says."""

import gzip
import time
from collections.abc import Callable, Iterator
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
from toolkit.export import http

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
    monkeypatch.setattr(http, "_LONGEST", 0.2 if seconds else 60)
    transport = httpx.MockTransport(endless(seconds, chunk))
    with (
        httpx.Client(base_url="https://vendor.example", transport=transport) as client,
        pytest.raises(ProgramFailed, match=said),
    ):
        http.ask(client, "GET", "/v1/zones")


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
