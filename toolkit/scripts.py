"""What a module of JavaScript imports from where, and the same module with other addresses.

In: a script, as bytes. Out: the addresses of its `import` and `export … from`, not names that something else resolves
("react"); or the script with some of them replaced. What it loads while it runs is not to be seen.
"""

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

LARGEST = 4 * 2**20  # bytes of a script: what is longer is not read
_SECONDS = 3.0  # of the processor, for one
_BEGIN = ("./", "../", "/", "https://", "http://")
_STATEMENTS = frozenset({"import_statement", "export_statement"})


class Import(NamedTuple):
    """An address, and which bytes it is."""

    url: str
    start: int
    end: int


@cache
def _language() -> Language:
    return Language(tree_sitter_javascript.language())


def imports(source: bytes) -> Iterator[Import]:
    """All addresses that it imports from, in their order; none of what is too large or takes too long."""
    root = _parsed(source) if len(source) <= LARGEST and b"port" in source else None
    for statement in root.children if root else ():
        of = statement.child_by_field_name("source") if statement.type in _STATEMENTS else None
        if of is None:
            continue
        start, end = of.start_byte + 1, of.end_byte - 1
        url = source[start:end].decode("utf-8", "replace")
        if url.startswith(_BEGIN) and "\\" not in url:
            yield Import(url, start, end)


def moved(source: bytes, place: Callable[[str], str | None]) -> bytes:
    """The script with each address replaced by what `place` says; None leaves it."""
    pieces, last = [], 0
    for one in imports(source):
        new = place(one.url)
        if new is not None:
            pieces += [source[last : one.start], new.encode()]
            last = one.end
    return b"".join((*pieces, source[last:]))


def _parsed(source: bytes) -> Node | None:
    until = time.thread_time() + _SECONDS

    def read(offset: int, _point: object) -> bytes:
        return source[offset : offset + 65536]

    def is_late(_offset: int, _failed: bool) -> bool:
        return time.thread_time() > until

    try:
        return Parser(_language()).parse(read, progress_callback=is_late).root_node
    except ValueError:  # it was stopped
        return None
