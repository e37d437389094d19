"""sbt: the libraries and plugins of Scala builds."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import Role

CLAIMS = ("build.sbt", "?*.sbt", "project/*.scala", "project/**/*.scala")
KINDS = frozenset({"maven"})

_LIBRARY = re.compile(
    r"\"([\w.\-]{2,120})\"[ \t]{0,4}%{1,3}[ \t]{0,4}\"([\w.\-]{2,120})\"[ \t]{0,4}%[ \t]{0,4}[^%\s,)]{1,80}([^\n]{,80})"
)
_PLUGIN = re.compile(r"addSbtPlugin\(\s{0,20}\"([\w.\-]{2,120})\"[ \t]{0,4}%[ \t]{0,4}\"([\w.\-]{2,120})\"()")
_TEST = re.compile(r"\s*%\s*(?:\"[^\"]*test|[A-Z]\w*|\"it)")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Artifacts as group:artifact, without the suffix for Scala's version that sbt adds behind `%%`."""
    lines = Lines(text)
    for pattern in (_PLUGIN, _LIBRARY):
        for found in pattern.finditer(text):
            if "//" in text[text.rfind("\n", 0, found.start()) + 1 : found.start()]:
                continue
            role: Role | None = "build/ci" if pattern is _PLUGIN or _TEST.match(found[3]) else None
            yield Mention("maven", f"{found[1]}:{found[2]}", lines.at(found.start()), role)
