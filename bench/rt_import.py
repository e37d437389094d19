"""How long 10,000 tickets take into Request Tracker: `import.yml` as a user runs it, on a fresh lab host; then again.

    python bench/rt_import.py [TICKETS]

Needs what lab hosts need (root, Incus). PostgreSQL, mail and Request Tracker share the host. Tickets have one to four
comments, every second to fourth one a 10 KB attachment; the figures include comparing what is there with the export.
"""

import sys
import tempfile
import time
from pathlib import Path

from toolkit.drill import lab
from toolkit.errors import ProgramFailed
from toolkit.model import Platform

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/host"))
import desks
import projects


def main() -> None:
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory(prefix="offramp-bench-") as name:
        folder = Path(name)
        try:
            with lab.temporary(["desk"], log=_talk, state=folder / "labs") as made:
                _measure(folder, made, tickets)
        except ProgramFailed as err:
            print(f"not run: {err}")


def _measure(folder: Path, made: lab.Lab, tickets: int) -> None:
    placed: dict[str, dict[str, object]] = {"postgresql": {}, "mail": {}, "request-tracker": {}}
    project = projects.make(folder, made, Platform(name="board", domains=("board.example",)), placed, host="desk")
    _talk("installing PostgreSQL, mail and Request Tracker")
    project.play("site.yml")
    desks.write(folder / "export", tickets)
    for which in ("first import", "again, nothing new"):
        started = time.monotonic()
        printed = project.play("import.yml", "--tags", "request-tracker", "-e", f"dataset={folder}/export")
        seconds = time.monotonic() - started
        print(f"{which}: {tickets:,} tickets, {desks.comments(tickets):,} comments in {seconds:.0f} s,", end=" ")
        print(f"{tickets / seconds:.1f} tickets a second, {projects.changed(printed)} tasks changed something")


def _talk(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
