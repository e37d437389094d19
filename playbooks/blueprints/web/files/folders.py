#!/usr/bin/env python3
"""What applications write: kept outside of their releases, and packed whole.

`folders.py link SOURCE STATE PATH …` (as the application's user) makes each PATH of the release in SOURCE a link into
STATE, where it stays when the next release comes; what the release brings there and STATE lacks is copied first. An
absolute PATH gets a folder in STATE/apart, which its units see in its place. `folders.py pack ROOT NAME …` writes a
.tar.gz of the folders ROOT/NAME to stdout. A SQLite database in them is packed as SQLite itself copies it, one moment
of it, also while it is written to. `folders.py clear ROOT NAME …` removes the logs of databases that a backup is about to
replace: to another copy they would be damage.
"""

import contextlib
import io
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from pathlib import Path

MAGIC = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm", "-journal")  # of a database: what is in them is in its copy
FILES = {".db", ".db3", ".sqlite", ".sqlite3", ".sqlite2"}  # a path that ends so is a file, any other a folder
PATIENCE = 60  # seconds for a database that is locked
BLOCK = 1 << 20


def main():
    action, *words = sys.argv[1:]
    {"link": link, "pack": pack, "clear": clear}[action](*words)


def link(source, state, *paths):
    """Replace what is at each path by a link to where it is kept."""
    for path in paths:
        if path.startswith("/"):
            Path(state, "apart", path.strip("/")).mkdir(parents=True, exist_ok=True)
            continue
        inside, kept = Path(source, path), Path(state, path.rstrip("/"))
        if inside.is_symlink():
            inside.unlink()
        if Path(path).suffix in FILES and not inside.is_dir():
            kept.parent.mkdir(parents=True, exist_ok=True)
            if inside.is_file():
                if not kept.exists():
                    shutil.copy2(inside, kept)
                inside.unlink()
        else:
            kept.mkdir(parents=True, exist_ok=True)
            if inside.is_dir():
                add(inside, kept)
                shutil.rmtree(inside)
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.symlink_to(kept)


def add(folder, kept):
    """Copy what is not there yet."""
    for path in sorted(folder.rglob("*")):
        there = kept / path.relative_to(folder)
        if path.is_symlink() or there.is_symlink() or there.exists():
            continue
        if path.is_dir():
            there.mkdir(parents=True)
        elif path.is_file() and there.parent.is_dir():
            shutil.copy2(path, there)


def pack(root, *names):
    """The folders as an archive on stdout."""
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|gz", format=tarfile.PAX_FORMAT) as archive:
        for name in names:
            folder = Path(root, name)
            if not folder.is_dir():
                continue
            archive.add(folder, name, recursive=False)
            databases = {path for path in folder.rglob("*") if is_database(path)}
            beside = {Path(f"{path}{ending}") for path in databases for ending in BESIDE}
            for path in sorted(folder.rglob("*")):
                if path in databases:
                    put_database(archive, path, root)
                elif path not in beside:
                    put(archive, path, root)


def clear(root, *names):
    """No log stays without its database."""
    for name in names:
        for path in [one for one in Path(root, name).rglob("*") if is_database(one)]:
            for ending in BESIDE:
                Path(f"{path}{ending}").unlink(missing_ok=True)


def is_database(path):
    try:
        if path.is_symlink() or not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def put_database(archive, path, root):
    """One moment of a database. What only looks like one is packed as it is."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        try:
            # not read-only: of a database with a write-ahead log, the log has to be opened, too
            with (
                contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as database,
                contextlib.closing(sqlite3.connect(copy)) as target,
            ):
                database.backup(target, pages=-1)
        except sqlite3.Error as err:
            print(f"{path}: packed as it is, since SQLite cannot copy it: {err}", file=sys.stderr)
            put(archive, path, root)
            return
        entry = archive.gettarinfo(path, str(path.relative_to(root)))
        entry.size = copy.stat().st_size
        with copy.open("rb") as file:
            archive.addfile(entry, file)


def put(archive, path, root):
    """A file, a folder or a link. One that shrinks meanwhile, as a log does, is filled up; one that is gone, left out."""
    with contextlib.suppress(FileNotFoundError):
        entry = archive.gettarinfo(path, str(path.relative_to(root)))
        if entry is None:  # a socket
            return
        if not entry.isreg():
            archive.addfile(entry)
            return
        with path.open("rb") as file:
            archive.addfile(entry, io.BufferedReader(Filled(file, entry.size), BLOCK))


class Filled(io.RawIOBase):
    """Exactly so many bytes: what the file has of them, then zeros."""

    def __init__(self, file, size):
        super().__init__()
        self.file, self.left = file, size

    def readable(self):
        return True

    def readinto(self, buffer):
        wanted = min(len(buffer), self.left)
        data = self.file.read(wanted) or bytes(wanted)
        buffer[: len(data)] = data
        self.left -= len(data)
        return len(data)


if __name__ == "__main__":
    main()
