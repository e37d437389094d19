"""The commit of a checkout is what git says it is, and nothing that a hostile `.git` holds is shown or waited for."""

import os
import subprocess
from pathlib import Path

import pytest

from toolkit.collect.commits import commit_of


def git(folder: Path, *words: str) -> str:
    settings = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *settings, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "feature/a.b+c")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "first")
    return tmp_path


def test_of_a_branch_packed_or_not_and_of_no_branch(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    assert commit_of(checkout) == commit
    git(checkout, "pack-refs", "--all")
    assert not (checkout / ".git/refs/heads/feature/a.b+c").exists()
    assert commit_of(checkout) == commit
    git(checkout, "checkout", "-q", "--detach")
    assert commit_of(checkout) == commit


def test_of_a_folder_inside_that_git_follows_and_of_no_other(checkout: Path) -> None:
    inside = checkout / "app/inside"
    inside.mkdir(parents=True)
    (inside / "app.py").write_text("")
    assert commit_of(inside) == ""  # unpacked into somebody's home
    git(checkout, "add", ".")
    assert commit_of(inside) == git(checkout, "rev-parse", "HEAD")


def test_nothing_without_a_commit(checkout: Path) -> None:
    git(checkout, "checkout", "-q", "--orphan", "empty")
    assert commit_of(checkout) == ""


SECRET = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "head",
    ["ref: ../../secret", "ref: refs/../../../secret", "ref: /etc/passwd", "ref: refs/x/../../../secret", "<b>", ""],
)
def test_a_hostile_head_leads_nowhere(tmp_path: Path, head: str) -> None:
    (tmp_path / "secret").write_text(SECRET)
    folder = tmp_path / "a/b"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git/HEAD").write_text(head)
    assert commit_of(folder) == ""


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "linked repository"])
def test_what_is_no_plain_file_is_not_read(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "checkout"
    folder.mkdir()
    if kind == "linked repository":
        (tmp_path / "other").mkdir()
        (tmp_path / "other/HEAD").write_text(SECRET)
        (folder / ".git").symlink_to(tmp_path / "other")
    else:
        (folder / ".git").mkdir()
        (tmp_path / "secret").write_text(SECRET)
        head = folder / ".git/HEAD"
        {"pipe": os.mkfifo, "link": lambda path: path.symlink_to(tmp_path / "secret"), "folder": os.mkdir}[kind](head)
    assert commit_of(folder) == ""
