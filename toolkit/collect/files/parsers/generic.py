"""Text that no other parser claims: names that mean the same everywhere, line by line.

Lines that start like a comment in any common language are comments; the engine sends what no parser claims here.
Scripts of a shell often have no extension: their first line says what they are.
"""

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._literals import names
from toolkit.collect.files.parsers._literals import near as around
from toolkit.collect.files.parsers._places import Lines
from toolkit.collect.files.parsers._shell import commands

CLAIMS: tuple[str, ...] = ()
KINDS: frozenset[SignalKind] = frozenset({"call", "host", "env", "uri", "arn"})
NEAR = True
_COMMENT = re.compile(r"[^\S\n]*(?:#|//|/\*|\*[\s/]|--|;|%|<!--|\"\"\"|REM\s)", re.IGNORECASE)
_SHELL = re.compile(r"#!\s?\S{0,60}/(?:env\s(?:-S\s)?)?(?:ba|z|k|da|a)?sh\b")


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Hosts, environment names, URI schemes and ARNs; those on comment lines are discarded. Shell scripts as such."""
    if _SHELL.match(text):
        yield from dict.fromkeys(commands(text, 1))
        return
    data = text if text.isascii() else text.encode("utf-8", "replace").decode("latin-1")
    lines = Lines(data)
    for found in names(data) if near is None else sorted(around(data, near), key=attrgetter("offset")):
        if found.kind == "env" and path.endswith(".sql"):
            continue  # a database reads no environment: words in capitals are its data
        comment = _COMMENT.match(data, data.rfind("\n", 0, found.offset) + 1)
        yield Mention(found.kind, found.value, lines.at(found.offset), discard="comment" if comment else None)
