"""Copies of databases: which URLs are taken, what travels how; and MariaDB's with a real server."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolkit.errors import BadInput
from toolkit.export.databases import MARIADB, POSTGRESQL, database, mariadb_settings

OFFRAMP = Path(sys.executable).with_name("offramp")
SECRET = "s3cret-of-ada"


# --- URLs -------------------------------------------------------------------------------------------------------------
def test_a_password_comes_from_the_environment_and_stays_out_of_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ada:p%40ss@db.example:5433/board?sslmode=verify-full")
    asked = database(POSTGRESQL, None, "DATABASE_URL")
    assert asked.password == "p@ss"
    assert asked.url == "postgres://ada@db.example:5433/board?sslmode=verify-full"
    assert asked.source == "db.example:5433/board"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"postgresql://ada:{SECRET}@db.example/board", "holds a password"),
        (f"postgresql://ada@db.example/board?password={SECRET}", "password is not taken"),
        (f"postgresql://ada@db.example/board?SSLPassword={SECRET}", "SSLPassword is not taken"),
        (f"mysql://ada:{SECRET}@db.example/board", "not the URL of a database"),
        ("postgresql://db.example", "not the URL of a database"),
        ("postgresql://db.example/a/b", "not the URL of a database"),
        ("postgresql://db.example/--help", "not the URL of a database"),
        ("postgresql://[db/board", "not a URL"),
        ("postgresql://db.example/board?nonsense", "not a URL"),
    ],
)
def test_what_is_refused_is_not_shown(url: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        database(POSTGRESQL, url, "DATABASE_URL")
    assert SECRET not in str(refused.value)


def test_without_a_url_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(BadInput, match="no database is named"):
        database(POSTGRESQL, None, "DATABASE_URL")


@pytest.mark.parametrize(
    ("rest", "here"),
    [
        ("/board", True),
        ("localhost/board", True),
        ("/board?host=/var/run/postgresql", True),
        ("db.example/board", False),
        ("localhost/board?host=db.example", False),
        ("localhost/board?hostaddr=192.0.2.1", False),
        ("/board?service=far", False),
        ("localhost,db.example/board", False),
    ],
)
def test_what_leaves_this_machine(rest: str, here: bool) -> None:
    assert database(POSTGRESQL, f"postgresql://{rest}", "X").is_here == here


def test_an_option_file_holds_what_it_is_given_and_nothing_more() -> None:
    asked = database(MARIADB, "mysql://a%22da@db.example:3307/board?ssl-ca=/etc/ca.pem", "X")._replace(
        password='p"\\#x'
    )
    assert mariadb_settings(asked) == [
        "[client]", 'host="db.example"', 'port="3307"', 'user="a\\"da"', 'password="p\\"\\\\#x"',
        'ssl-ca="/etc/ca.pem"', "ssl=1", "ssl-verify-server-cert=1",
    ]  # fmt: skip
    with pytest.raises(BadInput, match="cannot be passed on"):
        mariadb_settings(asked._replace(password="x\nplugin-dir=/tmp"))
    with pytest.raises(BadInput, match="unknown in the URL: init-command"):
        mariadb_settings(database(MARIADB, "mysql://db.example/board?init-command=x", "X"))


def test_a_postgresql_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://ada@127.0.0.1:{silent.getsockname()[1]}/board"
        command = [OFFRAMP, "export", "data", "postgresql", url, "--to", tmp_path / "copy"]
        environment = os.environ | {"PGCONNECT_TIMEOUT": "2"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4, done.stderr
    assert "timeout expired" in done.stderr


# --- a real MariaDB ---------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def mariadb_server(folder: Path, *settings: str) -> Iterator[int]:
    """A server of this test's own on a port of this machine, run by whoever runs the tests.

    127.0.0.2 is not known to be this machine: what goes there is taken to leave it.
    """
    path = os.pathsep.join((os.environ["PATH"], "/usr/sbin"))
    server, install = shutil.which("mariadbd", path=path), shutil.which("mariadb-install-db", path=path)
    if not (server and install and shutil.which("mariadb-dump")):
        if os.environ.get("CI") == "true":
            pytest.fail("needs mariadb-server")
        pytest.skip("needs mariadb-server")
    base = Path(server).resolve().parents[1]
    common = ["--no-defaults", f"--datadir={folder / 'data'}", f"--basedir={base}"]
    user = [] if os.geteuid() else ["--user=root"]
    subprocess.run(
        [install, *common, *user, "--skip-test-db", "--auth-root-authentication-method=normal"],
        check=True, capture_output=True, cwd=base,
    )  # fmt: skip
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port = opened.getsockname()[1]
    options = [
        f"--port={port}",
        "--bind-address=127.0.0.1,127.0.0.2",
        f"--socket={folder / 's'}",
        "--skip-name-resolve",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [server, *common, *user, *options, *settings, f"--pid-file={folder / 'pid'}"], stdout=log, stderr=log
        )
    try:
        while not (folder / "s").exists():
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("mariadb")
    with mariadb_server(folder) as port:
        account = "ada@'127.0.0.%'"
        _sql(folder, f"CREATE DATABASE board; CREATE USER {account} IDENTIFIED BY '{SECRET}\"#\\\\x';")
        _sql(folder, f"GRANT ALL ON board.* TO {account};")
        _sql(folder, "USE board; CREATE TABLE berths (id int PRIMARY KEY, name text) ENGINE=InnoDB;")
        _sql(folder, "INSERT INTO board.berths SELECT seq, concat('berth ', seq) FROM board.seq_1_to_2000;")
        _sql(folder, "CREATE VIEW board.names AS SELECT name FROM board.berths;")
        yield port


def _sql(folder: Path, statements: str) -> None:
    client = ["mariadb", "--no-defaults", f"--socket={folder / 's'}", "--user=root"]
    subprocess.run(client, input=statements, text=True, check=True, capture_output=True)


def export(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [OFFRAMP, "export", "data", "mariadb", *arguments, "--to", folder]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)


def test_a_copy_of_mariadb_is_whole_and_tells_no_secret(running: int, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    url = f"mysql://ada:{SECRET}%22%23%5Cx@127.0.0.1:{running}/board"
    done = export(folder, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["datasets"]["data.mysql-dump"]["records"] == 1
    text = (folder / "database.sql").read_text()
    assert "berth 2000" in text
    assert "VIEW `names`" in text
    assert (folder / "database.sql").stat().st_mode & 0o077 == 0
    for told in (done.stdout, done.stderr, (folder / "manifest.json").read_text(), text):
        assert SECRET not in told


def test_a_wrong_password_leaves_nothing(running: int, tmp_path: Path) -> None:
    done = export(tmp_path / "copy", f"mysql://ada@127.0.0.1:{running}/board", MYSQL_PWD="not-it")
    assert done.returncode == 4
    assert "Access denied" in done.stderr
    assert list((tmp_path / "copy").iterdir()) == []


def test_to_another_machine_nothing_travels_in_the_clear(running: int, tmp_path: Path) -> None:
    """The server has no certificate: as another machine's it is refused."""
    url = f"mysql://ada:{SECRET}%22%23%5Cx@127.0.0.2:{running}/board"
    done = export(tmp_path / "copy", DATABASE_URL=url)
    assert done.returncode == 4, done.stdout
    assert "TLS" in done.stderr
    assert "?ssl-ca=FILE" in done.stderr
    assert list((tmp_path / "copy").iterdir()) == []


def test_another_machines_certificate_is_checked(tmp_path: Path) -> None:
    for name in ("ours", "other"):
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", "/CN=127.0.0.2", "-addext", "subjectAltName=IP:127.0.0.2",
                "-keyout", f"{name}.key", "-out", f"{name}.pem",
            ],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
    settings = (f"--ssl-cert={tmp_path}/ours.pem", f"--ssl-key={tmp_path}/ours.key")
    with mariadb_server(tmp_path, *settings) as port:
        _sql(tmp_path, f"CREATE DATABASE board; CREATE USER ada@'127.0.0.%' IDENTIFIED BY '{SECRET}';")
        _sql(tmp_path, "GRANT ALL ON board.* TO ada@'127.0.0.%';")
        url = f"mysql://ada:{SECRET}@127.0.0.2:{port}/board"
        for rest, code in (("", 4), (f"?ssl-ca={tmp_path}/other.pem", 4), (f"?ssl-ca={tmp_path}/ours.pem", 0)):
            done = export(tmp_path / f"copy{len(rest)}{code}", DATABASE_URL=url + rest)
            assert done.returncode == code, done.stderr
