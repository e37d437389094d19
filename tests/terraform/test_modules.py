"""Every target's modules: one contract, valid and plannable by the real program against the real provider's schema."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.catalog.folders import load
from toolkit.generate import generate, write
from toolkit.model import SCHEMA_VERSION, HostNeed, Plan, Platform, Replacement, Schedule
from toolkit.tools import terraform

REPOSITORY = Path(__file__).parents[2]
MODULES = REPOSITORY / "terraform/modules"
TARGETS = sorted(path.parent.name.removesuffix("-host") for path in MODULES.glob("*-host/root"))
VALUES = {
    "hosts": """\
machines = {
  db-1  = { address = "192.0.2.10" }
  app-1 = { address = "192.0.2.11", user = "debian" }
}
""",
    "incus": """\
ssh_public_key = "ssh-ed25519 AAAA test"
placement      = { app-1 = "member-1" }
""",
}
# Recorded schemas of the real providers, for machines no provider registry answers.
RECORDED = Path(os.environ.get("OFFRAMP_PROVIDER_TOOLS", REPOSITORY.parent / "shared/tools"))


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    return subprocess.run(
        [*terraform.find(), *words], cwd=folder, env=kept | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def recorded_providers(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Terraform configuration that takes providers from a mirror of recorded ones; empty if there is none here."""
    if not (RECORDED / "provider_mirror.py").is_file():
        return ""
    out = tmp_path_factory.mktemp("providers")
    schemas = sorted((RECORDED.parent / "provider-schemas").glob("lxc_incus_*.json"))
    command = [sys.executable, RECORDED / "provider_mirror.py", out, *schemas]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return str(out / "cli.tfrc")


def project(folder: Path, target: str) -> Path:
    hosts = (HostNeed("db-1", 1024, 1, 10, ("postgresql",)), HostNeed("app-1", 2048, 2, 20, ("web",)))
    replacements = (
        Replacement("postgresql", "17", ("data.relational",), (), ("db-1",)),
        Replacement("web", "1", ("hosting.compute",), (), ("app-1",)),
    )
    plan = Plan(SCHEMA_VERSION, "offramp", "", Platform(), (), hosts, replacements, (), Schedule(1, 0, 0))
    write(generate(plan, load(), target=target), folder)
    (folder / "terraform.tfvars").write_text(VALUES[target])
    return folder


@pytest.mark.parametrize("target", TARGETS)
def test_validate_and_plan(target: str, tmp_path: Path, recorded_providers: str) -> None:
    folder = project(tmp_path / "infra", target)
    needs_provider = "required_providers" in (folder / "versions.tf").read_text()
    environment = {"TF_CLI_CONFIG_FILE": recorded_providers} if needs_provider and recorded_providers else {}
    init = run(folder, "init", "-input=false", **environment)
    if init.returncode and needs_provider and not recorded_providers:
        reason = f"NOT CHECKED: target {target}: no provider registry answers and there are no recorded providers"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    assert init.returncode == 0, init.stderr
    for words in (["validate"], ["fmt", "-check", "-recursive", "-diff"]):
        done = run(folder, *words, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
    plan = run(folder, "plan", "-input=false", "-no-color", **environment)
    assert plan.returncode == 0, plan.stderr
    for host in ("db-1", "app-1"):
        assert re.search(rf'module.host\["{host}"\].* will be created', plan.stdout)
    assert "Changes to Outputs" in plan.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_one_contract_for_all_targets(target: str) -> None:
    folder = MODULES / f"{target}-host"
    assert {path.name for path in folder.glob("*.tf")} == {"main.tf", "variables.tf", "outputs.tf", "versions.tf"}
    variables = blocks(folder / "variables.tf", "variable")
    assert list(variables)[:6] == ["name", "memory_mb", "cpus", "disk_gb", "groups", "ssh_public_key"]
    outputs = blocks(folder / "outputs.tf", "output")
    assert list(outputs) == ["host"]
    keys = re.findall(r"^    (\w+) +=", outputs["host"], re.MULTILINE)
    assert keys == ["name", "address", "user", "port", "groups", "private_key_file", "host_key"]
    assert list(blocks(folder / "root/outputs.tf", "output")) == ["hosts"]
    for file in ("variables.tf", "outputs.tf", "root/variables.tf", "root/outputs.tf"):
        for name, body in blocks(folder / file, "(?:variable|output)").items():
            assert "description" in body, f"{target}/{file}: {name} is not described"
            assert "type " in body or "output" in file, f"{target}/{file}: {name} has no type"


@pytest.mark.parametrize("target", TARGETS)
def test_the_example_of_values_is_valid(target: str, tmp_path: Path, recorded_providers: str) -> None:
    folder = project(tmp_path / "infra", target)
    (folder / "terraform.tfvars.example").replace(folder / "terraform.tfvars")
    environment = {"TF_CLI_CONFIG_FILE": recorded_providers} if recorded_providers else {}
    if run(folder, "init", "-input=false", **environment).returncode:
        pytest.skip(f"NOT CHECKED: no provider for target {target}")
    plan = run(folder, "plan", "-input=false", **environment)
    assert plan.returncode == 0, plan.stderr


@pytest.mark.parametrize(("version", "fits"), [("1.1.0", False), ("1.1.1", True)])
def test_the_provider_has_what_the_module_uses(tmp_path: Path, version: str, fits: bool) -> None:
    """directory_mode came with 1.1.1. Terraform does not start a provider to choose it: any file will do."""
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    for registry in ("registry.terraform.io", "registry.opentofu.org"):
        place = tmp_path / "mirror" / registry / "lxc/incus" / version / f"linux_{architecture}"
        place.mkdir(parents=True)
        (place / f"terraform-provider-incus_v{version}").write_text("#!/bin/sh\n")
    mirror = f'filesystem_mirror {{ path = "{tmp_path}/mirror" }}'
    (tmp_path / "cli.tfrc").write_text(f"provider_installation {{\n  {mirror}\n}}\n")
    folder = project(tmp_path / "infra", "incus")
    done = run(folder, "init", "-input=false", TF_CLI_CONFIG_FILE=str(tmp_path / "cli.tfrc"))
    assert (done.returncode == 0) == fits, done.stdout + done.stderr


def test_a_missing_machine_is_named(tmp_path: Path) -> None:
    folder = project(tmp_path / "infra", "hosts")
    (folder / "terraform.tfvars").write_text('machines = { db-1 = { address = "192.0.2.10" } }\n')
    run(folder, "init", "-input=false")
    plan = run(folder, "plan", "-input=false", "-no-color")
    assert plan.returncode == 1
    assert "app-1" in plan.stderr


def blocks(path: Path, kind: str) -> dict[str, str]:
    """name → body of the top-level blocks of a kind, in their order."""
    return dict(re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', path.read_text(), re.MULTILINE | re.DOTALL))
