"""Text that no other parser claims: names that mean the same everywhere, line by line.

Lines that start like a comment in any common language are comments; the engine sends what no parser claims here.
Scripts of a shell often have no extension: their first line says what they are.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate

from toolkit.catalog import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import names
from toolkit.collect.files.parsers._shell import commands

CLAIMS: tuple[str, ...] = ()
KINDS: frozenset[SignalKind] = frozenset({"call", "host", "env", "uri", "arn"})
_COMMENT = re.compile(r"\s*(?:#|//|/\*|\*[\s/]|--|;|%|<!--|\"\"\"|REM\s)", re.IGNORECASE)
_SHELL = re.compile(r"#!\s?\S{0,60}/(?:env\s(?:-S\s)?)?(?:ba|z|k|da|a)?sh\b")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Hosts, environment names, URI schemes and ARNs; those on comment lines are discarded. Shell scripts as such."""
    if _SHELL.match(text):
        yield from dict.fromkeys(commands(text, 1))
        return
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    comments = [_COMMENT.match(line) is not None for line in lines]
    for found in names(text):
        if found.kind == "env" and path.endswith(".sql"):
            continue  # a database reads no environment: words in capitals are its data
        line = bisect(starts, found.offset)
        yield Mention(found.kind, found.value, line, discard="comment" if comments[line - 1] else None)
