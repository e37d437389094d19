"""An audit in which nothing was read has no score that a person could take for a good one; JSON keeps its shape."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from toolkit.cli import cli


def _audited(folder: Path, form: str) -> str:
    done = CliRunner().invoke(cli, ["audit", str(folder), "--no-cache", "--format", form])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_no_points_are_given_for_an_empty_folder(tmp_path: Path, form: str) -> None:
    text = _audited(tmp_path, form)
    assert "Nothing was found here: is this a checkout?" in text
    assert "unknown" in text.lower()
    assert " of 100" not in text
    assert "<meter" not in text
    assert "No company is known to stop" not in text


def test_the_terminal_says_it_first(tmp_path: Path) -> None:
    assert _audited(tmp_path, "text").startswith("Nothing was found here")


def test_json_has_the_score_all_the_same(tmp_path: Path) -> None:
    assert json.loads(_audited(tmp_path, "json"))["assessment"]["score"]["points"] > 0


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_what_is_declared_counts_where_nothing_was_read(tmp_path: Path, form: str) -> None:
    (tmp_path / "offramp.toml").write_text('[[declare]]\nvendor = "gandi"\ncapabilities = ["edge.dns"]\n')
    text = _audited(tmp_path, form)
    assert " of 100" in text
    assert "is this a checkout?" not in text
