"""An audit of a Terraform checkout against Checkov's scan of it, both as whole programs, in turns.

usage: python bench/checkov.py FOLDER [--checkov /elsewhere/bin/checkov] [--rounds 3]

FOLDER is a checkout, such as terraform-aws-modules/terraform-aws-eks. They look for different things in the same files,
with nothing stored from an earlier run: what is compared is the wait for an answer. Checkov downloads nothing.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OFFRAMP = Path(sys.executable).with_name("offramp")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--checkov", default="checkov", help="the program, if it is not on PATH")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    checkov = shutil.which(options.checkov)
    if options.folder is None or checkov is None:
        print("skipped: needs the folder of a Terraform checkout, and Checkov (--checkov)")
        return
    commands = {
        "offramp": [OFFRAMP, "audit", options.folder, "--no-cache", "--format", "json"],
        "checkov": [
            checkov,
            "-d",
            options.folder,
            "--framework",
            "terraform",
            "--skip-download",
            "--quiet",
            "-o",
            "json",
        ],
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as empty:
        for _ in range(options.rounds):
            for name, command in commands.items():
                taken[name].append(_run(command, Path(empty)))
    elapsed, worked = (
        {name: statistics.median(run[i] for run in runs) for name, runs in taken.items()} for i in (0, 1)
    )
    for name in commands:
        print(f"{name} {elapsed[name]:.2f} s elapsed, {worked[name]:.2f} s processor")
    print(
        f"checkov / offramp: {elapsed['checkov'] / elapsed['offramp']:.1f} x elapsed,"
        f" {worked['checkov'] / worked['offramp']:.1f} x processor"
    )


def _run(command: list[str | Path], empty: Path) -> tuple[float, float]:
    """Elapsed and processor seconds. Both exit with 1 when they found something to complain about."""
    started, before = time.perf_counter(), os.times()
    done = subprocess.run(command, check=False, cwd=empty, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode(errors="replace"))
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - started, used


if __name__ == "__main__":
    main()
