#!/usr/bin/env python3
"""Copies of a dataset edge.asset-paths become one archive that edges serve. Where Ansible runs; needs Python alone.

    take_assets.py DATASET FOLDER

In: a complete export. Out: FOLDER/files.tar with the files by their hashes, and what nginx says of them: paths.conf,
which path is which file, and rewrite.conf, what in pages is replaced where that is asked for. FOLDER/assets.json has
the archive's hash. Everything is checked again: what lands in a configuration ends no word there.
Prints {"written", "files", "paths", "rewritten", "by_hand"} as JSON; exit 1 with a message.
"""

import hashlib
import html
import io
import json
import os
import re
import sys
import tarfile
from pathlib import Path

PREFIX = "/offramp-assets/"
MOST_REPLACED = 250  # nginx counts them in a byte
_PATH = re.compile(r"[!#%-\[\]-~]{3,2000}")  # printed; no quote, dollar or backslash
_FILE = re.compile(r"files/([0-9a-f]{64})\.[a-z0-9]{2,12}")
_WRITTEN = re.compile(r"(https?:)?//[!#%&(-;=?-\[\]-~]{3,2000}")  # the same, and nothing that ends an attribute


def main(dataset: Path, folder: Path) -> int:
    served, fetched = read(dataset, "edge.asset-paths"), read(dataset, "edge.assets")
    check(served)
    files = {name_of(one): content(dataset, one) for one in served if "file" in one}
    replaced, by_hand = beginnings(served, fetched)
    if sum(map(len, map(replacing, replaced))) > MOST_REPLACED:  # pages name too many, and have to be changed
        replaced, by_hand = [], sorted({one["url"] for one in served if "spelled" in one})
    texts = {"paths.conf": paths(served), "rewrite.conf": rewrite(replaced)}
    archive = packed({**{name: text.encode() for name, text in texts.items()}, **files})
    folder.mkdir(exist_ok=True)
    told = {"archive": hashlib.sha256(archive).hexdigest(), "files": len(files)}
    changed = write(folder / "files.tar", archive)
    changed |= write(folder / "assets.json", (json.dumps(told) + "\n").encode())
    report = {"written": changed, "files": len(files), "paths": len(served), "rewritten": len(replaced)}
    json.dump({**report, "by_hand": by_hand}, sys.stdout)
    return 0


def read(dataset: Path, name: str) -> list:
    """The records, as the manifest vouches for them."""
    try:
        told = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
        entry, data = told["datasets"][name], (dataset / f"{name}.jsonl").read_bytes()
    except (OSError, KeyError, ValueError) as err:
        sys.exit(f"{dataset} has no complete {name} ({type(err).__name__}): run `offramp export assets` to its end")
    if not told.get("complete") or hashlib.sha256(data).hexdigest() != entry["sha256"]:
        sys.exit(f"{dataset}/{name}.jsonl is not what the export wrote")
    return [json.loads(line) for line in data.splitlines()]


def check(served: list) -> None:
    """Whatever the manifest vouches for: who signed nothing may have written it."""
    for one in served:
        for path in (one["id"], one.get("to", one["id"])):
            if not _PATH.fullmatch(path):
                sys.exit(f"{path[:100]!r} can be no path")
        if "to" not in one and not _FILE.fullmatch(one.get("file", "")):
            sys.exit(f"{one['id'][:100]!r} has no file")


def name_of(one: dict) -> str:
    return one["file"].rpartition("/")[2]


def content(dataset: Path, one: dict) -> bytes:
    """A file that is what its name says."""
    path = dataset / one["file"]
    if path.is_symlink() or not path.is_file():
        sys.exit(f"{path} is missing: run `offramp export assets` again, into another folder")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != _FILE.fullmatch(one["file"])[1]:
        sys.exit(f"{path} is not what was fetched")
    return data


def paths(served: list) -> str:
    """nginx's maps: which path is which file, and which leads to another."""
    there = [(one["id"], name_of(one)) for one in served if "file" in one]
    moved = [(one["id"], PREFIX + one["to"]) for one in served if "to" in one]
    text = ""
    for name, pairs in (("offramp_asset", there), ("offramp_asset_moved", moved)):
        lines = "".join(f'    "{PREFIX}{path}" "{value}";\n' for path, value in spellings(pairs))
        text += f'map $request_uri ${name} {{\n    default "";\n{lines}}}\n'
    return text


def spellings(pairs: list) -> list:
    """With the empty query that style sheets for old browsers write: "font.eot?#iefix"."""
    known = {path for path, _ in pairs}
    more = [(f"{path}?", value) for path, value in pairs if "?" not in path and f"{path}?" not in known]
    return sorted([*pairs, *more])


def beginnings(served: list, fetched: list) -> tuple:
    """How pages write addresses of which there is a copy, up to what HTML writes in two ways; and those that nothing can
    replace without meaning another one. A copy's path is its address without the scheme: whatever follows fits."""
    wanted, by_hand = set(), []
    gone = [text for one in fetched if "missing" in one for text in one.get("spelled", ())]
    for one in served:
        for text in one.get("spelled", ()):
            start = text.partition("&")[0].partition("#")[0]
            fits = _WRITTEN.fullmatch(start) and html.unescape(text).partition("#")[0].partition("//")[2] == one["id"]
            if fits and not any(other.startswith(start) for other in gone):
                wanted.add(start)
            else:
                by_hand.append(one["url"])
    shortest = sorted(one for one in wanted if not any(one != other and one.startswith(other) for other in wanted))
    return shortest, sorted(set(by_hand))


def rewrite(replaced: list) -> str:
    """nginx's filter of pages."""
    return "".join(f"{line}\n" for start in replaced for line in replacing(start))


def replacing(start: str) -> list:
    """An address without a scheme is one behind certain marks: in the middle of another it means something else."""
    bare = start.partition("//")[2]
    if not start.startswith("//"):
        return [f'sub_filter "{start}" "{PREFIX}{bare}";']
    marks = [('"', "'"), ("'", '"'), ("(", '"'), ("=", '"')]
    return [f"sub_filter {quote}{mark}{start}{quote} {quote}{mark}{PREFIX}{bare}{quote};" for mark, quote in marks]


def packed(files: dict) -> bytes:
    """A tar whose bytes depend on its content alone."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), 0o644
            tar.addfile(entry, io.BytesIO(files[name]))
    return out.getvalue()


def write(path: Path, data: bytes) -> bool:
    """Whole or not at all; whether anything changed."""
    if path.exists() and path.read_bytes() == data:
        return False
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    os.replace(part, path)  # noqa: PTH105  # as atomic in Python 3.7
    return True


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
