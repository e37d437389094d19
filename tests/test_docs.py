"""What the documentation shows works: commands exist, examples validate, links lead somewhere."""

import re
from pathlib import Path

import click
import pytest

from toolkit import errors
from toolkit.catalog.entries import WAIVABLE, Policy
from toolkit.catalog.folders import load
from toolkit.cli import cli
from toolkit.documents import read_platform, read_policy
from toolkit.model import SCHEMA_VERSION, Assessment, Audit, Dependency, Score, Survey
from toolkit.platform_names import check_names
from toolkit.policy_names import check_policy

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_COMMAND = re.compile(r"^\$ offramp ([^#\n]*)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
_TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def _page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_page_id)
def test_commands_exist(page: Path) -> None:
    for line in _COMMAND.findall(page.read_text()):
        words = [word for word in line.split() if word]
        command = cli.commands[words[0]]
        while isinstance(command, click.Group):
            command = command.commands[words.pop(1)]
        options = {name for parameter in command.params for name in parameter.opts}
        for word in words[1:]:
            assert not word.startswith("-") or word in options, f"{words[0]} has no {word}"


@pytest.mark.parametrize("page", PAGES, ids=_page_id)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_reference_of_offramp_toml_is_valid(tmp_path: Path) -> None:
    text = "\n".join(_TOML.findall((ROOT / "docs/offramp-toml.md").read_text()))
    file = tmp_path / "offramp.toml"
    file.write_text(text)
    platform = read_platform(file)
    assert platform.journeys
    assert platform.applications
    assert platform.waivers


def test_the_reference_of_the_policy_is_valid_and_complete(tmp_path: Path) -> None:
    page = (ROOT / "docs/gate.md").read_text()
    (tmp_path / "policy.toml").write_text(_TOML.findall(page)[0])
    (tmp_path / "offramp.toml").write_text(_TOML.findall(page)[1])
    policy, catalog = read_policy(tmp_path / "policy.toml"), load()
    platform = read_platform(tmp_path / "offramp.toml")
    check_names(platform, catalog)
    seen = Dependency("openai", None, (), "runtime", "high")
    audit = Audit(SCHEMA_VERSION, "", "", platform, Survey(), (seen,), Assessment(Score(0.0, ())))
    check_policy(policy, audit, catalog, where="docs/gate.md")
    documented = set(re.findall(r"^\| `(?:\[\[)?(\w+)", page, re.MULTILINE))
    assert documented == set(Policy.__struct_fields__)
    assert {waiver.rule for waiver in platform.waivers} & set(WAIVABLE)
    assert set(WAIVABLE) <= set(Policy.__struct_fields__)


def test_every_exit_code_is_documented() -> None:
    line = next(line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("0 pass"))
    section = (ROOT / "README.md").read_text().partition(line)[2].partition("\n\n")[0]
    shown = {int(code) for code in re.findall(r"(?:^|· )(\d+) ", line + section)}
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}
    assert shown == codes


def test_help_texts_have_no_leftovers() -> None:
    for name, command in cli.commands.items():
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help or parameter.hidden, f"{name} {parameter.opts}"
