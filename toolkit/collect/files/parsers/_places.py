"""Line numbers: of offsets, of the prefilter's places, and for formats whose libraries give values without places."""

import re
from collections.abc import Callable, Sequence

from toolkit.collect.files.mention import Place

_ENDS = re.compile("\r\n?|\n")
_IN_NAME = re.compile(r"[\w\-/@]")


class Lines:
    """The lines of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset, self._line = 0, 1

    def at(self, offset: int) -> int:
        """The line of an offset. Rising offsets cost one pass over the text in all."""
        if offset < self._offset:
            self._offset, self._line = 0, 1
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = offset
        return self._line

    def find(self, name: str, after: str = "") -> int:
        """The line where `name` first stands as a whole word, behind the text `after`; 1 where it does not."""
        start = max(0, self._text.find(after)) if after else 0
        while (offset := self._text.find(name, start)) >= 0:
            around = self._text[max(0, offset - 1) : offset], self._text[offset + len(name) : offset + len(name) + 1]
            if not any(_IN_NAME.match(character) for character in around):
                return self.at(offset)
            start = offset + 1
        return 1


def by_feeds(text: str) -> Callable[[int], int]:
    """For libraries that take a lone "\\r" for the end of a line: what is line N to them, counted by "\\n"."""
    if "\r" not in text:
        return lambda line: line
    lines = [1]
    for end in _ENDS.finditer(text):
        lines.append(lines[-1] + end[0].endswith("\n"))
    return lambda line: lines[min(line, len(lines)) - 1]


def lines_of(text: str, places: Sequence[Place]) -> frozenset[int]:
    """The numbers of the lines on which the places, which are in order, end."""
    data = text if text.isascii() else text.encode("utf-8", "replace").decode("latin-1")
    lines = Lines(data)
    return frozenset(lines.at(max(place.end - 1, 0)) for place in places)
