"""A platform may be called anything: what is made of its name for hosts to use is always a name there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

BLUEPRINTS = Path(__file__).parents[2] / "playbooks/blueprints"
MADE = {"mail": "mail_domains", "request-tracker": "request_tracker_addresses"}
NAME = re.compile(r"(?:[a-z-]+@)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.internal")


@pytest.mark.parametrize(
    "called", ["My Board: 2", "harbour", "\u0414\u043e\u0441\u043a\u0430", "a\nmyhostname = evil", "!x!"]
)
def test_a_platform_without_domains_gets_names_that_are_some(called: str, tmp_path: Path) -> None:
    variables = {"offramp_platform": called, "offramp_domains": [], "offramp_hosts": {}}
    for role, name in MADE.items():
        variables[name] = yaml.safe_load((BLUEPRINTS / role / "defaults/main.yml").read_text())[name]
    said = {name: f"{{{{ {name} }}}}" for name in MADE.values()}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable, **variables},
        "tasks": [{"ansible.builtin.copy": {"content": said, "dest": str(tmp_path / "said.json"), "mode": "0600"}}],
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    command = [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", tmp_path / "play.yml"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    made = json.loads((tmp_path / "said.json").read_text())
    assert all(NAME.fullmatch(one) for name in MADE.values() for one in made[name]), made
