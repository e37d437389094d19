"""Where a drill happens: lab hosts made for it, or hosts somebody gives away for it.

In: the names of the hosts a project needs. Out: a `Ground`: Terraform variables for the machines, and how SSH gets in.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from toolkit.drill import lab
from toolkit.drill.lab import Lab
from toolkit.errors import BadInput
from toolkit.tools.process import Log

LAB_VARIABLES = "drill.auto.tfvars.json"


# A lab, or the file of Terraform variables that names hosts somebody gives away.
Ground: TypeAlias = Lab | Path


def given(variables: Path) -> Ground:
    """Hosts that exist, named in a terraform.tfvars of the user's."""
    if not variables.is_file():
        raise BadInput(
            "no file of hosts", where=variables, hint="--lab incus makes throwaway ones; or see docs/drill.md"
        )
    return variables


def make(names: Sequence[str], *, state: Path, log: Log) -> Ground:
    """One empty lab host for each name."""
    return lab.make(names, log=log, state=state)


def remove(ground: Ground) -> None:
    """Delete what `make` made; hosts that were given stay."""
    if isinstance(ground, Lab):
        lab.destroy(ground)


def variables(ground: Ground) -> tuple[str, bytes]:
    """Name and content of the file through which Terraform learns of the machines."""
    if isinstance(ground, Path):
        return f"terraform.tfvars{'.json' if ground.suffix == '.json' else ''}", ground.read_bytes()
    known = ground.login.known_hosts.read_text().splitlines()
    keys = {line.split()[0]: " ".join(line.split()[1:3]) for line in known}
    machines = {
        host.name: {
            "address": host.address,
            "private_key_file": str(ground.login.key),
            "host_key": keys[host.address],
        }
        for host in ground.hosts
    }
    return LAB_VARIABLES, msgspec.json.encode({"machines": machines})


def known_hosts(ground: Ground, folder: Path) -> Path:
    """Where host keys are kept: never in the user's own file. `folder` is the project's."""
    return ground.login.known_hosts if isinstance(ground, Lab) else folder / "known_hosts"


def ssh_arguments(ground: Ground, folder: Path) -> str:
    """Options for the ssh that Ansible starts. The keys of given hosts are noted when they are first seen."""
    if isinstance(ground, Lab):
        options = [option for option in ground.login.options() if not option.startswith("-i")]
    else:
        options = [f"-oUserKnownHostsFile={known_hosts(ground, folder)}", "-oStrictHostKeyChecking=accept-new"]
    return shlex.join([*options, "-oControlMaster=auto", "-oControlPersist=60s"])
