"""Connections that want nothing, files that others could read, numbers in logs."""

import contextlib
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from processes import ROOT, Served, eventually, serve_dev
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from toolkit.otp import logs
from toolkit.otp.store import metadata, open_database, verifications
from toolkit.serving import patience

NUMBER = "+4915112345678"


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The gateway with a second of patience and five connections: the module's figures, smaller."""
    folder = tmp_path_factory.mktemp("hurried")
    (folder / "sitecustomize.py").write_text(
        "from toolkit.serving import patience\npatience.HEADER_SECONDS = 1.0\npatience.CONNECTIONS = 5\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("processes.PATH", f"{folder}:{ROOT}")
        with serve_dev(folder) as served:
            yield served


def connect(served: Served) -> socket.socket:
    host, _, port = served.base.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def closed(connection: socket.socket) -> bool:
    """Waits until it is."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(65_536):
            pass
    return True


def test_headers_without_an_end_are_not_waited_for(hurried: Served) -> None:
    assert patience.HEADER_SECONDS == 10
    with connect(hurried) as silent, connect(hurried) as slow, connect(hurried) as second:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        second.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert second.recv(12) == b"HTTP/1.1 200"
        second.sendall(b"GET /heal")  # of its next request
        assert closed(silent)
        assert closed(slow)
        assert closed(second)


def test_a_body_is_waited_for_as_long_as_headers_are_not(hurried: Served) -> None:
    with connect(hurried) as connection:
        connection.sendall(b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
        assert b" 405 " in connection.recv(100)


def test_a_connection_too_many_is_closed_and_the_others_are_served(hurried: Served) -> None:
    with contextlib.ExitStack() as stack:
        many = [stack.enter_context(connect(hurried)) for _ in range(8)]
        for one in many[5:]:
            assert closed(one)
        many[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert many[0].recv(12) == b"HTTP/1.1 200"
    eventually(lambda: httpx.get(f"{hurried.base}/healthz").status_code == 200 or None)


# --- files ------------------------------------------------------------------------------------------------------------
def test_the_database_is_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "otp.sqlite"
    script = (
        f"import os; os.umask(0o022); from toolkit.otp.store import open_database; open_database('sqlite:///{file}')"
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": str(ROOT)})
        assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"otp.sqlite": "0o600"}
        file.chmod(0o644)  # as an earlier version made it


# --- logs -------------------------------------------------------------------------------------------------------------
def test_errors_of_the_database_show_no_values(database: str) -> None:
    engine = open_database(database)
    metadata.drop_all(engine)
    with pytest.raises(SQLAlchemyError) as caught, engine.begin() as connection:
        connection.execute(insert(verifications), {"sid": "VE1", "to": NUMBER, "channel": "sms", "status": "pending"})
    assert NUMBER not in str(caught.value)
    engine.dispose()


def test_other_peoples_lines_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    kept = root.handlers[:]
    root.handlers.clear()
    try:
        logs.set_up()
        try:
            raise ValueError(f"Key (to)=({NUMBER}) of ada@example.org")  # noqa: TRY301
        except ValueError:
            logging.getLogger("x").exception("to=%2B4915112345678&x=1 and +49 151 1234-5678")
    finally:
        root.handlers[:] = kept
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert not [part for part in ("12345678", "1234-5678", "ada@") if part in said]
