"""Ansible, through ansible-runner: a project's folder and an inventory in; a tally per host out; tasks logged live.

ansible-runner writes everything it knows, the environment included, into an artefact folder: ours is temporary, and the
environment is scrubbed first. Failures are `errors.ProgramFailed` naming the task, the host and Ansible's message.
"""

import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ansible_runner.interface
import msgspec

from toolkit import interrupts, strays
from toolkit.tools import process
from toolkit.tools.process import Log

_COMPLAINT = 1000  # characters of stdout, its last
_HINT = "pip install 'offramp[build]'"
# What ansible-runner itself sets for the callback plug-in through which it sees events.
_RUNNER_VARIABLES = ("ANSIBLE_CALLBACK_PLUGINS", "ANSIBLE_STDOUT_CALLBACK", "AWX_ISOLATED_DATA_DIR")
_SETTINGS = {"ANSIBLE_HOST_KEY_CHECKING": "True", "ANSIBLE_RETRY_FILES_ENABLED": "False", "ANSIBLE_NOCOLOR": "1"}


class Tally(msgspec.Struct, frozen=True):
    """How many tasks of one host ended how."""

    ok: int = 0
    changed: int = 0
    failed: int = 0
    unreachable: int = 0
    skipped: int = 0


class Stats(msgspec.Struct, frozen=True):
    """A finished run: a tally for each host."""

    hosts: dict[str, Tally]

    @property
    def changed(self) -> int:
        """Changed tasks over all hosts; 0 means the hosts already were as described."""
        return sum(tally.changed for tally in self.hosts.values())


class _Watch:
    """Turns ansible-runner's events into log lines, and remembers the failures and the final statistics."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.failures: list[str] = []
        self.output: list[str] = []
        self.stats = Stats(hosts={})

    def event(self, event: dict[str, Any]) -> bool:
        """Called by ansible-runner for each event, in its order. False: do not keep it in a file."""
        kind, data = event["event"], event.get("event_data", {})
        task, host = (process.printable(str(data.get(key, ""))) for key in ("task", "host"))
        match kind:
            case "playbook_on_task_start" | "playbook_on_handler_task_start":
                self.log(f"task: {task}")
            case "runner_on_ok" if data["res"].get("changed"):
                self.log(f"  {host}: changed")
            case "runner_on_failed" if not data.get("ignore_errors"):
                self._failed(f"{host}: task {task!r} failed: {_message(data['res'])}")
            case "runner_on_unreachable":
                self._failed(f"{host}: unreachable at task {task!r}: {_message(data['res'])}")
            case "playbook_on_stats":
                self.stats = _stats(data)
            case "verbose" | "error" | "warning" | "deprecated":
                self.output += event.get("stdout", "").splitlines()
        return False

    def _failed(self, text: str) -> None:
        self.failures.append(text)
        self.log(f"  {text}")


def play(project: Path, playbook: str, *, inventory: Path, log: Log, vault_password_file: Path | None = None) -> Stats:
    """Run `playbook` (a file name in the folder `project`, whose ansible.cfg counts) against `inventory`.

    Raises ProgramFailed when a task fails or a host cannot be reached, ProgramMissing without ansible-core.
    """
    binary = process.find("ansible-playbook", hint=_HINT, folders=[Path(sys.executable).parent])
    watch = _Watch(log)
    with strays.folder("ansible") as private, interrupts.held_back() as interrupted:
        runner = ansible_runner.interface.init_runner(
            private_data_dir=str(private),
            project_dir=str(project.absolute()),
            playbook=playbook,
            inventory=str(inventory.absolute()),
            cmdline=_options(vault_password_file),
            event_handler=watch.event,
            cancel_callback=interrupted,  # its own way would keep the handlers of signals, and lose late ones
            quiet=True,
        )
        runner.config.env = _environment(runner.config.env, binary)
        status, code = runner.run()
    if status != "successful":
        said = watch.failures or watch.output
        raise process.failed(["ansible-playbook", playbook], code, said, where=project)
    return watch.stats


def check_syntax(project: Path, playbook: str, *, inventory: str = "localhost,") -> None:
    """Let Ansible parse `playbook` with all its roles; no host is touched and no vault opened."""
    binary = process.find("ansible-playbook", hint=_HINT, folders=[Path(sys.executable).parent])
    with strays.folder("ansible") as private:  # away from group_vars and their vault
        env = process.environment(_SETTINGS | {"ANSIBLE_ROLES_PATH": str(project.absolute() / "roles")})
        env["PATH"] = f"{binary.parent}:{env.get('PATH', '/usr/bin:/bin')}"
        copy = shutil.copy(project / playbook, private)
        process.run([binary, "--syntax-check", "--inventory", inventory, copy], env=env, cwd=private)


def _options(vault_password_file: Path | None) -> str | None:
    if vault_password_file is None:
        return None
    return f"--vault-password-file {shlex.quote(str(vault_password_file.absolute()))}"


def _environment(runners: Mapping[str, str], binary: Path) -> dict[str, str]:
    env = process.environment(_SETTINGS) | {name: runners[name] for name in _RUNNER_VARIABLES}
    env["PATH"] = f"{binary.parent}:{env.get('PATH', '/usr/bin:/bin')}"
    return env


def _message(result: Mapping[str, Any]) -> str:
    """What a failed task said. Ansible itself leaves out what `no_log` covers. Some programs complain on stdout."""
    said = [str(result.get(key, "")).strip() for key in ("msg", "stderr", "module_stderr", "censored")]
    if not said[1]:
        said[1] = str(result.get("stdout", "")).strip()[-_COMPLAINT:]
    return process.printable(" ".join(filter(None, said)).replace("\n", " "))[:2000]


def _stats(stats: Mapping[str, Mapping[str, int]]) -> Stats:
    """Ansible counts per outcome and host; we tell per host and outcome."""
    fields = {"ok": "ok", "changed": "changed", "failed": "failures", "unreachable": "dark", "skipped": "skipped"}
    names = sorted(stats.get("processed", {}))
    tallies = {name: Tally(**{ours: stats[theirs].get(name, 0) for ours, theirs in fields.items()}) for name in names}
    return Stats(hosts=tallies)
