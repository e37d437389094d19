"""Settings reach the hosts byte for byte, whatever YAML makes of them, through every ansible-core in use."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from toolkit.catalog.entries import Catalog
from toolkit.generate import generate, make_vault, write
from toolkit.generate.ansible_yaml import Unsafe, dump
from toolkit.model import Application, Platform, Replacement

WORDS = ("true", "false", "yes", "no", "on", "off", "null")
NUMBERS = (
    "0", "-0", "+15005550006", "0777", "0o17", "0b101", "0x1F", "1_000", "12:30", "190:20:30.15", "3.10", "1.", ".5",
    "6.02e+23", "1e3", ".inf", "-.Inf", ".NaN", "0.0.0", "00123",
)  # fmt: skip
OTHERS = (
    "", "~", "=", "<<", "!", "&", "*", "-", "?", "|", "2001-12-14", "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5", "[1, 2]", "[]", "{}", '{"a": null}', "True and False", "None", "# no comment", "a: b",
    " leading and trailing ", "'", '"', "\\", "C:\\new\\table", "{{ 7 * 7 }}", "{% raw %}", "100%", "$HOME", "ü", "!no",
)  # fmt: skip
TEXTS = tuple(spelt for word in WORDS for spelt in (word, word.capitalize(), word.upper())) + NUMBERS + OTHERS
REFERENCE = "${data.relational.port}"
MIXED = {"[" + REFERENCE + "]": "[5432]", '{"it\'s": "\\' + REFERENCE + '"}': '{"it\'s": "\\5432"}', REFERENCE: "5432"}
PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.template: {src: roles/web/templates/environment.j2, dest: "{{ playbook_dir }}/environment"}
      vars: {application: "{{ applications[0] }}"}
    - ansible.builtin.copy:
        content: "{{ [applications, web_acme_email, application_secrets] | to_json }}"
        dest: "{{ playbook_dir }}/seen.json"
"""


class Ansible(NamedTuple):
    """An ansible-core in a folder of its own, and the Python that runs it."""

    python: str
    packages: str

    def play(self, project: Path, playbook: str) -> None:
        env = {"PATH": "/usr/bin:/bin", "HOME": str(project.parent), "LC_ALL": "C.UTF-8", "PYTHONPATH": self.packages}
        command = [self.python, "-m", "ansible", "playbook", playbook]
        done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def release(wanted: str, folder: Path) -> Ansible:
    """The newest ansible-core of a release, or of all."""
    python: str | None = sys.executable
    if wanted == "newest" and sys.version_info < (3, 12):
        python = next(filter(None, map(works, ("python3.14", "python3.13", "python3.12"))), None)
    if python is None:
        pytest.skip("the newest ansible-core needs Python 3.12, which is not here")
    requirement = "ansible-core" if wanted == "newest" else f"ansible-core=={wanted}.*"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile"]
    subprocess.run([*pip, "--target", folder, requirement], check=True, capture_output=True)
    return Ansible(python, str(folder))


def works(program: str) -> str | None:
    """Where the program is, if it does run: pyenv leaves stand-ins for what is not switched on."""
    pyenv = Path.home() / ".pyenv/versions"
    for path in (shutil.which(program), *map(str, sorted(pyenv.glob(f"{program[6:]}*/bin/{program}")))):
        if path and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            return path
    return None


@pytest.fixture(scope="module", params=["2.17", "installed", "newest"])
def ansible(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    if request.param == "installed":
        return Ansible(sys.executable, "")
    return release(request.param, tmp_path_factory.mktemp("ansible"))


@pytest.fixture
def project(make_plan, catalog: Catalog, tmp_path: Path) -> Path:
    environment = {f"TEXT_{number}": text for number, text in enumerate(TEXTS)}
    environment |= {f"MIXED_{number}": text for number, text in enumerate(MIXED)}
    application = Application(
        name="no", source="null", start="true", release=TEXTS, workers={"on": "0777"}, environment=environment
    )
    plan = make_plan(platform=Platform(name="null", domains=("no",), applications=(application,)))
    web = Replacement("web", "1", ("hosting.compute",), (), ("app-1",), inputs={"acme_email": "no"})
    plan = make_plan(platform=plan.platform, replacements=(web, plan.replacements[1]))
    root, key = tmp_path / "infra", tmp_path / "key"
    write(generate(plan, catalog, target="hosts", vault_key=str(key)), root)
    make_vault(plan, catalog, root, key=key)
    host = {"address": "192.0.2.1", "user": "root", "port": 22, "groups": [], "private_key_file": None}
    (root / "inventory/hosts.json").write_text(json.dumps(dict.fromkeys(("app-1", "data-1"), host)))
    (root / "try.yml").write_text(PLAY)
    return root


def test_every_scalar_of_yaml_stays_text(ansible: Ansible, project: Path) -> None:
    ansible.play(project, "try.yml")
    [application], email, _ = json.loads((project / "seen.json").read_text())
    assert email == "no"
    assert application["release"] == list(TEXTS)
    seen = [application[key] for key in ("name", "source", "start", "workers", "domains")]
    assert seen == ["no", "null", "true", {"on": "0777"}, ["no"]]
    written = (project / "environment").read_text().splitlines()
    for number, text in enumerate(TEXTS):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        assert f'TEXT_{number}="{escaped}"' in written, text
    for number, text in enumerate(MIXED.values()):
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        assert f'MIXED_{number}="{escaped}"' in written, text


@pytest.mark.parametrize("text", ["{{ 1 }}", "{% if x %}", "lookup('pipe', 'id')", "a | b", "[1]", "'"])
def test_what_jinja_could_read_is_tagged(text: str) -> None:
    assert dump([Unsafe(text)]).startswith("- !unsafe ")


def test_other_text_reads_like_a_persons() -> None:
    assert dump({"start": Unsafe("serve --port 80"), "a": Unsafe("no")}) == "start: serve --port 80\na: 'no'\n"
    assert yaml.safe_load(dump([Unsafe(text) for text in WORDS])) == list(WORDS)
