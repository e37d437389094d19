"""An audit of a Terraform checkout against Checkov's scan of it, both as whole programs, in turns.

usage: python bench/checkov.py FOLDER [--checkov /elsewhere/bin/checkov] [--rounds 3]

FOLDER is a checkout, such as terraform-aws-modules/terraform-aws-eks. They look for different things in the same files,
with nothing stored from an earlier run: what is compared is the wait for an answer. Checkov downloads nothing.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from turns import in_turns, tell

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
    audit = [OFFRAMP, "audit", options.folder, "--no-cache", "--format", "json"]
    scan = [
        checkov, "--directory", options.folder, "--framework", "terraform", "--skip-download", "--quiet", "-o", "json",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as empty:
        sides = {"offramp": lambda: _run(audit, Path(empty)), "checkov": lambda: _run(scan, Path(empty))}
        tell(in_turns(options.rounds, sides), base="offramp")


def _run(command: list[str | Path], empty: Path) -> None:
    """Both exit with 1 when they found something to complain about."""
    done = subprocess.run(command, check=False, cwd=empty, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode(errors="replace"))


if __name__ == "__main__":
    main()
