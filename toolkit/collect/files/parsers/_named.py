"""Names in a piece of a file, and in its comments, as mentions with lines."""

from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers import _literals
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import Role


def named(text: str, line: int, role: Role | None = None) -> Iterator[Mention]:
    """Hosts, schemes, ARNs and environment names of a text whose first line is `line`."""
    lines = Lines(text)
    for found in _literals.names(text):
        yield Mention(found.kind, found.value, line - 1 + lines.at(found.offset), role=role)


def commented(text: str, mark: str = "#") -> Iterator[Mention]:
    """Hosts in comments that run to the end of the line, as discarded mentions."""
    for number, line in enumerate(text.split("\n"), 1):
        start = line.find(mark)
        if start < 0 or (start and not line[start - 1].isspace()):
            continue
        for found in _literals.names(line[start:]):
            if found.kind == "host":
                yield Mention("host", found.value, number, discard="comment")
