"""The folder `offramp export` wrote: its manifest checked, its records read.

In: the folder. Out: records by dataset name. A damaged or unfinished export ends the program with what is wrong: half
of the people are worse than none.
"""

import hashlib
import json
import sys


def read(folder, names):
    """Each of the datasets named that the export has, as a list of records."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["schema_version"].partition(".")[0] != "1" or not manifest["complete"]:
        sys.exit("manifest.json: not a complete export of schema version 1; run the same `offramp export` again")
    return {name: records(folder, manifest["datasets"][name]) if name in manifest["datasets"] else [] for name in names}


def records(folder, described):
    path = folder / described["file"].rpartition("/")[2]  # whatever the manifest says, it lies in the folder
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        sys.exit(f"{path.name}: missing, though the manifest names it; export again")
    if hashlib.sha256(content).hexdigest() != described["sha256"]:
        sys.exit(f"{path.name}: not what was exported (its SHA-256 differs from the manifest's); copy it again")
    found = [json.loads(line) for line in content.splitlines()]
    if len(found) != described["records"]:
        sys.exit(f"{path.name}: {len(found)} records, the manifest says {described['records']}")
    return found
