"""`offramp tabletop` as people use it: a script on paper, answers by a pipe or a terminal, killed and gone on with."""

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

OFFRAMP = Path(sys.executable).with_name("offramp")
SCENARIO = ("--scenario", "parler-2021")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tabletop")
    shop = made / "shop"
    shop.mkdir()
    (shop / "requirements.txt").write_text("twilio==9.0.0\nboto3\n")
    (shop / "app.py").write_text(
        "import boto3\nfrom twilio.rest import Client\n\n"
        's3 = boto3.client("s3")\nclient = Client()\nclient.verify.v2.services("VA1").verifications.create()\n'
    )
    assert run("audit", "shop", "-o", "json=audit.json", cwd=made).returncode == 0
    return made


def run(*arguments: str | Path, cwd: Path, answers: str = "") -> subprocess.CompletedProcess[str]:
    command = [OFFRAMP, *arguments]
    return subprocess.run(command, cwd=cwd, input=answers, capture_output=True, text=True)


def record(folder: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((folder / "tabletop.json").read_text())  # type: ignore[no-any-return]


def test_the_script_alone_needs_nobody_and_keeps_nothing(folder: Path) -> None:
    done = run("tabletop", "audit.json", *SCENARIO, "-o", "html=script.html", "-o", "markdown=script.md", cwd=folder)
    assert done.returncode == 0, done.stderr
    page, text = (folder / "script.html").read_text(), (folder / "script.md").read_text()
    for shown in (page, text):
        assert "Notice is given" in shown
        assert "T+30:00" in shown
        assert "data.object-storage.md" in shown
    assert "Answer: `______" in text


def test_one_person_answers_for_all_and_goes_on_after_a_break(folder: Path, tmp_path: Path) -> None:
    first = run("tabletop", "audit.json", *SCENARIO, "--to", tmp_path, cwd=folder, answers="Ada leads\n? where\n")
    assert first.returncode == 0, first.stderr
    assert "stopped here" in first.stderr
    before = record(tmp_path)
    assert [one.get("outcome", "open") for one in before["entries"] if one["kind"] == "decision"][:3] == [
        "answered", "gap", "open",
    ]  # fmt: skip
    second = run("tabletop", "audit.json", *SCENARIO, "--to", tmp_path, cwd=folder, answers="we know\n" * 60)
    assert second.returncode == 0, second.stderr
    after = record(tmp_path)
    assert after["begun"] == before["begun"]
    assert after["ended"]
    assert "Ada leads" in (tmp_path / "tabletop.md").read_text()
    page = (tmp_path / "tabletop.html").read_text()
    assert "GAP: where" in page
    assert "Gaps: nobody knew" in page
    assert (tmp_path.stat().st_mode & 0o777) in (0o700, 0o755)
    third = run("tabletop", "audit.json", *SCENARIO, "--to", tmp_path, cwd=folder, answers="other\n" * 60)
    assert "gone through already" in third.stderr
    assert record(tmp_path) == after


def test_on_a_terminal(folder: Path, tmp_path: Path) -> None:
    """A real terminal: questions on it, Ctrl-D stops."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [OFFRAMP, "tabletop", "audit.json", *SCENARIO, "--to", tmp_path],
        cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    os.close(theirs)
    shown = _until(ours, b"answer, or ? for a gap: ")
    os.write(ours, b"Ada\n")
    _until(ours, b"answer, or ? for a gap: ")
    os.write(ours, b"\x04")
    rest = _until(ours, b"the same command goes on")
    assert child.wait(timeout=60) == 0, rest
    os.close(ours)
    assert b"Notice is given" in shown
    assert record(tmp_path)["entries"][_first_decision(tmp_path)]["answer"] == "Ada"


def _first_decision(folder: Path) -> int:
    return next(number for number, one in enumerate(record(folder)["entries"]) if one["kind"] == "decision")


def _until(handle: int, wanted: bytes) -> bytes:
    shown = b""
    while wanted not in shown:
        shown += os.read(handle, 65536)
    return shown


def test_a_killed_session_keeps_what_was_answered(folder: Path, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [OFFRAMP, "tabletop", "audit.json", *SCENARIO, "--to", tmp_path],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdin
    child.stdin.write(b"Ada leads\n")
    child.stdin.flush()
    deadline = time.monotonic() + 120
    while not ((tmp_path / "tabletop.json").exists() and "Ada leads" in (tmp_path / "tabletop.json").read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    child.kill()
    child.communicate()
    done = run("tabletop", "audit.json", *SCENARIO, "--to", tmp_path, cwd=folder, answers="yes\n" * 60)
    assert done.returncode == 0, done.stderr
    answers = [one["answer"] for one in record(tmp_path)["entries"] if one["kind"] == "decision"]
    assert answers == ["Ada leads", *["yes"] * (len(answers) - 1)]


def test_a_plan_is_gone_through_as_it_is_and_only_for_its_own_losses(folder: Path) -> None:
    assert run("plan", "audit.json", *SCENARIO, "-o", "json=plan.json", cwd=folder).returncode == 0
    same = run("tabletop", "plan.json", *SCENARIO, "--format", "json", cwd=folder)
    assert same.returncode == 0, same.stderr
    assert json.loads(same.stdout)["scenario"] == "parler-2021"
    assert run("tabletop", "plan.json", cwd=folder).returncode == 0
    other = run("tabletop", "plan.json", "--scenario", "dyn-2016", cwd=folder)
    assert other.returncode == 2
    assert "not for the losses of dyn-2016" in other.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say who is lost"),
        (("--scenario", "nobody-2021"), "no scenario 'nobody-2021'"),
        (("--scenario", "parler-2021", "--lose", "aws@1h"), "give one of them"),
        (("--lose", "nobody@1h"), "knows no vendor 'nobody'"),
    ],
)
def test_clear_errors(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run("tabletop", "audit.json", *arguments, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_answers_to_another_script_are_refused_and_kept(folder: Path, tmp_path: Path) -> None:
    assert run("tabletop", "audit.json", *SCENARIO, "--to", tmp_path, cwd=folder, answers="Ada\n").returncode == 0
    before = (tmp_path / "tabletop.json").read_bytes()
    other = run("tabletop", "audit.json", "--lose", "aws@1h", "--to", tmp_path, cwd=folder, answers="Bob\n")
    assert other.returncode == 2
    assert "another script" in other.stderr
    assert (tmp_path / "tabletop.json").read_bytes() == before
    (tmp_path / "tabletop.json").write_bytes(before[:200])
    broken = run("tabletop", "audit.json", *SCENARIO, "--to", tmp_path, cwd=folder)
    assert broken.returncode == 2
    assert "tabletop.json" in broken.stderr


def test_its_own_files_are_no_signs_of_anything(folder: Path, tmp_path: Path) -> None:
    """A record in the checkout names vendors; an audit passes it by."""
    assert run("audit", "shop", "--format", "json", cwd=folder).returncode == 0
    done = run("tabletop", "audit.json", *SCENARIO, "--to", "shop/table", cwd=folder, answers="twilio\n" * 60)
    assert done.returncode == 0, done.stderr
    made = json.loads(run("audit", "shop", "--format", "json", cwd=folder).stdout)
    places = [one["where"] for one in made["survey"]["evidence"]]
    assert [where for where in places if where.startswith("table/")] == []
    skipped = {one["where"] for one in made["survey"]["skipped"]}
    assert {"table/tabletop.json", "table/tabletop.md", "table/tabletop.html"} <= skipped
