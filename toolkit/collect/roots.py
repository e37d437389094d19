"""Which folders make one platform: the paths a user names, or the repositories that offramp.toml lists."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from toolkit.collect.commits import bytes_of
from toolkit.documents import read_platform
from toolkit.errors import BadInput
from toolkit.model import Platform
from toolkit.outside import refuse_outside

FILE = "offramp.toml"


def find_platform(paths: Sequence[Path], file: Path | None) -> tuple[Platform, Path]:
    """The platform and the folder its paths are relative to: `file`, else offramp.toml in a path or the current folder.

    Raises BadInput for a missing path and for two different offramp.toml files.
    """
    for path in paths:
        if not path.exists():
            raise BadInput("no such file or folder", where=path)
    places = paths or (Path(),)
    found = [file] if file else [path / FILE for path in places if (path / FILE).is_file()]
    if not found and (Path() / FILE).is_file():
        found = [Path(FILE)]
    if not found:
        found = _above(places[0])
    if len(found) > 1:
        raise BadInput(f"two platforms: {found[0]} and {found[1]}", hint=f"name the one to use with --platform {FILE}")
    return (read_platform(found[0]), found[0].parent) if found else (Platform(), Path())


def _above(place: Path) -> list[Path]:
    """The offramp.toml of a folder above, up to the top of the repository that the place lies in; none outside one."""
    folders = (place.resolve(), *place.resolve().parents)
    top = next((number for number, folder in enumerate(folders) if (folder / ".git").exists()), None)
    if top is None:
        return []
    return [folder / FILE for folder in folders[: top + 1] if (folder / FILE).is_file()][:1]


def find_roots(
    paths: Sequence[Path], platform: Platform, base: Path, *, allow_outside: bool = False
) -> dict[str, Path]:
    """Root id → folder. Ids are the folders' names, made unique with their parents' names.

    What offramp.toml names outside its own folder and the paths is refused unless that is allowed: the file may be a
    stranger's, and the folder anything.
    """
    if not allow_outside:
        refuse_outside(platform, base, where=base / FILE, inside=paths)
    folders = [base / name for name in platform.repositories]
    for folder in folders:
        if not folder.is_dir():
            raise BadInput("no such folder", where=folder, hint=f"`repositories` in {base / FILE} names it")
    named = [path for path in (paths or (Path(),)) if not _covered(path, folders, base)]
    roots: dict[str, Path] = {}
    for folder in dict.fromkeys(path.resolve() for path in (*folders, *named)):
        name, parent = _text(folder.name) or "root", folder.parent
        while name in roots:
            name, parent = f"{_text(parent.name)}/{name}", parent.parent
        roots[name] = folder
    return roots


def _text(name: str) -> str:
    """A folder's name as it can stand in a report: bytes that are no UTF-8 cannot."""
    return os.fsencode(name).decode("utf-8", "replace")


def _covered(path: Path, folders: Sequence[Path], base: Path) -> bool:
    """Whether the platform's own list already says what to read for this path."""
    return bool(folders) and path.resolve() in {base.resolve(), *(folder.resolve() for folder in folders)}


def tracked(folders: Iterable[Path]) -> int | None:
    """About how many files an audit of these will look at: those that Git tracks. None where Git does not say.

    The number stands in the head of Git's index (gitformat-index(5)): "DIRC", version, number of entries.
    """
    counts = [_index_entries(folder / ".git" / "index") for folder in folders]
    return sum(filter(None, counts)) or None


def _index_entries(index: Path) -> int | None:
    head = bytes_of(index, 12)
    return int.from_bytes(head[8:], "big") if head[:4] == b"DIRC" and len(head) == 12 else None
