"""Ctrl-C in every stage that writes: 130, nothing half-written, and the next run is as if it had not been.

A signal is sent at several moments, each a little later, until one comes too late; what must hold, holds at each.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from readings import OFFRAMP, Run


def _interrupted(arguments: list[str | Path], environment: dict[str, str], cwd: Path, *, once: Path) -> None:
    """Run the command and press Ctrl-C as soon as the file `once` is there. The last output of the command must be a
    pipe that nobody reads: there it waits, so it cannot be too quick for this."""
    running = subprocess.Popen(
        [OFFRAMP, *arguments], env=environment, cwd=cwd, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not once.exists():
        assert running.poll() is None, running.communicate()
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert said.endswith("offramp: interrupted; nothing half-written was left\n")
    assert "Traceback" not in said


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_audit(shop: Path, pipe: Path, run: Run, environment: dict[str, str]) -> None:
    arguments: list[str | Path] = ["audit", shop, "-o", "json=audit.json", "-o", f"html={pipe}"]
    _interrupted(arguments, environment, shop.parent, once=shop.parent / "audit.json")
    interrupted = (shop.parent / "audit.json").read_text()
    assert sorted(path.name for path in shop.parent.iterdir()) == ["audit.json", "home", "pipe", "shop"]
    assert run("audit", shop, "--format", "json").stdout == interrupted


def test_plan(shop: Path, pipe: Path, run: Run, environment: dict[str, str]) -> None:
    run("audit", shop, "-o", "json=audit.json")
    arguments: list[str | Path] = ["plan", "audit.json", "--runbooks", "books", "-o", "json=p.json"]
    _interrupted([*arguments, "-o", f"markdown={pipe}"], environment, shop.parent, once=shop.parent / "p.json")
    left = _contents(shop.parent / "books"), (shop.parent / "p.json").read_bytes()
    assert not list(shop.parent.rglob("*.tmp"))
    run(*arguments)
    assert left == (_contents(shop.parent / "books"), (shop.parent / "p.json").read_bytes())


def test_generate(shop: Path, run: Run, environment: dict[str, str]) -> None:
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "--lose", "aws@0h", "-o", "json=plan.json")
    run("generate", "plan.json", "--vault-key", "key", "--to", "whole")
    whole = _contents(shop.parent / "whole")
    infra = shop.parent / "infra"
    run("generate", "plan.json", "--vault-key", "key", "--to", "infra")
    for name in ("ansible.cfg", "site.yml"):
        (infra / name).unlink()
    os.mkfifo(infra / "site.yml")  # what is there already is read first, and this never ends
    pending = infra / ".offramp-pending.json"
    _interrupted(
        ["generate", "plan.json", "--vault-key", "key", "--to", "infra"], environment, shop.parent, once=pending
    )
    left = _contents(infra)
    made_once = {"ca.crt", "inventory/group_vars/all/vault.yml"}  # keys: other ones in each project
    assert all(content == whole[name] for name, content in left.items() if name not in {*made_once, pending.name})
    (infra / "site.yml").unlink()
    run("generate", "plan.json", "--vault-key", "key", "--to", "infra")
    finished = _contents(infra)
    assert set(finished) == set(whole)
    assert {name for name in whole if finished[name] != whole[name]} <= made_once


_AT_AN_IMPORT = """
import signal, sys
wanted, number, sys.argv = sys.argv[1], int(sys.argv[2]), ["offramp", "catalog", "list"]
if wanted == "ignored":
    signal.signal(number, signal.SIG_IGN)
class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == wanted or (wanted == "ignored" and name == "toolkit.interrupts"):
            signal.raise_signal(number)
sys.meta_path.insert(0, Pressed())
from toolkit.__main__ import main
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["toolkit.interrupts", "toolkit.errors", "toolkit.cli", "toolkit.catalog.entries"])
def test_while_it_is_only_being_imported(module: str, number: int) -> None:
    arguments = [sys.executable, "-c", _AT_AN_IMPORT, module, str(int(number))]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "offramp: interrupted; nothing half-written was left\n"


def test_what_the_caller_ignores_stays_ignored_from_the_first_import_on() -> None:
    arguments = [sys.executable, "-c", _AT_AN_IMPORT, "ignored", str(int(signal.SIGINT))]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "sendgrid" in done.stdout
