"""The engine of exports, as properties: whatever is exported, wherever it is cut, and however often it stops."""

import json
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from exports import records
from hypothesis import given
from hypothesis import strategies as some

from toolkit.errors import BadInput, ProgramFailed
from toolkit.export import dataset
from toolkit.export.dataset import Page, Record

NAME = "identity.groups"
_anything = some.text(
    some.characters(exclude_categories=()), max_size=20
)  # halves of pairs, NUL, line breaks: all of it


def _group(number: int, name: str) -> Record:
    return {"id": f"g{number}", "source": "test", "name": name or "-", "members": [name]}


groups = some.lists(some.builds(_group, some.integers(0, 9), _anything), max_size=4)
pages = some.lists(groups, min_size=1, max_size=5)
stops = some.lists(some.integers(0, 5), max_size=4)


class Stopped(Exception):
    """The run was killed."""


class Vendor:
    """A stream of pages whose cursors are their numbers. Stops at a page as often as `stops` says."""

    def __init__(self, pages: list[list[Record]], stops: list[int]) -> None:
        self.pages, self.stops = pages, list(stops)

    def __call__(self, cursor: Any) -> Iterator[Page]:
        for number in range(cursor or 0, len(self.pages)):
            if number in self.stops:
                self.stops.remove(number)
                raise Stopped
            last = number == len(self.pages) - 1
            yield Page(tuple(self.pages[number]), None if last else number + 1)


def _run(stream: Callable[[Any], Iterator[Page]], folder: Path) -> dataset.Manifest:
    return dataset.export({NAME: stream}, folder, source="test", log=lambda _: None)


def _until_done(stream: Callable[[Any], Iterator[Page]], folder: Path) -> dataset.Manifest:
    while True:
        try:
            return _run(stream, folder)
        except Stopped:
            with (folder / f"{NAME}.jsonl").open("ab") as file:
                file.write(b'{"id": "torn')  # what a page left that was being written


def _expected(pages: list[list[Record]]) -> list[Record]:
    """The last record of each id, in the order they came; half a pair becomes the replacement character."""
    flat = [record for page in pages for record in page]
    last = {record["id"]: number for number, record in enumerate(flat)}
    kept = [record for number, record in enumerate(flat) if last[record["id"]] == number]
    text = json.dumps(kept, ensure_ascii=False)
    clean: list[Record] = json.loads("".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text))
    return clean


@given(pages=pages, stops=stops)
def test_whenever_it_is_stopped_everything_is_there_once(pages: list[list[Record]], stops: list[int]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        manifest = _until_done(Vendor(pages, stops), folder)
        assert records(folder, NAME) == _expected(pages)
        exported = manifest.datasets[NAME]
        assert exported.records == len(_expected(pages))
        assert exported.sha256 == dataset.checksum(folder / exported.file)
        assert {path.name for path in folder.iterdir()} == {exported.file, dataset.MANIFEST}


@given(pages=pages, stops=stops, room=some.integers(0, 3000))
def test_a_full_disk_loses_nothing(pages: list[list[Record]], stops: list[int], room: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            with _no_file_larger_than(room):
                _until_done(Vendor(pages, stops), folder)
        except (OSError, BadInput):
            assert not (folder / dataset.MANIFEST).exists()
            _until_done(Vendor(pages, []), folder)
        assert records(folder, NAME) == _expected(pages)


@contextmanager
def _no_file_larger_than(size: int) -> Iterator[None]:
    """What the kernel then answers to writes is what it answers when a disk is full, but for the number."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@given(pages=pages.filter(lambda pages: sum(map(len, pages[:-1])) > 0), lost=some.integers(1, 10_000))
def test_a_file_that_lost_its_end_is_not_gone_on_with(pages: list[list[Record]], lost: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        with pytest.raises(Stopped):
            _run(Vendor(pages, [len(pages) - 1]), folder)
        file = folder / f"{NAME}.jsonl"
        with file.open("r+b") as opened:
            opened.truncate(max(file.stat().st_size - lost, 0))
        with pytest.raises(BadInput, match="shortened"):
            _run(Vendor(pages, []), folder)


def test_a_run_that_was_stopped_between_noting_and_replacing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [[_group(1, "early"), _group(2, "other")], [_group(1, "late")]]

    def stopped(*_: object) -> None:
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", lambda path, to: stopped() if path.suffix == ".shorter" else path.rename(to))
        with pytest.raises(Stopped):
            _run(Vendor(pages, []), tmp_path)
    manifest = _run(Vendor([], []), tmp_path)
    assert [one["name"] for one in records(tmp_path, NAME)] == ["other", "late"]
    assert manifest.datasets[NAME].records == 2


def test_pages_that_lead_in_a_circle_end_the_run(tmp_path: Path) -> None:
    def circle(cursor: Any) -> Iterator[Page]:
        for number in range(cursor or 0, 100):
            yield Page((_group(number, "x"),), (number + 1) % 3)

    with pytest.raises(ProgramFailed, match="in a circle"):
        _run(circle, tmp_path)


@pytest.mark.parametrize("answer", [{}, {"profile": None}, [], "text", None])
def test_an_answer_of_an_unknown_form_is_named_without_its_values(tmp_path: Path, answer: Any) -> None:
    def strange(_cursor: Any) -> Iterator[Page]:
        yield Page((_group(1, "known"),), 1)
        yield Page((_group(2, answer["profile"]["a-private-name"]),), None)

    with pytest.raises(ProgramFailed, match="form this version does not know") as failed:
        _run(strange, tmp_path)
    assert "a-private-name" not in str(failed.value)
    assert "strange" in str(failed.value)  # where to look
    assert _run(Vendor([[], [_group(2, "now")]], []), tmp_path).datasets[NAME].records == 2


def test_a_damaged_state_or_another_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        _run(Vendor([[_group(1, "x")], []], [1]), tmp_path)
    with pytest.raises(BadInput, match="unfinished export of test"):
        dataset.export({NAME: Vendor([[]], [])}, tmp_path, source="another", log=print)
    (tmp_path / ".export-state.json").write_text("{")
    with pytest.raises(BadInput, match="damaged"):
        _run(Vendor([[]], []), tmp_path)


def test_an_export_is_complete_when_what_lies_beside_it_is_there(tmp_path: Path) -> None:
    """Else whoever is stopped before the last file never gets it: a complete export is not made again."""

    def run(beside: Callable[[Path], None]) -> dataset.Manifest:
        return dataset.export({NAME: Vendor([], [])}, tmp_path, source="test", log=print, beside=beside)

    def stopped(_folder: Path) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        run(stopped)
    assert run(lambda folder: (folder / "note").touch()).complete
    assert (tmp_path / "note").exists()


def test_a_source_whose_name_is_no_utf8_is_told_apart(tmp_path: Path) -> None:
    for name in ("\udcff", "\udcfe"):
        dataset.export({NAME: Vendor([], [])}, tmp_path / hex(ord(name)), source=name, log=print)
    manifest = (tmp_path / "0xdcff/manifest.json").read_text()
    assert r"\\udcff" in manifest
