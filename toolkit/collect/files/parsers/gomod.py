"""go.mod: modules that are required directly, and those marked `// indirect`. go.sum says nothing more."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention

CLAIMS = ("go.mod",)
KINDS = frozenset({"golang"})

_MODULE = re.compile(r"\s*(?:require\s+)?\"?([\w.\-]+\.[\w\-]+(?:/[\w.~\-]+)*)\"?\s+v\d\S*\s*(//.*)?")
_BLOCK = re.compile(r"\s*(\w+)\s*\(")
_OTHER = re.compile(r"\s*(?:replace|exclude|retract|module|go|toolchain)\s")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Modules of `require` and `tool`."""
    block = ""
    for number, line in enumerate(text.split("\n"), 1):
        if opened := _BLOCK.match(line):
            block = opened[1]
        elif line.strip() == ")":
            block = ""
        elif block in ("", "require") and not _OTHER.match(line) and (found := _MODULE.match(line)):
            indirect = found[2] is not None and "indirect" in found[2]
            yield Mention("golang", found[1], number, discard="transitive" if indirect else None)
