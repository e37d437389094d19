"""Ctrl-C and SIGTERM at many moments, SIGKILL too: exit 130 and no traceback; what was left is gone after the next run.

The moments are parts of the time an undisturbed run takes, from when Offramp's own first statements have run.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from readings import OFFRAMP, Run

_MOMENTS = int(os.environ.get("OFFRAMP_MOMENTS", "6"))
_BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
Environment = dict[str, str]


def _begun(arguments: list[str | Path], environment: Environment, cwd: Path) -> "subprocess.Popen[str]":
    """The command, from when it catches signals on. Before that the interpreter starts, which is not ours."""
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    running = subprocess.Popen(
        [OFFRAMP, *arguments], env=environment, cwd=cwd, text=True, start_new_session=True, **pipes
    )
    while running.poll() is None and not _catches(running.pid, signal.SIGTERM):
        time.sleep(0.001)
    return running


def _catches(pid: int, number: int) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [caught] = [line.split()[1] for line in lines if line.startswith("SigCgt")]
    return bool(int(caught, 16) >> (number - 1) & 1)


def _moments(arguments: list[str | Path], environment: Environment, cwd: Path) -> Iterator[float]:
    running = _begun(arguments, environment, cwd)
    begun = time.monotonic()
    running.communicate(timeout=120)
    seconds = time.monotonic() - begun
    yield from (seconds * number / _MOMENTS for number in range(_MOMENTS))


def _ended(running: "subprocess.Popen[str]", number: int, moment: float, *, all_of_it: bool = True) -> None:
    """Send it the signal (all its processes, as a terminal does) after a moment; it must end as it should."""
    time.sleep(moment)
    if all_of_it:
        os.killpg(running.pid, number)
    else:
        running.send_signal(number)
    _, said = running.communicate(timeout=60)
    allowed = {-signal.SIGKILL} if number == signal.SIGKILL else {130}
    assert running.returncode in allowed | {0}, f"{moment:.3f} s: {said}"
    assert "Traceback" not in said, f"{moment:.3f} s: {said}"
    if running.returncode == 130:
        assert said.endswith("offramp: interrupted; nothing half-written was left\n"), said


def _strays(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.name.endswith((".tmp", "-lock"))]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Enough files for several processes."""
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(1500):
        (folder / f"m{number}.py").write_text("import boto3\n" * 20)
    return folder


@_BOTH
@pytest.mark.parametrize("all_of_it", [True, False], ids=["terminal", "parent"])
def test_an_audit_with_worker_processes(
    large: Path, environment: Environment, number: signal.Signals, all_of_it: bool
) -> None:
    arguments: list[str | Path] = ["audit", large, "--no-cache", "-o", "json=audit.json"]
    for moment in _moments(arguments, environment, large.parent):
        _ended(_begun(arguments, environment, large.parent), number, moment, all_of_it=all_of_it)
    assert not _strays(large.parent)


@_BOTH
def test_generate_with_its_imports(shop: Path, run: Run, environment: Environment, number: signal.Signals) -> None:
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "--lose", "aws@0h", "-o", "json=plan.json")
    folders = iter(range(1000))

    def arguments() -> list[str | Path]:
        return ["generate", "plan.json", "--to", f"infra-{next(folders)}", "--vault-key", "board.key"]

    for moment in _moments(arguments(), environment, shop.parent):
        _ended(_begun(arguments(), environment, shop.parent), number, moment)
    assert not _strays(shop.parent)


def test_what_a_killed_generate_left_goes_with_the_next(shop: Path, run: Run, environment: Environment) -> None:
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "--lose", "aws@0h", "-o", "json=plan.json")
    arguments: list[str | Path] = ["generate", "plan.json", "--to", "infra", "--vault-key", "board.key"]
    for moment in _moments(arguments, environment, shop.parent):
        running = _begun(arguments, environment, shop.parent)
        _ended(running, signal.SIGKILL, moment)
        assert not [path for path in _strays(shop.parent / "infra") if path.parent != shop.parent / "infra"]
    (shop.parent / "infra/.site.yml.offramp-0123abcd.tmp").write_text("half")
    run(*arguments)
    assert not list((shop.parent / "infra").rglob(".offramp-*")) + _strays(shop.parent)
