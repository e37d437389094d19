#!/usr/bin/env python3
"""Ansible's inventory, made from the Terraform output `hosts`.

    inventory/hosts.py --list

Asks OpenTofu or Terraform in the project's folder. Where neither is at hand, the file `inventory/hosts.json` is read
instead; make it while they are:   terraform output -json hosts > inventory/hosts.json
Needs nothing but Python 3.9.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

INVENTORY = Path(__file__).resolve().parent
PROJECT = INVENTORY.parent
HOST_KEY = re.compile(r"[a-z0-9@.-]+ [A-Za-z0-9+/=]+")


def main() -> int:
    if sys.argv[1:] != ["--list"]:
        print("{}" if sys.argv[1:2] == ["--host"] else __doc__)
        return 0
    hosts, said = from_terraform()
    saved = INVENTORY / "hosts.json"
    if not hosts and saved.is_file():
        hosts = json.loads(saved.read_text(encoding="utf-8"))
    if not hosts:
        print(f"no hosts: {said}, and there is no {saved}", file=sys.stderr)
        print("hint: `terraform apply` first, in " + str(PROJECT), file=sys.stderr)
        return 1
    json.dump(inventory(hosts), sys.stdout, indent=2)
    return 0


def from_terraform() -> tuple[dict[str, Any], str]:
    """The output `hosts`, empty before anything was applied; and what the programs said when there is none."""
    said = "neither tofu nor terraform is installed"
    for program in filter(shutil.which, ("tofu", "terraform")):
        command = [program, f"-chdir={PROJECT}", "output", "-json", "hosts"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout), ""
        said = f"{program} output: " + " ".join(done.stderr.split())[-300:]
    return {}, said


def inventory(hosts: dict[str, Any]) -> dict[str, Any]:
    """Groups are the blueprints placed on a host."""
    groups: dict[str, Any] = {"_meta": {"hostvars": {}}, "all": {"hosts": sorted(hosts)}}
    for name, host in sorted(hosts.items()):
        key = host.get("private_key_file")
        groups["_meta"]["hostvars"][name] = {
            "ansible_host": host["address"],
            "ansible_user": host["user"],
            "ansible_port": host["port"],
            "ansible_ssh_extra_args": believed(name, host.get("host_key")),
            **({"ansible_ssh_private_key_file": key} if key else {}),
        }
        for group in host["groups"]:
            groups.setdefault(group.replace("-", "_"), {"hosts": []})["hosts"].append(name)
    return groups


def believed(name: str, host_key: Any) -> str:
    """ssh's options: the host has this key, or the first one seen, which is noted; a changed one is refused."""
    if not host_key:
        return "-o StrictHostKeyChecking=accept-new"
    key = " ".join(str(host_key).split()[:2])
    if not HOST_KEY.fullmatch(key):
        sys.exit(f"host_key of {name} is no public key\nhint: the first two words of its /etc/ssh/ssh_host_*_key.pub")
    # %H is the name ssh looks for, with the port where that is not 22
    return f"-o StrictHostKeyChecking=yes -o {shlex.quote(f'KnownHostsCommand=/bin/echo %H {key}')}"


if __name__ == "__main__":
    sys.exit(main())
