"""A private PostgreSQL cluster from Debian's binaries, in a temporary folder, run by an unprivileged user."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.stand_ins.serving import free_port

SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]


def binaries() -> Path:
    """The folder of initdb and pg_ctl, the newest version installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if elsewhere := shutil.which("initdb"):
        return Path(elsewhere).resolve().parent
    raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Yields the URL of an empty cluster's `postgres` database."""
    folder, port = Path(tempfile.mkdtemp(prefix="harbour-pg-")), free_port()
    try:
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres")
        data = str(folder / "data")
        options = " ".join(["-h 127.0.0.1", f"-p {port}", f"-k {folder}", *(f"-c {item}" for item in SETTINGS)])
        _run("initdb", "-D", data, "-U", "harbour", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        _run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://harbour@127.0.0.1:{port}/postgres"
        finally:
            _run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _run(program: str, *arguments: str) -> None:
    command = [str(binaries() / program), *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    # pg_ctl leaves the server with its standard output: a pipe would never close.
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
