"""Settings that a class declares: each field of a `BaseSettings` is a variable of its name, in capitals."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.parsers._tree import Grammar, Source
from toolkit.collect.programs.facts import Fact
from toolkit.collect.programs.tree import at

_GRAMMAR = Grammar("tree_sitter_python", "python")
_PREFIX = re.compile(r"env_prefix\s*=\s*[\"'](\w{1,40})[\"']")
_MOST = 200  # fields of one class


def declared(path: str, folder: str, content: str) -> Iterator[Fact]:
    """A fact for each field of the classes at the top of a file, and one more for each without a default."""
    try:
        source = Source(content, _GRAMMAR)
    except Unparsed:
        return
    for node in source.root.named_children:
        bases = node.child_by_field_name("superclasses") if node.type == "class_definition" else None
        body = node.child_by_field_name("body")
        if bases is None or body is None or "BaseSettings" not in source.slice(bases):
            continue
        prefix = _PREFIX.search(source.slice(body))
        for name, line, demanded in _fields(source, body):
            variable = f"{prefix[1] if prefix else ''}{name}".upper()
            yield Fact(folder, "env", "", at(path, line), variable)
            if demanded:
                yield Fact(folder, "required", "", at(path, line), variable)


def _fields(source: Source, body: Node) -> Iterator[tuple[str, int, bool]]:
    """Name, line, and whether it has no value without a variable."""
    for statement in body.named_children[:_MOST]:
        field = statement.named_children[0] if statement.named_child_count else None
        if field is None or field.type != "assignment" or field.child_by_field_name("type") is None:
            continue
        left = field.child_by_field_name("left")
        if left is not None and left.type == "identifier":
            demanded = field.child_by_field_name("right") is None
            yield source.slice(left), source.line(left.start_byte), demanded
