"""The real command on trees that mean harm: how it is run, and what every run must hold to."""

import json
import os
import resource
import subprocess
from pathlib import Path
from typing import Any

import pytest
from readings import OFFRAMP, Audited, Run

_SECONDS = 60  # an end for what hangs; nothing is measured
# With root's right to read and write everything gone, and root's own files still its own
_WITHOUT_PRIVILEGES = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled once for all: the catalogue and its patterns."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def environment(tmp_path: Path, cache_home: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    own = {"HOME": str(home), "XDG_CACHE_HOME": str(cache_home), "NO_COLOR": "1", "COLUMNS": "200"}
    return {**os.environ, **own}


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Run:
    """`run("audit", folder, …, code=0)`: the command in tmp_path. It must end with this code and without a traceback.

    `memory`: bytes of address space it may have. `privileged=False`: as a user whom file modes bind.
    """

    def offramp(
        *arguments: str | Path, code: int = 0, memory: int = 0, privileged: bool = True, **extra: Any
    ) -> "subprocess.CompletedProcess[str]":
        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        done = subprocess.run(
            [*([] if privileged else _WITHOUT_PRIVILEGES), OFFRAMP, *arguments],
            timeout=_SECONDS,
            preexec_fn=limit if memory else None,
            text=True,
            errors="surrogateescape",  # names of files that are no UTF-8 are said as they are
            **{"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **extra},
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return offramp


@pytest.fixture
def audited(run: Run) -> Audited:
    """The audit of a folder, as JSON."""

    def audit(folder: Path, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run("audit", folder, "--format", "json", **options).stdout)
        return found

    return audit


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A sound checkout, to be made unsound: whatever is added to it, `SOUND` must still be found."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "requirements.txt").write_text("twilio==9.0.0\nboto3\n")
    (folder / "app.py").write_text('import boto3\n\ns3 = boto3.client("s3")\n')
    return folder
