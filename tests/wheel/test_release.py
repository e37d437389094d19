"""What `make release` publishes is complete, the same for the same commit, and only made of what is committed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

SOURCE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "offramp"
    subprocess.run(["git", "clone", "-q", SOURCE, folder], check=True)
    return folder


def _release(checkout: Path, to: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run([".ci/release", to], cwd=checkout, env=environment, capture_output=True, text=True)


def test_everything_is_there_and_as_its_sums_say(checkout: Path, tmp_path: Path) -> None:
    done = _release(checkout, tmp_path / "dist")
    assert done.returncode == 0, done.stderr
    names = {path.suffix: path for path in (tmp_path / "dist").iterdir()}
    assert set(names) == {".whl", ".gz", ".json", ".md", ""}
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "dist", check=True)
    assert names[".md"].read_text().startswith("## ")
    bill = names[".json"].read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    assert {"click", "jsonschema", "boto3"} <= {part["name"] for part in json.loads(bill)["components"]}

    environment = {**os.environ, "SOURCE_DATE_EPOCH": _of_commit(checkout)}
    again = [sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "again", checkout]
    subprocess.run(again, check=True, env=environment, stdout=subprocess.DEVNULL)
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (tmp_path / "dist" / path.name).read_bytes(), path.name


def test_what_is_not_committed_and_a_folder_in_use_are_refused(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    done = _release(checkout, tmp_path)
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)
    (checkout / "stray").write_text("x")
    done = _release(checkout, tmp_path / "dist")
    (checkout / "stray").unlink()
    assert (done.returncode, "commit or remove first" in done.stderr) == (1, True)
    assert not (tmp_path / "dist").exists()


def _of_commit(checkout: Path) -> str:
    command = ["git", "-C", checkout, "log", "-1", "--format=%ct"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
