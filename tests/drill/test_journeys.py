"""Checks of journeys: real commands, run as a drill runs them."""

from pathlib import Path

import pytest

from toolkit.drill.diary import Diary
from toolkit.drill.journeys import go
from toolkit.drill.project import Project, Services
from toolkit.model import SCHEMA_VERSION, Journal, Journey, Manifest, Step

ESCAPE = "\\033"


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    journal = Journal(SCHEMA_VERSION, "offramp 0.0.0", "c", "board", "i", (), False)
    return Diary(journal, tmp_path / "journal.json", lambda line: None)


def run(diary: Diary, folder: Path, *checks: str) -> tuple[bool, tuple[Step, ...]]:
    journeys = tuple(Journey(f"j{number}", check=check) for number, check in enumerate(checks))
    manifest = Manifest(SCHEMA_VERSION, "offramp 0.0.0", "c", "board", "hosts", journeys=journeys)
    project = Project(folder, manifest, folder, folder, folder, lambda line: None)
    services = Services("192.0.2.10", "board.example", folder / "services.json")
    return go(project, services, diary), diary.journal.steps


def test_a_check_runs_beside_offramp_toml_and_is_told_of_the_platform(diary: Diary, tmp_path: Path) -> None:
    here = 'test "$PWD" = "$(dirname "$OFFRAMP_SERVICES")"'
    check = f'{here} && echo talk && echo "$OFFRAMP_URL at $OFFRAMP_ADDRESS: $OFFRAMP_CA"'
    passed, [step] = run(diary, tmp_path, check)
    assert passed
    assert (step.id, step.outcome) == ("journey.j0", "passed")
    assert step.verified == f"https://board.example at 192.0.2.10: {tmp_path / 'ca.crt'}"


def test_a_failed_check_stops_no_other(diary: Diary, tmp_path: Path) -> None:
    passed, steps = run(diary, tmp_path, "echo no code came >&2; exit 3", "echo read")
    assert not passed
    assert [step.outcome for step in steps] == ["failed", "passed"]
    assert "no code came" in steps[0].verified


def test_what_cannot_be_gone_through_is_skipped_with_the_reason(diary: Diary, tmp_path: Path) -> None:
    passed, steps = run(diary, tmp_path, "echo skip: nothing provides otp.sms", "")
    assert passed
    assert [(step.outcome, step.verified) for step in steps] == [
        ("skipped", "nothing provides otp.sms"),
        ("skipped", "it has no check"),
    ]


def test_a_check_that_proves_nothing_fails(diary: Diary, tmp_path: Path) -> None:
    passed, [step] = run(diary, tmp_path, "true")
    assert not passed
    assert step.outcome == "failed"


def test_a_check_sees_no_secrets_of_ours_and_cannot_act_on_the_terminal(
    diary: Diary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    _, [step] = run(diary, tmp_path, f"printf '{ESCAPE}[2J<%s>' \"$AWS_SECRET_ACCESS_KEY\"")
    assert step.verified == "<>"
