"""`offramp pack`: what it says of a bag, and its exit codes."""

from pathlib import Path

import pytest

from toolkit import cli, errors
from toolkit.model import SCHEMA_VERSION, Bag, BagPart, Gap
from toolkit.pack.bag import Folder, Made, Part


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["offramp", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    def make(work: Path, _: object) -> Made:
        (work / "board.tar.gz").write_bytes(b"sources")
        return Made()

    root = tmp_path / "gobag"
    root.mkdir()
    writer = Folder(root)
    part, _ = writer.bring(Part("sources", "source", "", make))
    writer.finish(Bag(SCHEMA_VERSION, "offramp", "board", "0" * 64, 13, "amd64", (part,)))
    return root


def test_a_bag_that_is_as_packed_passes(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, "pack", "--verify", str(bag)) == errors.PASS


def test_one_that_is_not_is_wrong_input(
    bag: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (bag / "sources/board.tar.gz").write_bytes(b"others")
    (bag / "sources/\x1b[31mred").write_bytes(b"")
    assert _run(monkeypatch, "pack", "--verify", str(bag)) == errors.BAD_INPUT
    said = capsys.readouterr().out
    assert "flipped: sources/board.tar.gz" in said
    assert "surplus: " in said
    assert "\x1b" not in said


@pytest.mark.parametrize("architecture", ["armhf", "../../x", ""])
def test_hosts_of_an_architecture_that_nothing_is_packed_for(
    architecture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "infra").mkdir()
    words = ("pack", str(tmp_path / "infra"), "--to", str(tmp_path / "gobag"), "--architecture", architecture)
    monkeypatch.setattr("toolkit.tools.apt.architecture", lambda: "armhf")
    assert _run(monkeypatch, *words) == errors.BAD_INPUT
    assert "nothing is packed for" in capsys.readouterr().err


def test_a_bag_with_gaps_says_them_and_ends_with_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gap = Gap("wheels for board", "pip said no\nand why", "board cannot be installed")
    made = Bag(
        SCHEMA_VERSION,
        "offramp",
        "board",
        "0" * 64,
        13,
        "amd64",
        (BagPart("applications/board", "application", "", (gap,)),),
    )
    monkeypatch.setattr("toolkit.pack.pack", lambda *_, **__: made)
    (tmp_path / "infra").mkdir()
    code = _run(
        monkeypatch, "pack", str(tmp_path / "infra"), "--to", str(tmp_path / "gobag"), "--architecture", "amd64"
    )
    assert code == errors.UNREAD
    said = capsys.readouterr().out
    assert "could not be had: wheels for board\n  breaks: board cannot be installed\n  pip said no\n" in said


def test_it_asks_what_to_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(monkeypatch, "pack") == errors.BAD_INPUT
