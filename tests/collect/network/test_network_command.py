"""`offramp audit --domain` as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from authority import Serve


def offramp(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "toolkit", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)


def test_audit_says_whom_it_asks_and_then_what_it_saw(serve: Serve, tmp_path: Path) -> None:
    where = serve({"acme.example": "@ MX 1 aspmx.l.google.com.\n"})
    folder = tmp_path / "checkout"
    folder.mkdir()
    run = offramp(folder, "audit", "--domain", "acme.example", "--resolver", str(where), "--format", "json")
    assert run.returncode == 0, run.stderr
    assert str(where) in run.stderr
    audit = json.loads(run.stdout)
    assert [item["vendor"] for item in audit["dependencies"]] == ["google-workspace"]
    (sight,) = [part["why"] for part in audit["assessment"]["score"]["parts"] if part["name"] == "Sight"]
    assert "files, network" in sight


def test_a_domain_that_is_none_is_the_users_mistake(tmp_path: Path) -> None:
    run = offramp(tmp_path, "audit", "--domain", "https://acme.example/")
    assert run.returncode == 2
    assert "no domain name" in run.stderr


def test_records_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "zone.db").write_text("@ MX 1 aspmx.l.google.com.\n")
    entries = [{"request": {"url": "https://acme.example/"}}, {"request": {"url": "https://js.stripe.com/v3/"}}]
    (tmp_path / "site.har").write_text(json.dumps({"log": {"entries": entries}}))
    folder = tmp_path / "checkout"
    folder.mkdir()
    run = offramp(folder, "audit", "--record", "../zone.db", "--record", "../site.har", "--format", "json")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    vendors = {item["vendor"] for item in json.loads(run.stdout)["dependencies"]}
    assert vendors == {"google-workspace", "stripe"}


def test_nothing_is_asked_without_a_domain(tmp_path: Path) -> None:
    """No socket is opened: the program runs under a hook that ends it if one is."""
    script = (
        "import sys\n"
        "sys.addaudithook(lambda event, _: sys.exit(99) if event.startswith('socket.connect') else None)\n"
        "from toolkit.cli import main\n"
        "sys.argv[1:] = ['audit', '.', '--no-cache']\n"
        "main()\n"
    )
    (tmp_path / "zone.txt").write_text("acme.example")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=False)
    assert run.returncode == 0
