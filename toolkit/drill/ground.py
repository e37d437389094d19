"""Where a drill happens: lab hosts made for it, or hosts somebody gives away for it.

In: the names of the hosts a project needs. Out: a `Ground`: Terraform variables for the machines, and how SSH gets in.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

import msgspec

from toolkit.drill import lab as labs
from toolkit.errors import BadInput
from toolkit.tools.process import Log

LAB_VARIABLES = "drill.auto.tfvars.json"


class Ground(msgspec.Struct, frozen=True):
    """Hosts to build on. Without a `lab`, `variables` is the user's own file of Terraform variables for them."""

    lab: labs.Lab | None = None
    variables: Path | None = None


def given(variables: Path) -> Ground:
    """Hosts that exist, named in a terraform.tfvars of the user's."""
    if not variables.is_file():
        raise BadInput(
            "no file of hosts", where=variables, hint="--lab incus makes throwaway ones; or see docs/drill.md"
        )
    return Ground(variables=variables)


def make(names: Sequence[str], *, state: Path, log: Log) -> Ground:
    """One empty lab host for each name."""
    return Ground(lab=labs.make(names, log=log, state=state))


def remove(ground: Ground) -> None:
    """Delete what `make` made; hosts that were given stay."""
    if ground.lab:
        labs.destroy(ground.lab)


def isolate(ground: Ground) -> str:
    """Cut lab hosts off from everything but each other; returns what is true from now on, in the journal's words."""
    if ground.lab is None:
        return "not enforced: these hosts were given"
    labs.cut_off(ground.lab)
    return "the hosts reach each other and nothing else, no name server either"


def variables(ground: Ground) -> tuple[str, bytes]:
    """Name and content of the file through which Terraform learns of the machines."""
    if ground.lab is None:
        assert ground.variables is not None  # noqa: S101  # `given` and `make` are the only ways to a Ground
        suffix = ".json" if ground.variables.suffix == ".json" else ""
        return f"terraform.tfvars{suffix}", ground.variables.read_bytes()
    known = ground.lab.login.known_hosts.read_text().splitlines()
    keys = {line.split()[0]: " ".join(line.split()[1:3]) for line in known}
    machines = {
        host.name: {
            "address": host.address,
            "private_key_file": str(ground.lab.login.key),
            "host_key": keys[host.address],
        }
        for host in ground.lab.hosts
    }
    return LAB_VARIABLES, msgspec.json.encode({"machines": machines})


def ssh_arguments(ground: Ground, folder: Path) -> str:
    """Options for ssh that keep everything the drill learns in `folder`; the user's known_hosts stays as it is."""
    if ground.lab:
        options = [option for option in ground.lab.login.options() if not option.startswith("-i")]
    else:
        options = [f"-oUserKnownHostsFile={folder / 'known_hosts'}", "-oStrictHostKeyChecking=accept-new"]
    return shlex.join([*options, "-oControlMaster=auto", "-oControlPersist=60s"])
