"""Text that no other parser claims: names that mean the same everywhere, line by line.

Lines that start like a comment in any common language are comments; the engine sends what no parser claims here.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate

from toolkit.catalog import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import names

CLAIMS: tuple[str, ...] = ()
KINDS: frozenset[SignalKind] = frozenset({"host", "env", "uri", "arn"})
_COMMENT = re.compile(r"\s*(?:#|//|/\*|\*[\s/]|--|;|%|<!--|\"\"\"|REM\s)", re.IGNORECASE)


def parse(path: str, text: str) -> Iterator[Mention]:
    """Hosts, environment names, URI schemes and ARNs; those on comment lines are discarded."""
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    comments = [_COMMENT.match(line) is not None for line in lines]
    for found in names(text):
        line = bisect(starts, found.offset)
        yield Mention(found.kind, found.value, line, discard="comment" if comments[line - 1] else None)
