#!/usr/bin/env python3
"""Zones of a dataset edge.zones become files that the user edits. Where Ansible runs; needs nothing but Python.

    take_zones.py DATASET ZONES <names

In: a complete export, the platform's own names (JSON) on stdin. Out: ZONES/NAME.zone with every record but the
addresses of the platform's own names, which from now on are its hosts'; these lie in ZONES/NAME.before, for the way
back. What has to be decided stands above the records. A file that is there is kept, the new one is NAME.zone.new.
Prints {"written", "kept", "own", "decisions"} as JSON; exit 1 with a message.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

_ZONE = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+")
_NAME = re.compile(r"[!-:<-~]{1,1016}")  # printed, no blank, no ";" that would begin a comment
_TYPE = re.compile(r"[A-Z0-9-]{1,20}")
_ADDRESSES = ("A", "AAAA", "CNAME")


def main(dataset: Path, folder: Path, own: list) -> int:
    folder.mkdir(exist_ok=True)
    report = {"written": [], "kept": [], "own": [], "decisions": []}
    for zone in read(dataset):
        name = zone["id"]
        if not _ZONE.fullmatch(name):
            sys.exit(f"{name[:100]!r} cannot be a zone's name")
        there = [one for one in zone["records"] if is_own(one, name, own)]
        report["own"] += [f"{one['name']} {one['type']}" for one in there]
        report["decisions"] += [f"{name}: {told(one)}" for one in zone["decisions"]]
        write(folder / f"{name}.before", "".join(map(lines, there)), report)
        rest = [one for one in zone["records"] if one not in there]
        write(folder / f"{name}.zone", head(zone, there) + "".join(map(lines, rest)), report)
    json.dump(report, sys.stdout)
    return 0


def read(dataset: Path) -> list:
    """The zones, as the manifest vouches for them."""
    try:
        told = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
        entry, data = told["datasets"]["edge.zones"], (dataset / "edge.zones.jsonl").read_bytes()
    except (OSError, KeyError, ValueError) as err:
        sys.exit(f"{dataset} has no complete edge.zones ({type(err).__name__}): run `offramp export dns` to its end")
    if not told.get("complete") or hashlib.sha256(data).hexdigest() != entry["sha256"]:
        sys.exit(f"{dataset}/edge.zones.jsonl is not what the export wrote")
    return [json.loads(line) for line in data.splitlines()]


def is_own(one: dict, zone: str, own: list) -> bool:
    name = zone if one["name"] == "@" else f"{one['name']}.{zone}"
    return one["type"] in _ADDRESSES and name.lower() in own


def head(zone: dict, there: list) -> str:
    """What the file is, what is left to decide, and what is not in it."""
    text = ["; Yours to edit. SOA and the zone's own NS are written for you, and addresses of the platform's own names."]
    text += [f"; DECIDE {told(one)}" for one in zone["decisions"]]
    text += [f"; {one['name']} {one['type']} is the platform's own: it leads to its hosts" for one in there]
    return "\n".join(map(plain, text)) + "\n"


def told(one: dict) -> str:
    values = f" ({', '.join(one['values'])})" if one.get("values") else ""
    return plain(f"{one['name']}: {one['kind']}: {one['what']}{values}")


def plain(text: str) -> str:
    """One line, whatever was in it."""
    return "".join(char if char.isprintable() else "?" for char in text)[:1000]


def lines(one: dict) -> str:
    """A set of records as lines of a zone file."""
    values = one["values"]
    if not _NAME.fullmatch(one["name"]) or not _TYPE.fullmatch(one["type"]) or not all(map(str.isprintable, values)):
        sys.exit(f"{plain(one['name'])!r}: what the dataset says cannot stand in a zone file")
    return "".join(f"{one['name']} {one['ttl']:d} {one['type']} {value}\n" for value in values)


def write(path: Path, text: str, report: dict) -> None:
    if path.exists() and path.read_text(encoding="utf-8") != text:
        path = path.with_name(path.name + ".new")
        report["kept"].append(path.name.removesuffix(".new"))
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        report["written"].append(path.name)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), json.load(sys.stdin)))
