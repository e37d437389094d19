"""The journal as it is written: whole after each step, whatever happens in it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from toolkit.documents import read_journal
from toolkit.drill.diary import Diary
from toolkit.errors import ProgramFailed
from toolkit.model import SCHEMA_VERSION, Journal

EMPTY = Journal(SCHEMA_VERSION, "offramp 0.0.0", "c", "board", "i", (), False)


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    seconds = iter([10.0, 12.5, 20.0, 21.0, 30.0, 30.0])
    moment = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    return Diary(EMPTY, tmp_path / "journal.json", lambda line: None, now=lambda: moment, seconds=lambda: next(seconds))


def test_each_step_is_on_disk_before_the_next_begins(diary: Diary, tmp_path: Path) -> None:
    assert read_journal(tmp_path / "journal.json") == EMPTY
    with diary.step("a", "First", "prepare") as found:
        found.verified = "2,000 rows"
    with diary.step("b", "Second", "verify") as found:
        [first] = read_journal(tmp_path / "journal.json").steps
        found.skipped = True
    assert (first.outcome, first.seconds, first.verified) == ("passed", 2.5, "2,000 rows")
    assert first.started == "2026-11-22T08:00:00+00:00"
    assert [step.outcome for step in diary.journal.steps] == ["passed", "skipped"]
    assert diary.close(restored=True) == read_journal(tmp_path / "journal.json")
    assert diary.journal.restored


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ProgramFailed("ansible ended", where="/x", hint="look"), "ansible ended"),
        (KeyboardInterrupt(), "interrupted"),
        (ValueError("a secret"), "ValueError"),
    ],
)
def test_a_failure_is_written_down_and_goes_on(diary: Diary, tmp_path: Path, error: BaseException, reason: str) -> None:
    with pytest.raises(type(error)), diary.step("a", "First", "break"):
        raise error
    [step] = read_journal(tmp_path / "journal.json").steps
    assert (step.outcome, step.verified, step.phase) == ("failed", reason, "break")
    assert not diary.journal.restored
