"""What files said last time, for those that did not change.

In: a cache folder (mode 0700) or None. Out: per root a `Known` of earlier findings. A result holds as long as path,
size, mtime, ctime and inode are the same, and the catalogue, the ignored globs and this program's code are. A file
changed within two seconds of the look is never stored: it could change again without its time moving. Whatever is wrong
with a stored file, it is as if it were not there.
"""

import contextlib
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from toolkit.collect.files.read import Findings
from toolkit.collect.files.walk import File

_SETTLED_NS = 2 * 10**9


class _Stored(msgspec.Struct, array_like=True):
    key: str
    files: list[tuple[str, int, int, int, int]]  # path, size, mtime_ns, ctime_ns, inode
    findings: dict[int, Findings]  # by position in `files`; those that say nothing are left out


class Cache:
    """The cache folder for one catalogue and one set of ignored globs."""

    def __init__(self, folder: Path | None, catalog_hash: str, ignored: Iterable[str]) -> None:
        self._folder = folder
        self._key = "\n".join((catalog_hash, _code_version(), *ignored)) if folder else ""

    def load(self, root: Path) -> Mapping[File, Findings | None]:
        """Findings of the last look at this root by file; None for files that say nothing."""
        path = self._path(root)
        if path is None:
            return {}
        try:
            content = path.read_bytes()
            if zlib.crc32(content[4:]).to_bytes(4, "big") != content[:4]:
                return {}
            stored = msgspec.msgpack.decode(memoryview(content)[4:], type=_Stored)
        except (OSError, msgspec.DecodeError):
            return {}
        if stored.key != self._key:
            return {}
        say = stored.findings.get
        return {
            File(path, path.rpartition("/")[2], size, mtime, ctime, inode): say(number)
            for number, (path, size, mtime, ctime, inode) in enumerate(stored.files)
        }

    def save(self, root: Path, results: Iterable[tuple[File, Findings | None]], started_ns: int) -> None:
        """Keep these for the next look; `started_ns` is when this one began. Written whole or not at all."""
        path = self._path(root)
        if path is None:
            return
        newest = started_ns - _SETTLED_NS
        settled = [(file, found) for file, found in results if file.mtime_ns < newest and file.ctime_ns < newest]
        files = [(file.path, file.size, file.mtime_ns, file.ctime_ns, file.inode) for file, _ in settled]
        findings = {number: found for number, (_, found) in enumerate(settled) if found}
        content = msgspec.msgpack.encode(_Stored(self._key, files, findings))
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
                draft.write(zlib.crc32(content).to_bytes(4, "big") + content)
            os.replace(draft.name, path)  # noqa: PTH105 - the name is a string

    def _path(self, root: Path) -> Path | None:
        name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]
        return self._folder / f"files-{name}.cache" if self._folder else None


def _code_version() -> str:
    """Changes with the code that reads files: a parser that understands more makes earlier results void."""
    here = Path(__file__).parent
    stamps = sorted((str(path), path.stat().st_mtime_ns) for path in here.rglob("*") if path.suffix in (".py", ".scm"))
    return hashlib.sha256(repr(stamps).encode()).hexdigest()
