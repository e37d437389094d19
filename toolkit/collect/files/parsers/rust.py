"""Rust source: use trees, paths of types, calls, names."""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = ("*.rs",)
KINDS = kinds("rust")
NEAR = True

_TOKEN = re.compile(r"([\w:]+)(?:\s+as\s+\w+)?|[{},]")
_OWN = ("crate", "self", "super", "std", "core", "alloc")


def imports(declaration: str) -> Iterator[Imported]:
    """'use a::{B, c::{D, E as F}};' → a::B, a::c::D, a::c::E; the crate's own paths and std yield nothing."""
    body = declaration.strip().rpartition("use ")[2] if "use " in declaration else declaration.rpartition("crate ")[2]
    prefixes, path = [""], ""
    for token in _TOKEN.finditer(body):
        if token[1]:
            path = prefixes[-1] + token[1]
        if token[0] == "{":
            prefixes.append(path)
            path = ""
            continue
        if token[0] == "}" and len(prefixes) > 1:
            prefixes.pop()
        if token[1] and body[token.end() : token.end() + 1] != "{" and path.split("::")[0] not in _OWN:
            yield Imported(path.strip(":"))


DIALECT = Dialect("rust", Grammar("tree_sitter_rust", "rust"), imports)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Rust file."""
    yield from scan(text, DIALECT, near)
