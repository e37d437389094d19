"""The folder `offramp export` wrote: its manifest checked, its records read.

In: the folder. Out: where it came from, and records by dataset name. A damaged or unfinished export ends the program
with what is wrong: half of the people are worse than none.
"""

import hashlib
import json
import sys


def read(folder, names):
    """("okta https://…", each of the datasets named: a list of records, empty where the export has none)."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        whole = manifest["schema_version"].partition(".")[0] == "1" and manifest["complete"]
        source = str(manifest["source"])
        described = {
            name: (one["file"].rpartition("/")[2], one["sha256"], one["records"])  # whatever it says: in the folder
            for name, one in manifest["datasets"].items()
        }
    except FileNotFoundError:
        sys.exit("manifest.json: missing; the export is not complete, run the same `offramp export` again")
    except (ValueError, KeyError, TypeError, AttributeError):
        sys.exit("manifest.json: damaged; copy the export again, or export again")
    if not whole:
        sys.exit("manifest.json: not a complete export of schema version 1; run the same `offramp export` again")
    return source, {name: records(folder, *described[name]) if name in described else [] for name in names}


def records(folder, file, sha256, count):
    try:
        content = (folder / file).read_bytes()
    except OSError as err:
        sys.exit(f"{file}: {err.strerror}, though the manifest names it; copy the export again")
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit(f"{file}: not what was exported (its SHA-256 differs from the manifest's); copy it again")
    found = [json.loads(line) for line in content.splitlines()]
    if len(found) != count:
        sys.exit(f"{file}: {len(found)} records, the manifest says {count}")
    return found
