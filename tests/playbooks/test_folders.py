"""What applications write outlives their releases, and is packed whole while it is written to."""

import io
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "playbooks/blueprints/web/files/folders.py"


def _run(*words: str | Path) -> bytes:
    done = subprocess.run([sys.executable, PROGRAM, *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _packed(root: Path, *names: str) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(_run("pack", root, *names))) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name: archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]


def test_what_is_written_stays_when_the_next_release_comes(tmp_path: Path) -> None:
    first, second, state = tmp_path / "first", tmp_path / "second", tmp_path / "state"
    paths = ["data", "public/uploads", "app.db", "/var/opt/board"]
    for number, release in enumerate((first, second)):
        (release / "data/skeleton").mkdir(parents=True)
        (release / "data/skeleton/plan").write_text(f"release {number}")
        (release / f"data/new-{number}").write_text("")
        (release / "app.db").write_text(f"release {number}")
    _run("link", first, state, *paths)
    (first / "data/mine").write_text("written")
    (first / "public/uploads/picture").write_text("written")
    (first / "app.db").write_text("written")
    _run("link", second, state, *paths)
    for release in (first, second):
        assert (release / "data/mine").read_text() == "written"
        assert (release / "public/uploads/picture").read_text() == "written"
        assert (release / "app.db").read_text() == "written"
    assert (second / "data/skeleton/plan").read_text() == "release 0", "what is there is not replaced"
    assert (second / "data/new-1").is_file(), "what a release adds comes along"
    assert (state / "apart/var/opt/board").is_dir()
    _run("link", second, state, *paths)
    assert (second / "data/mine").read_text() == "written", "a second time changes nothing"


def test_a_release_cannot_lead_out_of_its_state(tmp_path: Path) -> None:
    source, state = tmp_path / "source", tmp_path / "state"
    source.mkdir()
    (tmp_path / "precious").mkdir()
    (source / "data").symlink_to(tmp_path / "precious")
    _run("link", source, state, "data")
    assert (source / "data").resolve() == state / "data"
    assert list((tmp_path / "precious").iterdir()) == []


@contextmanager
def _busy(file: Path) -> Iterator[None]:
    """A database in WAL mode that is written to all the time, two rows at once."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE pair (number INTEGER, text TEXT)")
    over = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(file, timeout=30)) as own:
            number = 0
            while not over.is_set():
                with own:
                    own.executemany("INSERT INTO pair VALUES (?, ?)", [(number, "x" * 4000)] * 2)
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_a_database_is_packed_in_one_moment_while_it_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "app-board/data").mkdir(parents=True)
    with _busy(tmp_path / "app-board/data/board.sqlite3"):
        packed = _packed(tmp_path, "app-board")
    assert set(packed) == {"app-board/data/board.sqlite3"}, "neither the log nor the index goes along"
    copy = tmp_path / "copy"
    copy.write_bytes(packed["app-board/data/board.sqlite3"])
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        odd = "SELECT count(*) FROM (SELECT number FROM pair GROUP BY number HAVING count(*) <> 2)"
        assert database.execute(odd).fetchone() == (0,), "no half of a transaction"


def test_other_files_are_packed_as_they_are(tmp_path: Path) -> None:
    home = tmp_path / "app-board"
    home.mkdir()
    (home / "big").write_bytes(os.urandom(3 << 20))
    (home / "empty").write_bytes(b"")
    (home / "broken.db").write_bytes(b"SQLite format 3\0 and then nothing of the kind")
    (home / "link").symlink_to("/etc/hostname")
    (home / "notes-wal").write_text("no database stands beside it")
    packed = _packed(tmp_path, "app-board", "app-none")
    assert packed == {f"app-board/{one.name}": one.read_bytes() for one in home.iterdir() if one.name != "link"}


@pytest.mark.skipif(os.geteuid() != 0, reason="owners are kept where root packs")
def test_owners_and_modes_are_kept(tmp_path: Path) -> None:
    home = tmp_path / "app-board"
    home.mkdir()
    with closing(sqlite3.connect(home / "a.db")) as database:
        database.execute("CREATE TABLE t (x)")
    os.chown(home / "a.db", 1234, 1235)
    (home / "a.db").chmod(0o640)
    with tarfile.open(fileobj=io.BytesIO(_run("pack", tmp_path, "app-board"))) as archive:
        entry = archive.getmember("app-board/a.db")
    assert (entry.uid, entry.gid, entry.mode) == (1234, 1235, 0o640)


def test_a_log_of_what_was_there_does_not_spoil_what_is_brought_back(tmp_path: Path) -> None:
    home = tmp_path / "app-board"
    home.mkdir()
    (home / "notes-wal").write_text("of no database")
    with closing(sqlite3.connect(home / "a.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE t (x)")
        backup = _packed(tmp_path, "app-board")["app-board/a.db"]
        database.execute("INSERT INTO t VALUES (1)")
        database.commit()
        left = (home / "a.db-wal").read_bytes()  # as a process that was killed leaves it
    (home / "a.db-wal").write_bytes(left)
    _run("clear", tmp_path, "app-board", "app-none")
    assert {one.name for one in home.iterdir()} == {"a.db", "notes-wal"}
    (home / "a.db").write_bytes(backup)
    with closing(sqlite3.connect(home / "a.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM t").fetchone() == (0,)
