"""Names of programs as the hosts can have them: each becomes a login there, so it is short, plain and begins with a
letter. None is given twice."""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from toolkit.collect.programs.facts import Standing
from toolkit.collect.programs.tree import Tree
from toolkit.program import Program

_LONGEST = 24  # characters
_OF_CODE = ("src", "source", "app", "main")  # folders that say nothing of what is in them


def name(tree: Tree, one: Standing) -> str:
    """What its folder is called; where that says nothing, the checkout's."""
    last = one.program or one.folder.rstrip("/").rpartition("/")[2]
    return plain(tree.root.name if not last or last in _OF_CODE else last)


def plain(words: str) -> str:
    """As much of it as a name can hold, cut between two words where that leaves enough to know it by."""
    found = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "app"
    if not found[0].isalpha():
        found = f"app-{found}"
    return _cut(found, _LONGEST)


def renamed(found: Iterable[Program]) -> Iterator[Program]:
    """The second of a name has its folders in front, then a number."""
    taken: set[str] = set()
    for one in found:
        unused = next(name for name in _possible(one) if name not in taken)
        taken.add(unused)
        yield one if unused == one.name else replace(one, name=unused)


def _possible(one: Program) -> Iterator[str]:
    yield one.name
    longer = plain(one.folder) if one.folder else one.name
    yield longer
    number = 2
    while True:
        end = f"-{number}"
        yield _cut(longer, _LONGEST - len(end)) + end
        number += 1


def _cut(words: str, most: int) -> str:
    if len(words) <= most:
        return words
    short = words[:most]
    whole = short if words[most] == "-" else short.rpartition("-")[0]
    return (whole if len(whole) >= most // 2 else short).rstrip("-")
