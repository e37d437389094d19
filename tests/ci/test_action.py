"""The action's own shell steps, run in their order on a checkout with the variables of a runner; and the other files
for CI, by their published schemas."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from conftest import Forge

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
_EXPRESSION = re.compile(r"\$\{\{ *([\w.]+) *\}\}")


class Runner:
    """Runs what `run:` says; `uses:` is the outside world: artefacts go to the forge, caches nowhere."""

    def __init__(self, folder: Path, forge: "Forge", cache: Path) -> None:
        self.folder, self.forge, self.cache = folder, forge, cache
        self.checkout, self.temp = folder / "shop", folder / "temp"
        self.checkout.mkdir()
        self.temp.mkdir()

    def run(self, event: str, **inputs: str) -> tuple[bool, str]:
        """Whether the job passed, and its summary."""
        known = self._context(event, inputs)
        for step in ACTION["runs"]["steps"]:
            if not _holds(step.get("if", ""), known):
                continue
            if "uses" in step:
                self._use(step, known)
            elif self._shell(step, known).returncode:
                return False, known["summary"].read_text()
        return True, known["summary"].read_text()

    def _context(self, event: str, inputs: dict[str, str]) -> dict[str, Any]:
        given = {name: str(one["default"]) for name, one in ACTION["inputs"].items()} | inputs
        (self.folder / "event.json").write_text('{"repository": {"default_branch": "main"}}')
        for name in ("output", "summary", "path"):
            (self.folder / name).write_text("")
        return {
            **{f"inputs.{name}": value for name, value in given.items()},
            "github.token": "token",
            "github.event_name": event,
            "github.ref_name": "main" if event == "push" else "12/merge",
            "github.event.repository.default_branch": "main",
            "github.action_path": str(ROOT),
            "runner.temp": str(self.temp),
            "summary": self.folder / "summary",
        }

    def _shell(self, step: dict[str, Any], known: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": str(self.cache),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_PATH": str(self.folder / "path"),
            "GITHUB_WORKSPACE": str(self.checkout),
            "GITHUB_API_URL": self.forge.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "ada/shop",
            "GITHUB_SHA": "c0ffee",
            "GITHUB_REF": "refs/pull/12/merge" if known["github.event_name"] == "pull_request" else "refs/heads/main",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
        }
        for name, value in step.get("env", {}).items():
            environment[name] = self._said(str(value), known)
        assert "${{" not in step["run"], "an expression in a script is code of whoever names a branch"
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(command, cwd=self.checkout, env=environment, capture_output=True, text=True, check=False)

    def _said(self, value: str, known: dict[str, Any]) -> str:
        outputs = dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())
        everything = known | {f"steps.gate.outputs.{name}": text for name, text in outputs.items()}
        said = _EXPRESSION.sub(lambda found: str(everything[found[1]]), value)
        return self._said(said, known) if _EXPRESSION.search(said) else said

    def _use(self, step: dict[str, Any], known: dict[str, Any]) -> None:
        if step["uses"].startswith("actions/upload-artifact@"):
            content = Path(self._said(step["with"]["path"], known)).read_bytes()
            self.forge.keep(content, created=f"2026-01-{len(self.forge.artefacts) + 1:02}")


def _holds(condition: str, known: dict[str, Any]) -> bool:
    """`a == 'b' && c != d`."""
    for part in filter(None, condition.split(" && ")):
        left, sign, right = part.split(" ")
        wanted = right.strip("'") if right.startswith("'") else known[right]
        if (known[left] == wanted) != (sign == "=="):
            return False
    return True


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `actions/cache` would bring: the catalogue compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def runner(tmp_path: Path, forge: "Forge", cache: Path) -> Runner:
    made = Runner(tmp_path, forge, cache)
    (made.checkout / "app.py").write_text('import boto3\n\ns3 = boto3.client("s3")\n')
    (made.checkout / "requirements.txt").write_text("boto3\n")
    return made


def test_from_the_first_run_to_a_comment_that_is_kept_up_to_date(runner: Runner, forge: "Forge") -> None:
    passed, summary = runner.run("push")
    assert passed
    assert "first run" in summary
    assert len(forge.artefacts) == 1
    assert forge.comments == []

    passed, summary = runner.run("pull_request")
    assert passed
    assert summary.startswith("**Offramp: passed.** Nothing changed.")
    (runner.checkout / "db.tf").write_text('\nresource "aws_rds_cluster" "db" {}\n')
    passed, summary = runner.run("pull_request")
    assert not passed
    assert "**Offramp: refused.**" in summary
    (comment,) = forge.comments
    assert "[`db.tf:2`](https://github.com/ada/shop/blob/c0ffee/db.tf#L2)" in comment["body"]
    assert len(forge.artefacts) == 1, "a pull request makes no baseline"

    assert runner.run("pull_request", fail="false")[0]
    assert not runner.run("push")[0], "the default branch says it once"
    assert runner.run("push")[0]


def test_a_policy_in_the_checkout_and_no_comment(runner: Runner, forge: "Forge") -> None:
    (runner.checkout / "policy.toml").write_text('deny_vendors = ["aws"]\n')
    passed, summary = runner.run("pull_request", policy="policy.toml", comment="false")
    assert not passed
    assert "`deny_vendors`" in summary
    assert forge.comments == []


def test_a_mistake_is_no_verdict(runner: Runner, forge: "Forge") -> None:
    (runner.checkout / "policy.toml").write_text("min_scor = 1\n")
    passed, summary = runner.run("pull_request", policy="policy.toml", fail="false")
    assert not passed
    assert summary == ""
    assert forge.comments == []


SCHEMAS = {
    "action.yml": "vendor.github-actions",
    "docs/ci/gitlab.yml": "vendor.gitlab-ci",
    "docs/ci/woodpecker.yml": "vendor.woodpecker-ci",
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_are_valid_by_their_published_schemas(name: str) -> None:
    command = [_installed("check-jsonschema"), "--builtin-schema", SCHEMAS[name], ROOT / name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def _offramp(runner: Runner, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "XDG_CACHE_HOME": str(runner.cache)}
    program = str(Path(sys.executable).with_name("offramp"))
    return subprocess.run(
        [program, *arguments], cwd=runner.checkout, env=environment, capture_output=True, text=True, check=False
    )


def test_the_hook_runs_as_the_documentation_says(runner: Runner) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, *arguments = hook["entry"].split()
    assert program == "offramp"
    assert _offramp(runner, *arguments, "--write-baseline", "offramp-baseline.json").returncode == 0
    against = [*arguments, "--baseline", "offramp-baseline.json"]
    assert _offramp(runner, *against).returncode == 0
    (runner.checkout / "db.tf").write_text('resource "aws_rds_cluster" "db" {}\n')
    refused = _offramp(runner, *against)
    assert refused.returncode == 1
    assert "db.tf:1" in refused.stdout


def test_pre_commit_itself_runs_the_hook(runner: Runner, tmp_path: Path) -> None:
    """The real program; Offramp is the one installed here, so that no network is needed."""
    program = _installed("pre-commit")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    shutil.copy2(ROOT / ".pre-commit-hooks.yaml", hooks)
    use = {"id": "offramp-gate", "language": "system", "args": ["--baseline", "offramp-baseline.json"]}
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment |= {"XDG_CACHE_HOME": str(runner.cache), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    environment |= {f"GIT_{who}_{what}": "x@x.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def do(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "hooks"]):
        assert do(hooks, "git", *command).returncode == 0
    commit = do(hooks, "git", "rev-parse", "HEAD").stdout.strip()
    config = {"repos": [{"repo": str(hooks), "rev": commit, "hooks": [use]}]}
    (runner.checkout / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    assert _offramp(runner, "gate", ".", "--write-baseline", "offramp-baseline.json").returncode == 0
    for command in (["init", "-q"], ["add", "-A"]):
        assert do(runner.checkout, "git", *command).returncode == 0
    run = (program, "run", "--hook-stage", "pre-push", "--all-files", "--verbose")
    passed = do(runner.checkout, *run)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "PASSED" in passed.stdout
    (runner.checkout / "db.tf").write_text('resource "aws_rds_cluster" "db" {}\n')
    assert do(runner.checkout, "git", "add", "-A").returncode == 0
    refused = do(runner.checkout, *run)
    assert refused.returncode == 1
    assert "db.tf:1" in refused.stdout


def _installed(name: str) -> str:
    found = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed here; the development tools of pyproject.toml bring it")
    return found


def _script(name: str) -> list[str]:
    document = yaml.safe_load((ROOT / "docs/ci" / name).read_text())
    commands: list[str] = document["offramp"]["script"] if name == "gitlab.yml" else document["steps"][0]["commands"]
    return commands


@pytest.mark.parametrize("name", ["gitlab.yml", "woodpecker.yml"])
def test_the_scripts_of_the_other_pipelines_run(runner: Runner, forge: "Forge", name: str) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(runner.cache),
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "5",
        "CI_PROJECT_URL": "https://gitlab.example/ada/shop",
        "CI_COMMIT_SHA": "c0ffee",
        "CI_PROJECT_DIR": str(runner.checkout),
        "CI_JOB_TOKEN": "job",
        "OFFRAMP_GITLAB_TOKEN": "own",
        "OFFRAMP_PATH": ".",
        "OFFRAMP_OPTIONS": "",
    }

    def job() -> "subprocess.CompletedProcess[str]":
        script = "\n".join(_script(name))
        command = ["sh", "-ec", script]
        return subprocess.run(command, cwd=runner.checkout, env=environment, capture_output=True, text=True)

    first = job()
    assert first.returncode == 0, first.stderr
    if name == "gitlab.yml":
        forge.raw = (runner.checkout / "offramp-baseline/audit.json").read_bytes()
    else:
        assert _offramp(runner, "gate", ".", "--write-baseline", "offramp-baseline.json").returncode == 0
    (runner.checkout / "db.tf").write_text('\nresource "aws_rds_cluster" "db" {}\n')
    refused = job()
    assert refused.returncode == 1, refused.stderr
    said = forge.comments[0]["body"] if name == "gitlab.yml" else refused.stdout
    assert "[`db.tf:2`](https://gitlab.example/ada/shop/-/blob/c0ffee/db.tf#L2)" in said
    assert len(forge.comments) == (name == "gitlab.yml")
