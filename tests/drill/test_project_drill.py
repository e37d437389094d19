"""What a drill takes of a generated project, and what it leaves behind."""

import json
from pathlib import Path

import pytest

from toolkit.documents import write_json
from toolkit.drill import drill, project
from toolkit.drill.ground import given
from toolkit.errors import BadInput
from toolkit.model import SCHEMA_VERSION, HostNeed, Manifest

HOSTS = (HostNeed("app-1", 1024, 1, 10, ("web",)),)
IN_USE = ("terraform.tfvars", "prod.auto.tfvars", "terraform.tfstate", "backend_override.tf", "inventory/hosts.json")


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    folder = tmp_path / "infra"
    for name in (*IN_USE, ".terraform/x", "backups/app-1.tar", "main.tf", "inventory/group_vars/all/vault.yml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("10.0.0.1")
    write_json(Manifest(SCHEMA_VERSION, "offramp 0.0.0", "c", "board", "hosts", "..", HOSTS), folder / project.MANIFEST)
    return folder


def test_state_and_addresses_of_hosts_in_use_stay_behind(infra: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in infra.rglob("*") if path.is_file()}
    spare = tmp_path / "spare.tfvars"
    spare.write_text("machines = {}")
    ground = given(spare)
    copied = project.copy(infra, tmp_path / "copy", project.read(infra), ground, sockets=tmp_path, log=print)
    found = {str(path.relative_to(copied.folder)) for path in copied.folder.rglob("*") if path.is_file()}
    assert {"main.tf", "inventory/group_vars/all/vault.yml"} < found
    assert not found & {*IN_USE[1:], ".terraform/x", "backups/app-1.tar"}
    assert (copied.folder / "terraform.tfvars").read_text() == "machines = {}"
    assert copied.sources == tmp_path
    assert before == {path: path.read_bytes() for path in infra.rglob("*") if path.is_file()}


def test_variables_in_json_keep_their_form(infra: Path, tmp_path: Path) -> None:
    spare = tmp_path / "spare.tfvars.json"
    spare.write_text(json.dumps({"machines": {}}))
    copied = project.copy(infra, tmp_path / "copy", project.read(infra), given(spare), sockets=tmp_path, log=print)
    assert json.loads((copied.folder / "terraform.tfvars.json").read_text()) == {"machines": {}}


@pytest.mark.parametrize(("target", "hosts", "said"), [("incus", HOSTS, "incus"), ("hosts", (), "no hosts")])
def test_projects_that_cannot_be_drilled_are_refused(
    tmp_path: Path, target: str, hosts: tuple[HostNeed, ...], said: str
) -> None:
    write_json(
        Manifest(SCHEMA_VERSION, "offramp 0.0.0", "c", "board", target, "..", hosts), tmp_path / project.MANIFEST
    )
    with pytest.raises(BadInput, match=said):
        project.read(tmp_path)


def test_a_folder_with_something_else_is_not_emptied(infra: Path, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    spare = tmp_path / "spare.tfvars"
    spare.write_text("machines = {}")
    with pytest.raises(BadInput, match="something else"):
        drill(infra, folder=folder, tool="offramp 0.0.0", log=print, details=print, hosts=spare)
    assert (folder / "thesis.txt").read_text() == "mine"


def test_hosts_that_nobody_gave_are_refused(infra: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file of hosts"):
        drill(infra, folder=tmp_path / "state", tool="t", log=print, details=print, hosts=tmp_path / "absent")
    assert not (tmp_path / "state").exists()
