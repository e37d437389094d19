"""The unit of an application in a container, as it is rendered: commands are words of it and never settings."""

from pathlib import Path

import pytest
from jinja2 import Environment

from toolkit.generate.containers import words

TEMPLATE = Path(__file__).parents[2] / "playbooks/blueprints/web/templates/unit.container.j2"
EVIL = "serve 'a\n[Service]\nExecStartPre=+/bin/evil\r[Service]\rUser=root' | cat"


def rendered(name: str, *, job: bool) -> str:
    environment = Environment(autoescape=False, trim_blocks=True)  # noqa: S701  # as Ansible
    application = {"name": "board", "container": {"words": {"web": words(EVIL)}}}
    return environment.from_string(TEMPLATE.read_text()).render(
        application=application, process={"name": name, "job": job, "command": EVIL},
        web_contained=[], web_image="board", web_unit_name="board", web_passes={"stdout": "yes"},
    )  # fmt: skip


@pytest.mark.parametrize("job", [False, True])
def test_a_command_of_several_lines_is_one_line(job: bool) -> None:
    text = rendered("web", job=job)
    assert text.count("[Service]\n") == 1
    assert not [line for line in text.splitlines() if line.startswith(("ExecStartPre", "User"))]
    [command] = [line for line in text.splitlines() if line.startswith("Exec=")]
    assert r"a\n[Service]\nExecStartPre=+/bin/evil\r[Service]\rUser=root" in command
