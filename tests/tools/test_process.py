import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toolkit.errors import ProgramFailed, ProgramMissing
from toolkit.tools import process


def _python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_the_child_sees_no_secret_of_ours_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    monkeypatch.setenv("HCLOUD_TOKEN", "wanted")
    env = process.environment({"OURS": "1"}, passed=["HCLOUD_TOKEN"])
    seen = process.run(_python("import os; print(dict(os.environ))"), env=env)
    assert "planted" not in seen
    assert "wanted" in seen
    assert "'OURS': '1'" in seen


def test_a_failure_ends_with_the_programs_last_lines_without_escape_sequences() -> None:
    with pytest.raises(ProgramFailed, match="ended with exit code 3") as caught:
        process.run(_python(r"import sys; sys.stderr.write('first\n\x1b[31mlast\x1b]0;title\x07\n'); sys.exit(3)"))
    assert caught.value.what.endswith("\n  first\n  last")


def test_a_missing_program_has_its_own_error() -> None:
    with pytest.raises(ProgramMissing):
        process.run(["offramp-has-no-such-program"])
    with pytest.raises(ProgramMissing, match="hint: get it"):
        process.find("offramp-has-no-such-program", hint="get it")


def test_a_program_that_hangs_is_stopped() -> None:
    with pytest.raises(ProgramFailed, match="no answer"):
        process.run(_python("import time; time.sleep(60)"), timeout=0.2)


def test_lines_come_while_the_program_runs(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = f"""if True:
        import pathlib, time
        print("one", flush=True)
        while not pathlib.Path({str(gate)!r}).exists():
            time.sleep(0.01)
    """
    lines: list[str] = []

    def log(line: str) -> None:
        lines.append(line)
        gate.touch()  # the program ends only when its first line has arrived

    process.stream(_python(script), log=log, env=process.environment())
    assert lines == ["one"]


def test_the_program_ends_when_the_log_is_interrupted() -> None:
    script = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    pids: list[str] = []

    def log(line: str) -> None:
        pids.append(line)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process.stream(_python(script), log=log, env=process.environment())
    with pytest.raises(ProcessLookupError):
        os.kill(int(pids[0]), 0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_is_known_to_be_alive_until_it_ends() -> None:
    script = "from toolkit.tools import process; print(process.this_process(), flush=True); input()"
    with subprocess.Popen(_python(script), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        mark = child.stdout.readline().strip()
        assert process.is_alive(mark)
        assert not process.is_alive(f"{child.pid}:1")
    assert not process.is_alive(mark)


def test_a_companion_runs_beside_the_block_and_ends_with_all_it_started(tmp_path: Path) -> None:
    lines: list[str] = []
    begin = "import subprocess, time; print(subprocess.Popen(['sleep', '600']).pid)"
    with process.companion(
        _python(f"{begin}; print('ready', flush=True); time.sleep(600)"),
        ready="ready",
        log=lines.append,
        env=process.environment(),
        cwd=tmp_path,
        timeout=30,
    ):
        assert lines[-1] == "ready"
        assert _runs(lines[0])
    for _ in range(100):  # its output is closed a moment before it is gone
        if not _runs(lines[0]):
            return
        time.sleep(0.1)
    pytest.fail("what the companion started still runs")


def test_a_companion_is_told_when_who_started_it_was_killed(tmp_path: Path) -> None:
    companion = "import pathlib, sys; print('ready', flush=True); sys.stdin.read(); pathlib.Path('told').touch()"
    starter = f"""if True:
        import os, signal, sys
        from pathlib import Path
        from toolkit.tools import process
        command, env = [sys.executable, "-c", {companion!r}], process.environment()
        with process.companion(command, ready="ready", log=print, env=env, cwd=Path({str(tmp_path)!r}), timeout=30):
            os.kill(os.getpid(), signal.SIGKILL)
    """
    assert subprocess.run(_python(starter), check=False).returncode == -signal.SIGKILL
    for _ in range(100):
        if (tmp_path / "told").exists():
            return
        time.sleep(0.1)
    pytest.fail("the companion was not told")


def _runs(pid: str) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("script", "timeout"), [("print('no carrier'); raise SystemExit(3)", 30), ("import time; time.sleep(600)", 0.2)]
)
def test_a_companion_that_does_not_get_ready_is_an_error(tmp_path: Path, script: str, timeout: float) -> None:
    with (
        pytest.raises(ProgramFailed, match="did not get ready"),
        process.companion(
            _python(script), ready="ready", log=print, env=process.environment(), cwd=tmp_path, timeout=timeout
        ),
    ):
        pytest.fail("the block must not begin")
