#!/usr/bin/env python3
"""What differs between two notes of a drill: `compare.py NOTED FOUND`, JSON files. A line for each difference, exit code 1.

Notes are objects within objects; the innermost may have `rows`: of what there are that many.
"""

import json
import sys
from pathlib import Path

MOST = 30  # differences said


def differences(noted, found, where=""):
    if noted == found:
        return
    if not (isinstance(noted, dict) and isinstance(found, dict)) or "rows" in noted:
        yield f"{where or 'all of it'}: {described(noted, found)}"
        return
    for key in sorted({*noted, *found}):
        place = f"{where} {key}".strip()
        if key not in found:
            yield f"{place}: is gone{rows(noted[key])}"
        elif key not in noted:
            yield f"{place}: was not there{rows(found[key])}"
        else:
            yield from differences(noted[key], found[key], place)


def described(noted, found):
    if isinstance(noted, dict) and isinstance(found, dict) and {"rows"} <= noted.keys() & found.keys():
        before, now = noted["rows"], found["rows"]
        return f"{before} rows noted, {now} found" if before != now else f"{now} rows, of other content"
    if isinstance(noted, list) and isinstance(found, list):
        gone, new = ([one for one in here if one not in there] for here, there in ((noted, found), (found, noted)))
        if not gone and not new:
            return "the same in another order or number"
        return f"{len(gone)} gone, {len(new)} were not there; the first: {json.dumps([*gone, *new][0])[:200]}"
    return f"{json.dumps(noted)[:200]} noted, {json.dumps(found)[:200]} found"


def rows(note):
    return f", {note['rows']} rows" if isinstance(note, dict) and "rows" in note else ""


def main():
    noted, found = (json.loads(Path(name).read_text()) for name in sys.argv[1:])
    lines = list(differences(noted, found))
    sys.stdout.writelines(f"{line}\n" for line in lines[:MOST])
    if len(lines) > MOST:
        print(f"… and {len(lines) - MOST} more")
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
