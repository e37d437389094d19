"""`offramp --help` against an empty Python interpreter, interleaved (budget 0.2 s)."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

OFFRAMP = Path(sys.executable).with_name("offramp")


def _seconds(*command: str | Path) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> None:
    pairs = [(_seconds(OFFRAMP, "--help"), _seconds(sys.executable, "-c", "pass")) for _ in range(15)]
    ours, bare = (median(column) for column in zip(*pairs, strict=True))
    print(f"offramp --help {ours:.3f} s, python -c pass {bare:.3f} s: {ours / bare:.1f} x")


if __name__ == "__main__":
    main()
