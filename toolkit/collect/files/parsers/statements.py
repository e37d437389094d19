"""Languages read without a grammar: import statements, one a line, and names that mean the same everywhere."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers import generic

_SCALA = re.compile(r"\s*import\s+([a-z]\w*(?:\.\w+)+)(?:\.(?:\{|_|\*))?")
# extension -> kind of its imports, the statement
_LANGUAGES: dict[str, tuple[SignalKind, re.Pattern[str]]] = {
    "scala": ("jvm", _SCALA),
    "sc": ("jvm", _SCALA),
    "groovy": ("jvm", _SCALA),
    "fs": ("dotnet", re.compile(r"\s*open\s+([A-Z]\w*(?:\.\w+)*)")),
    "vb": ("dotnet", re.compile(r"\s*Imports\s+([A-Z]\w*(?:\.\w+)*)")),
    "swift": ("swift", re.compile(r"\s*(?:@\w+\s+)?import\s+(?:class\s+|struct\s+)?([A-Z]\w*)")),
    "m": ("swift", re.compile(r"\s*(?:@import\s+|#import\s+<)([A-Z]\w*)")),
    "mm": ("swift", re.compile(r"\s*(?:@import\s+|#import\s+<)([A-Z]\w*)")),
    "dart": ("pub", re.compile(r"\s*import\s+['\"]package:([a-z][a-z0-9_]*)/")),
}

CLAIMS = tuple(f"*.{extension}" for extension in _LANGUAGES)
KINDS: frozenset[SignalKind] = frozenset({"jvm", "dotnet", "swift", "pub", *generic.KINDS}) - {"call"}


def parse(path: str, text: str) -> Iterator[Mention]:
    """Imports by the language's own names, then hosts, environment names, URI schemes and ARNs."""
    kind, statement = _LANGUAGES[path.rpartition(".")[2]]
    for number, line in enumerate(text.split("\n"), 1):
        if found := statement.match(line[:500]):
            yield Mention(kind, found[1], number)
    yield from generic.parse(path, text)
