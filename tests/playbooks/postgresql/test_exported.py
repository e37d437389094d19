"""`offramp export data postgresql` against a real server: what it writes is what the blueprint imports."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pg_cluster import Cluster

OFFRAMP = Path(sys.executable).with_name("offramp")
ROWS = "CREATE TABLE berths (id bigint PRIMARY KEY, name text NOT NULL);"
MORE = "INSERT INTO berths SELECT n, 'berth ' || n FROM generate_series(1, 2000) n;"


def export(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [OFFRAMP, "export", "data", "postgresql", *arguments, "--to", folder]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run(command, env=settings | environment, capture_output=True, text=True)


@pytest.fixture
def filled(server: Cluster) -> Cluster:
    server.sql("DROP DATABASE app WITH (FORCE)", "postgres")  # what others left there is not the application's own
    server.forget()
    server.sql("SET ROLE app;" + ROWS + MORE)
    return server


def test_a_copy_is_what_the_blueprint_imports(filled: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    url = f"postgresql://app:pw@127.0.0.1:{filled.port}/app"
    done = export(folder, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert "pw" not in (done.stdout + done.stderr).replace(str(tmp_path), "")
    manifest = json.loads((folder / "manifest.json").read_text())
    dump = folder / "database.dump"
    assert manifest["datasets"]["data.relational-dump"] == {
        "file": "database.dump", "records": 1, "sha256": hashlib.sha256(dump.read_bytes()).hexdigest(),
    }  # fmt: skip
    assert manifest["source"] == f"data.relational-dump 127.0.0.1:{filled.port}/app"
    assert manifest["begun"]
    assert "pw" not in (folder / "manifest.json").read_text()
    assert folder.stat().st_mode & 0o077 == 0
    assert dump.stat().st_mode & 0o077 == 0
    filled.sql("DELETE FROM berths WHERE id > 5")
    answer = filled.import_dump(dump)
    assert answer["tables"]["public.berths"]["rows"] == 2000
    assert filled.sql("SELECT count(*) FROM berths") == "2000"


def test_the_password_may_come_from_libpqs_own_places(filled: Cluster, tmp_path: Path) -> None:
    url = f"postgresql://app@127.0.0.1:{filled.port}/app"
    assert export(tmp_path / "a", url, PGPASSWORD="pw").returncode == 0
    passes = tmp_path / "pgpass"
    passes.write_text(f"127.0.0.1:{filled.port}:app:app:pw\n")
    passes.chmod(0o600)
    assert export(tmp_path / "b", url, PGPASSFILE=str(passes)).returncode == 0
    wrong = export(tmp_path / "c", url, PGPASSWORD="not-it")
    assert wrong.returncode == 4
    assert "password authentication failed" in wrong.stderr
    assert list((tmp_path / "c").iterdir()) == [], "nothing half is left"


@contextlib.contextmanager
def locked(server: Cluster, table: str) -> Iterator[None]:
    """Nobody else reads the table meanwhile."""
    command = ["runuser", "-u", "postgres", "--", "psql", "-qAt", "-p", str(server.port), "-d", "app"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/") as holder:
        assert holder.stdin
        assert holder.stdout
        holder.stdin.write(f"BEGIN; LOCK TABLE {table}; SELECT 'locked';\n")
        holder.stdin.flush()
        assert holder.stdout.readline().strip() == "locked"
        try:
            yield
        finally:
            holder.communicate("COMMIT;\n")


def _kill_while_it_waits(server: Cluster, folder: Path, url: str) -> None:
    child = subprocess.Popen(
        [OFFRAMP, "export", "data", "postgresql", "--to", folder],
        env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"
    while server.sql(waiting) == "0":
        assert child.poll() is None
    child.kill()
    child.wait()


def test_a_killed_export_leaves_no_dataset_and_the_next_one_begins_anew(filled: Cluster, tmp_path: Path) -> None:
    """The table is locked, so that pg_dump waits until we are killed."""
    folder, url = tmp_path / "copy", f"postgresql://app:pw@127.0.0.1:{filled.port}/app"
    with locked(filled, "berths"):
        _kill_while_it_waits(filled, folder, url)
    assert not (folder / "manifest.json").exists()
    assert not (folder / "database.dump").exists()
    done = export(folder, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "database.dump"}
    again = export(folder, DATABASE_URL=url)
    assert again.returncode == 2
    assert "complete export" in again.stderr
