"""Go source: imports (the standard library's excepted), calls, names."""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = ("*.go",)
KINDS = kinds("golang")
NEAR = True

_DECLARATION = re.compile(r"^(?:func|type|var|const)\b", re.MULTILINE)  # nothing is imported behind the first one
_IMPORT = re.compile(
    r"\s{0,20}(?:import\s{1,20})?(?:[\w.]{1,100}\s{1,20})?\"[^\"\n]{1,500}\"[ \t]{0,20}$", re.MULTILINE
)


def imports(path: str) -> Iterator[Imported]:
    """'"github.com/x/y"' → github.com/x/y; a first part without a dot is the standard library."""
    name = path.strip('"`')
    if "." in name.partition("/")[0]:
        yield Imported(name)


DIALECT = Dialect("golang", Grammar("tree_sitter_go", "go"), imports)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Go file."""
    yield from scan(text, DIALECT, near and _without_imports(text, near))


def _without_imports(text: str, near: Sequence[Place]) -> list[Place]:
    """The places without hosts that are only the beginning of an imported path, as in nearly every file."""
    data = text if text.isascii() else text.encode("utf-8", "replace").decode("latin-1")
    first = _DECLARATION.search(data)
    end = first.start() if first else len(data)
    return [
        place
        for place in near
        if place.end > end or "golang" in place.kinds or not _IMPORT.match(data, data.rfind("\n", 0, place.start) + 1)
    ]
