"""What all programming languages share: imports, calls in a normal form, names. A language module brings the rest.

In: a file's text and a `Dialect`. Out: mentions in the normal forms of docs/architecture/signals.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tree_sitter import Node

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention, Place, Unparsed
from toolkit.collect.files.parsers import _literals, _pulumi
from toolkit.collect.files.parsers._tree import Grammar, Source, broken, names, plain_names

_NAMES: tuple[SignalKind, ...] = ("host", "uri", "arn", "env", "header")
_LONGEST_CHAIN = 300  # bytes of a callee that are looked at; longer ones are closures, and their inner calls come alone
_ARGUMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-:/]{0,80}")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9_]{2,80}\b")
_TAKEN = re.compile(r"=\s{0,20}[\w.]{0,80}env\b")
_SYMBOL = re.compile(r"(?<![:\w]):([a-z]\w{0,40})")
_CHAIN = re.compile(r"[A-Za-z_\\][A-Za-z0-9_.:\\]*")
_ACCESS = (("?.", "."), ("!.", "."), ("!!", ""), ("?->", "."), ("->", "."), ("$", ""), ("@", ""), ("&.", "."))


class Imported(NamedTuple):
    """One imported thing, and the name it has in the file (None: none of its own)."""

    value: str
    local: str | None = None


class Dialect(NamedTuple):
    """How one language differs from the others."""

    kind: SignalKind  # of its imports
    grammar: Grammar
    imports: Callable[[str], Iterator[Imported]]  # text of an import statement → what it imports
    loaders: frozenset[str] = frozenset()  # calls that import their argument: "require"
    resolve: bool = False  # whether calls are spelled through the file's imports


def kinds(imported: SignalKind) -> frozenset[SignalKind]:
    """All that a code file can yield."""
    return frozenset({imported, *_NAMES, "call", "pulumi"})


def scan(text: str, dialect: Dialect, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """What one code file mentions: everything, or at least what reaches into one of the places `near`."""
    if near and any(mark in text for mark in _pulumi.MARKS):
        near = None
    # what is imported in one place is called in another
    everywhere = dialect.resolve and near is not None and any("call" in place.kinds for place in near)
    if near is not None and not everywhere and _says_nothing(text, near):
        return
    try:
        source = Source(text, dialect.grammar, near, everywhere=everywhere)
    except Unparsed:
        yield from plain_names(text)
        raise
    known: dict[str, str] = {}
    yield from dict.fromkeys(_imports(source, dialect, known))
    yield from dict.fromkeys(_calls(source, dialect, known))
    yield from dict.fromkeys(_settings(source))
    yield from dict.fromkeys(_taken(source))
    yield from dict.fromkeys(names(source))
    if problem := broken(source):
        raise problem


def _says_nothing(text: str, near: Sequence[Place]) -> bool:
    """Whether the places are at most parts of names, and nothing there is written as a name: `ZOOM_STEP` in code."""
    if not all(place.kinds <= _literals.KINDS for place in near) or _TAKEN.search(text):
        return False
    return not any(_literals.near(text.encode("utf-8", "replace").decode("latin-1"), near))


def _imports(source: Source, dialect: Dialect, known: dict[str, str]) -> Iterator[Mention]:
    """Imported names and qualified types; `known` is filled with what the file calls them."""
    for node in source.nodes("import"):
        line = source.line((node.child_by_field_name("source") or node).start_byte)
        for imported in dialect.imports(source.slice(node)):
            if imported.local:
                known[imported.local] = imported.value
            yield Mention(dialect.kind, imported.value, line)
            yield from _built(imported.value, line)
    ends: dict[int, int] = {}  # a qualified name contains its own beginnings as nodes: the longest says most
    for node in source.nodes("type"):
        ends[node.start_byte] = max(node.end_byte, ends.get(node.start_byte, 0))
    for start, end in ends.items():
        if end - start <= _LONGEST_CHAIN and (name := _flat(source.text[start:end])):
            yield Mention(dialect.kind, name, source.line(start))


def _calls(source: Source, dialect: Dialect, known: Mapping[str, str]) -> Iterator[Mention]:
    for node in source.nodes("call"):
        chain = _chain(source, node)
        if not chain:
            continue
        argument = _first_literal(source, node)
        line = source.line(node.start_byte)
        if argument and chain in dialect.loaders:
            yield from (Mention(dialect.kind, found.value, line) for found in dialect.imports(f"{chain} '{argument}'"))
            continue
        first, dot, rest = chain.partition(".")
        resolved = known.get(first, first) + dot + rest
        yield from _built(resolved, line)
        if dialect.resolve:
            chain = resolved
        if argument and _ARGUMENT.fullmatch(argument):
            chain = f"{chain}({argument})"
        yield Mention("call", chain, line)


def _built(name: str, line: int) -> Iterator[Mention]:
    """What a name of Pulumi's SDK builds."""
    if built := _pulumi.resource(name):
        yield Mention("pulumi", built, line, role="infra")


def _settings(source: Source) -> Iterator[Mention]:
    """A setting by a name, as if it were called with it: 'config.action_mailer.delivery_method = :postmark'."""
    for node in source.nodes("setting"):
        left, _, right = source.slice(node).partition(" = ")
        chain = _flat(left) if len(left) <= _LONGEST_CHAIN else ""
        for chosen in _SYMBOL.findall(right[:_LONGEST_CHAIN]) if chain else ():
            yield Mention("call", f"{chain}({chosen})", source.line(node.start_byte))


def _taken(source: Source) -> Iterator[Mention]:
    """Environment variables taken out by pattern: 'const { A_B } = process.env'."""
    for node in source.nodes("env"):
        for found in _VARIABLE.finditer(source.slice(node)):
            yield Mention("env", found[0], source.line(node.start_byte + found.start()))


_CALLEE = ("function", "constructor", "type", "name")  # field names, by grammar
_RECEIVER = ("receiver", "object", "scope")


def _chain(source: Source, node: Node) -> str:
    """The callee as a chain of names: 'client.verify.v2.services'."""
    receiver = next(filter(None, map(node.child_by_field_name, _RECEIVER)), None)
    method = node.child_by_field_name("method") or node.child_by_field_name("name")
    if receiver is not None and method is not None:
        start, end = receiver.start_byte, method.end_byte
    else:
        callee = next(filter(None, map(node.child_by_field_name, _CALLEE)), None) or method or _first_named(node)
        if callee is None:
            return ""
        start, end = callee.start_byte, callee.end_byte
    if end - start > _LONGEST_CHAIN:
        return ""
    return _flat(source.text[start:end])


def _first_named(node: Node) -> Node | None:
    return node.named_children[0] if node.named_child_count else None


def _flat(text: str) -> str:
    """A chain without white space, arguments and access marks; '' where it is no chain of names."""
    if "(" in text or "[" in text or "{" in text or "<" in text:
        text = _without_brackets(text)
    words = text.split()
    if len(words) > 1:
        text = "".join(word for word in words if word not in ("new", "await"))
    for mark, plain in _ACCESS:
        if mark in text:
            text = text.replace(mark, plain)
    text = text.lstrip(".:!*&\\").rstrip(".:")
    return text if _CHAIN.fullmatch(text) else ""


def _without_brackets(text: str) -> str:
    """Text outside all brackets: 'a.b(c(d)).e' → 'a.b.e'. Brackets in strings only matter inside brackets."""
    kept, depth = [], 0
    for position, character in enumerate(text):
        if character in "([{<":
            depth += 1
        elif character in ")]}" or (character == ">" and text[position - 1] not in "-="):
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(character)
    return "".join(kept)


_ARGUMENTS = ("arguments", "argument_list", "call_suffix", "value_arguments")


def _first_literal(source: Source, node: Node) -> str | None:
    """The first argument where it is a plain string or a symbol, also as a keyword's value."""
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        arguments = next((child for child in node.children if child.type in _ARGUMENTS), None)
    depth = 0
    while arguments is not None and depth < 6:  # argument, keyword argument, wrapper nodes
        depth += 1
        if arguments.end_byte == arguments.start_byte or not arguments.named_child_count:
            break
        first = arguments.named_children[-1] if "keyword" in arguments.type else (arguments.named_children[0])
        if first.end_byte - first.start_byte > 120:
            return None
        if literal := _literal(source.slice(first)):
            return literal
        if first.type not in _WRAPPERS:
            return None
        arguments = first
    return None


_WRAPPERS = frozenset({"keyword_argument", "argument", "value_argument", "value_arguments", "named_argument"})


def _literal(text: str) -> str | None:
    """'"ses"' → 'ses', ':auth0' → 'auth0', anything that is no literal → None."""
    if len(text) > 2 and text[0] in "\"'`" and text[-1] == text[0]:
        return text[1:-1]
    if len(text) > 1 and text[0] == ":" and text[1:].replace("_", "").isalnum():
        return text[1:]
    return None
