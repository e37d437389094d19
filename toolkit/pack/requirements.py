"""What pip may have while packing: names that an index answers, and wheels at an address.

All else (folders, archives, repositories, options that let it build) would run what an application's author wrote, on
the machine that packs. In: a requirements file and the sources it lies in. Out: lines for a file of our own, and the
places of those that are left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from toolkit.documents import read_file
from toolkit.errors import ProgramFailed

_MOST = 4 * 2**20  # bytes of a file
# what was taken is never given back (possessive quantifiers): a hostile line takes no longer than another
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*+\s*+(?:\[[\w\s,.-]*+\])?\s*+"
_PLAIN = re.compile(_NAME + r"\(?\s*+(?:[<>=!~]=?=?\s*+[\w.*+!-]++\s*+(?:,\s*+)?)*+\)?\s*+(?:;.*)?", re.ASCII)
_WHEEL = re.compile(_NAME + r"@\s*+https://[^\s?#]+\.whl(?:#\S*)?\s*+(?:;.*)?", re.ASCII)
_HASH = re.compile(r"\s--hash[= ]\s*sha(?:256|384|512):[0-9a-f]+(?=\s|$)")
_OPTION = re.compile(r"(?:(?:-i|--index-url|--extra-index-url)[ =]\s*https?://\S+|--require-hashes|--pre)")
_NESTED = re.compile(r"(?:-(?P<short>[rc])\s*|--(?P<long>requirement|constraint)(?:\s+|=))(?P<file>\S+)")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Wanted(msgspec.Struct):
    """Lines to install, lines that only constrain, and where lines stand that are left out ("base.txt:3")."""

    lines: list[str] = []
    constraints: list[str] = []
    left: list[str] = []


def read(name: str, source: Path) -> Wanted:
    """A requirements file of the sources, with those it names. ProgramFailed where one cannot be read."""
    found = Wanted()
    _read(source / name, source, found, constrains=False, seen=set())
    return found


def is_plain(text: str) -> bool:
    """Whether a requirement is a name with versions, or a wheel's address: nothing that pip would have to build."""
    return "${" not in text and bool(_PLAIN.fullmatch(text) or _WHEEL.fullmatch(text))


def _read(file: Path, source: Path, found: Wanted, *, constrains: bool, seen: set[tuple[Path, bool]]) -> None:
    if (file.resolve(), constrains) in seen:
        return
    seen.add((file.resolve(), constrains))
    for number, line in _lines(file):
        nested = _NESTED.fullmatch(line)
        other = file.parent / nested["file"] if nested else file
        if nested and other.is_file() and other.resolve().is_relative_to(source.resolve()):
            only = constrains or "c" in (nested["short"] or nested["long"])[:1]
            _read(other, source, found, constrains=only, seen=seen)
        elif "${" in line:  # pip puts variables there: the address of the user's own index, with a password
            found.left.append(f"{file.name}:{number}")
        elif _OPTION.fullmatch(line):
            found.lines.append(line)
        elif is_plain(_HASH.sub("", line).strip()):
            (found.constraints if constrains else found.lines).append(line)
        else:
            found.left.append(f"{file.name}:{number}")


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, as pip joins them; without comments and empty ones."""
    content = read_file(file, _MOST, error=ProgramFailed)
    text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig", "replace")
    begun = ""
    for number, line in enumerate(text.splitlines(), 1):
        begun += _COMMENT.sub("", line)
        if begun.endswith("\\"):
            begun = begun[:-1] + " "
            continue
        if begun.strip():
            yield number, begun.strip()
        begun = ""
    if begun.strip():
        yield number, begun.strip()
