"""A guard with a clock the tests set, what a browser does with it, and the guard as a program."""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altcha
import httpx
import uvicorn

from toolkit.guard import door, registration
from toolkit.guard.app import make_app
from toolkit.guard.keys import derive
from toolkit.guard.settings import Settings, Site, Work
from toolkit.guard.shared import Guard, Metrics, audit_log
from toolkit.guard.store import open_database

ROOT = Path(__file__).parents[2]
KEY, SECRET = "site-key-of-the-board", "0xSECRET-of-the-board"
OTHER_KEY, OTHER_SECRET = "site-key-of-the-shop", "0xSECRET-of-the-shop"
OPEN_KEY, OPEN_SECRET = "site-key-of-comments", "0xSECRET-of-comments"
ADDRESS = "203.0.113.7"
VERIFY = {"recaptcha": "/recaptcha/api/siteverify", "hcaptcha": "/siteverify", "turnstile": "/turnstile/v0/siteverify"}


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


SITES = (
    Site(KEY, hashed(SECRET), ("board.example", "localhost", "127.0.0.1")),
    Site(OTHER_KEY, hashed(OTHER_SECRET), ("shop.example",)),
    Site(OPEN_KEY, hashed(OPEN_SECRET), ("board.example",), outage="open"),
)
CHEAP = Work(cost=1, rounds=3)


@dataclass
class World:
    """A guard, its clock and its log, and how to ask it."""

    guard: Guard
    now: list[float]
    log: list[str]
    http: httpx.Client
    server: uvicorn.Server
    thread: threading.Thread

    def close(self) -> None:
        self.http.close()
        self.server.should_exit = True
        self.thread.join(30)
        self.guard.engine.dispose()

    def post(self, path: str, document: Any, address: str = ADDRESS) -> httpx.Response:
        return self.http.post(path, json=document, headers={"X-Real-IP": address})

    def challenge(self, address: str = ADDRESS, **more: Any) -> dict[str, Any]:
        asked = {"sitekey": KEY, "hostname": "board.example", **more}
        answer = self.post("/guard/challenge", asked, address)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def hand_in(self, challenge: dict[str, Any], address: str = ADDRESS) -> httpx.Response:
        return self.post("/guard/answer", solved(challenge), address)

    def answer(self, address: str = ADDRESS, **more: Any) -> str:
        """What a browser's form would bring."""
        told = self.challenge(address, **more)
        while "answer" not in told:
            response = self.hand_in(told, address)
            assert response.status_code == 200, response.text
            told = response.json()
        return str(told["answer"])

    def verify(self, vendor: str = "recaptcha", **form: str) -> dict[str, Any]:
        response = self.http.post(VERIFY[vendor], data={"secret": SECRET, **form})
        assert response.status_code == 200
        return dict(response.json())

    def codes(self, vendor: str = "recaptcha", **form: str) -> list[str]:
        told = self.verify(vendor, **form)
        assert told["success"] is False
        return list(told["error-codes"])


def world_of(settings: Settings) -> World:
    now, log = [1_800_000_000.0], list[str]()
    clock = lambda: now[0]  # noqa: E731
    audit = audit_log(log.append, clock)
    guard = Guard(settings, open_database(settings.database), derive(settings.secret), clock, audit, Metrics())
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        make_app(guard, more=(*registration.routes(guard), *door.routes(guard))),
        log_config=None,
        proxy_headers=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return World(guard, now, log, httpx.Client(base_url=base, timeout=60), server, thread)


def solved(challenge: dict[str, Any]) -> dict[str, Any]:
    """Challenge and solution, computed by ALTCHA's own library."""
    found = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert found is not None
    return {"challenge": challenge, "solution": {"counter": found.counter, "derivedKey": found.derived_key}}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def config(folder: Path, port: int, **work: int) -> Path:
    """A TOML file for a guard that runs as a program."""
    file = folder / "guard.toml"
    lines = [
        f'database = "sqlite:///{folder}/guard.sqlite"',
        f'secret = "{"s" * 40}"',
        f'listen = "127.0.0.1:{port}"',
        "[tolls]",
        *(f"{name} = {{ free = 1000, seconds = 3600 }}" for name in ("address", "network", "site")),
        "[work]",
        *(f"{name} = {value}" for name, value in work.items()),
        *(
            f'[[site]]\nkey = "{site.key}"\nsecret_sha256 = "{site.secret_sha256}"\n'
            f'hostnames = {[*site.hostnames]}\noutage = "{site.outage}"'
            for site in SITES
        ),
    ]
    file.write_text("\n".join(lines).replace("'", '"') + "\n")
    return file


@contextlib.contextmanager
def served(folder: Path, file: Path, port: int) -> Iterator[str]:
    """`python -m toolkit.guard serve`, until the block ends; its base URL."""
    command = [sys.executable, "-m", "toolkit.guard", "serve", "--config", str(file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "guard.log").open("a") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(base, process)
            yield base
        finally:
            process.terminate()
            process.wait(30)


def wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, "the guard ended"
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{base}/healthz", timeout=5).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the guard does not answer")
