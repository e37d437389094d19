"""Generating again and again over a folder the user works in."""

import json
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from toolkit.errors import BadInput
from toolkit.generate import folder, manifest, write
from toolkit.generate.manifest import manifest_file
from toolkit.model import GeneratedFile


def project(make_plan, **contents: str) -> tuple[GeneratedFile, ...]:
    """Files named by keywords, "__" standing for "/" and "_" for ".", and their manifest."""
    files = [
        GeneratedFile(name.replace("__", "/").replace("_", "."), text, executable=name.startswith("run"))
        for name, text in contents.items()
    ]
    return (*files, manifest_file(files, make_plan(), "hosts"))


def test_first_and_second_time(make_plan, tmp_path: Path) -> None:
    files = project(make_plan, main_tf="a", roles__x__tasks_yml="b", run_sh="c")
    assert write(files, tmp_path / "new").created == ("main.tf", "roles/x/tasks.yml", "run.sh")
    assert os.access(tmp_path / "new/run.sh", os.X_OK)
    again = write(files, tmp_path / "new")
    assert again.unchanged == ("main.tf", "roles/x/tasks.yml", "run.sh")
    assert again.created == again.replaced == again.conflicts == ()
    recorded = json.loads((tmp_path / "new" / manifest.PATH).read_text())["files"]
    assert recorded == {name: manifest.content_hash((tmp_path / "new" / name).read_bytes()) for name in again.unchanged}


def test_unedited_files_are_replaced_and_removed(make_plan, tmp_path: Path) -> None:
    write(project(make_plan, main_tf="old", roles__x__tasks_yml="b"), tmp_path)
    written = write(project(make_plan, main_tf="new"), tmp_path)
    assert (written.replaced, written.removed) == (("main.tf",), ("roles/x/tasks.yml",))
    assert (tmp_path / "main.tf").read_text() == "new"
    assert not (tmp_path / "roles").exists()


def test_an_edited_file_is_kept_with_the_new_one_beside_it(make_plan, tmp_path: Path) -> None:
    write(project(make_plan, site_yml="one\n"), tmp_path)
    (tmp_path / "site.yml").write_text("mine\n")
    assert write(project(make_plan, site_yml="one\n"), tmp_path).kept == ("site.yml",), "nothing newer to offer"
    written = write(project(make_plan, site_yml="two\n"), tmp_path)
    assert written.conflicts == ("site.yml",)
    assert (tmp_path / "site.yml").read_text() == "mine\n"
    assert (tmp_path / "site.yml.new").read_text() == "two\n"
    assert written.diff == "--- site.yml\n+++ site.yml.new\n@@ -1 +1 @@\n-mine\n+two\n"
    assert write(project(make_plan, site_yml="two\n"), tmp_path).conflicts == ("site.yml",), "still not settled"


def test_taking_over_the_new_file_settles_it(make_plan, tmp_path: Path) -> None:
    write(project(make_plan, site_yml="one"), tmp_path)
    (tmp_path / "site.yml").write_text("mine")
    write(project(make_plan, site_yml="two"), tmp_path)
    (tmp_path / "site.yml.new").replace(tmp_path / "site.yml")
    written = write(project(make_plan, site_yml="two"), tmp_path)
    assert written.unchanged == ("site.yml",)
    assert not (tmp_path / "site.yml.new").exists()


def test_merging_by_hand_settles_it_too(make_plan, tmp_path: Path) -> None:
    write(project(make_plan, site_yml="one"), tmp_path)
    (tmp_path / "site.yml").write_text("mine")
    write(project(make_plan, site_yml="two"), tmp_path)
    (tmp_path / "site.yml").write_text("mine and two")
    (tmp_path / "site.yml.new").unlink()
    assert write(project(make_plan, site_yml="two"), tmp_path).kept == ("site.yml",)


def test_an_edited_file_that_is_no_longer_generated_stays(make_plan, tmp_path: Path) -> None:
    write(project(make_plan, main_tf="a", site_yml="b"), tmp_path)
    (tmp_path / "site.yml").write_text("mine")
    assert write(project(make_plan, main_tf="a"), tmp_path).kept == ("site.yml",)
    assert (tmp_path / "site.yml").read_text() == "mine"


def test_a_strangers_file_is_not_overwritten(make_plan, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("of another project")
    with pytest.raises(BadInput, match=r"files that it would have: README\.md") as caught:
        write(project(make_plan, README_md="ours", a_tf="1"), tmp_path)
    assert "nothing was written" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"], "refused before anything was written"
    (tmp_path / "README.md").write_text("ours")
    assert write(project(make_plan, README_md="ours", a_tf="1"), tmp_path).unchanged == ("README.md",)


def test_a_link_in_the_way_is_found_before_anything_is_written(make_plan, tmp_path: Path) -> None:
    write(project(make_plan, a_tf="1", z_tf="1"), tmp_path)
    (tmp_path / "z.tf").unlink()
    (tmp_path / "z.tf").symlink_to("/etc/hostname")
    with pytest.raises(BadInput, match="symbolic link"):
        write(project(make_plan, a_tf="2", z_tf="2"), tmp_path)
    assert (tmp_path / "a.tf").read_text() == "1"


@pytest.mark.parametrize(
    "seam", ["terraform.tfvars", "x_override.tf", "host_vars/a.yml", "group_vars/all.yml", "site-local.yml"]
)
def test_the_users_own_places_are_never_touched(make_plan, tmp_path: Path, seam: str) -> None:
    (tmp_path / seam).parent.mkdir(exist_ok=True)
    (tmp_path / seam).write_text("mine")
    write(project(make_plan, main_tf="a"), tmp_path)
    write(project(make_plan), tmp_path)
    assert (tmp_path / seam).read_text() == "mine"
    files = [GeneratedFile(seam, "ours")]
    with pytest.raises(BadInput, match="belongs to the user"):
        write((*files, manifest_file(files, make_plan(), "hosts")), tmp_path)


@pytest.mark.parametrize("survived", range(5))
def test_a_killed_run_is_finished_by_the_next(make_plan, tmp_path: Path, monkeypatch, survived: int) -> None:
    write(project(make_plan, a_tf="1", b_tf="1", c_tf="1"), tmp_path)
    (tmp_path / "b.tf").write_text("mine")
    real, calls = folder.write, []

    def killed(*arguments, **options) -> None:
        calls.append(arguments)
        if len(calls) > survived:
            raise KeyboardInterrupt
        real(*arguments, **options)

    monkeypatch.setattr(folder, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        write(project(make_plan, a_tf="2", b_tf="2", c_tf="2"), tmp_path)
    monkeypatch.setattr(folder, "write", real)
    written = write(project(make_plan, a_tf="3", b_tf="3", c_tf="3"), tmp_path)
    assert written.conflicts == ("b.tf",), "what the killed run wrote is no edit of the user's"
    assert [(tmp_path / name).read_text() for name in ("a.tf", "b.tf", "c.tf")] == ["3", "mine", "3"]
    assert {path.name for path in tmp_path.iterdir()} == {"a.tf", "b.tf", "b.tf.new", "c.tf", manifest.PATH}


def test_nothing_is_written_through_links(make_plan, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "infra"
    outside.mkdir()
    inside.mkdir()
    (outside / "file").write_text("precious")
    (inside / "roles").symlink_to(outside)
    with pytest.raises(BadInput, match="symbolic link"):
        write(project(make_plan, roles__file="x"), inside)
    (inside / "main.tf").symlink_to(outside / "file")
    with pytest.raises(BadInput, match="symbolic link"):
        write(project(make_plan, main_tf="x"), inside)
    (inside / manifest.PATH).symlink_to(outside / "file")
    with pytest.raises(BadInput, match="symbolic link"):
        write(project(make_plan, other="x"), inside)
    assert (outside / "file").read_text() == "precious"
    assert [path.name for path in outside.iterdir()] == ["file"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x"])
def test_odd_paths_are_refused(make_plan, tmp_path: Path, path: str) -> None:
    files = [GeneratedFile(path, "x")]
    with pytest.raises(BadInput, match="out of the folder"):
        write((*files, manifest_file(files, make_plan(), "hosts")), tmp_path / "infra")


@pytest.mark.parametrize(("name", "target"), [("another", "hosts"), ("", "incus")])
def test_the_project_of_another_platform_or_target_stays(make_plan, tmp_path: Path, name: str, target: str) -> None:
    write(project(make_plan, main_tf="ours"), tmp_path)
    plan = make_plan()
    other = replace(plan, platform=replace(plan.platform, name=name or plan.platform.name))
    files = [GeneratedFile("main.tf", "theirs")]
    coming = (*files, manifest_file(files, other, target))
    with pytest.raises(BadInput, match=name or target):
        write(coming, tmp_path)
    assert (tmp_path / "main.tf").read_text() == "ours"
    assert write(coming, tmp_path, over_another=True).replaced == ("main.tf",)


def test_a_broken_manifest_is_named(make_plan, tmp_path: Path) -> None:
    (tmp_path / manifest.PATH).write_text("{")
    with pytest.raises(BadInput, match=manifest.PATH):
        write(project(make_plan), tmp_path)


def test_a_pipe_in_a_folder_of_something_else_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "site.yml")
    with pytest.raises(BadInput, match=r"no generated project lies here.*site\.yml"):
        write([GeneratedFile("site.yml", "a"), GeneratedFile(manifest.PATH, "{}")], tmp_path)
