"""Globs mean what Git says they mean, and cost no more than path times glob."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.collect.files.ignore import Ignores
from toolkit.collect.files.walk import walk
from toolkit.globs import any_of, regex_of

_PIECES = ["a", "b", "ab", "*", "**", "?", "/", "[ab]", "[!a]", "[a-b]", "[z-a]", ".", "\\*", "[[:alpha:]]", "[", "\\"]
# "Other consecutive asterisks are considered regular asterisks" (gitignore(5)). Git itself, which sets a literal
# beginning aside first, takes those behind it for the folders "**": a**/a. We hold to the page. Nor does it say what
# two asterisks beside an escaped slash are.
_AS_DOCUMENTED = re.compile(r"(?!.*[^/*]\*\*+(?:/|\Z))(?!.*\*\*\\/|.*\\/\*\*)", re.DOTALL)
_GLOBS = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=7).map("".join).filter(_AS_DOCUMENTED.match)
_PATHS = [
    "a", "b", "ab", "ba", "aab", "a.b", ".a", "*", "a/b", "b/a", "a/a/b", "ab/ab", "a/b/a/b",
    "b/b/b/a", "a/.b/ab", "[", "-/z",
]  # fmt: skip


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of these names, as far as a folder can hold them, and Git to ask."""
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def _of_git(root: Path, glob: str) -> set[str]:
    """The paths that Git ignores by this one line; every folder on the way is asked as a folder."""
    (root / ".git/info/exclude").write_text(f"{glob}\n")
    asked = subprocess.run(
        ["git", "-C", root, "check-ignore", "--no-index", "-z", "--stdin"],
        input="\0".join(_PATHS), capture_output=True, text=True, check=False,
        env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"},
    )  # fmt: skip
    return {path for path in asked.stdout.split("\0") if path}


def _of_ours(glob: str) -> set[str]:
    rules = Ignores().inside("", None, glob)
    return {path for path in _PATHS if _hidden(rules, path)}


def _hidden(rules: Ignores, path: str) -> bool:
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        above = "/".join(parts[:depth])
        if rules.hide(above, parts[depth - 1], is_folder=depth < len(parts)):
            return True
    return False


@settings(max_examples=150, deadline=None)
@given(glob=_GLOBS)
@example(glob="a/**/b")
@example(glob="**/a/**")
@example(glob="a*b*")
@example(glob="*a*/")
@example(glob="/a")
@example(glob="**/**/b")
@example(glob="[!a-b]")
@example(glob="a\\/a")
@example(glob="*\\/a")
@example(glob="[/[[:alpha:]]")
def test_globs_mean_what_git_says(repository: Path, glob: str) -> None:
    assert _of_ours(glob) == _of_git(repository, glob)


def _steps(glob: str) -> str:
    regex = regex_of(glob)
    assert regex is not None
    return regex


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*a" * 100 + "b", "a" * 4_000),
        ("**/a/" * 60 + "b", "a/" * 200),
        ("a*/**/" * 40 + "*b", "aa/" * 400),
        ("*" * 200 + "b", "a" * 4_000),
        ("[ab]*" * 100 + "c", "ab" * 2_000),
        ("?*" * 100 + "/**/" + "*?" * 100 + "c", "a" * 2_000 + "/" + "a" * 2_000),
    ],
)
def test_hostile_globs_come_to_an_end(glob: str, path: str) -> None:
    """With an expression that goes back each of these takes longer than anybody waits."""
    assert any_of([_steps(glob)]).match(path) is None


@pytest.mark.parametrize("glob", ["", "  ", "# comment", "a//b", "/", "**", "[a", "a\\", "x" * 2_000])
def test_what_is_no_glob(glob: str) -> None:
    rules = Ignores().inside("", None, glob)
    assert not _hidden(rules, "a/b") or glob == "**"


def test_a_bad_range_ends_nothing() -> None:
    rules = Ignores().inside("", "[z-a]x\n[]-a]\n[a-\\]]\n*.log\n", None)
    assert rules.hide("x.log", "x.log", is_folder=False)
    assert not rules.hide("b", "b", is_folder=False)


def test_more_rules_than_anybody_has_are_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("kept*.py\n" + "".join(f"a{number}?\n" for number in range(3_000)))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/.gitignore").write_text("more*.py\n")
    for name in ("kept1.py", "a2999b", "sub/more1.py"):
        (tmp_path / name).write_text("")
    said: dict[str, str] = {}
    seen = {file.path for folder in walk(str(tmp_path), said.__setitem__) for file in folder.files}
    assert seen == {".gitignore", "sub/.gitignore", "a2999b", "sub/more1.py"}
    assert said.keys() == {".gitignore", "sub/.gitignore"}
