"""What is said of a Dockerfile before anything is built, and whose an image's folders are."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "playbooks/blueprints/web/files/images.py"


@pytest.fixture
def images() -> ModuleType:
    spec = importlib.util.spec_from_file_location("images", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_bases_are_those_of_others_and_the_newest_is_said(
    images: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "# FROM no\nFROM --platform=linux/amd64 \\\n  node:24 AS build\nFROM build AS next\nFROM nginx\nFROM scratch\n"
    )
    (tmp_path / "Dockerfile").write_text(text + "FROM x/y:latest\nFROM z@sha256:0\nfrom $BASE\n")
    assert images.read(tmp_path / "Dockerfile") == ["node:24", "nginx", "x/y:latest", "z@sha256:0"]
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in said] == ["nginx", "x/y:latest"]


@pytest.mark.parametrize("kind", ["secret", "ssh"])
def test_a_secret_of_a_build_is_refused_with_what_to_change(images: ModuleType, tmp_path: Path, kind: str) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM a:1\nRUN \\\n --mount=type={kind},id=npm npm ci\n")
    with pytest.raises(images.Refused, match=f"wants a {kind} while it is built .*bring it: container"):
        images.read(tmp_path / "Dockerfile")


def test_a_link_of_an_image_leads_to_nothing_of_the_host(images: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "inner").symlink_to("/real")
    (tmp_path / "host").symlink_to("/etc")
    (tmp_path / "above").symlink_to("../../../etc")
    (tmp_path / "round").symlink_to("round")
    assert images.within(tmp_path, "/inner") == tmp_path / "real"
    for name in ("host", "above", "round"):
        assert images.within(tmp_path, f"/{name}/passwd").is_relative_to(tmp_path), name


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to others")
def test_folders_keep_their_owners_under_the_numbers_of_the_host(images: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "image/data"
    (source / "inner").mkdir(parents=True)
    (source / "inner/file").write_text("x")
    os.chown(source / "inner/file", 1500, 0)
    numbers = images.Numbers(os.stat_result((0, 0, 0, 0, 990, 991, 0, 0, 0, 0)), 700000)
    images.copy(source, tmp_path / "kept", numbers, (0, 0))
    images.copy(tmp_path / "missing", tmp_path / "made", numbers, (1500, 1))
    owners = {path.name: path.stat() for path in (tmp_path / "kept", tmp_path / "kept/inner/file", tmp_path / "made")}
    assert {name: (one.st_uid, one.st_gid) for name, one in owners.items()} == {
        "kept": (990, 991),
        "file": (701499, 991),
        "made": (701499, 700000),
    }
