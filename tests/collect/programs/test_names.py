"""Names of programs: what a host can have as a login, from checkouts and folders that are called anything."""

import re
from pathlib import Path

import pytest

from toolkit.collect.programs import find_programs
from toolkit.generate import project

_FILES = {"requirements.txt": "flask\n", "main.py": "from flask import Flask\n\napp = Flask(__name__)\n"}


def _named(root: Path, *folders: str) -> list[str]:
    for folder in folders:
        for name, text in _FILES.items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / name).write_text(text, encoding="utf-8")
    return [program.name for program in find_programs({"checkout": root})]


@pytest.mark.parametrize(
    ("checkout", "name"),
    [
        ("fastapi-realworld-example-app", "fastapi-realworld"),
        ("abcdefghijklmnopqrstuvwxyz-shop", "abcdefghijklmnopqrstuvwx"),
        ("twelve-letters-and-twelve-more", "twelve-letters-and"),
        ("exactly-twenty-four-char", "exactly-twenty-four-char"),
        ("2048", "app-2048"),
        ("Ärger & Co.", "rger-co"),
        ("日本", "app"),
    ],
)
def test_a_checkout_is_called_something_that_no_login_can_be(tmp_path: Path, checkout: str, name: str) -> None:
    assert _named(tmp_path / checkout, "") == [name]


def test_long_folders_of_one_beginning_keep_names_apart(tmp_path: Path) -> None:
    folders = [f"services-of-the-warehouse-number-{number}/api" for number in range(12)]
    names = _named(tmp_path, *folders)
    assert len(set(names)) == len(folders)
    assert all(re.fullmatch(project._APPLICATION.pattern, name) for name in names)
