"""Status callbacks go where an application says, and never into the networks behind the gateway."""

import asyncio
import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from processes import Served, eventually
from sqlalchemy import select
from test_verify import NUMBER, refused
from worlds import MakeWorld, World, settings

from toolkit.otp import callbacks, messages, outbox
from toolkit.otp.carriers import Outcome
from toolkit.otp.store import callbacks as waiting

LOOPBACK = ("127.0.0.0/8",)


class Application(ThreadingHTTPServer):
    """Hears callbacks. `pause`: seconds until it answers; `endless`: the answer has no end."""

    daemon_threads = True

    def __init__(self, pause: float = 0, endless: bool = False) -> None:
        self.heard: list[tuple[str, str]] = []  # path and Host
        self.pause, self.endless, self.written = pause, endless, 0
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Application

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, self.headers["Host"]))
        time.sleep(self.server.pause)
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while self.server.endless:
                self.wfile.write(b"x" * 65_536)
                self.server.written += 65_536

    def log_message(self, *_: object) -> None: ...


@contextlib.contextmanager
def application(**what: Any) -> Iterator[Application]:
    with Application(**what) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def deliver(url: str, networks: tuple[str, ...] = ()) -> str:
    """What becomes of one callback."""
    one = callbacks.Callback(1, url, {"MessageSid": "SM1"}, 1)

    async def run() -> str:
        with ThreadPoolExecutor(1) as names:
            async with httpx.AsyncClient(trust_env=False) as client:
                return await callbacks.deliver(client, names, one, settings("x", callback_networks=networks))

    return asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://192.168.1.1:8080/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[2002:a00:1::]/",
        "ftp://192.0.2.1/",
        "http:///nowhere",
        "http://x:99999/",
        "http://x:0/",
        "javascript:alert(1)",
    ],
)
def test_addresses_that_are_not_public_are_refused_at_once(world: World, url: str) -> None:
    assert refused(lambda: messages.send(world.gateway, NUMBER, "x", callback=url)) == 21609


@pytest.mark.parametrize("host", ["localhost", "0x7f.1", "2130706433", "127.1"])
def test_names_and_spellings_that_mean_such_an_address_are_not_called(host: str) -> None:
    with application() as server:
        assert deliver(f"http://{host}:{server.server_port}/") == "refused"
        assert server.heard == []
        assert deliver(f"http://{host}:{server.server_port}/", LOOPBACK) == "heard"
        assert len(server.heard) == 1


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A name server: for each name what it answers the first time, the second …"""
    answers: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: str, port: int, **__: object) -> list[tuple[object, ...]]:
        found = answers[host].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(callbacks.socket, "getaddrinfo", getaddrinfo)
    return answers


def test_one_address_that_is_not_public_among_others_is_enough(names: dict[str, list[list[str]]]) -> None:
    names["example.org"] = [["93.184.215.14", "127.0.0.1"]]
    assert deliver("http://example.org/") == "refused"


def test_a_name_that_means_another_address_a_moment_later(names: dict[str, list[list[str]]]) -> None:
    """It is asked once, and the address that was looked at is the one that is called."""
    with application() as server:
        names["rebound.example"] = [["127.0.0.1"], ["10.0.0.1"]]
        assert deliver(f"http://rebound.example:{server.server_port}/told", LOOPBACK) == "heard"
        assert server.heard == [("/told", f"rebound.example:{server.server_port}")]
    assert names["rebound.example"] == [["10.0.0.1"]]


def test_an_application_that_takes_its_time_has_ten_seconds_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte every second kept a connection, and the sender, for as long as it liked."""
    assert callbacks.DEADLINE == 10
    monkeypatch.setattr(callbacks, "DEADLINE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                for byte in itertools.cycle(b"HTTP/1.1 200 OK\r\nX: y"):
                    connection.sendall(bytes([byte]))
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        assert deliver(f"http://127.0.0.1:{listener.getsockname()[1]}/", LOOPBACK) == "unheard"


def test_an_answer_without_an_end_is_not_read() -> None:
    with application(endless=True) as server:
        assert deliver(server.url, LOOPBACK) == "heard"
        eventually(lambda: server.written or None)
        time.sleep(0.2)
        assert server.written < 32 * 2**20  # what lies in the sockets' buffers


def test_what_is_refused_is_forgotten_and_logged_without_the_url(make_world: MakeWorld) -> None:
    from toolkit.otp.dispatch import call_back_forever

    world = make_world()
    row = messages.send(world.gateway, NUMBER, "x", callback="http://localhost:1/secret")
    with world.gateway.engine.begin() as connection:
        outbox.claim(connection, world.gateway.keys, world.now[0], 1)
        outbox.settle(connection, {row.sid: Outcome("accepted")}, world.now[0])

    async def run() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            task = asyncio.create_task(call_back_forever(world.gateway, client))
            while left():
                await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def left() -> int:
        with world.gateway.engine.begin() as connection:
            return len(connection.execute(select(waiting)).all())

    assert left() == 1
    asyncio.run(asyncio.wait_for(run(), 20))
    assert world.events()[-1] == {"at": world.now[0], "event": "callback.refused", "sid": row.sid}


def test_a_host_that_is_slow_holds_up_itself_alone(dev: Served) -> None:
    client = dev.twilio()
    with application(pause=5) as slow, application() as quick:
        for _ in range(30):
            client.messages.create(to=NUMBER, from_="x", body="hello", status_callback=f"{slow.url}/slow")
        eventually(lambda: slow.heard or None)
        begun = time.monotonic()
        client.messages.create(to=NUMBER, from_="x", body="hello", status_callback=f"{quick.url}/quick")
        eventually(lambda: quick.heard or None)
        assert time.monotonic() - begun < 4  # not timing: had it waited for the other, it would be 5 at least
        assert len(slow.heard) <= callbacks.AT_ONCE
