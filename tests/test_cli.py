"""The command as a user runs it: what is on stdout, what on stderr, and the exit code."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from toolkit import errors
from toolkit.catalog.folders import PREBUILT, load
from toolkit.cli import main

OFFRAMP = Path(sys.executable).with_name("offramp")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "requirements.txt").write_text("twilio==9.0.0\nboto3\n")
    (folder / "app.py").write_text(
        "import boto3\nfrom twilio.rest import Client\n\n"
        's3 = boto3.client("s3")\nclient = Client()\nclient.verify.v2.services("VA1").verifications.create()\n'
    )
    return folder


def _run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    _bring_catalogue(cwd / ".cache" / "offramp")
    environment = {**os.environ, "HOME": str(cwd), "XDG_CACHE_HOME": str(cwd / ".cache"), "NO_COLOR": "1"}
    return subprocess.run([OFFRAMP, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)


def _bring_catalogue(cache: Path) -> None:
    """The compiled catalogue of the machine's own cache, so that not every command compiles it anew."""
    load()
    compiled = user_cache_path("offramp") / PREBUILT
    if compiled.exists() and not (cache / PREBUILT).exists():
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy2(compiled, cache / PREBUILT)


def test_audit_to_plan_to_gate(checkout: Path, tmp_path: Path) -> None:
    done = _run("audit", "shop", "-o", "json=audit.json", "-o", "html=report.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    found = {(d["vendor"], d.get("service")) for d in json.loads((tmp_path / "audit.json").read_text())["dependencies"]}
    assert {("aws", "s3"), ("twilio", "verify")} <= found
    assert _run("plan", "audit.json", "-o", "json=plan.json", cwd=tmp_path).returncode == 0
    (tmp_path / "policy.toml").write_text('no_baseline = "fail"\n')
    refused = _run("gate", "audit.json", "--policy", "policy.toml", cwd=tmp_path)
    assert refused.returncode == 1
    assert "REFUSED" in refused.stdout
    accepted = _run("gate", "audit.json", "--baseline", "audit.json", cwd=tmp_path)
    assert accepted.returncode == 0, accepted.stdout


def test_the_first_run_passes_and_makes_the_baseline_of_the_next(checkout: Path, tmp_path: Path) -> None:
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    first = _run("gate", "audit.json", "--write-baseline", "main.json", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "First run" in first.stdout
    assert "Debt" in first.stdout
    same = _run("gate", "audit.json", "--baseline", "main.json", "--format", "markdown", cwd=tmp_path)
    assert same.stdout.startswith("**Offramp: passed.** Nothing changed.\n")
    (checkout / "pay.tf").write_text('resource "aws_rds_cluster" "db" {}\n')
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    before = (tmp_path / "main.json").read_text()
    worse = _run("gate", "audit.json", "--baseline", "main.json", "--write-baseline", "main.json", cwd=tmp_path)
    assert worse.returncode == 1, worse.stdout
    assert "pay.tf:1" in worse.stdout
    assert (tmp_path / "main.json").read_text() == before, "a refused gate does not accept what it refuses"
    shown = _run("diff", "main.json", "audit.json", cwd=tmp_path)
    assert "aws/rds" in shown.stdout


def test_a_policy_with_a_name_that_nobody_has_is_refused(checkout: Path, tmp_path: Path) -> None:
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    (tmp_path / "policy.toml").write_text(
        'deny_vendors = ["twillio"]\n[[forbid]]\ncompany = "aws"\njourneys = ["raed"]\n'
    )
    done = _run("gate", "audit.json", "--policy", "policy.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "deny_vendors: there is no vendor 'twillio' (did you mean twilio" in done.stderr
    assert "[[forbid]] 1: there is no journey 'raed' (did you mean read" in done.stderr


def test_plan_and_generate_say_why_it_would_not_run(checkout: Path, tmp_path: Path) -> None:
    (checkout / "requirements.txt").write_text("oracledb\n")
    (checkout / "offramp.toml").write_text('name = "shop"\n[[application]]\nname = "shop"\nsource = "."\n')
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    needs = {need["engine"] for need in json.loads((tmp_path / "audit.json").read_text())["needs"]}
    assert needs == {"oracle"}
    said = "the application shop has no start command"
    shown = _run("plan", "audit.json", "-o", "json=plan.json", "--format", "text", cwd=tmp_path)
    assert said in shown.stdout
    refused = _run("generate", "plan.json", "--to", "infra", "--vault-key", "key", cwd=tmp_path)
    assert refused.returncode == 2
    assert "shop has no start" in refused.stderr
    with (checkout / "offramp.toml").open("a") as file:
        file.write('start = "gunicorn shop:app"\n')
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    assert _run("plan", "audit.json", "-o", "json=plan.json", cwd=tmp_path).returncode == 0
    made = _run("generate", "plan.json", "--to", "infra", "--vault-key", "key", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "not runnable yet, because" in made.stderr


def test_an_audit_is_not_written_over_by_what_is_made_of_it(checkout: Path, tmp_path: Path) -> None:
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    before = (tmp_path / "audit.json").read_bytes()
    done = _run("plan", "audit.json", "-o", "json=./audit.json", cwd=tmp_path)
    assert (done.returncode, "this is what the command reads" in done.stderr) == (2, True)
    assert (tmp_path / "audit.json").read_bytes() == before


def test_a_reader_that_goes_away_is_no_failed_gate(checkout: Path, tmp_path: Path) -> None:
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [OFFRAMP, "gate", "audit.json"], cwd=tmp_path, env=environment, stdout=gone, stderr=subprocess.PIPE
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--compare", "--today"), "each show something else"),
        (("--lose", "okta@0h,okta@3h"), "okta goes twice, with another notice each time"),
    ],
)
def test_contradictions_are_told(checkout: Path, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    done = _run("plan", "audit.json", *options, cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_drafted_file_makes_nothing_of_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/offramp.toml").write_text('name = "empty"\n')
    shown = _run("audit", "empty", cwd=tmp_path)
    assert "nothing found in" in shown.stderr
    assert "of 100" not in shown.stdout


def test_a_plan_that_replaces_nothing_is_not_generated(checkout: Path, tmp_path: Path) -> None:
    assert _run("audit", "shop", "-o", "json=audit.json", cwd=tmp_path).returncode == 0
    shown = _run("plan", "audit.json", "--lose", "okta@0h", "-o", "json=plan.json", "--format", "text", cwd=tmp_path)
    assert "Nothing to do: nothing that was found hangs on okta" in " ".join(shown.stdout.split())
    refused = _run("generate", "plan.json", "--to", "infra", cwd=tmp_path)
    assert refused.returncode == 2
    assert "nothing to generate" in refused.stderr
    assert not (tmp_path / "infra").exists()


def test_the_same_tree_gives_the_same_audit(checkout: Path, tmp_path: Path) -> None:
    first = _run("audit", "shop", "--format", "json", cwd=tmp_path)
    second = _run("audit", "shop", "--format", "json", cwd=tmp_path)
    uncached = _run("audit", "shop", "--format", "json", "--no-cache", cwd=tmp_path)
    assert first.stdout == second.stdout == uncached.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["audit", "nowhere"], 2, "nowhere: no such file or folder"),
        (["audit", "shop", "--format", "nope"], 2, "no format 'nope'"),
        (["audit", "shop", "-o", "html"], 2, "not FORMAT=FILE"),
        (["plan", "broken.json"], 2, "broken.json"),
        (["plan", "newer.json"], 2, "schema_version"),
        (["simulate", "broken.json", "--lose", "aws@30h"], 2, "broken.json"),
        (["gate", "missing.json"], 2, "missing.json"),
        (["explain", "no-such-rule"], 2, "no-such-rule"),
        (["audit", "--no-such-option"], 2, "No such option"),
        (["audit", "platform"], 2, "journey[0]"),
    ],
)
def test_wrong_input_is_named(checkout: Path, tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    (tmp_path / "broken.json").write_text('{"schema_version": "1.0", "survey": {')
    (tmp_path / "newer.json").write_text('{"schema_version": "99.0"}')
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform/offramp.toml").write_text('[[journey]]\nid = "x"\nneds = ["otp.sms"]\n')
    done = _run(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bug_is_no_failed_gate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise KeyError("lost")

    monkeypatch.setattr("toolkit.doctor.doctor", broken)
    monkeypatch.setattr(sys, "argv", ["offramp", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == errors.BUG
    said = capsys.readouterr().err
    assert "KeyError: 'lost'" in said
    assert "this is a bug" in said


def test_strict_says_what_could_not_be_read(checkout: Path, tmp_path: Path) -> None:
    (checkout / "package.json").write_text('{"dependencies": {"twilio": ')
    relaxed = _run("audit", "shop", cwd=tmp_path)
    assert relaxed.returncode == 0
    assert "package.json" in relaxed.stdout
    assert _run("audit", "shop", "--strict", cwd=tmp_path).returncode == 3


def test_init_drafts_what_audit_reads(checkout: Path, tmp_path: Path) -> None:
    assert _run("init", "shop", cwd=tmp_path).returncode == 0
    draft = (checkout / "offramp.toml").read_text()
    assert "[[journey]]" in draft
    assert _run("audit", "shop", cwd=tmp_path).returncode == 0
    again = _run("init", "shop", cwd=tmp_path)
    assert again.returncode == 2
    assert (checkout / "offramp.toml").read_text() == draft


def test_init_says_what_nothing_replaces(tmp_path: Path) -> None:
    """Each is also in the plan's and the project's own list."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/requirements.txt").write_text("boto3==1.40.0\nmeilisearch==0.30.0\npsycopg==3.2.9\nredis==6\n")
    (tmp_path / "shop/app.py").write_text('import boto3\nsns = boto3.client("sns")\n')
    assert _run("init", "shop", cwd=tmp_path).returncode == 0
    said = (tmp_path / "shop/offramp.toml").read_text().partition("# Not replaced: ")[2].partition("\n\n")[0]
    assert [line.split()[1] for line in said.splitlines()[2:]] == ["meilisearch", "aws/sns"]


def test_interrupted_leaves_nothing_half_written(tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(3000):
        (folder / f"m{number}.py").write_text("import boto3\n" * 200)
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    command = [OFFRAMP, "audit", folder, "-o", f"json={tmp_path / 'audit.json'}"]
    running = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(0.6)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("*.json")) + list(tmp_path.glob(".*.tmp"))


def test_stdout_may_close_early(checkout: Path, tmp_path: Path) -> None:
    command = f"{OFFRAMP} audit shop --format json | head -c 10"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout
    assert "Traceback" not in done.stderr


def test_doctor_and_catalog_answer(tmp_path: Path) -> None:
    assert "Python" in _run("doctor", cwd=tmp_path).stdout
    assert "twilio" in _run("catalog", "list", cwd=tmp_path).stdout
    assert "Twilio" in _run("catalog", "show", "twilio", cwd=tmp_path).stdout
    assert "valid" in _run("catalog", "validate", cwd=tmp_path).stderr
    assert "vendors in depth" in _run("catalog", "list", "--depth", cwd=tmp_path).stdout
