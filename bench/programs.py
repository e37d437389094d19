"""What is found of the programs in many checkouts: one row each, for reading and for counting.

usage: python bench/programs.py CORPUS [--drafts FOLDER]

CORPUS is a folder of checkouts. Printed is one row a program: checkout, name and stack, its start command or "-", and
how many settings are wired, with the sums below. With --drafts each draft of the `[[application]]` tables is written to
FOLDER, and it is checked there as `offramp generate` would: what that says is printed. Whether a program is right is
for the reader to judge.
"""

import argparse
import time
import tomllib
from pathlib import Path

import msgspec
import tomlkit

from toolkit.collect.programs import find_programs
from toolkit.documents import decode
from toolkit.draft.platform import program_tables
from toolkit.errors import BadInput
from toolkit.generate import runnable
from toolkit.model import Platform
from toolkit.program import Program


def main() -> None:
    """Rows, then sums."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("corpus", type=Path)
    options.add_argument("--drafts", type=Path)
    given = options.parse_args()
    checkouts = sorted(path for path in given.corpus.iterdir() if path.is_dir())
    rows: list[tuple[str, Program]] = []
    print("| checkout | found | start | wired |\n|---|---|---|---|")
    for checkout in checkouts:
        begun = time.monotonic()
        programs = find_programs({checkout.name: checkout})
        for one in programs:
            rows.append((checkout.name, one))
            start = one.start.text if one.start else "-"
            print(f"| {checkout.name} | {one.name} ({one.stack}) | {start} | {_wired(one)} |")
        if not programs:
            print(f"| {checkout.name} | nothing | - | - |")
        for said in _problems(programs, checkout, given.drafts):
            print(f"|  | {said} | | |")
        if (spent := time.monotonic() - begun) > 5:
            print(f"|  | {spent:.1f} s | | |")
    found = len({checkout for checkout, _ in rows})
    started = sum(one.start is not None for _, one in rows)
    wired = sum(_wired(one) for _, one in rows)
    print(
        f"\n{len(checkouts)} checkouts, {found} with programs; "
        f"{len(rows)} programs, {started} with a start; {wired} wired"
    )


def _wired(one: Program) -> int:
    return sum("${" in said.text for said in one.environment.values())


def _problems(programs: tuple[Program, ...], checkout: Path, drafts: Path | None) -> list[str]:
    """What stands in the way of generating from the draft, beside domains that only its user knows."""
    if drafts is None or not programs:
        return []
    drafts.mkdir(parents=True, exist_ok=True)
    document = tomlkit.document()
    document.add("application", program_tables(programs, checkout))
    text = tomlkit.dumps(document)
    (drafts / f"{checkout.name}.toml").write_text(text, encoding="utf-8")
    platform = decode(tomllib.loads(text), "platform", Platform, where=checkout)
    apart = [msgspec.structs.replace(one, domains=(f"{one.name}.example.org",)) for one in platform.applications]
    try:
        runnable.check(msgspec.structs.replace(platform, applications=tuple(apart)))
    except BadInput as err:
        return str(err).splitlines()
    return []


if __name__ == "__main__":
    main()
