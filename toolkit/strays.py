"""Temporary files of Offramp's, and what a process that was killed left of them.

A file is written under a name that `create` makes, and then moved to its own. Its writer holds a lock on it, which the
kernel frees when the process ends in whatever way: a file that nobody holds is a stray, and `remove` removes it.
"""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FORM = re.compile(r"\.(?P<of>.+)\.offramp-[0-9a-f]{8}\.tmp", re.DOTALL)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST = 200  # bytes of the file's own name; file systems allow 255


def create(target: Path, mode: int, *, folder: int | None = None) -> tuple[str, int]:
    """A new temporary file for `target`, beside it or in the open `folder`: its path there, and a handle that writes.

    It is held until the handle is closed. May raise OSError.
    """
    while True:
        name = f".{_cut(target.name)}.offramp-{secrets.token_hex(4)}.tmp"
        path = str(target.with_name(name)) if folder is None else name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(path, flags, mode, dir_fd=folder)
        with contextlib.suppress(OSError):  # a file system without locks has no strays removed either
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return path, handle
        os.close(handle)  # between these lines somebody took it for a stray


def is_one(name: str) -> bool:
    """Whether a file's name is one that `create` made."""
    return _FORM.fullmatch(name) is not None


def remove(folder: Path, *, of: str | None = None) -> None:
    """Remove the strays in `folder`, or only those of the file called `of`. What cannot be removed stays."""
    wanted = None if of is None else _cut(of)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _FORM.fullmatch(entry.name)
            if found and wanted in (None, found["of"]):
                _remove(Path(entry.path))


@contextmanager
def folder(purpose: str) -> Iterator[Path]:
    """A temporary folder for as long as the block lasts. Those that killed processes left for this purpose go first."""
    prefix = f"offramp-{purpose}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        _remove_folder(left)
    path, handle = _held_folder(prefix)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(handle)


def _held_folder(prefix: str) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix))
        with contextlib.suppress(FileNotFoundError):  # somebody took it for a stray
            handle = os.open(path, _FOLDER)
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:
                return path, handle
            os.close(handle)


def _remove_folder(path: Path) -> None:
    """Unless it is held, or another user's."""
    with contextlib.suppress(OSError):
        handle = os.open(path, _FOLDER)
        try:
            if os.fstat(handle).st_uid == os.geteuid():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(handle)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while somebody writes it
            path.unlink()
        finally:
            os.close(handle)


def _cut(of: str) -> str:
    return os.fsdecode(os.fsencode(of)[:_LONGEST])
