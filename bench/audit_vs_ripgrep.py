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
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from toolkit.catalog import Catalog, load
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
        tree = Path(scratch, "tree")
        _grow(options.folder, tree, options.files)
        words = Path(scratch, "literals")
        words.write_bytes(b"\n".join(_words(catalog)))
        _compare(catalog, tree, words, Path(scratch, "cache"), options.rounds)


def _words(catalog: Catalog) -> list[bytes]:
    hints = (hint for parser in discover() for hint in parser.hints)
    return sorted({one.text for one in literals(tuple(catalog.signals()), hints)})


def _grow(source: Path, tree: Path, wanted: int) -> None:
    count = rounds = 0
    while count < wanted:
        rounds += 1
        shutil.copytree(source, tree / f"copy{rounds}", symlinks=True)
        found = sum(len(names) for _, _, names in os.walk(tree / f"copy{rounds}"))
        if not found:
            sys.exit(f"no files in {source}")
        count += found
    size = sum(Path(folder, name).lstat().st_size for folder, _, names in os.walk(tree) for name in names)
    print(f"{count:,} files, {size / 1e6:,.0f} MB")


def _compare(catalog: Catalog, tree: Path, words: Path, cache: Path, rounds: int) -> None:
    (tree / "empty").mkdir()
    collect_files({"empty": tree / "empty"}, catalog, cache=cache)  # the catalogue is compiled once

    def cold() -> None:
        for stored in cache.glob("files-*"):
            stored.unlink()
        collect_files({"tree": tree}, catalog, cache=cache)

    def ripgrep() -> None:
        subprocess.run(
            ["rg", "--hidden", "--fixed-strings", "--file", words, "--no-messages", "--count", "."],
            cwd=tree, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    taken = _turns(rounds, {"ripgrep": ripgrep, "cold": cold})
    time.sleep(_SETTLED_SECONDS)
    cold()
    taken["warm"] = _turns(rounds, {"warm": lambda: collect_files({"tree": tree}, catalog, cache=cache)})["warm"]
    elapsed, worked = taken["ripgrep"]
    for name, (seconds, cpu) in taken.items():
        print(
            f"{name:8} {seconds:6.2f} s elapsed {seconds / elapsed:5.2f} x ripgrep"
            f" · {cpu:6.2f} s processor {cpu / worked:5.2f} x ripgrep"
        )
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"peak resident of the largest process: {peak / 1024:.0f} MiB")


def _turns(rounds: int, sides: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """Median elapsed and processor seconds of each side; they take turns, so a busy machine is busy for both."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            started, worked = time.perf_counter(), _processor()
            run()
            taken[name].append((time.perf_counter() - started, _processor() - worked))
    return {
        name: (statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs))
        for name, pairs in taken.items()
    }


def _processor() -> float:
    """Processor seconds of this process and of the children it waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


if __name__ == "__main__":
    main()
