"""The one walk over a checkout.

In: a root folder. Out: every regular file that is not ignored, with what `stat` says, folder by folder. Symbolic links
are never followed: what they point at inside the root is met on its own, and outside the root nothing is looked at.
That makes loops impossible.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from toolkit.collect.files import own
from toolkit.collect.files.ignore import Ignores

# Other people's code and machine output. Pruned without looking inside, whether Git ignores them or not.
PRUNED = frozenset({
    ".git", ".hg", ".svn", ".bzr", ".jj", "node_modules", "bower_components", "jspm_packages", "site-packages",
    "__pycache__", ".venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
    ".terraform", ".terragrunt-cache", ".gradle", ".m2", ".bundle", ".yarn", ".pnpm-store", ".next", ".nuxt",
    ".svelte-kit", ".parcel-cache", ".turbo", ".cache", ".sass-cache", ".idea", ".vs", ".serverless",
    ".aws-sam", "Pods", "Carthage", "DerivedData", ".dart_tool", ".eggs", ".direnv", ".nx", ".angular",
})  # fmt: skip
_MARKS_OF_VENDOR = frozenset({"autoload.php", "modules.txt", "bundle", "cache", "pyvenv.cfg"})
_IGNORE_FILE_LIMIT = 1_000_000  # bytes


class File(NamedTuple):
    """One file, relative to the root; the numbers decide whether a cached result still holds."""

    path: str
    name: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Folder(NamedTuple):
    """One folder that was listed: "" or "a/b/"."""

    path: str
    mtime_ns: int
    ctime_ns: int
    inode: int
    files: list[File]
    own: Sequence[tuple[str, File]] = ()  # files that Offramp has written, and the manifest that lists them


def walk(root: str, on_error: Callable[[str, str], None]) -> Iterator[Folder]:
    """One folder after the other, depth first. `on_error(path, reason)` hears of unreadable ones."""
    stack: list[tuple[str, Ignores, tuple[own.Listing, ...]]] = [("", Ignores(), ())]
    while stack:
        folder, outer, listings = stack.pop()
        try:
            info = os.stat(f"{root}/{folder}")  # noqa: PTH116 - before it is listed, so that a change is never missed
            with os.scandir(f"{root}/{folder}") as found:
                entries = list(found)
        except OSError as err:
            on_error(folder or ".", err.strerror or "cannot be listed")
            continue
        names = {entry.name for entry in entries}
        stamps = info.st_mtime_ns, info.st_ctime_ns, info.st_ino
        if _is_vendored(folder, names):
            yield Folder(folder, *stamps, [])
            continue
        ignores = _inside(root, folder, names, outer)
        if ignores is not outer and ignores.cut:
            on_error(f"{folder}.gitignore", "more rules than are looked at: what the others name is read")
        files, folders = _kept(folder, entries, ignores, on_error)
        if listing := own.listing(root, folder, names):
            listings = (*listings, listing)
        yield _told_apart(root, Folder(folder, *stamps, files), listings)
        stack.extend((f"{folder}{name}/", ignores, listings) for name in sorted(folders, reverse=True))


def _told_apart(root: str, folder: Folder, listings: Sequence[own.Listing]) -> Folder:
    """The folder with Offramp's own files apart from the others."""
    if not listings:
        return folder
    listed = [(own.listed_by(root, listings, file.path, file.size), file) for file in folder.files]
    return folder._replace(
        files=[file for manifest, file in listed if manifest is None],
        own=[(manifest, file) for manifest, file in listed if manifest is not None],
    )


def _kept(
    folder: str, entries: list[os.DirEntry[str]], ignores: Ignores, on_error: Callable[[str, str], None]
) -> tuple[list[File], list[str]]:
    """The files of a folder, and the names of its folders, without what is ignored."""
    files, folders = [], []
    for entry in entries:
        name = entry.name
        path = folder + name
        if entry.is_file(follow_symlinks=False):
            if ignores and ignores.hide(path, name, is_folder=False):
                continue
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError as err:
                on_error(path, err.strerror or "cannot be read")
                continue
            files.append(File(path, name, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino))
        elif (
            name not in PRUNED
            and entry.is_dir(follow_symlinks=False)
            and not (ignores and ignores.hide(path, name, is_folder=True))
        ):
            folders.append(name)
    return files, folders


def _is_vendored(folder: str, names: set[str]) -> bool:
    """A tree of installed packages: Composer's, Go's or Bundler's `vendor`, or a virtual environment by any name."""
    if folder.endswith(("/vendor/", "/venv/", "/env/")) or folder in ("vendor/", "venv/", "env/"):
        return bool(names & _MARKS_OF_VENDOR)
    return "pyvenv.cfg" in names


def _inside(root: str, folder: str, names: set[str], outer: Ignores) -> Ignores:
    git = _text(f"{root}/{folder}.gitignore") if ".gitignore" in names else None
    own = _text(f"{root}/{folder}.offrampignore") if ".offrampignore" in names else None
    return outer.inside(folder, git, own)


def _text(path: str) -> str | None:
    """The text of an ignore file; None for what cannot be read or is a link."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as stream:
            return stream.read(_IGNORE_FILE_LIMIT).decode("utf-8", "replace")
    except OSError:
        return None
