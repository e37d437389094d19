"""Where what a program writes lies on a host, as its draft says it: in its source, or in a folder of its own.

In: facts "writable" and "env" of images, with the folder an image works in. Out: relative paths, or absolute ones that
are no part of the system; none within another.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from toolkit.collect.programs.facts import Fact
from toolkit.program import Said

_PLAIN = re.compile(r"/?[\w@+-][\w.@+-]*(?:/[\w.@+-]+)*")
_ELSEWHERE = re.compile(
    r"/(?:bin|boot|dev|etc|go|home|lib|lib64|proc|root|run|sbin|sys|tmp|usr|cargo|node_modules|opt/offramp)(?:/.*)?"
    r"|/(?:var|var/lib|var/run|var/log|var/cache|var/www|srv|opt|app|src|code|workspace)"
)
_FOLDER = re.compile(r"(?:[A-Z0-9]+_)*(?:DIR|DIRECTORY|PATH|FOLDER|DATA|HOME|ROOT|STORAGE|UPLOADS?|FILES?)")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")


def writable(facts: Sequence[Fact], home: str, *, databases: bool) -> tuple[Said, ...]:
    """What is written, the outermost places only. `databases`: also files of SQLite beside the code."""
    found: dict[str, Said] = {}
    for fact in facts:
        beside_code = fact.key == "file" or (fact.key == "database" and "/" not in fact.text)
        if fact.kind != "writable" or (beside_code and not databases):
            continue
        place = _place(fact, facts, home)
        if fact.key == "database" and place and "/" in place and _holds_data(place):
            place = place.rpartition("/")[0]  # its journal lies beside it, and so do others
        if place:
            found.setdefault(place, Said(place, fact.where))
    outer = {one for one in found if not any(str(above) in found for above in PurePosixPath(one).parents)}
    return tuple(said for place, said in found.items() if place in outer)


def settings(facts: Sequence[Fact], kept: Iterable[Said], home: str) -> Iterator[tuple[str, Said]]:
    """Settings of an image that name one of these places: its program looks for its files there."""
    places = [PurePosixPath(said.text) for said in kept]
    for fact in facts:
        if fact.kind == "env" and fact.text and _FOLDER.fullmatch(fact.key) and fact.text.startswith("/"):
            place = _place(fact, facts, home)
            if place and any(PurePosixPath(place).is_relative_to(one) for one in places):
                yield fact.key, Said(place, fact.where)


def _place(fact: Fact, facts: Sequence[Fact], home: str) -> str:
    """The path from the source, or an absolute one; "" for one that cannot be had on a host."""
    path = _VARIABLE.sub(lambda match: _value(match[1], facts), fact.text).rstrip("/")
    while path.startswith("./"):
        path = path[2:]
    for one in facts:
        if one.kind == "workdir" and len(one.text) > 1 and path.startswith(f"{one.text.rstrip('/')}/"):
            path = path[len(one.text.rstrip("/")) + 1 :]
    if not _PLAIN.fullmatch(path) or ".." in path.split("/") or _ELSEWHERE.fullmatch(path):
        return ""
    inside = fact.folder[len(home) :] if fact.folder.startswith(home) else ""
    return path if path.startswith("/") else f"{inside}{path}"


def _value(name: str, facts: Sequence[Fact]) -> str:
    return next((fact.text for fact in facts if fact.kind == "env" and fact.key == name and fact.text), f"${name}")


def _holds_data(path: str) -> bool:
    """Whether a database's folder is there for data, and not for code."""
    folder = path.rpartition("/")[0].rpartition("/")[2].lower()
    return folder in ("data", "db", "database", "storage", "var", "instance", "files", "sqlite", "state")
