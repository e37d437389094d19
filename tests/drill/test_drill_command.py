"""`offramp drill` and `offramp audit --record`, as a user starts them."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from toolkit import errors, proof
from toolkit.documents import write_json
from toolkit.drill.project import MANIFEST
from toolkit.model import SCHEMA_VERSION, HostNeed, Journal, Manifest, Step


def _offramp(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "toolkit", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    hosts = (HostNeed("app-1", 1024, 1, 10, ("web",)),)
    (tmp_path / "infra").mkdir()
    write_json(
        Manifest(SCHEMA_VERSION, "offramp 0.0.0", "c", "board", "hosts", "..", hosts), tmp_path / "infra" / MANIFEST
    )
    return tmp_path / "infra"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "say where the drill may happen"),
        (["--from", ".", "--lab", "incus"], "say what is drilled"),
        (["--lab", "incus", "--hosts", "x"], "say where the drill may happen"),
        (["--hosts", "absent.tfvars"], "no file of hosts"),
        (["--lab", "docker"], "docker"),
    ],
)
def test_nobody_is_drilled_by_accident(infra: Path, tmp_path: Path, options: list[str], said: str) -> None:
    done = _offramp("drill", infra, "--state", tmp_path / "state", *options, cwd=tmp_path)
    assert done.returncode == errors.BAD_INPUT, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fresh_journal_is_proof(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    signers = json.dumps([(tmp_path / "key.pub").read_text().strip()])
    (tmp_path / "offramp.toml").write_text(f'name = "board"\nsigners = {signers}\n')
    (tmp_path / "requirements.txt").write_text("boto3\n")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    steps = (Step("verify.verify", "Check every service", "verify", now, 4.2, "passed"),)
    journal = Journal(SCHEMA_VERSION, "offramp 0.0.0", "c", "board", "i", steps, restored=True)
    write_json(journal, tmp_path / "journal.json")
    proof.sign(tmp_path / "journal.json", tmp_path / "key")
    points = {}
    for options in ((), ("--record", "journal.json")):
        done = _offramp("audit", ".", "--format", "json", *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        parts = json.loads(done.stdout)["assessment"]["score"]["parts"]
        points[options] = next(part["points"] for part in parts if part["name"] == "Proof")
    assert list(points.values()) == [0, 15]  # nothing says how old the copies are


def test_the_journal_of_another_platform_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "offramp.toml").write_text('name = "board"\n')
    write_json(Journal(SCHEMA_VERSION, "offramp 0.0.0", "c", "forum", "i", (), True), tmp_path / "journal.json")
    done = _offramp("audit", ".", "--record", "journal.json", cwd=tmp_path)
    assert done.returncode == errors.BAD_INPUT
    assert "'forum'" in done.stderr
