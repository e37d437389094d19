"""Many processes give what one gives; a file that kills a process costs only itself."""

import hashlib
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
            hashlib.pbkdf2_hmac("sha256", b"", b"", 2**30)
        return super().read(root, file)


def test_a_file_that_takes_forever_is_unread_and_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_SECONDS", 0.3)
    for number in range(1100):
        (tmp_path / f"f{number}.py").write_text("import twilio\n")
    (tmp_path / "endless.py").write_text("import twilio\n")
    files = [file for folder in walk(str(tmp_path), print) for file in folder.files]
    results = {file.name: found for file, found in read_all(make(Endless), str(tmp_path), files)}
    endless = results.pop("endless.py")
    assert endless
    assert endless.unread == [("files", 0, "reading it crashed a process or took too long")]
    assert all(found and found.signs for found in results.values())


class Costly(Reader):
    """Costs what its name says, in Python or in the interpreter's own C code."""

    parent = os.getpid()

    def read(self, root: str, file: File) -> Findings:
        assert os.getpid() != self.parent
        if file.name == "slow.py":
            while True:
                pass
        if file.name == "backtracking.py":
            re.match(r"(a|a)*b", "a" * 64)
        if file.name == "large.py":
            bytearray(2 * pool._MEMORY)
        return super().read(root, file)


def test_what_costs_too_much_is_unread_and_ends_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_SECONDS", 0.3)
    monkeypatch.setattr(pool, "_carefully", None)  # no process died
    for name in ("slow.py", "backtracking.py", "large.py", "good.py"):
        (tmp_path / name).write_text("import twilio\n" + "#" * 5_000)
    files = [file for folder in walk(str(tmp_path), print) for file in folder.files]
    results = {file.name: found for file, found in read_all(make(Costly), str(tmp_path), files)}
    reasons = {name: found.unread for name, found in results.items() if found and found.unread}
    slow = [("files", 0, "reading it takes more processor time than a file may")]
    large = [("files", 0, "reading it takes more memory than a file may")]
    assert reasons == {"slow.py": slow, "backtracking.py": slow, "large.py": large}
    assert results["good.py"]


def test_a_tree_of_costly_files_comes_to_an_end_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind many of them a file may cost a tenth: far below what this one needs alone."""
    monkeypatch.setattr(pool, "_SECONDS", 0.2)
    monkeypatch.setattr(pool, "_MANY", 1)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/slow.py").write_text("import twilio\n" + "#" * 5_000)
    (tmp_path / "b.py").write_text("import twilio\n" + "#" * 5_000)
    files = sorted(file for folder in walk(str(tmp_path), print) for file in folder.files)
    allowed: list[float] = []
    monkeypatch.setattr(pool, "_allow", lambda seconds, allow=pool._allow: (note(tmp_path, seconds), allow(seconds)))
    list(read_all(make(Costly), str(tmp_path), files))
    allowed = [float(line) for line in (tmp_path / "allowed").read_text().split()]
    assert allowed[:2] == [pytest.approx(0.2), pytest.approx(0.02)]


def note(folder: Path, seconds: float) -> None:
    with (folder / "allowed").open("a") as file:
        file.write(f"{seconds}\n")
