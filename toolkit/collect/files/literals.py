"""What a text must contain for a signal: plain strings and what may stand beside them.

In: signals and the parsers' hints. Out: `Literal`s. They are necessary conditions, so they err on the side of parsing;
the parser and the matcher decide. Plain strings rather than expressions, because Hyperscan compiles ten thousand of
them in a fraction of a second, and expressions in twenty.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from toolkit.catalog.entries import Signal

# Kinds whose files are claimed by name and parsed in any case, and kinds that no file contains.
_NOT_IN_TEXT = frozenset({
    "pypi", "gem", "composer", "maven", "nuget", "cargo", "hex", "file", "resource", "cname", "ns", "mx", "spf", "txt",
    "cookie", "caa", "issuer", "registrar",
})  # fmt: skip
# Kinds where the literal is as good as a mention: in files that do not count, a hit is recorded without parsing.
_FAITHFUL = frozenset({"host", "env", "npm", "golang", "jvm", "php", "dotnet", "cfn", "tf_resource"})
# Words of any code: the last choice among the words of a name, however long they are, and verbs the very last.
_COMMON = frozenset({
    "admin", "application", "auth", "calendar", "calls", "connection", "database", "identity", "instance", "link",
    "message", "messages", "places", "services", "sessions", "storage", "verify", "view", "window",
})  # fmt: skip
_VERBS = frozenset({"create", "client", "send", "update", "render", "default", "configure", "initialize"})
_ANY_CASE = frozenset({"host", "arm", "setting", "header"})
_PULUMI = ("@pulumi/", "pulumi_", "Pulumi.", "com.pulumi.", "pulumi/pulumi-")
_CLAIMED_BY_NAME = ("serverless-", "addon/", "buildpack/")
_STEPS = ("orb/", "task/", "pipe/", "plugin/", "deploy/", "include/", "step/")  # what a CI step may be made of
_GIVEN = "with/"  # what a workflow of another repository is told
_PREFIX = re.compile(r"[A-Z][A-Z0-9_]{3,}_\*")
COMMAND = "command"  # the kind of calls that only scripts make: `aws s3 cp`
_SHORTEST = 3


BESIDE: list[bytes] = []  # tables of 256 truth values: which bytes may stand next to a literal


def _table(allowed: str, *, negated: bool = False) -> int:
    """The number of a new table. The border of the file may always stand there."""
    wanted = set(allowed.encode())
    BESIDE.append(bytes((byte in wanted) != negated for byte in range(256)))
    return len(BESIDE) - 1


_WORD_BYTES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
ANYTHING = _table("", negated=True)
NO_WORD = _table(_WORD_BYTES, negated=True)
_QUOTES = ('"', "'", "`")
_BLANKS = (" ", "\t")
_QUOTE_OR_SLASH = _table("\"'`/")
_LOWER = _table("abcdefghijklmnopqrstuvwxyz-}")
_ACTION = _table("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NO_LETTER = _table(_WORD_BYTES.removesuffix("_"), negated=True)
_NEXT_WORD = _table("ABCDEFGHIJKLMNOPQRSTUVWXYZ_-")


class Literal(Struct, frozen=True, array_like=True):
    """One string, what may stand beside it, and what finding it means."""

    text: bytes
    before: int  # a table in BESIDE
    after: int
    any_case: bool
    also: tuple[bytes, ...]  # words that must occur in the file as well
    together: bool  # whether they must stand around it, where names are written in one piece
    kinds: frozenset[str]  # signal kinds, COMMAND, or "hint:…"
    signals: tuple[int, ...]  # numbers of the signals whose mention it is, where the literal alone proves one


def literals(signals: tuple[Signal, ...], hints: Iterable[str]) -> tuple[Literal, ...]:
    """The literals of all signals and hints, each once, in the order they are first needed."""
    kinds: dict[_Text, set[str]] = {}
    numbers: dict[_Text, list[int]] = {}
    for number, signal in enumerate(signals):
        for text in _of(signal):
            if len(text.text) >= _SHORTEST:
                kinds.setdefault(text, set()).add(_kind(signal))
                if signal.kind in _FAITHFUL:
                    numbers.setdefault(text, []).append(number)
    for hint in hints:
        kinds.setdefault(_Text(hint), set()).add("hint:" + hint)
    return tuple(_literal(text, kinds[text], numbers.get(text, [])) for text in kinds)


def _kind(signal: Signal) -> str:
    """The kind, commands of scripts apart from the calls of programs."""
    command = signal.kind == "call" and signal.value.partition("(")[0].endswith("-cli")
    return COMMAND if command else signal.kind


def _literal(sought: "_Text", kinds: set[str], numbers: list[int]) -> Literal:
    return Literal(
        text=sought.text.encode(),
        before=sought.before,
        after=sought.after,
        any_case=not kinds.isdisjoint(_ANY_CASE),
        also=tuple(word.encode() for word in sought.also),
        together=sought.together,
        kinds=frozenset(kinds),
        signals=tuple(numbers),
    )


class _Text(NamedTuple):
    """What is sought for a signal, as long as it is not known for which other signals it is sought as well."""

    text: str
    before: int = ANYTHING
    after: int = ANYTHING
    also: tuple[str, ...] = ()
    together: bool = False


def _of(signal: Signal) -> Iterator[_Text]:
    kind, value = signal.kind, signal.value
    if kind in _NOT_IN_TEXT:
        return
    if kind == "call":
        yield from _call(value)
    elif kind == "arn":
        yield _Text(f":{value}:", _LOWER)
        yield from (_Text(f"{before}{value}:", ANYTHING, _ACTION) for before in (*_QUOTES, *_BLANKS))
    elif kind == "uri":
        yield _Text(value.removesuffix("://") + "://", NO_WORD)
    elif kind == "pulumi":  # a program that uses it is read whole; YAML is claimed by name
        yield from (_Text(mark, NO_WORD) for mark in _PULUMI)
    elif kind == "tf_provider":  # `provider "x"`, `source = "y/x"`, `x = "~> 2.0"`
        yield from (_bounded(value.rpartition("/")[2] + end) for end in ('"', " "))
    elif kind in ("npm", "golang"):
        yield from _imported("/".join(value.split("/")[: 1 + value.startswith("@")]) if kind == "npm" else value)
    elif kind == "python":  # `from google.cloud import storage`
        module, *names = value.split(".")
        yield from (_bounded(word + module)._replace(also=tuple(names)) for word in ("import ", "from ", ", "))
        if not {"backends", "providers"}.isdisjoint(names):  # frameworks import what settings name in quotes
            yield from (_Text(quote + value) for quote in ("'", '"'))
    elif kind == "config" and value.startswith(_CLAIMED_BY_NAME):
        return
    elif kind == "config":  # keys stand below each other; what follows a "/" is written in one piece
        rest = value.partition("/")[2]
        parts = re.split(r"[.=]", value)
        yield _part(re.split(r"[.=](?=[^/]*$)", rest)[-1]) if rest else _in_parts(*map(_longest, parts))
    elif kind == "host":
        yield _host(value)
    elif kind == "setting":
        yield from _spelled(value.removesuffix("_*").lower())
    elif kind == "env" and _PREFIX.fullmatch(value):  # REACT_APP_ may stand before it
        yield _part(value)._replace(before=_NO_LETTER)
    elif kind == "env" and "*" in value.strip("*"):  # "ZOOM_*SECRET*": the word all of them share says least
        yield _bounded(value.strip("*").partition("*")[0])._replace(after=ANYTHING)
    else:
        for text in _spellings(kind, value):
            yield _part(text)


def _imported(name: str) -> Iterator[_Text]:
    """A module's path in quotes, whole or with more behind it."""
    if "*" in name:
        yield _Text(_longest(name))
    else:
        yield from (_Text(quote + name, ANYTHING, _QUOTE_OR_SLASH) for quote in _QUOTES)


def _in_parts(*parts: str) -> _Text:
    """The most telling part, and the others anywhere."""
    best = max(parts, key=_telling)
    return _bounded(best)._replace(also=tuple(part for part in parts if part and part != best))


def _telling(word: str) -> tuple[bool, bool, bool, int]:
    """How seldom a word is met in files that have nothing to do with the name it is of."""
    return len(word) >= _SHORTEST, word not in _VERBS, word.lower() not in _COMMON, len(word)


def _spelled(name: str) -> Iterator[_Text]:
    """The words of a setting's name as any language joins them, and the next word behind them."""
    for joint in ("", "_", "-") if "_" in name else ("",):
        yield _Text(name.replace("_", joint), _NO_LETTER, _NEXT_WORD)


def _host(value: str) -> _Text:
    """The longest part of a glob, and the others around it: `secretsmanager.` alone is a variable in many programs."""
    longest = _longest(value)
    others = tuple(part.strip(".-") for part in value.split("*") if part.strip(".-") and part != longest)
    return _bounded(longest)._replace(also=others, together=True)


def _spellings(kind: str, value: str) -> tuple[str, ...]:
    """How a name stands in the text, once what its normal form adds is dropped."""
    if kind == "rust":
        return (value.split("::")[0],)
    if kind == "ruby":
        return (value, value.replace("::", "/")) if "::" in value else (value,)
    if kind == "php":
        return (value, value.replace("\\", "\\\\")) if "\\" in value else (value,)
    if kind == "image":
        return (value.removeprefix("docker.io/").removeprefix("library/"),)
    if kind == "action" and value.startswith(_GIVEN):
        name = value.removeprefix(_GIVEN)
        return (name, name.replace("_", "-")) if "_" in name else (name,)
    if kind == "k8s" or (kind == "action" and value.startswith(_STEPS)):
        return (value.partition("/")[2],)
    if kind == "tf_resource" and value.startswith(("module.", "backend.", "source.")):
        return (value.partition(".")[2],)
    return (value,)


def _call(value: str) -> Iterator[_Text]:
    """The most telling word of a chain, and all others around it: chains go over lines, with brackets between."""
    name, _, argument = value.partition("(")
    argument = argument.removesuffix(")")
    words = sorted(re.findall(r"\w+", name), key=_telling)
    if name.endswith("-cli"):
        yield from (_Text(name.removesuffix("-cli") + blank, NO_WORD) for blank in _BLANKS)
    elif argument:
        last = tuple(re.findall(r"\w+", name)[-1:])
        yield from (_Text(quote + argument + quote, also=last, together=True) for quote in _QUOTES)
        yield _Text(":" + argument, ANYTHING, NO_WORD, also=last, together=True)
    elif name[:1].isupper() or not words:  # a class is written in one piece
        yield _bounded(name)
    else:
        yield _bounded(words[-1])._replace(also=tuple(words[:-1]), together=True)


def _longest(value: str) -> str:
    """The longest part of a glob that stands as it is."""
    return max(value.split("*"), key=len)


def _part(value: str) -> _Text:
    """The longest part of a glob as a literal: a word may go on where the star stands."""
    part = _longest(value)
    whole = _bounded(part)
    return _Text(
        part,
        whole.before if value.startswith(part) else ANYTHING,
        whole.after if value.endswith(part) else ANYTHING,
    )


def _bounded(text: str) -> _Text:
    """Whole words only, where the text begins or ends with a letter or a digit."""
    return _Text(text, NO_WORD if text[:1].isalnum() else ANYTHING, NO_WORD if text[-1:].isalnum() else ANYTHING)
