"""A go-bag's folder: parts brought into it file by file, its manifest and checksums, and what is wrong with it.

A file comes under its name whole or not at all. A part's old files go when its new ones are there; the manifest comes
last. So a run that was killed leaves a bag that the next one completes, and `verify` says what it lacks until then.
"""

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from toolkit import lock, strays
from toolkit.documents import read_bag, write_json, write_text
from toolkit.errors import BadInput
from toolkit.model import SCHEMA_VERSION, Bag, BagFile, BagPart, Gap

MANIFEST, SUMS, SIGNATURE = "manifest.json", "SHA256SUMS", "SHA256SUMS.sig"
WORK = ".offramp-making"  # what a part is made in: beside the parts, so that its files need only be moved
OWN = "own"  # the kind of what people laid into the bag
_NOTHING = Bag(SCHEMA_VERSION, tool="", platform="", project="", debian=0, architecture="")
_OURS = {MANIFEST, SUMS, SIGNATURE, lock.NAME}


class Made(msgspec.Struct, frozen=True):
    """What making a part came to: what is missing, and which of the bag's files (path in the part) are to stay."""

    gaps: tuple[Gap, ...] = ()
    stay: frozenset[str] = frozenset()
    whole: bool = True  # False: it failed, and what the bag has from before is better than nothing


class Part(msgspec.Struct, frozen=True):
    """A folder of the bag: `make` puts its files into an empty folder, all but those that the bag has already."""

    folder: str
    kind: str
    made_of: str  # see BagPart
    make: Callable[[Path, Callable[[str, str], bool]], Made]
    resumes: bool = False  # `make` goes on with what a killed run left it, and removes what it does not want of that


class Folder:
    """A go-bag being written, in a folder that is there. Its hashes are worked out once a run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._hashes: dict[str, str] = {}
        self._before = _begun(root)

    def bring(self, part: Part) -> tuple[BagPart, int]:
        """Have the part in the bag as it should be. Returns what to note of it, and how many files are new."""
        before = self._before.get(part.folder)
        if before and part.made_of and before[0].made_of == part.made_of and self._is_right(before[1]):
            return before[0], 0
        work = self.root / WORK / part.folder
        if not part.resumes:
            shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True)
        made = part.make(work, lambda path, digest: self._has(f"{part.folder}/{path}", digest))
        placed = [path.relative_to(work).as_posix() for path in _files(work)]
        new = sum(self._place(work / path, f"{part.folder}/{path}") for path in placed)
        if made.whole:
            self._prune(part.folder, {*placed, *made.stay})
        shutil.rmtree(work)
        noted = part.made_of if made.whole else ""  # else the next run tries again
        return BagPart(part.folder, part.kind, noted, made.gaps), new

    def finish(self, bag: Bag) -> Bag:
        """Note all files of the bag's parts and what people laid beside them, and write manifest and checksums.

        Parts that an earlier run made and this one does not are removed.
        """
        shutil.rmtree(self.root / WORK, ignore_errors=True)
        kinds = {part.folder: part.kind for part in bag.parts}
        for folder in self._before.keys() - kinds:
            self._prune(folder, set())
        files = []
        for path in _files(self.root):
            name = path.relative_to(self.root).as_posix()
            kind = next((kinds[part] for part in kinds if name.startswith(f"{part}/")), OWN)
            if name not in _OURS:
                files.append(self._noted(name, kind))
        done = msgspec.structs.replace(bag, files=tuple(sorted(files, key=lambda file: file.path)))
        sums = [(file.sha256, file.path) for file in done.files]
        if not (self.root / SUMS).is_file() or self._before_is_other(done):
            (self.root / SIGNATURE).unlink(missing_ok=True)  # of other sums
            write_json(done, self.root / MANIFEST)
            sums.append((sha256(self.root / MANIFEST), MANIFEST))
            write_text(self.root / SUMS, "".join(_line(*one) for one in sums))
        return done

    def _before_is_other(self, bag: Bag) -> bool:
        try:
            return read_bag(self.root / MANIFEST) != bag
        except BadInput:
            return True

    def _has(self, path: str, digest: str) -> bool:
        file = self.root / path
        return file.is_file() and not file.is_symlink() and self._hash(path) == digest

    def _is_right(self, files: Sequence[BagFile]) -> bool:
        return all(self._has(file.path, file.sha256) for file in files)

    def _hash(self, path: str) -> str:
        if path not in self._hashes:
            self._hashes[path] = sha256(self.root / path)
        return self._hashes[path]

    def _place(self, source: Path, path: str) -> bool:
        """Move a file to its place in the bag, unless the same is there. Whether it was moved."""
        digest = sha256(source)
        if self._has(path, digest):
            return False
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        source.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
        source.replace(target)
        self._hashes[path] = digest
        return True

    def _prune(self, folder: str, wanted: set[str]) -> None:
        root = self.root / folder
        remove_others(root, wanted)
        for below, _, _ in os.walk(root, topdown=False):
            with contextlib.suppress(OSError):  # something is in it
                Path(below).rmdir()

    def _noted(self, path: str, kind: str) -> BagFile:
        about = (self.root / path).stat()
        as_of = datetime.fromtimestamp(int(about.st_mtime), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return BagFile(path, about.st_size, self._hash(path), kind, as_of)


def verify(root: Path) -> Iterator[str]:
    """A line for each file that is not what the bag's manifest and checksums say: flipped, missing, surplus.

    Raises BadInput where there is no manifest that can be read.
    """
    bag = read_bag(root / MANIFEST)
    wanted = {file.path: file.sha256 for file in bag.files}
    strange = {path.relative_to(root).as_posix() for path in _no_files(root)}
    present = {path.relative_to(root).as_posix() for path in _files(root)} - _OURS - strange
    yield from (f"no file: {path}" for path in sorted(strange))
    for path in sorted(set(wanted) - strange):
        if path not in present:
            yield f"missing: {path}"
        elif sha256(root / path) != wanted[path]:
            yield f"flipped: {path}"
    yield from (f"surplus: {path}" for path in sorted(present - set(wanted)))
    lines = [_line(file.sha256, file.path) for file in bag.files] + [_line(sha256(root / MANIFEST), MANIFEST)]
    sums = root / SUMS
    if not sums.is_file():
        yield f"missing: {SUMS}"
    elif sha256(sums) != hashlib.sha256("".join(lines).encode()).hexdigest():
        yield f"flipped: {SUMS}, or {MANIFEST}: they do not agree"


def listed(files: Iterable[tuple[str, str]]) -> str:
    """The lines of a list of files ("SHA-256  path"), as `sha256sum --check` reads them and roles unpack by."""
    return "".join(_line(digest, path) for path, digest in sorted(files))


def remove_others(folder: Path, wanted: Container[str]) -> None:
    """Remove every file below a folder but those wanted, by their path in it."""
    for path in list(_files(folder)):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()


def hashes(folder: Path) -> list[tuple[str, str]]:
    """Path and SHA-256 of every file below a folder."""
    return [(path.relative_to(folder).as_posix(), sha256(path)) for path in _files(folder)]


def hashes_of(contents: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """The same for files that are not written yet."""
    return [(path, hashlib.sha256(content).hexdigest()) for path, content in contents.items()]


def _line(digest: str, path: str) -> str:
    """As sha256sum writes it, names with odd characters too."""
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == path else chr(92)}{digest}  {escaped}\n"


def _begun(root: Path) -> dict[str, tuple[BagPart, list[BagFile]]]:
    """folder → what an earlier run noted of this part, and its files. An empty folder becomes a bag with nothing in it.

    BadInput for any other folder: what belongs to no part of a bag is removed. So it is for one with links or pipes in
    it: through a link for a part, files elsewhere would be replaced and removed.
    """
    if strange := next(_no_files(root), None):
        hint = "remove it, or name an empty folder; a go-bag has neither links nor pipes"
        raise BadInput("neither a file nor a folder", where=strange, hint=hint)
    if not {path.name for path in root.iterdir()} - {lock.NAME}:
        write_json(_NOTHING, root / MANIFEST)
    try:
        bag = read_bag(root / MANIFEST)
    except BadInput as err:
        hint = "name an empty folder, or one that does not exist"
        raise BadInput("there is something in this folder, and it is no go-bag", where=root, hint=hint) from err
    return {
        part.folder: (part, [file for file in bag.files if file.path.startswith(f"{part.folder}/")])
        for part in bag.parts
    }


def _files(root: Path) -> Iterator[Path]:
    """Every ordinary file and link below a folder; temporary files of a running process are none."""
    for below, _, names in os.walk(root):
        yield from (Path(below) / name for name in names if not strays.is_one(name))


def _no_files(root: Path) -> Iterator[Path]:
    """Links, pipes and the like below a folder: what is neither a file nor a folder of its own."""
    for below, folders, names in os.walk(root):
        for name in sorted([*folders, *names]):
            path = Path(below) / name
            if stat.S_IFMT(path.lstat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
                yield path


def sha256(path: Path) -> str:
    """A file's."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
