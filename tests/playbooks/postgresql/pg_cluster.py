"""A PostgreSQL of the tests' own, set up as the blueprint does: the import runs as on a host, by the user postgres."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = Path(__file__).parents[3] / "playbooks/blueprints/postgresql/files"
AS_POSTGRES = ["runuser", "-u", "postgres", "--"]
HBA = """
local all postgres peer
hostssl app app 127.0.0.1/32 scram-sha-256
"""


class Cluster:
    """`app` is the database that dumps are imported into, of the unprivileged owner `app`."""

    def __init__(self, folder: Path, programs: Path, port: int) -> None:
        self.folder, self.programs, self.port = folder, programs, port

    def program(self, name: str) -> list[str]:
        return [*AS_POSTGRES, "env", "PYTHONDONTWRITEBYTECODE=1", "/usr/bin/python3", str(self.programs / name)]

    def wanted(self, **changes: Any) -> bytes:
        basic = {"port": self.port, "owner": "app", "password": "pw", "database": "app", "databases": ["app"]}
        return json.dumps(basic | {"extensions": [], "consumers": {}, "replace": True} | changes).encode()

    def converge(self, **changes: Any) -> list[str]:
        done = subprocess.run(
            self.program("converge.py"), input=self.wanted(**changes), capture_output=True, check=True, cwd="/"
        )
        return list(json.loads(done.stdout))

    def start_import(self, dump: Path, **changes: Any) -> subprocess.Popen[bytes]:
        if changes.get("roles"):
            self.converge(**changes)
        command = [*self.program("import_dump.py"), str(self.place(dump))]
        pipe = subprocess.PIPE
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
        """A copy that the user postgres can read."""
        inbox = self.folder / "inbox"
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir()
        if dump.is_dir():
            shutil.copytree(dump, inbox / dump.name)
        else:
            shutil.copyfile(dump, inbox / dump.name)
        subprocess.run(["chown", "-R", "postgres", inbox], check=True)
        return inbox / dump.name

    def sql(self, statement: str, database: str = "app") -> str:
        options = ["-p", str(self.port), "-qAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"]
        command = [*AS_POSTGRES, "psql", "--no-psqlrc", *options]
        done = subprocess.run(command, input=statement, capture_output=True, text=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def dump(self, database: str, *options: str, **environment: str) -> bytes:
        settings = [f"{name}={value}" for name, value in environment.items()]
        command = [*AS_POSTGRES, "env", *settings, "pg_dump", "-p", str(self.port), *options, database]
        return subprocess.run(command, capture_output=True, check=True, cwd="/").stdout

    def content(self, database: str) -> list[str]:
        """All of a database as pg_dump writes it, without what names a server or is random."""
        text = self.dump(database, "--no-owner", "--no-acl", "--no-comments", "--no-publications").decode()
        return [line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]

    def databases(self) -> list[str]:
        return self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1", "postgres").split()

    def forget(self) -> None:
        """Begin anew; what is in `app` is replaced by the import."""
        databases = self.databases()
        for database in databases:
            if database.startswith("app_"):
                self.sql(f'DROP DATABASE "{database}" WITH (FORCE)', "postgres")
        if "app" not in databases:
            self.converge()
        self.sql("COMMENT ON DATABASE app IS NULL", "postgres")


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    asked = subprocess.run(["/usr/bin/python3", "-c", "import psycopg2"], capture_output=True, check=False)
    if not binaries or asked.returncode or os.geteuid():
        missing("needs root, and Debian's postgresql and python3-psycopg2")
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    folder = Path(tempfile.mkdtemp(prefix="import-pg-", dir=memory if roomy else None))
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    shutil.chown(data, "postgres")
    shutil.copytree(PROGRAMS, folder / "programs")
    made = Cluster(folder, folder / "programs", free_port())

    def run(program: str, *arguments: str) -> None:
        command = [*AS_POSTGRES, str(binaries[-1].with_name(program)), "-D", str(data), *arguments]
        # pg_ctl leaves the server with its standard output: a pipe would never close
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    settings = ("listen_addresses=127.0.0.1", "ssl=on", "fsync=off", "full_page_writes=off", "wal_level=logical")
    options = f"-p {made.port} -k /var/run/postgresql " + " ".join(f"-c {setting}" for setting in settings)
    try:
        run("initdb", "-U", "postgres", "--auth=peer", "--encoding=UTF8", "--locale=C.UTF-8")
        (data / "pg_hba.conf").write_text(HBA)
        certificate(data)
        run("pg_ctl", "-w", "-l", str(data / "log"), "-o", options, "start")
        try:
            yield made
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def certificate(data: Path) -> None:
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    files = ["-keyout", str(data / "server.key"), "-out", str(data / "server.crt")]
    subprocess.run(["openssl", "req", "-x509", *kind, *files], check=True, capture_output=True)
    for name in ("server.key", "server.crt"):
        (data / name).chmod(0o600)
        shutil.chown(data / name, "postgres")


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def missing(reason: str) -> None:
    """Skip; with CI=true fail, since a run that proves nothing must not look green."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
