"""Reading a checkout against ripgrep searching it for the same literals, side by side in one run.

usage: python bench/audit_vs_ripgrep.py FOLDER [--files 50000] [--rounds 5]

FOLDER holds checkouts; they are copied (hard-linked content is not shared) into one temporary tree until it has as many
files as asked for. Cold: no cache of results; the compiled catalogue is there, as after the first run. Both sides take
turns. Printed: medians of elapsed and of processor time, ratios, peak memory of the largest process, and the second
look with nothing changed.
Needs `rg`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from turns import in_turns, tell

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.collect.files.literals import literals
from toolkit.collect.files.parsers import discover

_SETTLED_SECONDS = 2.5  # files younger than two seconds are never taken from the cache


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if shutil.which("rg") is None:
        sys.exit("ripgrep is missing: apt-get install ripgrep")
    catalog = load()
    with tempfile.TemporaryDirectory() as scratch:
        tree = _grown(options.folder, Path(scratch, "tree"), options.files)
        words = Path(scratch, "literals")
        words.write_bytes(b"\n".join(_words(catalog)))
        _compare(catalog, tree, words, Path(scratch, "cache"), options.rounds)


def _words(catalog: Catalog) -> list[bytes]:
    hints = (hint for parser in discover() for hint in parser.hints)
    return sorted({one.text for one in literals(tuple(catalog.signals()), hints)})


def _grown(source: Path, copies: Path, wanted: int) -> Path:
    """The source itself where it has so many files, else enough copies of it."""
    files, size = _count(source)
    if not files:
        sys.exit(f"no files in {source}")
    rounds = -(-wanted // files)
    print(f"{rounds * files:,} files, {rounds * size / 1e6:,.0f} MB")
    if rounds == 1:
        return source
    for number in range(rounds):
        shutil.copytree(source, copies / str(number), symlinks=True)
    return copies


def _count(folder: Path) -> tuple[int, int]:
    """Files, and bytes in them."""
    sizes = [Path(place, name).lstat().st_size for place, _, names in os.walk(folder) for name in names]
    return len(sizes), sum(sizes)


def _compare(catalog: Catalog, tree: Path, words: Path, cache: Path, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as empty:
        Path(empty, "README").touch()
        collect_files({"empty": Path(empty)}, catalog, cache=cache)  # the catalogue is compiled once

    def cold() -> None:
        for stored in cache.glob("files-*"):
            stored.unlink()
        collect_files({"tree": tree}, catalog, cache=cache)

    def ripgrep() -> None:
        subprocess.run(
            ["rg", "--hidden", "--fixed-strings", "--file", words, "--no-messages", "--count", "."],
            cwd=tree, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    taken = in_turns(rounds, {"ripgrep": ripgrep, "cold": cold})
    time.sleep(_SETTLED_SECONDS)
    cold()
    taken |= in_turns(rounds, {"warm": lambda: collect_files({"tree": tree}, catalog, cache=cache)})
    tell(taken, base="ripgrep")
    print(f"peak resident of an audit's largest process: {_peak(tree) / 1024:.0f} MiB")


def _peak(tree: Path) -> int:
    """KiB of the largest process, in one audit as a program of its own."""
    audit = [Path(sys.executable).with_name("offramp"), "audit", tree, "--no-cache"]
    started = subprocess.Popen(audit, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(started.pid, 0)
    return used.ru_maxrss


if __name__ == "__main__":
    main()
