"""mix.exs and mix.lock: Hex packages."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._places import Lines

CLAIMS = ("mix.exs", "mix.lock")
KINDS = frozenset({"hex"})

_WANTED = re.compile(r"^([^#\n]{0,200}?)\{:(\w{1,80}),([^\n]{0,400})", re.MULTILINE)
_LOCKED = re.compile(r'^  "(\w{1,80})": \{:', re.MULTILINE)
_ONLY = re.compile(r"only:\s*(\[[^\]\n]*\]|:\w+)")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Tuples `{:name, "~> 1.0"}`; `only: [:dev, :test]` is for building."""
    lines = Lines(text)
    if path.endswith(".lock"):
        for found in _LOCKED.finditer(text):
            yield Mention("hex", found[1], lines.at(found.start(1)), discard="transitive")
        return
    for found in _WANTED.finditer(text):
        only = _ONLY.search(found[3])
        building = only is not None and "prod" not in only[1]
        yield Mention("hex", found[2], lines.at(found.start(2)), "build/ci" if building else None)
