#!/usr/bin/env python3
"""Whom announcements go to, out of exports: `recipients.py FOLDER RECIPIENTS`; prints how many are new.

In: a folder with identity.users.jsonl or support.users.jsonl (accounts that are switched off are left out), and *.csv
with a column "email" or "Email Address", as newsletter services export them (rows that are not subscribed are left
out). Out: RECIPIENTS, one address a line, sorted; nobody who was in it is dropped.
"""

import csv
import json
import re
import sys
from pathlib import Path

ADDRESS = re.compile(r"[^\s@<>,;\"\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,253}")
COLUMNS = ("email", "email address", "e-mail", "subscriber")
LEFT = ("unsubscribed", "cleaned", "bounced", "inactive", "complained")


def main():
    folder, recipients = Path(sys.argv[1]), Path(sys.argv[2])
    before = set(recipients.read_text(encoding="utf-8").split()) if recipients.exists() else set()
    found = {address.casefold() for address in (*of_people(folder), *of_lists(folder)) if ADDRESS.fullmatch(address)}
    if new := found - before:
        draft = recipients.with_name(".recipients.txt")
        draft.touch(mode=0o600)
        draft.write_text("".join(f"{address}\n" for address in sorted(before | found)), encoding="utf-8")
        draft.replace(recipients)
    print(len(new))


def of_people(folder):
    for name in ("identity.users.jsonl", "support.users.jsonl"):
        if (folder / name).exists():
            with (folder / name).open(encoding="utf-8") as lines:
                for one in map(json.loads, lines):
                    if one.get("enabled", one.get("active", True)):
                        yield (one.get("email") or "").strip()


def of_lists(folder):
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            column = next((name for name in rows.fieldnames or () if name.strip().casefold() in COLUMNS), None)
            if column is None:
                sys.exit(f"{path.name}: no column called email")
            for row in rows:
                state = (row.get("status") or row.get("Status") or "").strip().casefold()
                if state not in LEFT:
                    yield (row[column] or "").strip()


if __name__ == "__main__":
    main()
