"""Menus: literal tables that offer several vendors for one thing, of which people pick one while the program runs.

In: a program's text, and the hosts of vendors on its lines. Out: the lines that stand in a menu. A table is a pair of
brackets with nothing in it but values; it is a menu where two vendors in it share a capability that one needs once.
`{ gmail: { host: "smtp.gmail.com" }, sendgrid: { host: "smtp.sendgrid.net" } }` is one. What pages fetch from each of
many, or watch with side by side, is none.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

# all of these work at once, side by side
_TOGETHER = ("edge.", "observe.", "product.", "hosting.", "build.", "distribution.")
_OPENING, _CLOSING = frozenset("{[("), {"}": "{", "]": "[", ")": "("}
# strings, so that a bracket in one is none; then brackets
_TOKEN = re.compile(r"\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.){0,2000}'|`[^`\\]{0,2000}`|[{}\[\]()]")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.){0,2000}'")
# what a program does, and no table of values has
_DOES = re.compile(
    r";|=>|->|\b(?:function|return|await|async|if|else|for|while|def|func|fn|lambda|case|switch|import|begin|end)\b"
)
_LARGEST = 20_000  # characters of a table
_MOST_TEXT = 300_000
_MOST_TABLES = 100  # of one file, around two hosts each
_FEWEST = 2
_BREAK = re.compile(r"\n")


class Offered(NamedTuple):
    """A host of a vendor on a line, and what the vendor is for."""

    line: int
    vendor: str
    about: tuple[str, ...]


def menus(text: str, offered: Sequence[Offered]) -> frozenset[int]:
    """The lines, from 1, that stand in a menu."""
    telling = [one for one in offered if any(map(_is_chosen, one.about))]
    if len({one.vendor for one in telling}) < _FEWEST or len(text) > _MOST_TEXT:
        return frozenset()
    found: set[int] = set()
    for first, last, table in islice(_tables(text, sorted({one.line for one in telling})), _MOST_TABLES):
        inside = [one for one in telling if first <= one.line <= last]
        if _is_menu(inside) and not _DOES.search(_STRING.sub("''", table)):
            found.update(one.line for one in inside)
    return frozenset(found)


def _is_chosen(capability: str) -> bool:
    return not capability.startswith(_TOGETHER)


def _is_menu(inside: Iterable[Offered]) -> bool:
    """Whether two vendors on lines of their own share something that one chooses a vendor for."""
    vendors: dict[str, set[str]] = defaultdict(set)
    lines: dict[str, set[int]] = defaultdict(set)
    for one in inside:
        for capability in filter(_is_chosen, one.about):
            vendors[_kind(capability)].add(one.vendor)
            lines[_kind(capability)].add(one.line)
    return any(len(names) >= _FEWEST <= len(lines[kind]) for kind, names in vendors.items())


def _kind(capability: str) -> str:
    """Ways to sign in are one choice, whosever accounts they are."""
    return "auth" if capability.startswith("auth.") else capability


def _tables(text: str, lines: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """First line, last line and text of each pair of brackets around two of the lines, of a table's size."""
    breaks = [found.start() for found in _BREAK.finditer(text)]
    opened: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _OPENING:
            opened.append((mark, token.start()))
        elif mark in _CLOSING and opened and opened[-1][0] == _CLOSING[mark]:
            start = opened.pop()[1]
            first, last = bisect_left(breaks, start) + 1, bisect_left(breaks, token.start()) + 1
            around = bisect_right(lines, last) - bisect_left(lines, first)
            if around >= _FEWEST and token.start() - start <= _LARGEST:
                yield first, last, text[start + 1 : token.start()]
