"""What files said last time, for those that did not change.

In: a cache folder (mode 0700) or None. Out: per root either the whole `Survey` of the last look, when nothing at all
changed, or its findings by file. A result holds as long as path, size, mtime, ctime and inode are the same, and the
catalogue, the ignored globs and this program's code are. What changed within two seconds of the look is not trusted: it
could change again without its time moving. Whatever is wrong with a stored file, it is as if it were not there.
"""

import contextlib
import hashlib
import os
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from toolkit import globs
from toolkit.collect.files.read import Findings
from toolkit.collect.files.walk import File, Folder
from toolkit.documents import write_bytes
from toolkit.model import Survey

_SETTLED_NS = 2 * 10**9


class _Listing(msgspec.Struct, array_like=True):
    """One folder as it was: its own stamps, and its files with four numbers each."""

    path: str
    mtime_ns: int
    ctime_ns: int
    inode: int
    names: list[str]
    stamps: bytes  # size, mtime_ns, ctime_ns, inode of each file, as 64-bit integers
    own: int = 0  # how many files at the end of `names` were Offramp's own: whether they are is asked anew


class _Stored(msgspec.Struct, array_like=True):
    key: str
    settled: bool  # whether nothing had changed just before the look
    folders: list[_Listing]
    survey: msgspec.Raw
    findings: msgspec.Raw  # dict[str, Findings]: by path; files that say nothing are left out


class Cache:
    """The cache folder for one catalogue and one set of ignored globs."""

    def __init__(self, folder: Path | None, catalog_hash: str, ignored: Iterable[str]) -> None:
        self._folder = folder
        self._key = "\n".join((catalog_hash, _code_version(), *ignored)) if folder else ""

    def load(self, name: str, root: Path) -> "Known":
        """The last look at this root, under this id."""
        path = self._path(name, root)
        nothing = Known(str(root.resolve()), None)
        if path is None:
            return nothing
        try:
            content = path.read_bytes()
            if zlib.crc32(memoryview(content)[4:]).to_bytes(4, "big") != content[:4]:
                return nothing
            stored = msgspec.msgpack.decode(memoryview(content)[4:], type=_Stored)
        except (OSError, msgspec.DecodeError):
            return nothing
        return Known(str(root.resolve()), stored) if stored.key == self._key else nothing

    def save(
        self,
        name: str,
        root: Path,
        folders: Sequence[Folder],
        results: Mapping[File, Findings],
        survey: Survey,
        started_ns: int,
    ) -> None:
        """Keep this look: all folders, and what says something. `started_ns` is when it began. All or nothing."""
        path = self._path(name, root)
        if path is None:
            return
        newest = started_ns - _SETTLED_NS
        # names that are no UTF-8 cannot be stored, and a cache that cannot be written is no error
        with contextlib.suppress(OSError, UnicodeEncodeError):
            _write(path, msgspec.msgpack.encode(_stored(self._key, folders, results, survey, newest)))

    def _path(self, name: str, root: Path) -> Path | None:
        """Root id and location are part of what a survey says, so each pair has its own file."""
        place = hashlib.sha256(os.fsencode(f"{name}\n{root}\n{root.resolve()}")).hexdigest()[:32]
        return self._folder / f"files-{place}.cache" if self._folder else None


class Known:
    """The last look at one root."""

    def __init__(self, root: str, stored: _Stored | None) -> None:
        self._root, self._stored = root, stored

    def unchanged(self) -> Survey | None:
        """The survey of the last look, if every folder and every file is as it was then."""
        if self._stored is None or not self._stored.settled:
            return None
        try:
            if not all(_is_as_it_was(self._root, folder) for folder in self._stored.folders):
                return None
            return msgspec.msgpack.decode(self._stored.survey, type=Survey)
        except (OSError, msgspec.DecodeError):
            return None

    def results(self) -> Mapping[File, Findings | None]:
        """Findings by file; None for files that say nothing."""
        if self._stored is None:
            return {}
        try:
            findings = msgspec.msgpack.decode(self._stored.findings, type=dict[str, Findings])
        except msgspec.DecodeError:
            return {}
        known = {}
        for folder in self._stored.folders:
            stamps = array("q", folder.stamps)
            for number, name in enumerate(folder.names[: len(folder.names) - folder.own]):
                path = folder.path + name
                known[File(path, name, *stamps[4 * number : 4 * number + 4])] = findings.get(path)
        return known


def _stored(
    key: str, folders: Sequence[Folder], results: Mapping[File, Findings], survey: Survey, newest: int
) -> _Stored:
    findings = {file.path: found for file, found in results.items()}
    seen: Iterable[Folder | File] = chain(folders, chain.from_iterable(map(_files, folders)))
    return _Stored(
        key=key,
        settled=all(max(one.mtime_ns, one.ctime_ns) < newest for one in seen),
        folders=[_listing(folder, newest) for folder in folders],
        survey=msgspec.Raw(msgspec.msgpack.encode(survey)),
        findings=msgspec.Raw(msgspec.msgpack.encode(findings)),
    )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_bytes(path, zlib.crc32(content).to_bytes(4, "big") + content, mode=0o600)


def _files(folder: Folder) -> list[File]:
    return [*folder.files, *(file for _, file in folder.own)] if folder.own else folder.files


def _listing(folder: Folder, newest: int) -> _Listing:
    settled = [file for file in _files(folder) if file.mtime_ns < newest and file.ctime_ns < newest]
    stamps = array("q")
    for file in settled:
        stamps.extend((file.size, file.mtime_ns, file.ctime_ns, file.inode))
    names = [file.name for file in settled]
    own = len(settled) - sum(1 for file in folder.files if file.mtime_ns < newest and file.ctime_ns < newest)
    return _Listing(folder.path, folder.mtime_ns, folder.ctime_ns, folder.inode, names, stamps.tobytes(), own)


def _is_as_it_was(root: str, folder: _Listing) -> bool:
    here = f"{root}/{folder.path}"
    info = os.lstat(here)
    if (info.st_mtime_ns, info.st_ctime_ns, info.st_ino) != (folder.mtime_ns, folder.ctime_ns, folder.inode):
        return False
    stamps = array("q")
    add = stamps.extend
    lstat = os.lstat
    for name in folder.names:
        info = lstat(here + name)
        add((info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino))
    return stamps.tobytes() == folder.stamps


def _code_version() -> str:
    """Changes with the code that reads files: a parser that understands more makes earlier results void."""
    here = Path(__file__).parent
    code = [path for path in here.rglob("*") if path.suffix in (".py", ".scm")]
    stamps = sorted((str(path), path.stat().st_mtime_ns) for path in (*code, Path(globs.__file__)))
    return hashlib.sha256(repr(stamps).encode()).hexdigest()
