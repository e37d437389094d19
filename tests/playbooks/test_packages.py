"""What blueprints declare to install is what their roles install: Ansible itself works out the latter."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from toolkit.catalog.folders import load
from toolkit.generate.copies import BASE_ROLES
from toolkit.pack.wanted import declared

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
RELEASES = (12, 13)
RUNTIMES = ("python", "node", "ruby", "php", "binary")
SLUGS = sorted(load().blueprints)


def _variable(slug: str) -> str:
    return f"{slug.lstrip('_').replace('-', '_')}_packages"


def _of_apt(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in tasks or []:
        if "ansible.builtin.apt" in task:
            yield task["ansible.builtin.apt"]
        for part in ("block", "rescue", "always"):
            yield from _of_apt(task.get(part, []))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, list[str]]]:
    """ "13 python" → blueprint → what its role installs there, by Ansible."""
    folder = tmp_path_factory.mktemp("packages")
    hosts = {}
    for release, runtime in product(RELEASES, RUNTIMES):
        applications = [{"runtime": runtime, "packages": ["its-own"]}]
        hosts[f"on{release}{runtime}"] = {"applications": applications, "release": str(release)}
    (folder / "hosts.yml").write_text(json.dumps({"all": {"hosts": hosts}}))
    values = ", ".join(f"'{slug}': {_variable(slug)}" for slug in SLUGS)
    play = {
        "hosts": "all",
        "gather_facts": False,
        "connection": "local",
        "vars": {"ansible_python_interpreter": sys.executable},
        "vars_files": [str(PLAYBOOKS / "blueprints" / slug / "vars/main.yml") for slug in SLUGS],
        "tasks": [
            {
                "name": "Be a host of the release",
                "ansible.builtin.set_fact": {"distribution_major_version": "{{ release }}", "cacheable": True},
            },
            {
                "name": "Say what would be installed",
                "ansible.builtin.copy": {
                    "content": f"{{{{ {{{values}}} | to_json }}}}",
                    "dest": f"{folder}/{{{{ inventory_hostname }}}}.json",
                    "mode": "0644",
                },
            },
        ],
    }
    (folder / "site.yml").write_text(json.dumps([play]))
    command = [Path(sys.executable).with_name("ansible-playbook"), "-i", "hosts.yml", "site.yml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in hosts}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("release", RELEASES)
def test_a_blueprint_declares_what_its_role_installs(
    slug: str, release: int, installed: Mapping[str, Mapping[str, list[str]]]
) -> None:
    blueprint = load().blueprints[slug]
    for runtime in RUNTIMES:
        own = {"its-own"} if any(one.startswith("hosting.") for one in blueprint.capabilities) else set()
        wanted = declared(blueprint, release, [runtime])
        assert own | set(wanted) == set(installed[f"on{release}{runtime}"][slug]), runtime


@pytest.mark.parametrize("role", [*(f"blueprints/{slug}" for slug in SLUGS), *BASE_ROLES])
def test_a_role_installs_nothing_but_that(role: str) -> None:
    """Every task of apt names the role's variable: for shared roles it is a list in defaults/main.yml."""
    name = _variable(role.rpartition("/")[2])
    for path in (PLAYBOOKS / role).glob("tasks/**/*.yml"):
        text = path.read_text()
        assert not re.search(r"apt-get|aptitude|dpkg -i|ansible\.builtin\.(package|dnf|apt_repository)\b", text), path
        for arguments in _of_apt(yaml.safe_load(text)):
            wanted = arguments.get("name", f"{{{{ {name} }}}}")
            assert re.fullmatch(rf"{{{{ {name}( \| difference\(.*\))? }}}}", wanted), path  # all of it, or less
            assert not {"deb", "upgrade"}.intersection(arguments), path
    if role in BASE_ROLES and (PLAYBOOKS / role / "tasks").is_dir():
        defaults = yaml.safe_load((PLAYBOOKS / role / "defaults/main.yml").read_text())
        assert all(isinstance(one, str) and "{" not in one for one in defaults.get(name, [])), name
