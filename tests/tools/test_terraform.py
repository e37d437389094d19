"""Terraform for real, with what it has built in: no provider, no network."""

from pathlib import Path

import msgspec
import pytest

from toolkit.errors import ProgramFailed, ProgramMissing
from toolkit.tools import terraform

_MODULE = """
variable "word" {
  type    = string
  default = "hello"
}
resource "terraform_data" "word" {
  input = var.word
  provisioner "local-exec" { command = "env" }
}
output "word" { value = terraform_data.word.output }
output "secret" {
  value     = "kept"
  sensitive = true
}
"""

_SLOW = """
resource "terraform_data" "slow" {
  input = terraform_data.word.id
  provisioner "local-exec" { command = "echo waiting; sleep 60" }
}
"""


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture(params=terraform.installed(), ids=lambda program: Path(program[-1]).stem)
def project(
    request: pytest.FixtureRequest, tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> terraform.Project:
    """A small root module for each implementation on this machine: all must behave the same."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
    monkeypatch.setenv("TF_LOG", "trace")
    (tmp_path / "main.tf").write_text(_MODULE)
    return terraform.project(tmp_path, log=lines.append, program=request.param)


def test_a_plan_is_applied_once_and_destroyed(project: terraform.Project, tmp_path: Path, lines: list[str]) -> None:
    terraform.init(project)
    terraform.validate(project)
    assert terraform.plan(project, out=tmp_path / "plan") == terraform.Changes(added=1, changed=0, destroyed=0)
    assert terraform.apply(project, tmp_path / "plan") == terraform.Changes(added=1, changed=0, destroyed=0)
    assert terraform.plan(project) == terraform.Changes(added=0, changed=0, destroyed=0)
    assert terraform.output(project) == {"word": "hello"}
    assert terraform.destroy(project) == terraform.Changes(added=0, changed=0, destroyed=1)
    assert any("Destruction complete" in line for line in lines)


def test_no_secret_of_the_environment_reaches_terraform(
    project: terraform.Project, tmp_path: Path, lines: list[str]
) -> None:
    terraform.init(project)
    terraform.apply(project)
    assert any("TF_IN_AUTOMATION=1" in line for line in lines)
    assert not [line for line in lines if "planted-secret" in line]
    written = [path for path in tmp_path.rglob("*") if path.is_file() and b"planted-secret" in path.read_bytes()]
    assert not written


def test_a_wrong_configuration_is_an_error_with_terraforms_words_and_the_folder(
    project: terraform.Project, tmp_path: Path
) -> None:
    terraform.init(project)
    (tmp_path / "more.tf").write_text('output "more" { value = local.nothing }\n')
    with pytest.raises(ProgramFailed, match="undeclared local value") as caught:
        terraform.validate(project)
    assert caught.value.where == str(tmp_path)
    with pytest.raises(ProgramFailed, match=r"more\.tf"):
        terraform.plan(project)


def test_a_failing_provisioner_is_an_error_with_its_output(project: terraform.Project, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(_MODULE.replace('"env"', '"echo no room here; exit 7"'))
    terraform.init(project)
    with pytest.raises(ProgramFailed, match="no room here"):
        terraform.apply(project)


def test_an_apply_that_would_ask_fails_instead(project: terraform.Project, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('variable "needed" { type = string }\n')
    terraform.init(project)
    with pytest.raises(ProgramFailed, match="needed"):
        terraform.apply(project)


def test_an_interrupted_apply_keeps_its_state(project: terraform.Project, tmp_path: Path) -> None:
    (tmp_path / "slow.tf").write_text(_SLOW)
    terraform.init(project)

    def interrupt(line: str) -> None:
        if "waiting" in line and "sleep" not in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        terraform.apply(msgspec.structs.replace(project, log=interrupt))
    assert terraform.destroy(project).destroyed == 2  # what was made, and what was being made


def test_tofu_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("terraform", "tofu"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert terraform.find() == (str(tmp_path / "tofu"),)


def test_a_machine_without_any_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terraform, "installed", list)
    with pytest.raises(ProgramMissing, match=r"hint: .*offramp\[terraform\]"):
        terraform.find()
