"""A MariaDB of the tests' own, set up as the blueprint does: the import runs as on a host, by the user mysql."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = Path(__file__).parents[3] / "playbooks/blueprints/mariadb/files"
AS_MYSQL = ["runuser", "-u", "mysql", "--"]
SYSTEM = {"mysql", "sys", "information_schema", "performance_schema"}
SETTINGS = (
    "skip-networking", "skip-name-resolve", "innodb-flush-log-at-trx-commit=0", "innodb-doublewrite=0",
    "innodb-buffer-pool-size=64M", "innodb-log-file-size=16M", "character-set-server=utf8mb4",
    "collation-server=utf8mb4_unicode_ci", "local-infile=OFF", "event-scheduler=ON", "max-allowed-packet=256M",
)  # fmt: skip
PASSWORD = "pw-of-app"


class Server:
    """`app` is the database that dumps are imported into, of the account `app`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "socket"

    def program(self, name: str) -> list[str]:
        python = ["env", "PYTHONDONTWRITEBYTECODE=1", "/usr/bin/python3"]
        return [*AS_MYSQL, *python, str(self.folder / "programs" / name)]

    def wanted(self, **changes: Any) -> bytes:
        basic = {"socket": str(self.socket), "owner": "app", "password": PASSWORD, "database": "app"}
        more = {"databases": ["app"], "consumers": {}, "replace": False, "folder": str(self.folder / "moves")}
        return json.dumps(basic | more | changes).encode()

    def converge(self, **changes: Any) -> list[str]:
        done = subprocess.run(
            self.program("converge.py"), input=self.wanted(**changes), capture_output=True, check=False, cwd="/"
        )
        assert done.returncode == 0, done.stderr.decode()
        return list(json.loads(done.stdout))

    def start_import(self, dump: Path, **changes: Any) -> subprocess.Popen[bytes]:
        command, pipe = [*self.program("import_dump.py"), str(self.place(dump))], subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd="/", start_new_session=True)
        assert process.stdin
        process.stdin.write(self.wanted(**changes))
        process.stdin.close()
        process.stdin = None
        return process

    def import_dump(self, dump: Path, **changes: Any) -> dict[str, Any]:
        """What the import answers; AssertionError with its words when it refuses."""
        process = self.start_import(dump, **changes)
        out, said = process.communicate()
        assert process.returncode == 0, said.decode()
        return dict(json.loads(out))

    def refusal(self, dump: Path, **changes: Any) -> str:
        process = self.start_import(dump, **changes)
        _, said = process.communicate()
        assert process.returncode == 1, "it was imported"
        assert b"Traceback" not in said, said.decode()
        return said.decode()

    def place(self, dump: Path) -> Path:
        """A copy that the user mysql can read."""
        inbox = Path(tempfile.mkdtemp(prefix="inbox-", dir=self.folder))
        if dump.is_dir():
            shutil.copytree(dump, inbox / dump.name)
        else:
            shutil.copyfile(dump, inbox / dump.name)
        subprocess.run(["chown", "-R", "mysql", inbox], check=True)
        return inbox / dump.name

    def sql(self, statement: str, database: str = "app", user: str = "") -> str:
        """What the client prints, rows as lines; as a superuser, or as an account with its password."""
        login = [f"--user={user}", f"--password={PASSWORD}"] if user else ["--user=mysql"]
        options = [f"--socket={self.socket}", "--batch", "--skip-column-names", "--raw", *login]
        command = [*AS_MYSQL, "mariadb", "--no-defaults", *options, database]
        done = subprocess.run(command, input=statement, capture_output=True, text=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def dump(self, database: str, *options: str) -> bytes:
        command = [*AS_MYSQL, "mariadb-dump", "--no-defaults", f"--socket={self.socket}", "--user=mysql", *options]
        done = subprocess.run([*command, "--", database], capture_output=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def content(self, database: str) -> list[str]:
        """All of a database as mariadb-dump writes it, without who defined it and when it was written."""
        text = self.dump(database, "--routines", "--events", "--triggers", "--hex-blob", "--skip-comments").decode()
        return [line.replace("`app`@`%`", "`mysql`@`localhost`") for line in text.splitlines()]

    def databases(self) -> set[str]:
        return set(self.sql("SHOW DATABASES", "mysql").split("\n")) - SYSTEM

    def accounts(self) -> set[str]:
        """Those that are not the server's own."""
        return set(self.sql("SELECT User FROM mysql.user", "mysql").split()) - {"root", "mysql", "mariadb.sys"}

    def forget(self) -> None:
        """Begin anew."""
        for database in self.databases():
            if database == "app" or database.startswith("app_"):
                self.sql(f"DROP DATABASE `{database}`", "mysql")
        for account in self.accounts() - {"app"}:
            self.sql(f"DROP USER `{account}`@localhost", "mysql")
        for file in (self.folder / "moves").iterdir():
            file.unlink()
        self.converge()


@contextlib.contextmanager
def running_server() -> Iterator[Server]:
    asked = subprocess.run(["/usr/bin/python3", "-c", "import pymysql"], capture_output=True, check=False)
    if not shutil.which("mariadbd", path="/usr/sbin") or asked.returncode or os.geteuid():
        missing("needs root, and Debian's mariadb-server and python3-pymysql")
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    folder = Path(tempfile.mkdtemp(prefix="import-my-", dir=memory if roomy else None))
    folder.chmod(0o755)
    for name in ("data", "moves"):
        (folder / name).mkdir()
        shutil.chown(folder / name, "mysql")
    shutil.chown(folder, "mysql")
    shutil.copytree(PROGRAMS, folder / "programs", ignore=shutil.ignore_patterns("__pycache__"))
    options = ["--no-defaults", f"--datadir={folder / 'data'}"]
    try:
        install = ["mariadb-install-db", *options, "--user=mysql", "--skip-test-db"]
        subprocess.run(install, check=True, capture_output=True, cwd="/")
        settings = [
            f"--{setting}" for setting in (*SETTINGS, f"socket={folder / 'socket'}", f"pid-file={folder / 'pid'}")
        ]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                ["/usr/sbin/mariadbd", *options, "--user=mysql", *settings], stdout=log, stderr=log, cwd="/"
            )
        try:
            yield ready(Server(folder), process)
        finally:
            process.terminate()
            process.wait(60)
    finally:
        shutil.rmtree(folder)


def ready(server: Server, process: "subprocess.Popen[bytes]") -> Server:
    for _ in range(300):
        if server.socket.exists():
            server.converge()
            return server
        assert process.poll() is None, (server.folder / "log").read_text()
        time.sleep(0.1)
    raise AssertionError((server.folder / "log").read_text())


def missing(reason: str) -> None:
    """Skip; with CI=true fail, since a run that proves nothing must not look green."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
