"""Many processes give what one gives; a file that kills a process costs only itself."""

import os
import re
import sys
from pathlib import Path

import pytest
from fake_catalog import catalog

from toolkit.collect.files import pool
from toolkit.collect.files.claims import Claims
from toolkit.collect.files.match import Matcher
from toolkit.collect.files.parsers import discover
from toolkit.collect.files.pool import read_all
from toolkit.collect.files.prefilter import load_prefilter
from toolkit.collect.files.read import Findings, Reader
from toolkit.collect.files.walk import File, walk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


class Deadly(Reader):
    """Takes a worker process down at files of this name, as a parser in C could."""

    parent = os.getpid()

    def read(self, root: str, file: File) -> Findings:
        if file.name == "deadly.py" and os.getpid() != self.parent:
            os._exit(139)
        return super().read(root, file)


def make(kind: type[Reader]) -> Reader:
    signals = tuple(catalog({"twilio": {"python": ("twilio",)}}).signals())
    return kind(Matcher(signals), load_prefilter(signals, (), None), Claims(discover()))


def test_workers_find_what_one_process_finds(tmp_path: Path) -> None:
    for number in range(2500):
        (tmp_path / f"f{number}.py").write_text("import twilio\n" if number % 7 == 0 else "import os\n")
    files = [file for folder in walk(str(tmp_path), print) for file in folder.files]
    reader = make(Reader)
    together = {file.path: found for file, found in read_all(reader, str(tmp_path), files)}
    alone = {file.path: reader.read(str(tmp_path), file) or None for file in files}
    assert together == alone
    assert sum(bool(found and found.signs) for found in together.values()) == 358


def test_a_file_that_kills_its_process_is_unread_and_costs_no_other(tmp_path: Path) -> None:
    for number in range(2100):
        (tmp_path / f"f{number}.py").write_text("import twilio\n")
    (tmp_path / "deadly.py").write_text("import twilio\n")
    files = [file for folder in walk(str(tmp_path), print) for file in folder.files]
    results = {file.name: found for file, found in read_all(make(Deadly), str(tmp_path), files)}
    deadly = results.pop("deadly.py")
    assert deadly
    assert deadly.unread == [("files", 0, "reading it crashed a process or took too long")]
    assert len(results) == 2100
    assert all(found and found.signs for found in results.values())


class Endless(Reader):
    """Never comes back from files of this name, deep in C where no Python runs, as a grammar could."""

    parent = os.getpid()

    def read(self, root: str, file: File) -> Findings:
        if file.name == "endless.py" and os.getpid() != self.parent:
            re.match(r"(a|a)*b", "a" * 64)
        return super().read(root, file)


def test_a_file_that_takes_forever_is_unread_and_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_SECONDS", 0.2)
    for number in range(1100):
        (tmp_path / f"f{number}.py").write_text("import twilio\n")
    (tmp_path / "endless.py").write_text("import twilio\n")
    files = [file for folder in walk(str(tmp_path), print) for file in folder.files]
    results = {file.name: found for file, found in read_all(make(Endless), str(tmp_path), files)}
    endless = results.pop("endless.py")
    assert endless
    assert endless.unread == [("files", 0, "reading it crashed a process or took too long")]
    assert all(found and found.signs for found in results.values())
