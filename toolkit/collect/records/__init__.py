"""What was already written down: zone files and HARs that a user hands over.

In: files. Out: a `Survey` with one root of kind "record" for each. It is the same as
`collect.network` sees, without a network. What a file is, its beginning says, not its name; a
drill's journal is told apart here and read by `toolkit.documents`.
"""

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from toolkit.catalog.entries import Catalog
from toolkit.collect import merge
from toolkit.collect.files.match import Matcher
from toolkit.collect.network.signs import Seen, evidence
from toolkit.collect.records import har, zone
from toolkit.documents import read_beginning, read_file
from toolkit.model import Root, Survey, Unread

__all__ = ["collect_records", "kind_of"]

Kind = Literal["journal", "har", "zone"]
_LARGEST = 128 * 2**20  # bytes; a HAR with every body in it
_HEAD = 4096


def kind_of(file: Path) -> Kind:
    """A HAR has a `log`, a journal is any other JSON, a zone file is none."""
    head = read_beginning(file, _HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
    if file.suffix == ".har" or (head.startswith(b"{") and head[1:].lstrip().startswith(b'"log"')):
        return "har"
    return "journal" if head.startswith(b"{") else "zone"


def collect_records(files: Sequence[Path], catalog: Catalog, own: Collection[str] = ()) -> Survey:
    """All that the files say. `own`: the platform's domains, whose hosts are no vendors'."""
    matcher = Matcher(sorted(catalog.signals(), key=lambda signal: (signal.id, signal.weak)))
    used: set[str] = set()
    return merge(*(_survey(file, _root_id(file, used), matcher, own) for file in files))


def _root_id(file: Path, used: set[str]) -> str:
    """The file's name, made unique with its folders'."""
    name, folder = _text(file.name), file.resolve().parent
    while name in used and folder != folder.parent:
        name, folder = f"{_text(folder.name)}/{name}", folder.parent
    used.add(name)
    return name


def _survey(file: Path, root: str, matcher: Matcher, own: Collection[str]) -> Survey:
    data = read_file(file, _LARGEST)
    seen: list[Seen]
    if kind_of(file) == "har":
        source, (seen, ours, problems) = har.SOURCE, har.read(data, file)
    else:
        source, (seen, ours, problems) = zone.SOURCE, zone.read(data, file)
    return Survey(
        roots=(Root(root, "record", _text(str(file))),),
        sources=(source,),
        evidence=tuple(evidence(seen, matcher, root, {*own, *ours})),
        unread=tuple(Unread(source, root, where, reason) for where, reason in problems),
    )


def _text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")
