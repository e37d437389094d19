"""The generated inventory script, run as Ansible runs it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.catalog.entries import Catalog
from toolkit.generate import generate, write


def host(name: str, **rest: object) -> dict[str, object]:
    return {"name": name, "user": "root", "port": 22, "groups": ["web"], "private_key_file": None, **rest}


HOSTS = {
    "app-1": host(
        "app-1", address="192.0.2.7", user="debian", port=2222, groups=["web", "chat-server"], private_key_file="~/k"
    ),
    "data-1": host("data-1", address="192.0.2.8"),
}


@pytest.fixture
def project(make_plan, catalog: Catalog, tmp_path: Path) -> Path:
    write(generate(make_plan(), catalog, target="hosts"), tmp_path / "infra")
    return tmp_path / "infra"


def inventory(project: Path, programs: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{programs}:{Path(sys.executable).parent}"}
    return subprocess.run(
        [project / "inventory/hosts.py", "--list"], env=environment, capture_output=True, text=True, check=False
    )


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_groups_and_logins(project: Path, tmp_path: Path) -> None:
    (project / "inventory/hosts.json").write_text(json.dumps(HOSTS))
    found = json.loads(inventory(project, tmp_path / "none").stdout)
    assert found["chat_server"] == {"hosts": ["app-1"]}
    assert found["web"] == {"hosts": ["app-1", "data-1"]}
    assert found["_meta"]["hostvars"] == {
        "app-1": {
            "ansible_host": "192.0.2.7",
            "ansible_user": "debian",
            "ansible_port": 2222,
            "ansible_ssh_private_key_file": "~/k",
            "ansible_ssh_extra_args": "-o StrictHostKeyChecking=accept-new",
        },
        "data-1": {
            "ansible_host": "192.0.2.8",
            "ansible_user": "root",
            "ansible_port": 22,
            "ansible_ssh_extra_args": "-o StrictHostKeyChecking=accept-new",
        },
    }


def test_a_host_key_that_is_known_is_the_only_one_believed(project: Path, tmp_path: Path) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPinned"
    known = {"data-1": host("data-1", address="192.0.2.8", host_key=f"{key} root@data-1")}
    (project / "inventory/hosts.json").write_text(json.dumps(known))
    hostvars = json.loads(inventory(project, tmp_path / "none").stdout)["_meta"]["hostvars"]
    options = shlex.split(hostvars["data-1"]["ansible_ssh_extra_args"])
    ssh = subprocess.run(["ssh", "-G", *options, "192.0.2.8"], capture_output=True, text=True, check=True).stdout
    assert "stricthostkeychecking true" in ssh
    assert f"knownhostscommand /bin/echo %H {key}" in ssh


@pytest.mark.parametrize("key", ["ssh-ed25519", "ssh-ed25519 AAAA;id", "x' -o ProxyCommand=id AAAA"])
def test_what_is_no_host_key_is_refused(project: Path, tmp_path: Path, key: str) -> None:
    (project / "inventory/hosts.json").write_text(json.dumps({"a": host("a", address="192.0.2.8", host_key=key)}))
    done = inventory(project, tmp_path / "none")
    assert done.returncode == 1
    assert "host_key of a is no public key" in done.stderr


def test_terraforms_output_wins_over_the_saved_file(project: Path, tmp_path: Path) -> None:
    (project / "inventory/hosts.json").write_text(json.dumps(HOSTS))
    only = json.dumps({"data-1": HOSTS["data-1"]})
    program(tmp_path / "bin", "tofu", "echo 'no state' >&2; exit 1")
    program(tmp_path / "bin", "terraform", f"[ \"$*\" = '-chdir={project} output -json hosts' ] && echo '{only}'")
    assert json.loads(inventory(project, tmp_path / "bin").stdout)["all"] == {"hosts": ["data-1"]}


def test_without_hosts_it_says_why(project: Path, tmp_path: Path) -> None:
    program(tmp_path / "bin", "terraform", "echo 'The output variable was not found' >&2; exit 1")
    done = inventory(project, tmp_path / "bin")
    assert done.returncode == 1
    assert "The output variable was not found" in done.stderr
    assert "terraform apply" in done.stderr
    assert os.access(project / "inventory/hosts.py", os.X_OK)
