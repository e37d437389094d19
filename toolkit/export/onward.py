"""Pages that lead from one to the next: to an end, or the export ends.

In: pages, each with the cursor of what follows it. A vendor that errs, or means harm, leads in a circle, or on and on
past pages with nothing in them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from toolkit.errors import ProgramFailed

T = TypeVar("T")
_MOST_EMPTY = 1_000  # pages one after the other; empty buckets are some
_MOST = 5_000_000  # entries of one list that is held in memory
_HINT = "run it again later: it goes on"


class Onward:
    """What of one list was seen."""

    def __init__(self, where: str, cursor: Any = None) -> None:
        self._where, self._empty = where, 0
        self._cursors = {_digest(cursor)}

    def after(self, entries: Sequence[Any], cursor: Any) -> None:
        """A page with these entries is followed by this one. ProgramFailed where that leads nowhere."""
        self._empty = 0 if entries else self._empty + 1
        known = _digest(cursor)
        if known in self._cursors or self._empty > _MOST_EMPTY:
            raise ProgramFailed("the vendor's pages lead in a circle", where=self._where, hint=_HINT)
        self._cursors.add(known)


def _digest(cursor: Any) -> bytes:
    """A cursor may be a list of all that is still to be fetched: what was seen must not keep them all."""
    return hashlib.sha256(json.dumps(cursor).encode()).digest()


def entries(pages: Iterable[tuple[Sequence[T], Any]], where: str) -> Iterator[T]:
    """Those of all pages. A page is followed by no other where its cursor is None or empty."""
    onward, seen = Onward(where), 0
    for found, cursor in pages:
        yield from found
        seen += len(found)
        if seen > _MOST:
            raise ProgramFailed(f"a list of more than {_MOST:,} entries", where=where)
        if cursor:
            onward.after(found, cursor)
