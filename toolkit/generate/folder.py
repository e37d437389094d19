"""Files below one folder, reached without following a symbolic link: nothing outside it is read or written."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from toolkit import strays
from toolkit.errors import BadInput

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def read(root: Path, path: str) -> bytes | None:
    """The content of root/path; None if there is no such file."""
    try:
        with _parent(root, path, create=False) as (parent, name):
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise _refused(err, root, path) from err
    with os.fdopen(handle, "rb") as file:
        return file.read()


def is_file(root: Path, path: str) -> bool | None:
    """Whether root/path is a regular file; None if nothing is there. Never waits, not even for a pipe."""
    try:
        with _parent(root, path, create=False) as (parent, name):
            handle = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise _refused(err, root, path) from err
    try:
        return stat.S_ISREG(os.fstat(handle).st_mode)
    finally:
        os.close(handle)


def write(root: Path, path: str, content: str, *, mode: int = 0o644) -> None:
    """Replace root/path at once: whoever reads it sees the old content or the new."""
    try:
        with _parent(root, path, create=True) as (parent, name):
            _check_is_no_link(parent, name)
            _replace(root, parent, name, content.encode(), mode)
    except OSError as err:
        raise _refused(err, root, path) from err


def remove(root: Path, path: str) -> None:
    """Delete root/path, and the folders that become empty."""
    with contextlib.suppress(FileNotFoundError), _parent(root, path, create=False) as (parent, name):
        os.unlink(name, dir_fd=parent)
    for folder in [*PurePosixPath(path).parents][:-1]:
        with contextlib.suppress(OSError), _parent(root, str(folder), create=False) as (parent, name):
            os.rmdir(name, dir_fd=parent)  # refused while something is in it


def _replace(root: Path, parent: int, name: str, content: bytes, mode: int) -> None:
    """Written at the top of `root`, from where no role takes files to a host, and moved to its place."""
    top = os.open(root, _DIRECTORY)
    try:
        temporary, handle = strays.create(Path(name), mode, folder=top)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                os.rename(temporary, name, src_dir_fd=top, dst_dir_fd=parent)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=top)
    finally:
        os.close(top)


def _check_is_no_link(parent: int, name: str) -> None:
    # renaming over a link would only replace it, but the user made it for a reason: say so instead
    with contextlib.suppress(FileNotFoundError):
        os.close(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent))


@contextmanager
def _parent(root: Path, path: str, *, create: bool) -> Iterator[tuple[int, str]]:
    """The open folder that path lies in, and the path's last part."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise BadInput("this path leads out of the folder", where=path)
    if create:
        root.mkdir(parents=True, exist_ok=True)
    current = os.open(root, _DIRECTORY)  # the folder itself may be a link: the user named it
    try:
        for part in parts[:-1]:
            if create:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=current)
            below = os.open(part, _DIRECTORY | os.O_NOFOLLOW, dir_fd=current)
            os.close(current)
            current = below
        yield current, parts[-1]
    finally:
        os.close(current)


def _refused(err: OSError, root: Path, path: str) -> BadInput:
    link = err.errno in (errno.ELOOP, errno.ENOTDIR)
    what = "a symbolic link is in the way" if link else f"cannot be used: {err.strerror}"
    return BadInput(what, where=root / path, hint="nothing is written through links; remove it" if link else "")
