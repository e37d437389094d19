"""Folders in which several services keep theirs: Ansible gives every folder it has to make on the way the owner and the
mode of the last one, so the first service of a host would shut out those that come after it."""

import re
from pathlib import Path

import yaml

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
SHARED = re.compile(r"(?<![\w.])(/[a-z/]+/offramp)/")


def test_the_base_makes_every_folder_that_services_share() -> None:
    files = [file for file in PLAYBOOKS.rglob("*.yml") if "/drill/" not in str(file)]
    used = {folder for file in files for folder in SHARED.findall(file.read_text())}
    tasks = yaml.safe_load((PLAYBOOKS / "_base/tasks/main.yml").read_text())
    [made] = [task for task in tasks if task["name"] == "Make the folders that services share"]
    assert made["ansible.builtin.file"] == {
        "path": "{{ item }}", "state": "directory", "owner": "root", "group": "root", "mode": "0755"
    }  # fmt: skip
    assert len(used) > 3
    assert used == set(made["loop"])
