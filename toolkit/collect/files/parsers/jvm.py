"""Java and Kotlin source: imports, calls, constructions, annotations, names."""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = ("*.java", "*.kt", "*.kts")
KINDS = kinds("jvm")
NEAR = True

_IMPORT = re.compile(r"import\s+(?:static\s+)?([\w.]+\w)")


def imports(statement: str) -> Iterator[Imported]:
    """'import static com.twilio.*;' → com.twilio."""
    if found := _IMPORT.match(statement):
        yield Imported(found[1])


_JAVA = Dialect("jvm", Grammar("tree_sitter_java", "java"), imports)
_KOTLIN = Dialect("jvm", Grammar("tree_sitter_kotlin", "kotlin"), imports)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Java or Kotlin file."""
    yield from scan(text, _JAVA if path.endswith(".java") else _KOTLIN, near)
