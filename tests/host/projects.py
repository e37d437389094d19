"""Generated projects on lab hosts: `offramp generate` for a few blueprints, its playbooks run for real."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.catalog.folders import load
from toolkit.drill.lab import Lab
from toolkit.generate import generate, make_vault, write
from toolkit.model import SCHEMA_VERSION, HostNeed, Plan, Platform, Replacement, Schedule


class Project:
    """A generated project in `folder` whose hosts are those of a lab."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def play(self, playbook: str, *options: str) -> str:
        """Run a playbook as a user would, and return what it printed; AssertionError with it when it fails."""
        command = [Path(sys.executable).with_name("ansible-playbook"), playbook, *options]
        environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg")}
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=1800
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def secrets(self) -> dict[str, Any]:
        """The vault, opened."""
        import yaml
        from ansible.parsing.vault import VaultLib, VaultSecret

        key = (self.folder.parent / "vault-key").read_bytes().strip()
        sealed = (self.folder / "inventory/group_vars/all/vault.yml").read_bytes()
        return dict(yaml.safe_load(VaultLib([("default", VaultSecret(key))]).decrypt(sealed)))


def changed(printed: str) -> int:
    """How many tasks a run says it changed, over all hosts."""
    recap = printed.partition("PLAY RECAP")[2]
    return sum(int(word.partition("=")[2]) for word in recap.split() if word.startswith("changed="))


def make(folder: Path, lab: Lab, platform: Platform, placed: Mapping[str, Mapping[str, Any]], *, host: str) -> Project:
    """Generate into `folder`/infra a project with the blueprints `placed` (name → inputs), on one host of the lab."""
    catalog = load()
    plan = Plan(
        schema_version=SCHEMA_VERSION,
        tool="offramp 0.0.0",
        catalog=catalog.hash,
        platform=platform,
        losses=(),
        hosts=(HostNeed(host, 4096, 2, 20, tuple(placed)),),
        replacements=tuple(
            Replacement(
                slug, catalog.blueprints[slug].version, catalog.blueprints[slug].capabilities, (), (host,), dict(inputs)
            )
            for slug, inputs in placed.items()
        ),
        tasks=(),
        schedule=Schedule(people=1, makespan_hours=0, lower_bound_hours=0),
    )
    return build(folder, lab, plan)


def build(folder: Path, lab: Lab, plan: Plan) -> Project:
    """Generate the plan into `folder`/infra, its hosts being those of the lab that are called so."""
    catalog, key, root = load(), folder / "vault-key", folder / "infra"
    write(generate(plan, catalog, target="hosts", vault_key=str(key)), root)
    make_vault(plan, catalog, root, key=key)
    hosts = {
        host.name: {"address": lab.host(host.name).address, "user": "root", "port": 22, "groups": list(host.groups)}
        for host in plan.hosts
    }
    (root / "inventory/hosts.json").write_text(json.dumps(hosts))
    reach = {
        "ansible_ssh_private_key_file": str(lab.login.key),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={lab.login.known_hosts}",
    }
    (root / "group_vars").mkdir(exist_ok=True)
    (root / "group_vars/all.yml").write_text(json.dumps(reach))
    return Project(root)
