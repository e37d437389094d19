"""Go source: imports (the standard library's excepted), calls, names."""

from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = ("*.go",)
KINDS = kinds("golang")
NEAR = True


def imports(path: str) -> Iterator[Imported]:
    """'"github.com/x/y"' → github.com/x/y; a first part without a dot is the standard library."""
    name = path.strip('"`')
    if "." in name.partition("/")[0]:
        yield Imported(name)


DIALECT = Dialect("golang", Grammar("tree_sitter_go", "go"), imports)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Go file."""
    yield from scan(text, DIALECT, near)
