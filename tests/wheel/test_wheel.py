"""The wheel works alone: built, installed into an empty environment, used far from the source tree, as any user."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, SOURCE]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def offramp(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "-q", wheel], check=True)
    return folder / "bin/offramp"


def _run(offramp: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8"}
    return subprocess.run([offramp, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)


def test_the_data_is_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "toolkit/_data/checks/capabilities.toml",
        "toolkit/_data/checks/schema/audit.schema.json",
        "toolkit/_data/playbooks/blueprints/postgresql/blueprint.toml",
        "toolkit/_data/terraform/modules/hosts-host/main.tf",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith(("tests/", "examples/")) or "__pycache__" in name]


def test_audit_without_the_source_tree(offramp: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "shop"
    checkout.mkdir()
    (checkout / "requirements.txt").write_text("twilio==9.0.0\n")
    (checkout / "app.py").write_text("from twilio.rest import Client\n\nclient = Client()\n")
    done = _run(offramp, "audit", "shop", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"vendor": "twilio"' in done.stdout or '"vendor":"twilio"' in done.stdout


def test_the_shipped_catalogue_is_valid(offramp: Path, tmp_path: Path) -> None:
    done = _run(offramp, "catalog", "validate", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
