"""Start a program: argument list in; its stdout out, its lines to a log while it runs, its last lines in the error.

The child sees only the variables of `_PASSED`, so a secret in our environment reaches no outside program (Terraform and
ansible-runner write what they see into files) unless the caller names it.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from toolkit import interrupts
from toolkit.errors import ProgramFailed, ProgramMissing

Log = Callable[[str], None]

_PASSED = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSH_AUTH_SOCK"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
    )
)
_LAST_LINES = 15
# Escape sequences (CSI, OSC, two-character) and the control characters a terminal would act on.
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def environment(extra: Mapping[str, str] | None = None, *, passed: Iterable[str] = ()) -> dict[str, str]:
    """The child's environment: the harmless variables of ours, those named in `passed` if set, then `extra`."""
    names = _PASSED.union(passed)
    return {name: value for name, value in os.environ.items() if name in names} | dict(extra or {})


def printable(text: str) -> str:
    """One line of program output without escape sequences and control characters: programs repeat what hosts say."""
    return _CONTROL.sub("", text)


def find(program: str, *, hint: str, folders: Sequence[Path] = ()) -> Path:
    """The program's path, looked for in `folders` first, then in PATH and the system folders; else ProgramMissing."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(program, path=path)
    if found is None:
        raise ProgramMissing(f"{program} is not installed", hint=hint)
    return Path(found)


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    timeout: float | None = None,
) -> str:
    """Run to the end (at most `timeout` seconds) and return stdout; a non-zero exit is ProgramFailed with stderr."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, env=env or environment(), cwd=cwd, input=stdin, capture_output=True, timeout=timeout, check=False
        )
    except FileNotFoundError as err:
        raise ProgramMissing(f"{words[0]} is not installed", hint="`offramp doctor` says how to get it") from err
    except subprocess.TimeoutExpired as err:
        raise ProgramFailed(f"{' '.join(words[:4])} gave no answer within {timeout:.0f} s") from err
    if done.returncode:
        lines = (done.stderr or done.stdout).decode(errors="replace").splitlines()
        raise failed(words, done.returncode, lines)
    return done.stdout.decode(errors="replace")


def stream(
    command: Sequence[str | Path],
    *,
    log: Log,
    env: Mapping[str, str],
    cwd: Path | None = None,
    read: Callable[[str], str] = printable,
) -> None:
    """Run to the end and give each line of stdout and stderr to `log` as it comes, in the words `read` makes of it."""
    words = [str(word) for word in command]
    lines: list[str] = []
    with _running(words, env, cwd) as child:
        for raw in child.stdout or ():
            lines.append(read(raw.rstrip()))
            log(lines[-1])
        child.wait()
    if child.returncode:
        raise failed(words, child.returncode, lines)


@contextmanager
def companion(
    command: Sequence[str | Path], *, ready: str, log: Log, env: Mapping[str, str], cwd: Path, timeout: float
) -> Iterator[None]:
    """Run a program beside us for as long as the block lasts, which begins when it has printed the line `ready`.

    Its stdin is empty, and ends when we do, even if we are killed. ProgramFailed with its last lines when it ends
    before, or is not ready within `timeout` seconds.
    """
    words, lines, settled = [str(word) for word in command], deque[str](maxlen=_LAST_LINES), threading.Event()

    def read(output: Iterable[str]) -> None:
        for line in map(printable, map(str.rstrip, output)):
            lines.append(line)
            log(line)
            if line == ready:
                settled.set()
        settled.set()  # it ended: nobody needs to wait any longer

    with _running(words, env, cwd, stdin=subprocess.PIPE, end=signal.SIGTERM) as child:
        reader = threading.Thread(target=read, args=(child.stdout or (),), daemon=True)
        reader.start()
        try:
            if not settled.wait(timeout) or ready not in lines:
                raise ProgramFailed("\n  ".join([f"{' '.join(words)[:200]} did not get ready", *lines]))
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)  # what it started ends with it
            reader.join()


@contextmanager
def _running(
    words: Sequence[str],
    env: Mapping[str, str],
    cwd: Path | None,
    *,
    stdin: int = subprocess.DEVNULL,
    end: signal.Signals = signal.SIGINT,
) -> Iterator[subprocess.Popen[str]]:
    """A program whose stdout and stderr are one stream of text. Whatever ends the block early, `end` ends it, too."""
    child: subprocess.Popen[str] | None = None
    try:
        with interrupts.held_back():  # else one could come when the program runs and nobody knows of it
            child = subprocess.Popen(
                words,
                env=env,
                cwd=cwd,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # a terminal's Ctrl-C reaches us alone, and the program once, from `_interrupt`
            )
        yield child
    except BaseException:  # Ctrl-C or a failing log: the program must not outlive us
        if child is not None:
            _interrupt(child, end)
        raise
    finally:
        if child is not None:
            child.__exit__(None, None, None)  # closes what we hold of it, and waits


def _interrupt(child: subprocess.Popen[str], number: signal.Signals) -> None:
    """Ask a program to end, and wait: Terraform finishes its step and writes its state, unless interrupted twice."""
    child.send_signal(number)
    try:
        child.communicate()
    except KeyboardInterrupt:
        child.kill()


def failed(words: Sequence[str], code: int, lines: Iterable[str], *, where: str | Path = "") -> ProgramFailed:
    """The error for a program that ended with `code`: its name, and the last lines it printed."""
    each = (printable(line) for text in lines for line in text.splitlines())
    last = deque((line for line in each if line.strip()), maxlen=_LAST_LINES)
    said = "".join(f"\n  {line}" for line in last)
    name = " ".join([Path(words[0]).name, *[word for word in words[1:] if not word.startswith("-")][:2]])
    return ProgramFailed(f"{name} ended with exit code {code}{said}", where=where)


def this_process() -> str:
    """A mark of the running process that no later one will bear. Linux only."""
    return f"{os.getpid()}:{_started(os.getpid())}"


def is_alive(mark: str) -> bool:
    """Whether the process that `this_process` marked still runs."""
    pid, _, started = mark.partition(":")
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot; empty if it ended."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if state == "Z" else fields[18]
