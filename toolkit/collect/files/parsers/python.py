"""Python source: imports, calls (spelled through the file's imports), names. Docstrings count as comments."""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = ("*.py", "*.pyw", "*.pyi")
KINDS = kinds("python")
NEAR = True
SCATTERED = True

_FROM = re.compile(r"\s*from\s+([\w.]+)\s+import\s+(.*)", re.DOTALL)
_NAME = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?")
_COMMENT = re.compile(r"#[^\n]*")


def imports(statement: str) -> Iterator[Imported]:
    """'from a.b import c as d' → a.b.c known as d; relative imports yield nothing."""
    statement = _COMMENT.sub("", statement)
    if found := _FROM.fullmatch(statement):
        module, rest = found.groups()
        if module.startswith("."):
            return
        if rest.strip() == "*":
            yield Imported(module)
        for name, alias in _NAME.findall(rest):
            yield Imported(f"{module}.{name}", alias or name)
        return
    for name, alias in _NAME.findall(statement.strip().removeprefix("import")):
        yield Imported(name, alias or None)


DIALECT = Dialect("python", Grammar("tree_sitter_python", "python"), imports, resolve=True)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Python file."""
    yield from scan(text, DIALECT, near)
