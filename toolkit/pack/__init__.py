"""A go-bag: all that a rebuild fetches, in one folder of plain files, so that no registry and no mirror need be there.

In: a generated project, the hosts' release and architecture. Out: the folder (docs/go-bag.md), and what it lacks.
Everything is got with the usual clients; `verify` says what is not as it was packed.
"""

from collections.abc import Callable
from pathlib import Path

import platformdirs

from toolkit.errors import BadInput
from toolkit.model import SCHEMA_VERSION, Bag
from toolkit.pack import applications, artefacts, debian, itself, sources, wanted
from toolkit.pack.bag import MANIFEST, SIGNATURE, SUMS, Folder, Part, sha256, verify
from toolkit.pack.project import MANIFEST as PROJECT
from toolkit.pack.project import Project, read
from toolkit.tools import ssh
from toolkit.tools.apt import Apt, check_architecture, suite_of
from toolkit.tools.debian import mirror

__all__ = ["MANIFEST", "SIGNATURE", "SUMS", "pack", "sign", "verify"]

Say = Callable[[str], None]


def pack(infra: Path, folder: Path, *, tool: str, release: int, architecture: str, say: Say) -> Bag:
    """Bring the go-bag in `folder` to what the project at `infra` needs. What is there and right is not got again.

    Raises BadInput for a project that cannot be packed; what cannot be had is a gap of the bag.
    """
    check_architecture(architecture)
    _refuse_one_in_the_other(infra.resolve(), folder.resolve())
    project = read(infra)
    folder.mkdir(parents=True, exist_ok=True)
    writer = Folder(folder.absolute())
    noted, new = [], 0
    for part in _parts(project, tool, release, architecture, say):
        done, count = writer.bring(part)
        noted.append(done)
        new += count
        if count:
            say(f"{part.folder}: {count} new files")
    bag = Bag(
        schema_version=SCHEMA_VERSION,
        tool=tool,
        platform=project.manifest.platform,
        project=sha256(infra / PROJECT),
        debian=release,
        architecture=architecture,
        parts=tuple(noted),
    )
    done_bag = writer.finish(bag)
    size = sum(file.size for file in done_bag.files) / 1e6
    say(f"{folder}: {len(done_bag.files)} files, {size:.0f} MB, {new} of them new")
    return done_bag


def _refuse_one_in_the_other(infra: Path, folder: Path) -> None:
    if infra.is_relative_to(folder) or folder.is_relative_to(infra):
        raise BadInput("project and go-bag lie in each other", where=folder, hint="pack into a folder of its own")


def sign(folder: Path, key: Path) -> None:
    """Sign the bag's checksums with an SSH key: `ssh-keygen -Y verify -n offramp-go-bag` checks it."""
    ssh.sign(folder / SUMS, key, namespace="offramp-go-bag")


def _parts(project: Project, tool: str, release: int, architecture: str, say: Say) -> list[Part]:
    apt = Apt(_state(release, architecture), mirror(), suite_of(release), architecture)
    target = applications.Target(release, architecture)
    return [
        *sources.parts(project),
        debian.part(apt, wanted.packages(project, release), say),
        *applications.parts(project, target),
        *artefacts.parts(project),
        itself.part(tool),
    ]


def _state(release: int, architecture: str) -> Path:
    """Where apt keeps its lists between runs; nothing in a bag hangs on it."""
    folder = platformdirs.user_cache_path("offramp") / "pack" / f"{suite_of(release)}-{architecture}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
