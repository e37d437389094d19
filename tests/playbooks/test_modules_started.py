"""`python -m` looks for modules where it runs first: programs that others start anywhere must not."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from jinja2 import Environment

CHECKOUT = Path(__file__).parents[2]
STARTED = re.compile(r"\bpython3?\"? +(?P<options>(?:-[A-Za-z]+ +)*)-m (?!harbour)")


def _started() -> list[tuple[Path, str]]:
    folders = [CHECKOUT / "playbooks/blueprints", CHECKOUT / "terraform", CHECKOUT / "toolkit/generate/files"]
    files = [CHECKOUT / "action.yml", *(path for folder in folders for path in folder.rglob("*") if path.is_file())]
    texts = [(path, path.read_text(errors="replace")) for path in files if path.suffix not in (".pyc", ".jar")]
    return [(path, found["options"]) for path, text in texts for found in STARTED.finditer(text)]


def test_every_module_is_started_without_the_working_directory() -> None:
    found = _started()
    assert found
    assert [str(path) for path, options in found if not re.search("[PI]", options)] == []


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_the_guards_command_loads_nothing_from_where_an_operator_is(arguments: list[str], tmp_path: Path) -> None:
    blueprint = CHECKOUT / "playbooks/blueprints/sign-up-guard"
    environment = Environment(autoescape=False)  # noqa: S701  # as Ansible
    environment.filters["quote"] = shlex.quote
    template = environment.from_string((blueprint / "templates/offramp-guard.j2").read_text())
    program = tmp_path / "offramp-guard"
    program.write_text(template.render(sign_up_guard_program=str(CHECKOUT), sign_up_guard_config="/none"))
    (tmp_path / "toolkit/guard").mkdir(parents=True)
    for module in ("toolkit/__init__.py", "toolkit/guard/__init__.py", "toolkit/guard/__main__.py"):
        (tmp_path / module).write_text("open('ran', 'w')\n")
    subprocess.run(["sh", program, *arguments], cwd=tmp_path, capture_output=True, check=False)
    assert not (tmp_path / "ran").exists()
