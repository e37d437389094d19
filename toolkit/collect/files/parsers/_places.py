"""Line numbers for formats whose libraries give back values without their places."""

import re


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
        found = re.compile(rf"(?<![\w.\-/@]){re.escape(name)}(?![\w\-/])").search(self._text, start)
        return self.at(found.start()) if found else 1
