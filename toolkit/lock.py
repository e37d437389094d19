"""One process at a time writes a folder.

In: a folder. Out: a block in which no other Offramp writes there; the second is refused, and told who is first. The
kernel holds the lock and frees it when a process ends in whatever way, so a dead one never blocks. The file it lies on
says who holds it, and goes with the lock: `NAME` is to be left behind wherever the folder is copied from.
"""

import contextlib
import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from toolkit import strays, utf8
from toolkit.errors import BadInput

NAME = ".offramp-lock"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST_COMMAND = 200  # characters of it that are shown
_HELD = 4_096  # bytes; more than any holder writes


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock."""

    pid: int
    command: str
    since: str
    machine: str = ""

    def __str__(self) -> str:
        elsewhere = f" on {self.machine}" if self.machine != socket.gethostname() else ""
        return f"{self.command!r}, process {self.pid}{elsewhere}, since {self.since}"


@contextmanager
def locked(folder: Path, *, mode: int = 0o777) -> Iterator[None]:
    """Be the only Offramp that writes `folder`, which is made with `mode` if need be. Strays in it are removed.

    Raises BadInput naming the holder where another process has it, or where the folder cannot be written.
    """
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
        handle = _taken(path)
    except OSError as err:
        raise BadInput(f"cannot be written: {err.strerror}", where=err.filename or folder) from err
    try:
        _sign(handle)
        strays.remove(folder)
        yield
    finally:
        with contextlib.suppress(OSError):  # the folder is gone, or its disk
            path.unlink()
        os.close(handle)


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Have no Offramp write `folder` while it is read. BadInput where one does."""
    writable = folder.is_dir() and os.access(folder, os.W_OK)  # else: nor can they, as whom we are
    with locked(folder) if writable else contextlib.nullcontext():
        yield


def _taken(path: Path) -> int:
    """The lock's file, held. One that its holder removed between our opening and locking it counts for nothing."""
    while True:
        handle = os.open(path, _FLAGS, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still_there(handle, path):
                return handle
        except BlockingIOError as err:
            holder = _holder(handle)
            os.close(handle)
            hint = "wait until it has ended, and give the same command again"
            raise BadInput(f"another Offramp writes here: {holder}", where=path.parent, hint=hint) from err
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _is_still_there(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def _sign(handle: int) -> None:
    """Write down who holds it, over whatever a dead process left."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    since = datetime.now(UTC).isoformat(timespec="seconds")
    holder = Holder(os.getpid(), utf8.holdable(" ".join(words))[:_LONGEST_COMMAND], since, socket.gethostname())
    os.ftruncate(handle, 0)
    os.pwrite(handle, msgspec.json.encode(holder), 0)


def _holder(handle: int) -> str:
    try:
        return str(msgspec.json.decode(os.pread(handle, _HELD, 0), type=Holder))
    except msgspec.DecodeError:
        return "it has only just begun"
