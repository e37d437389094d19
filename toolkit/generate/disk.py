"""Generated files to disk, again and again, without losing what the user changed.

A file that still is as generated is replaced. One that the user edited is kept; a newer version of it goes beside it as
`.new`. A file that is no longer generated goes too, unless edited. The user's own places are never touched.
"""

import difflib
import fnmatch
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from toolkit.errors import BadInput
from toolkit.generate import folder, manifest
from toolkit.model import GeneratedFile, Manifest, Value

SEAMS = ("terraform.tfvars", "*_override.tf", "host_vars/*", "group_vars/*", "site-local.yml", "inventory/hosts.json")
_PENDING = ".offramp-pending.json"  # what a run that was killed meant to write


class Written(Value):
    """What `write` did, as paths within the folder."""

    folder: str
    created: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # edited by the user, and nothing newer to offer
    conflicts: tuple[str, ...] = ()  # edited by the user; the newer version lies beside as .new
    diff: str = ""  # unified, from each conflicting file to its .new

    def __str__(self) -> str:
        counts = {name: len(getattr(self, name)) for name in ("created", "replaced", "unchanged", "removed", "kept")}
        lines = [f"{self.folder}: " + ", ".join(f"{count} {name}" for name, count in counts.items() if count)]
        lines += [f"kept your {path}; the newer version is {path}.new" for path in self.conflicts]
        return "\n".join(lines)


def write(files: Sequence[GeneratedFile], root: Path, *, over_another: bool = False) -> Written:
    """Bring the files, whose last is their manifest, into the folder `root`. A killed run is finished by the next.

    Raises BadInput, before anything is written, where a symbolic link or an odd path would lead out of the folder,
    where files of something else lie at the paths of a project's first generation, and, unless `over_another`, where
    the project of another platform, or for another target, lies there.
    """
    [*ordinary, last] = files
    if not over_another:
        _check_project(root, last)
    known = _known(root)
    _check_paths(ordinary)
    _check_folder(root, ordinary, known)
    folder.write(root, _PENDING, last.content)
    fates = {file.path: _place(root, file, known.get(file.path, [])) for file in ordinary}
    gone = sorted(set(known) - set(fates) - {manifest.PATH})
    fates |= {path: fate for path in gone if (fate := _retire(root, path, known[path]))}
    folder.write(root, manifest.PATH, last.content)
    folder.remove(root, _PENDING)
    return Written(
        folder=str(root),
        **{name: tuple(sorted(path for path, fate in fates.items() if fate == name)) for name in _FATES},
        diff="".join(_diff(root, path) for path in sorted(fates) if fates[path] == "conflicts"),
    )


_FATES = ("created", "replaced", "unchanged", "removed", "kept", "conflicts")


def _known(root: Path) -> dict[str, list[str]]:
    """path → hashes it had when generated: by the manifest (first), and by a run that was killed."""
    known: dict[str, list[str]] = {}
    for name in (manifest.PATH, _PENDING):
        content = folder.read(root, name)
        if content is None:
            continue
        for path, digest in _manifest(content, root / name).files.items():
            known.setdefault(path, []).append(digest)
    return known


def _check_paths(files: Sequence[GeneratedFile]) -> None:
    for file in files:
        if any(fnmatch.fnmatchcase(file.path, seam) for seam in SEAMS):
            raise BadInput("this path belongs to the user and is never generated", where=file.path)


def _check_project(root: Path, coming: GeneratedFile) -> None:
    """Its vault, its Terraform state and its hosts are the other's."""
    content = folder.read(root, manifest.PATH)
    if content is None:
        return
    there = _manifest(content, root / manifest.PATH)
    new = _manifest(coming.content.encode(), Path(manifest.PATH))
    for what, had, has in (("platform", there.platform, new.platform), ("target", there.target, new.target)):
        if had != has:
            hint = "generate into a folder of its own, or, where you mean it, with --over-another"
            raise BadInput(f"the project here has the {what} {had!r}, the new one {has!r}", where=root, hint=hint)


def _manifest(content: bytes, where: Path) -> Manifest:
    try:
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as err:
        hint = "restore it, or generate into an empty folder"
        raise BadInput(f"not a manifest: {err}", where=where, hint=hint) from err


def _check_folder(root: Path, files: Sequence[GeneratedFile], known: Mapping[str, Sequence[str]]) -> None:
    """Nothing is in the way: a link (BadInput of `folder`), or, where no project lies, files of something else."""
    if not root.exists():
        return
    found = {file.path: is_file for file in files if (is_file := folder.is_file(root, file.path)) is not None}
    if known:
        return
    strange = [
        file.path
        for file in files
        if file.path in found and not (found[file.path] and folder.read(root, file.path) == file.content.encode())
    ]
    if strange:
        shown = ", ".join(strange[:3]) + (", …" if len(strange) > 3 else "")
        hint = "nothing was written; generate into a folder of its own (--to infra)"
        raise BadInput(f"no generated project lies here, but files that it would have: {shown}", where=root, hint=hint)


def _place(root: Path, file: GeneratedFile, generated: Sequence[str]) -> str:
    """Write one file, or its `.new`, and say what became of it."""
    beside = f"{file.path}.new"
    mode = 0o755 if file.executable else 0o644
    current = folder.read(root, file.path)
    if current is None:
        folder.write(root, file.path, file.content, mode=mode)
        return "created"
    digest, wanted = manifest.content_hash(current), manifest.content_hash(file.content.encode())
    if digest == wanted or digest in generated:
        folder.remove(root, beside)  # it was offered before, and is settled
        if digest == wanted:
            return "unchanged"
        folder.write(root, file.path, file.content, mode=mode)
        return "replaced"
    if wanted in generated[:1] and folder.read(root, beside) is None:
        return "kept"  # the same version was generated, or offered and settled, before
    folder.write(root, beside, file.content, mode=mode)
    return "conflicts"


def _retire(root: Path, path: str, generated: Sequence[str]) -> str | None:
    """Remove a file that is no longer generated, unless the user changed it."""
    current = folder.read(root, path)
    if current is None:
        return None
    if manifest.content_hash(current) not in generated:
        return "kept"
    folder.remove(root, path)
    return "removed"


def _diff(root: Path, path: str) -> str:
    texts = [(folder.read(root, name) or b"").decode(errors="replace") for name in (path, f"{path}.new")]
    before, after = (text.splitlines(keepends=True) for text in texts)
    return "".join(difflib.unified_diff(before, after, fromfile=path, tofile=f"{path}.new"))
