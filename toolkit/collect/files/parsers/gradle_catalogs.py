"""Gradle's version catalogues in TOML files of any name: settings say which, and the tables of one tell it."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers import gradle

CLAIMS = ("*.toml",)
KINDS: frozenset[SignalKind] = frozenset({"maven", "host"})
HINTS = ("[libraries]",)

_LIBRARIES = re.compile(r"^\[libraries\][ \t]{0,20}$", re.MULTILINE)


def parse(path: str, text: str) -> Iterator[Mention]:
    """The artifacts of a catalogue; nothing of other files."""
    if _LIBRARIES.search(text):
        yield from gradle.parse(path, text)
