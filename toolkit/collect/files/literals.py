"""What a text must contain for a signal: plain strings and what may stand beside them.

In: signals and the parsers' hints. Out: `Literal`s. They are necessary conditions, so they err on the side of parsing;
the parser and the matcher decide. Plain strings rather than expressions, because Hyperscan compiles ten thousand of
them in a fraction of a second, and expressions in twenty.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from toolkit.catalog import Signal

# Kinds whose files are claimed by name and parsed in any case, and kinds that no file contains.
_NOT_IN_TEXT = frozenset({
    "pypi", "gem", "composer", "maven", "nuget", "cargo", "hex", "file", "resource", "cname", "ns", "mx", "spf", "txt",
    "header", "cookie",
})  # fmt: skip
# Kinds where the literal is as good as a mention: in files that do not count, a hit is recorded without parsing.
_FAITHFUL = frozenset({"host", "env", "npm", "golang", "jvm", "php", "dotnet", "cfn", "tf_resource"})
_VERBS = frozenset(
    {"create", "client", "send", "update", "render", "default", "configure", "initialize"}
)  # in any code
_ANY_CASE = frozenset({"host", "arm"})
_STEPS = ("orb/", "task/", "pipe/", "plugin/", "deploy/", "include/", "step/")  # what a CI step may be made of
COMMAND = "command"  # the kind of calls that only scripts make: `aws s3 cp`
_SHORTEST = 3


class Beside(NamedTuple):
    """Which bytes may stand next to a literal: a table of 256 truth values. The border of the file always may."""

    allowed: bytes


def _table(allowed: str, *, negated: bool = False) -> Beside:
    wanted = set(allowed.encode())
    return Beside(bytes((byte in wanted) != negated for byte in range(256)))


_WORD_BYTES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
ANYTHING = _table("", negated=True)
NO_WORD = _table(_WORD_BYTES, negated=True)
_QUOTES = ('"', "'", "`")
_QUOTE_OR_SLASH = _table("\"'`/")
_LOWER = _table("abcdefghijklmnopqrstuvwxyz-}")
_ACTION = _table("ABCDEFGHIJKLMNOPQRSTUVWXYZ*")


class Literal(NamedTuple):
    """One string, what may stand beside it, and what finding it means."""

    text: bytes
    before: Beside
    after: Beside
    any_case: bool
    also: tuple[bytes, ...]  # must occur in the file as well, anywhere
    kinds: frozenset[str]  # signal kinds, COMMAND, or "hint:…"
    signals: tuple[int, ...]  # numbers of the signals whose mention it is, where the literal alone proves one


def literals(signals: tuple[Signal, ...], hints: Iterable[str]) -> tuple[Literal, ...]:
    """The literals of all signals and hints, each once, in the order they are first needed."""
    kinds: dict[_Text, set[str]] = {}
    numbers: dict[_Text, list[int]] = {}
    for number, signal in enumerate(signals):
        for text in _of(signal):
            if len(text[0]) >= _SHORTEST:
                kinds.setdefault(text, set()).add(COMMAND if "-cli" in signal.value else signal.kind)
                if signal.kind in _FAITHFUL:
                    numbers.setdefault(text, []).append(number)
    for hint in hints:
        kinds.setdefault((hint, ANYTHING, ANYTHING), set()).add("hint:" + hint)
    return tuple(_literal(text, kinds[text], numbers.get(text, [])) for text in kinds)


def _literal(text: "_Text", kinds: set[str], numbers: list[int]) -> Literal:
    sought, before, after, *also = text
    return Literal(
        text=sought.encode(),
        before=before,
        after=after,
        any_case=not kinds.isdisjoint(_ANY_CASE),
        also=tuple(word.encode() for word in also),
        kinds=frozenset(kinds),
        signals=tuple(numbers),
    )


_Text = tuple[str, Beside, Beside, *tuple[str, ...]]  # the text, what may stand beside it, what else there must be


def _of(signal: Signal) -> Iterator[_Text]:
    kind, value = signal.kind, signal.value
    if kind in _NOT_IN_TEXT:
        return
    if kind == "call":
        yield from _call(value)
    elif kind == "arn":
        yield f":{value}:", _LOWER, ANYTHING
        yield from ((f"{quote}{value}:", ANYTHING, _ACTION) for quote in _QUOTES)
    elif kind == "uri":
        yield value.removesuffix("://") + "://", NO_WORD, ANYTHING
    elif kind in ("npm", "golang"):
        yield from _imported("/".join(value.split("/")[: 1 + value.startswith("@")]) if kind == "npm" else value)
    else:
        for text in _spellings(kind, value):
            yield _bounded(_longest(text))


def _imported(name: str) -> Iterator[_Text]:
    """A module's path in quotes, whole or with more behind it."""
    if "*" in name:
        yield _longest(name), ANYTHING, ANYTHING
    else:
        yield from ((quote + name, ANYTHING, _QUOTE_OR_SLASH) for quote in _QUOTES)


def _spellings(kind: str, value: str) -> tuple[str, ...]:
    """How a name stands in the text, once what its normal form adds is dropped."""
    if kind == "python":  # `from google.cloud import storage`
        return (value.rpartition(".")[0] or value,)
    if kind == "rust":
        return (value.split("::")[0],)
    if kind == "ruby":
        return (value, value.replace("::", "/")) if "::" in value else (value,)
    if kind == "php":
        return (value, value.replace("\\", "\\\\")) if "\\" in value else (value,)
    if kind == "image":
        return (value.removeprefix("docker.io/").removeprefix("library/"),)
    if kind in ("k8s", "config") or (kind == "action" and value.startswith(_STEPS)):
        return (
            re.split(r"[.=](?=[^/]*$)", value.partition("/")[2] or value)[-1]
            if kind == "config"
            else value.partition("/")[2],
        )
    if kind == "tf_resource" and value.startswith(("module.", "backend.", "source.")):
        return (value.partition(".")[2],)
    return (value.rpartition("/")[2],) if kind == "tf_provider" else (value,)


def _call(value: str) -> Iterator[_Text]:
    """The longest word of a chain, and all others somewhere: chains go over lines, and their brackets come between."""
    name, _, argument = value.partition("(")
    argument = argument.removesuffix(")")
    words = sorted(re.findall(r"\w+", name), key=lambda word: (word not in _VERBS, len(word)))
    if name.endswith("-cli"):
        yield from ((name.removesuffix("-cli") + blank, NO_WORD, ANYTHING) for blank in " \t")
    elif argument:
        last = re.findall(r"\w+", name)[-1:]
        yield from ((mark + argument, ANYTHING, NO_WORD, *last) for mark in (*_QUOTES, ":"))
    elif name[:1].isupper() or not words:  # a class is written in one piece
        yield _bounded(name)
    else:
        yield *_bounded(words[-1]), *words[:-1]


def _longest(value: str) -> str:
    """The longest part of a glob that stands as it is."""
    return max(value.split("*"), key=len)


def _bounded(text: str) -> _Text:
    """Whole words only, where the text begins or ends with a letter or a digit."""
    return text, NO_WORD if text[:1].isalnum() else ANYTHING, NO_WORD if text[-1:].isalnum() else ANYTHING
