"""Production: the gateway from a configuration file, on PostgreSQL, also twice; a carrier that hangs; kill -9."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from processes import eventually, free_port, serve_config
from sqlalchemy import func, select
from worlds import settings

from toolkit.otp.dispatch import keep_house
from toolkit.otp.gateway import Gateway, Metrics, audit_log
from toolkit.otp.keys import derive
from toolkit.otp.outbox import LEASE
from toolkit.otp.store import messages, open_database

CONFIG = """
database = "{database}"
listen = "127.0.0.1:{port}"
account_sid = "AC{a}"
auth_token = "{t}"
service_sid = "VA{b}"
secret = "{s}"
countries = ["DE"]
metrics_token = "metrics"

[limits]
prefix = {{ count = 1000, seconds = 60 }}

[sms]
url = "http://127.0.0.1:{kannel}/cgi-bin/sendsms"
username = "u"
password = "p"
sender = "Offramp"
report_url = "http://127.0.0.1:{port}/kannel/report"
"""
AUTH = ("AC" + "a" * 32, "t" * 32)


class Sendsms(ThreadingHTTPServer):
    """Stands where Kannel would: takes every message, but slowly, or (hang) never answers."""

    daemon_threads = True

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.hang = threading.Event()
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), _Sendsms)


class _Sendsms(BaseHTTPRequestHandler):
    server: Sendsms

    def do_GET(self) -> None:
        self.server.texts.append(httpx.URL(self.path).params["text"])
        if self.server.hang.is_set():
            self.server.released.wait(60)
            return
        threading.Event().wait(0.05)
        self.send_response(202)
        self.end_headers()
        self.wfile.write(b"0: Accepted for delivery")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def sendsms() -> Iterator[Sendsms]:
    with Sendsms() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.released.set()
        server.shutdown()


@contextlib.contextmanager
def instance(folder: Path, database: str, kannel: Sendsms) -> Iterator[tuple[str, int]]:
    """One instance; its base URL and process id."""
    port = free_port()
    folder.mkdir(exist_ok=True)
    toml = CONFIG.format(
        database=database, port=port, kannel=kannel.server_port, a="a" * 32, b="b" * 32, t="t" * 32, s="s" * 64
    )
    with serve_config(folder, f"http://127.0.0.1:{port}", toml) as process:
        yield f"http://127.0.0.1:{port}", process.pid


def text(base: str, number: int, body: str) -> None:
    form = {"To": f"+49151{number:08}", "Body": body}
    httpx.post(f"{base}/2010-04-01/Accounts/{AUTH[0]}/Messages.json", data=form, auth=AUTH).raise_for_status()


def handed_over(base: str) -> float:
    answer = httpx.get(f"{base}/metrics", headers={"Authorization": "Bearer metrics"}).raise_for_status().text
    lines = [line for line in answer.splitlines() if line.startswith("otp_messages_total{")]
    return sum(float(line.split()[-1]) for line in lines)


def test_two_instances_share_the_load(tmp_path: Path, empty_postgres: str, sendsms: Sendsms) -> None:
    with (
        instance(tmp_path / "one", empty_postgres, sendsms) as (one, _),
        instance(tmp_path / "two", empty_postgres, sendsms) as (two, _),
    ):
        for number in range(100):
            text(one if number % 2 else two, number, f"message {number}")
        eventually(lambda: len(sendsms.texts) >= 100)
        eventually(lambda: handed_over(one) + handed_over(two) >= 100)
        assert sorted(sendsms.texts) == sorted({f"message {number}" for number in range(100)})
        assert handed_over(one) > 0
        assert handed_over(two) > 0


def test_a_killed_instance_loses_nothing_and_nothing_is_sent_twice(
    tmp_path: Path, empty_postgres: str, sendsms: Sendsms
) -> None:
    engine = open_database(empty_postgres)

    def count(*states: str) -> int:
        with engine.begin() as connection:
            return connection.execute(select(func.count()).where(messages.c.state.in_(states))).scalar_one()

    sendsms.hang.set()
    with instance(tmp_path, empty_postgres, sendsms) as (base, pid):
        for number in range(80):
            text(base, number, f"message {number}")
        eventually(lambda: len(sendsms.texts) >= 20)
        os.kill(pid, signal.SIGKILL)
    begun = set(sendsms.texts)
    assert count("queued") > 0
    assert count("sending", "unknown") >= len(begun)  # unknown: nothing was heard for as long as one waits
    sendsms.hang.clear()
    with instance(tmp_path, empty_postgres, sendsms):
        eventually(lambda: count("queued") == 0 and count("sent", "sending", "unknown") == 80)
        eventually(lambda: count("sending", "unknown") + len(set(sendsms.texts) - begun) == 80)
    assert len(sendsms.texts) == len(set(sendsms.texts))
    left = count("sending", "unknown")
    chosen = settings(empty_postgres)
    with engine.begin() as connection:
        after = (connection.execute(select(func.max(messages.c.due))).scalar_one() or 0) + LEASE
    audit = audit_log(print, lambda: after)
    keep_house(Gateway(chosen, engine, derive(chosen.secret), lambda: after, audit, Metrics(), lambda: None))
    assert (count("unknown"), count("sent")) == (left, 80 - left)
    engine.dispose()
