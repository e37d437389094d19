"""What lies outside a platform, played by a program of the user's while a drill lasts: carriers, others' mail servers.

Hosts that are cut off reach no carrier, and nobody wants a drill to text people. The program runs on the drill's
machine and reaches into the hosts by SSH, whose reverse tunnels put it where the platform expects the outside.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from toolkit.drill.project import INVENTORY, Project
from toolkit.tools import process

READY = "ready"
_READY_SECONDS = 120


@contextmanager
def outside(project: Project) -> Iterator[None]:
    """Run the platform's program for as long as the block lasts. ProgramFailed when it does not get ready."""
    (project.folder / "outside").mkdir()
    with process.companion(
        ["sh", "-c", project.manifest.drill.outside],
        ready=READY,
        log=project.log,
        env=process.environment(surroundings(project)),
        cwd=project.sources,
        timeout=_READY_SECONDS,
    ):
        yield


def surroundings(project: Project) -> dict[str, str]:
    """What programs of the user's are told of a drill, whether the platform answers already or not."""
    return {
        "OFFRAMP_PROJECT": str(project.folder),
        "OFFRAMP_INVENTORY": str(project.folder / INVENTORY),
        "OFFRAMP_SSH_CONFIG": str(project.folder / "ssh_config"),
        "OFFRAMP_OUTSIDE": str(project.folder / "outside"),
    }
