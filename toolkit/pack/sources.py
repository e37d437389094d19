"""What the bag takes of this machine: the generated project, and the applications' sources.

The project goes without Terraform's state, addresses of hosts in use, and backups; the vault as it is, encrypted; its
key never. An application's sources are the archive that the project's own program makes of them for its hosts, without
what .gitignore files and its list of secrets leave out.
"""

import fnmatch
import os
import shutil
import sys
from pathlib import Path

from toolkit.errors import BadInput, ProgramFailed
from toolkit.model import Gap
from toolkit.pack import bag
from toolkit.pack.project import Application, Project
from toolkit.tools import ansible_vault, process

_LEFT_BEHIND = (
    *("*.tfstate", "*.tfstate.*", "*.tfplan", "crash.log", ".terraform", "hosts.json", ".drill", ".build", "backups"),
    *("__pycache__", ".offramp-*", ".*.offramp-*.tmp", ".git"),
)
_PACK = "roles/_folder/files/pack"


def parts(project: Project) -> list[bag.Part]:
    """The parts `infra/` and `sources/`."""
    _refuse_key_inside(project.folder)
    return [
        bag.Part("infra", "infra", "", lambda work, _: _infra(project, work)),
        bag.Part("sources", "source", "", lambda work, _: _sources(project, work)),
    ]


def _infra(project: Project, work: Path) -> bag.Made:
    for below, folders, names in os.walk(project.folder):
        folders[:] = [name for name in folders if not _left_behind(name)]
        place = work / Path(below).relative_to(project.folder)
        place.mkdir(exist_ok=True)
        for name in names:
            source = Path(below) / name
            if not _left_behind(name) and source.is_file() and not source.is_symlink():
                shutil.copy2(source, place / name)
    return bag.Made()


def _left_behind(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _LEFT_BEHIND)


def _refuse_key_inside(infra: Path) -> None:
    """As `offramp generate` does: what lies beside what it opens protects nothing."""
    named = ansible_vault.key_named_by(infra)
    key = named.resolve() if named else None
    if key and key.is_relative_to(infra.resolve()):
        raise BadInput("the vault's key lies in the project", where=key, hint="move it out, and change ansible.cfg")


def _sources(project: Project, work: Path) -> bag.Made:
    gaps = [gap for one in project.applications if (gap := _source(project, one, work))]
    return bag.Made(tuple(gaps))


def _source(project: Project, application: Application, work: Path) -> Gap | None:
    archive = work / f"{application.name}.tar.gz"
    folder = project.sources / application.source
    try:
        process.run([sys.executable, project.folder / _PACK, folder, archive])
    except ProgramFailed as err:
        return Gap(f"sources of {application.name}", err.what, f"{application.name} cannot be installed")
    return None
