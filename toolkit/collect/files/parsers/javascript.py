"""JavaScript and TypeScript, with JSX: imports in all their forms, constructions and calls, names."""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = (
    "*.js", "*.jsx", "*.mjs", "*.cjs", "*.ts", "*.tsx", "*.mts", "*.cts",
    "*.config.js", "*.config.cjs", "*.config.mjs", "*.config.ts", "*.config.mts",  # shared with `javascript_config`
)  # fmt: skip
KINDS = kinds("npm")
NEAR = True

_MODULE = re.compile(r"[\"']([^\"'\n]{1,200})[\"'][^\"']*$")
_NAMED = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"\s*(?:type\s+)?([\w$]+)")
_WHOLE = re.compile(r"import\s+(?:\*\s+as\s+)?([\w$]+)\s+from\b")
_VERSION = re.compile(
    r"^((?:@[\w.\-]+/)?[\w.\-]+)@[^/]+"
)  # Deno's "npm:twilio@5/lib": a version may follow the package
_PACKAGE = re.compile(r"(?:@[\w.\-]+/)?[\w.\-]+(?:/[\w.@\-]+)*")


def imports(statement: str) -> Iterator[Imported]:
    """'import { A, B as C } from "m/x"' → m/x/A, m/x/B; 'import "m"' → m; relative and absolute paths yield nothing."""
    found = _MODULE.search(statement)
    if not found:
        return
    module = found[1].removeprefix("node:")
    if module.startswith("npm:"):
        module = _VERSION.sub(r"\1", module.removeprefix("npm:").removeprefix("/"))
    if module.startswith((".", "/")) or not _PACKAGE.fullmatch(module):
        return
    named = _NAMED.search(statement, 0, found.start())
    parts = [name[1] for part in named[1].split(",") if (name := _NAME.match(part))] if named else []
    for part in parts:
        yield Imported(f"{module}/{part}")
    if not parts:
        whole = _WHOLE.match(statement)
        yield Imported(module, whole[1] if whole else None)


_LOADERS = frozenset({"require", "import", "require.resolve"})
_JAVASCRIPT = Dialect("npm", Grammar("tree_sitter_javascript", "javascript"), imports, _LOADERS)
_TYPESCRIPT = Dialect("npm", Grammar("tree_sitter_typescript", "typescript", "language_typescript"), imports, _LOADERS)
_TSX = Dialect("npm", Grammar("tree_sitter_typescript", "javascript", "language_tsx"), imports, _LOADERS)
_DIALECTS = {"ts": _TYPESCRIPT, "mts": _TYPESCRIPT, "cts": _TYPESCRIPT, "tsx": _TSX}

# With that many "a<b," the TypeScript grammar takes quadratic time where nothing can stop it; JavaScript's does not.
_MOST_OPEN_ANGLES = 1000


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one JavaScript or TypeScript file; the extension chooses the grammar."""
    dialect = _DIALECTS.get(path.rpartition(".")[2], _JAVASCRIPT)
    if text.count("<") - text.count(">") > _MOST_OPEN_ANGLES:
        dialect = _JAVASCRIPT
    yield from scan(text, dialect, near)
