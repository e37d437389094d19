"""What a generated project carries of ours: roles and Terraform modules, copied file by file."""

from collections.abc import Sequence
from pathlib import Path

import toolkit
from toolkit import shipped, strays
from toolkit.errors import BadCatalog, BadInput
from toolkit.model import GeneratedFile

# roles every project has: the hosts themselves and their sealed backups; certificates, and folders of files, for roles
# that want some
BASE_ROLES = ("_base", "_backup", "_tls", "_folder")
_NO_PART = {"__pycache__", ".terraform", ".terraform.lock.hcl", "root"}


def base_roles() -> list[GeneratedFile]:
    """The roles that belong to no blueprint."""
    return [file for name in BASE_ROLES for file in tree(shipped.folder("playbooks") / name, f"roles/{name}")]


def blueprint(slug: str, overlays: Sequence[str]) -> list[GeneratedFile]:
    """A blueprint's folder as the role `roles/<slug>`; the last overlay that has it wins over the shipped one."""
    return tree(_blueprint_folder(slug, overlays), f"roles/{slug}")


def carried(slug: str, packages: Sequence[str]) -> list[GeneratedFile]:
    """The packages of Offramp that run on a blueprint's host, with the one module they may import: errors."""
    if not packages:
        return []
    ours, prefix = Path(toolkit.__file__).parent, f"roles/{slug}/files/toolkit"
    shared = [read(ours / name, f"{prefix}/{name}") for name in ("__init__.py", "errors.py")]
    return [*shared, *(file for name in packages for file in tree(ours / name, f"{prefix}/{name}"))]


def has_tasks(slug: str, overlays: Sequence[str], name: str) -> bool:
    """Whether the blueprint has `tasks/<name>.yml`."""
    return (_blueprint_folder(slug, overlays) / "tasks" / f"{name}.yml").is_file()


def has_variables(slug: str, overlays: Sequence[str]) -> bool:
    """Whether the blueprint has `vars/main.yml`."""
    return (_blueprint_folder(slug, overlays) / "vars/main.yml").is_file()


def module(target: str) -> Path:
    """The folder of the module that makes one host of a target; BadInput names the targets there are."""
    modules = shipped.folder("terraform/modules")
    folder = modules / f"{target}-host"
    if not (folder / "root").is_dir():
        known = sorted(path.parent.name.removesuffix("-host") for path in modules.glob("*-host/root"))
        raise BadInput(f"no target {target!r}", where="--target", hint=f"there are: {', '.join(known)}")
    return folder


def tree(folder: Path, prefix: str) -> list[GeneratedFile]:
    """Every text file below `folder`, as `prefix`/…; caches, links and a target's `root` are left out."""
    files = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_symlink() or not path.is_file() or _NO_PART.intersection(relative.parts) or strays.is_one(path.name):
            continue
        files.append(read(path, f"{prefix}/{relative.as_posix()}"))
    return files


def read(path: Path, name: str) -> GeneratedFile:
    """One file under its name in the project; whether it is executable is kept."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        raise BadInput("a blueprint's files must be UTF-8 text", where=path, hint="get binaries as artefacts") from err
    return GeneratedFile(path=name, content=text, executable=bool(path.stat().st_mode & 0o100))


def _blueprint_folder(slug: str, overlays: Sequence[str]) -> Path:
    candidates = [Path(overlay) / "blueprints" / slug for overlay in reversed(overlays)]
    for folder in [*candidates, shipped.folder("playbooks/blueprints") / slug]:
        if (folder / "tasks/main.yml").is_file():
            return folder
    raise BadCatalog(f"the blueprint {slug} has no tasks/main.yml", where=slug)
