"""PHP source: `use` in all its forms, qualified names, calls, names."""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = ("*.php", "*.phtml")
KINDS = kinds("php")
NEAR = True

_GROUP = re.compile(r"([\w\\]+)\\\{([^}]*)\}")
_NAME = re.compile(r"(?:function\s+|const\s+)?\\?([\w\\]+)(?:\s+as\s+\w+)?\s*")


def imports(statement: str) -> Iterator[Imported]:
    r"""'use A\{B, C as D}, E\F;' → A\B, A\C, E\F."""
    body = statement.strip().removeprefix("use").strip().rstrip(";")
    for prefix, names in _GROUP.findall(body):
        yield from (
            Imported(f"{prefix}\\{found[1]}") for name in names.split(",") if (found := _NAME.match(name.strip()))
        )
    for name in _GROUP.sub("", body).split(","):
        if found := _NAME.fullmatch(name.strip()):
            yield Imported(found[1])


DIALECT = Dialect("php", Grammar("tree_sitter_php", "php", "language_php"), imports)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one PHP file."""
    yield from scan(text, DIALECT, near)
