"""Every `offramp …` that a rule, a plan, a remedy, a report or a document names exists, with the options it names."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from toolkit.cli import cli

ROOT = Path(__file__).parents[2]
_QUOTED = re.compile(r"`offramp ([^`]+)`")
_LINE = re.compile(r"^[ \t]*(?:\$ |- run: |run: |- )?offramp ((?!=)[a-z][^\n]*)$", re.MULTILINE)
_PAGES = [*ROOT.glob("*.md"), *ROOT.glob("*.yml"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/ci/*.yml")]
_DATA = [*ROOT.glob("checks/**/*.toml"), *ROOT.glob("playbooks/**/*.toml"), *ROOT.glob("playbooks/**/*.md")]
_CODE = [*ROOT.glob("toolkit/**/*.py"), *ROOT.glob("toolkit/**/*.html"), *ROOT.glob("toolkit/**/*.j2")]
_SCRIPTS = [*ROOT.glob(".ci/*"), ROOT / "action.yml"]


def _texts(file: Path) -> Iterator[str]:
    """Of a program its strings, as they are said; of all else the whole text."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix != ".py":
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            parts = (one.value if isinstance(one, ast.Constant) else "X" for one in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _named() -> dict[str, str]:
    """command line → a file that names it."""
    found: dict[str, str] = {}
    for file in (*_PAGES, *_DATA, *_CODE, *_SCRIPTS):
        if file.is_file():
            for text in _texts(file):
                lines = _LINE.findall(text) if file not in _DATA else []
                if file.suffix == ".py":  # names of things that begin with the same word have no file and no option
                    lines = [line for line in lines if re.search(r"[.-]", line)]
                said = [*_QUOTED.findall(text), *lines]
                for line in said:
                    found.setdefault(" ".join(line.split()), str(file.relative_to(ROOT)))
    return found


NAMED = _named()


def _words(line: str) -> list[str]:
    line = re.split(r"\s+#\s|\s{2,}|\s\|\||\s&&|\s>|\s\(", line)[0]
    try:
        return shlex.split(line)
    except ValueError:  # a quotation mark of the sentence around it
        return line.split()


@pytest.mark.parametrize("line", sorted(NAMED))
def test_what_is_named_exists(line: str) -> None:
    command: click.Command = cli
    words, path = _words(line), []
    while isinstance(command, click.Group) and words and words[0] != "--help":
        if words[0].startswith("-"):
            break
        names = [name for name in words.pop(0).split("|") if name]
        if not all(name in command.commands for name in names):
            general = isinstance(command, click.Group) and path and names[0].isupper()  # `offramp export VENDOR`
            assert general, f"{NAMED[line]}: there is no `offramp {' '.join((*path, *names))}`"
            return
        path.append(names[0])
        command = command.commands[names[0]]
    assert CliRunner().invoke(cli, [*path, "--help"]).exit_code == 0
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"-h", "--help"}
    for word in words:
        if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word):
            name = word.partition("=")[0]
            assert name in options, f"{NAMED[line]}: `offramp {' '.join(path)}` has no {name}"


def test_commands_are_found_where_people_meet_them() -> None:
    files = set(NAMED.values())
    assert len(NAMED) > 60
    for place in ("checks/", "docs/", "toolkit/", "README.md", ".ci/", "action.yml"):
        assert any(file.startswith(place) for file in files), place
