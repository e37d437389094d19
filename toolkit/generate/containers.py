"""Applications that run in containers: what the hosts' units need to know of them, and what would not work there.

In: applications with `run = "container"`. Out: Ansible variables, and sentences that say what to change.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from toolkit.generate.ansible_yaml import outside
from toolkit.model import Application

# what a shell reads otherwise than as a word
_OF_SHELLS = re.compile(r"[$&|;<>()*?~`#]|^\w+=")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[\w./:@-]*")
_FOLDER = re.compile(r"/[\w.@+-]+(?:/[\w.@+-]+)*/?")
# of the machine, in a container as well
_OF_THE_SYSTEM = frozenset(("proc", "sys", "dev", "etc", "bin", "sbin", "lib", "lib64", "usr", "boot", "run", "tmp"))


def variables(application: Application) -> dict[str, Any]:
    """The keys that only an application in a container has; none for any other."""
    if application.run != "container":
        return {}
    said = application.container
    commands = {"web": application.start, **application.workers}
    return {
        "container": {
            "dockerfile": outside(said.dockerfile),
            "target": outside(said.target),
            "arguments": outside(said.arguments),
            "image": outside(said.image),
            "archives": outside(said.archives),
            "read_only": said.read_only,
            "words": {name: outside(words(command)) for name, command in commands.items()},
        }
    }


def words(command: str) -> list[str]:
    """What replaces the image's CMD, as in a compose file; a line for a shell goes to the image's. Empty for an empty
    one: the image's own is run."""
    if _OF_SHELLS.search(command):
        return ["sh", "-c", command]
    try:
        return shlex.split(command)
    except ValueError:
        return ["sh", "-c", command]


def problems(application: Application) -> Iterator[str]:
    """What could not work, one sentence each."""
    name, said = application.name, application.container
    if application.run != "container":
        return
    if said.image and (said.dockerfile or said.target or said.arguments):
        yield f"{name}: container names an image, and a dockerfile, target or arguments to build one: take one away"
    if said.image and not said.archives:
        yield f"{name}: container.image is fetched from nowhere: name the archive that brings it (container.archives)"
    for word in (said.dockerfile, said.target, said.image, *said.archives):
        if not _NAME.fullmatch(word) or word.startswith("-"):
            yield f"{name}: container names {word!r}: plain letters, digits and ./:@- only"
    if application.serve:
        yield f"{name}: serve names folders of its source, which nginx cannot see in an image; let the image serve them"
    if application.install or application.packages:
        yield f"{name}: install and packages are of no use in a container: its Dockerfile says them"
    for setting in said.arguments:
        if not _VARIABLE.fullmatch(setting):
            yield f"{name}: {setting!r} is no name of a variable"
    yield from _folders(application)


def _folders(application: Application) -> Iterator[str]:
    for folder in application.writable:
        path = PurePosixPath(folder)
        whole = len(path.parts) > 1 and (len(path.parts) > 2 or path.parts[1] not in _OF_THE_SYSTEM)
        inside = len(path.parts) > 1 and path.parts[1] in ("proc", "sys", "dev")
        if not _FOLDER.fullmatch(folder) or ".." in path.parts or not whole or inside:
            yield (
                f"{application.name}: writable names {folder!r}: in a container it is a folder of the image by its "
                'whole path ("/app/data")'
            )
