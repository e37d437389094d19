"""A go-bag's folder: brought up to date, killed, flipped, completed."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from toolkit.errors import BadInput
from toolkit.model import SCHEMA_VERSION, Bag, BagPart, Gap
from toolkit.pack.bag import MANIFEST, OWN, SUMS, WORK, Folder, Made, Part, verify

Has = Callable[[str, str], bool]


class Maker:
    """Makes the part `wheels` of what `content` holds, and counts how often."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content, self.made = content, 0
        self.gaps: tuple[Gap, ...] = ()
        self.whole = True

    def part(self, made_of: str = "lock") -> Part:
        return Part("wheels", "application", made_of, self._make)

    def _make(self, work: Path, _: Has) -> Made:
        self.made += 1
        for name, content in self.content.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(content)
        return Made(self.gaps, whole=self.whole)


def _run(root: Path, *parts: Part) -> Bag:
    writer = Folder(root)
    noted: list[BagPart] = [writer.bring(part)[0] for part in parts]
    return writer.finish(Bag(SCHEMA_VERSION, "offramp", "board", "0" * 64, 13, "amd64", tuple(noted)))


def _checked(root: Path) -> int:
    return subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=root, check=False).returncode


def test_plain_sha256sum_checks_it(tmp_path: Path) -> None:
    bag = _run(tmp_path, Maker({"a.whl": b"a", "deep/odd\\name\n.whl": b"b"}).part())
    assert {file.path for file in bag.files} == {"wheels/a.whl", "wheels/deep/odd\\name\n.whl"}
    assert bag.files[0].sha256 == hashlib.sha256(b"a").hexdigest()
    assert _checked(tmp_path) == 0
    assert list(verify(tmp_path)) == []


def test_what_was_made_of_the_same_is_not_made_again(tmp_path: Path) -> None:
    maker = Maker({"a.whl": b"a"})
    first = _run(tmp_path, maker.part())
    sums = (tmp_path / SUMS).stat().st_mtime_ns
    assert _run(tmp_path, maker.part()) == first
    assert maker.made == 1
    assert (tmp_path / SUMS).stat().st_mtime_ns == sums, "a signature of it still holds"
    _run(tmp_path, maker.part("another lock"))
    assert maker.made == 2


def test_a_flipped_a_missing_and_a_surplus_file_are_named_and_mended(tmp_path: Path) -> None:
    maker = Maker({"a.whl": b"a", "b.whl": b"b"})
    _run(tmp_path, maker.part())
    (tmp_path / "wheels/a.whl").write_bytes(b"A")
    (tmp_path / "wheels/b.whl").unlink()
    (tmp_path / "wheels/c.whl").write_bytes(b"c")
    (tmp_path / "stray").write_bytes(b"")
    assert list(verify(tmp_path)) == [
        "flipped: wheels/a.whl",
        "missing: wheels/b.whl",
        "surplus: stray",
        "surplus: wheels/c.whl",
    ]
    _run(tmp_path, maker.part())
    assert maker.made == 2
    assert list(verify(tmp_path)) == []
    assert not (tmp_path / "wheels/c.whl").exists()


def test_what_people_lay_into_a_bag_stays_and_is_noted(tmp_path: Path) -> None:
    maker = Maker({"a.whl": b"a"})
    _run(tmp_path, maker.part())
    (tmp_path / "runbooks").mkdir()
    for name in ("READ-ME-FIRST.txt", "runbooks/index.html"):
        (tmp_path / name).write_text("call Ada")
    bag = _run(tmp_path, maker.part())
    assert {file.path: file.kind for file in bag.files} == {
        "READ-ME-FIRST.txt": OWN,
        "runbooks/index.html": OWN,
        "wheels/a.whl": maker.part().kind,
    }
    assert list(verify(tmp_path)) == []


def test_a_part_that_is_made_no_more_goes(tmp_path: Path) -> None:
    _run(tmp_path, Maker({"a.whl": b"a"}).part())
    bag = Folder(tmp_path).finish(Bag(SCHEMA_VERSION, "offramp", "board", "0" * 64, 13, "amd64"))
    assert not bag.files
    assert not (tmp_path / "wheels").exists()


def test_a_changed_manifest_does_not_pass(tmp_path: Path) -> None:
    _run(tmp_path, Maker({"a.whl": b"a"}).part())
    manifest = tmp_path / MANIFEST
    manifest.write_text(manifest.read_text().replace('"board"', '"bored"'))
    assert list(verify(tmp_path)) == [f"flipped: {SUMS}, or {MANIFEST}: they do not agree"]


def test_a_part_that_fails_keeps_what_there_was_and_is_tried_again(tmp_path: Path) -> None:
    maker = Maker({"a.whl": b"a"})
    _run(tmp_path, maker.part())
    maker.content, maker.whole, maker.gaps = {}, False, (Gap("a.whl", "no network", "board"),)
    bag = _run(tmp_path, maker.part("another lock"))
    assert [file.path for file in bag.files] == ["wheels/a.whl"]
    assert bag.gaps == maker.gaps
    _run(tmp_path, maker.part("another lock"))
    assert maker.made == 3


def test_what_a_killed_run_left_is_not_taken_for_the_bags(tmp_path: Path) -> None:
    maker = Maker({"a.whl": b"a"})
    writer = Folder(tmp_path)
    writer.bring(maker.part())  # and no `finish`
    half = tmp_path / WORK / "wheels/half.whl"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"ha")
    assert {f"surplus: {WORK}/wheels/half.whl", "surplus: wheels/a.whl", f"missing: {SUMS}"} == set(verify(tmp_path))
    bag = _run(tmp_path, maker.part())
    assert [file.path for file in bag.files] == ["wheels/a.whl"]
    assert not (tmp_path / WORK).exists()


def test_a_folder_that_is_no_bag_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="no go-bag"):
        Folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_part_that_is_not_wanted_any_more_goes(tmp_path: Path) -> None:
    maker, other = Maker({"a.whl": b"a"}), Maker({"b": b"b"})
    _run(tmp_path, maker.part(), Part("go", "application", "", other._make))
    assert [file.path for file in _run(tmp_path, maker.part()).files] == ["wheels/a.whl"]
    assert list(verify(tmp_path)) == []


@pytest.mark.parametrize("place", ["wheels", WORK, "wheels/a.whl"])
def test_nothing_is_written_or_removed_through_a_link(tmp_path: Path, place: str) -> None:
    outside, root = tmp_path / "outside", tmp_path / "bag"
    outside.mkdir()
    root.mkdir()
    (outside / "a.whl").write_bytes(b"keep")
    _run(root, Maker({"a.whl": b"a"}).part())
    path = root / place
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(outside / "a.whl" if place.endswith(".whl") else outside)
    with pytest.raises(BadInput, match="neither a file nor a folder"):
        Folder(root)
    assert [(file.name, file.read_bytes()) for file in outside.iterdir()] == [("a.whl", b"keep")]
    assert f"no file: {place}" in set(verify(root))


def test_no_pipe_and_no_device_is_read(tmp_path: Path) -> None:
    """Each would be waited for, or read, for ever."""
    _run(tmp_path, Maker({"a.whl": b"a", "b.whl": b"b"}).part())
    for name in ("a.whl", "b.whl"):
        (tmp_path / "wheels" / name).unlink()
    os.mkfifo(tmp_path / "wheels/a.whl")
    (tmp_path / "wheels/b.whl").symlink_to("/dev/zero")
    assert list(verify(tmp_path)) == ["no file: wheels/a.whl", "no file: wheels/b.whl"]
