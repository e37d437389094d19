"""Two processes that want one folder: one writes, the other is told who does. A dead one blocks nobody."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from readings import OFFRAMP, Run

from toolkit import lock

Start = Callable[..., "subprocess.Popen[str]"]
_ANSIBLE_VAULT = Path(sys.executable).with_name("ansible-vault")
_HOLD = "import sys, time; from pathlib import Path; from toolkit.lock import locked\nwith locked(Path(sys.argv[1])):"
_HOLDER = [sys.executable, "-c", f"{_HOLD}\n print('held', flush=True); sys.stdin.read()"]
_CONTENDER = """if True:
    import os, sys
    from pathlib import Path
    from toolkit.errors import BadInput
    from toolkit.lock import locked
    folder, held, refused = Path(sys.argv[1]), 0, 0
    while held < 100:
        try:
            with locked(folder):
                os.close(os.open(folder / "alone", os.O_CREAT | os.O_EXCL))  # fails where two are in
                (folder / "alone").unlink()
                held += 1
        except BadInput as err:
            assert "another Offramp writes here" in str(err), err
            refused += 1
    print(refused)
"""


@pytest.fixture
def start(shop: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Start a command beside the shop; what still runs in the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(*command: str | Path) -> "subprocess.Popen[str]":
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        running.append(subprocess.Popen(command, env=environment, cwd=shop.parent, text=True, **pipes))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def plan(shop: Path, run: Run) -> Path:
    run("audit", shop, "-o", "json=audit.json")
    run("plan", "audit.json", "--lose", "aws@0h", "-o", "json=plan.json")
    return shop.parent / "plan.json"


def _opens(vault: Path, key: Path) -> bool:
    command = [_ANSIBLE_VAULT, "view", "--vault-password-file", key, vault]
    environment = {"PATH": os.environ["PATH"], "PAGER": "cat", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def _wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    while not path.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_no_two_are_ever_in(tmp_path: Path, start: Start) -> None:
    contenders = [start(sys.executable, "-c", _CONTENDER, tmp_path / "folder") for _ in range(4)]
    ended = [process.communicate(timeout=60) for process in contenders]
    assert [process.returncode for process in contenders] == [0] * 4, ended
    assert sum(int(said) for said, _ in ended), "they never met: this proves nothing"
    assert not list((tmp_path / "folder").iterdir())


def test_many_generate_one_project(plan: Path, start: Start) -> None:
    arguments = ["generate", plan, "--to", "infra", "--vault-key", "board.key"]
    running = [start(OFFRAMP, *arguments) for _ in range(4)]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert {process.returncode for process in running} <= {0, 2}, said
    refused = [one for process, one in zip(running, said, strict=True) if process.returncode == 2]
    assert all("another Offramp writes here" in one for one in refused), said
    assert sum("The vault's key is in" in one for one in said) == 1
    infra = plan.parent / "infra"
    assert _opens(infra / "inventory/group_vars/all/vault.yml", plan.parent / "board.key")
    assert not list(infra.rglob(".offramp-*"))


def test_projects_of_one_platform_share_its_key(plan: Path, start: Start) -> None:
    running = [start(OFFRAMP, "generate", plan, "--to", f"infra-{n}", "--vault-key", "board.key") for n in range(4)]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 4, said
    assert sum("The vault's key is in" in one for one in said) == 1
    for number in range(4):
        vault = plan.parent / f"infra-{number}/inventory/group_vars/all/vault.yml"
        assert _opens(vault, plan.parent / "board.key")


def test_the_second_learns_who_is_first_and_a_dead_one_blocks_nobody(plan: Path, start: Start, run: Run) -> None:
    infra = plan.parent / "infra"
    arguments = ["generate", "plan.json", "--to", "infra", "--vault-key", "board.key"]
    run(*arguments)
    (infra / "site.yml").unlink()
    os.mkfifo(infra / "site.yml")  # what is there already is read first, and this never ends
    first = start(OFFRAMP, *arguments)
    _wait_for(infra / ".offramp-pending.json", first)
    refused = run(*arguments, code=2).stderr
    assert f"another Offramp writes here: 'offramp {' '.join(arguments)}', process {first.pid}, since 20" in refused
    assert "hint: wait until it has ended" in refused
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert (infra / lock.NAME).exists()
    (infra / "site.yml").unlink()
    run(*arguments)
    assert _opens(infra / "inventory/group_vars/all/vault.yml", plan.parent / "board.key")
    assert not list(infra.rglob(".offramp-*"))


def test_runbooks(plan: Path, start: Start, run: Run) -> None:
    run("plan", "audit.json", "--runbooks", "books")
    [book, *_] = sorted((plan.parent / "books").iterdir())
    book.unlink()
    os.mkfifo(book)  # nobody reads it: writing waits
    first = start(OFFRAMP, "plan", "audit.json", "--runbooks", "books")
    _wait_for(plan.parent / "books" / lock.NAME, first)
    assert f"process {first.pid}" in run("plan", "audit.json", "--runbooks", "books", code=2).stderr


@pytest.mark.parametrize("held", ["infra", "state"])
def test_a_drill_starts_neither_where_another_runs_nor_while_its_project_is_written(
    plan: Path, start: Start, run: Run, held: str
) -> None:
    run("generate", plan, "--to", "infra", "--vault-key", "board.key")
    (plan.parent / "hosts.tfvars").write_text("")
    first = start(*_HOLDER, plan.parent / held)
    assert first.stdout is not None
    first.stdout.readline()
    refused = run("drill", "infra", "--hosts", "hosts.tfvars", "--state", "state", code=2).stderr
    assert f"process {first.pid}" in refused


def test_one_draft_of_many_is_written(shop: Path, start: Start) -> None:
    running = [start(OFFRAMP, "init", shop) for _ in range(4)]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert sorted(process.returncode for process in running) == [0, 2, 2, 2], said
