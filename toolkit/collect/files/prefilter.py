"""Which files can matter at all: one Hyperscan pass over the bytes for all signals at once.

In: the signals and the parsers' hints. Out: for one file's bytes the patterns that occur, each with the kinds it is
a sign of. A pattern is a necessary condition: what a text must contain for a parser to yield a mention that meets the
signal. It errs on the side of parsing; the parser and the matcher decide.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import hyperscan

from toolkit.catalog import Signal

# Kinds whose files are claimed by name and parsed in any case, and kinds that no file contains.
_NOT_IN_TEXT = frozenset({
    "pypi", "gem", "composer", "maven", "nuget", "cargo", "hex", "file", "resource", "cname", "ns", "mx", "spf",
    "txt", "header", "cookie",
})  # fmt: skip
# Kinds where the pattern is as good as a mention: in files that do not count, a hit is recorded without parsing.
_FAITHFUL = frozenset({"host", "env", "npm", "golang", "jvm", "php", "dotnet", "cfn", "tf_resource"})
_ORDINARY = frozenset({
    "client", "create", "init", "new", "build", "builder", "service", "services", "storage", "send", "message",
    "messages", "api", "config", "configure", "Client", "from", "default", "setup", "get", "post", "put",
    "list", "start", "run", "use", "connect", "session", "data", "v1", "v2", "v3", "http", "open", "auth",
    "app", "ref",
})  # fmt: skip
_WORD = re.compile(r"\w+")


class Hit(NamedTuple):
    """A pattern that occurs in a file."""

    pattern: int
    end: int  # offset just behind the first place


class Pattern(NamedTuple):
    """One compiled expression and what finding it means."""

    expression: str
    kinds: frozenset[str]
    signals: tuple[int, ...]  # numbers of the signals whose mention it is, where the pattern alone proves one


class Prefilter:
    """The compiled patterns. One object per process: the scratch space is not shared."""

    def __init__(self, patterns: tuple[Pattern, ...], database: bytes) -> None:
        self.patterns = patterns
        self._database = hyperscan.loadb(database, hyperscan.HS_MODE_BLOCK)
        self._scratch = hyperscan.Scratch(self._database)

    def hits(self, data: bytes) -> list[Hit]:
        """The patterns that occur in `data`, each once."""
        found: list[Hit] = []

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(Hit(number, end))

        self._database.scan(data, match_event_handler=note, scratch=self._scratch)
        return found


def load_prefilter(signals: tuple[Signal, ...], hints: Iterable[str], key: str, cache: Path | None) -> Prefilter:
    """The prefilter for these signals, from the cache folder where it is there. `key` names the catalogue."""
    patterns = _patterns(signals, hints)
    words = "\n".join(pattern.expression for pattern in patterns)
    name = hashlib.sha256(f"{key}\n{hyperscan.__version__}\n{words}".encode()).hexdigest()[:32]
    stored = cache / f"prefilter-{name}.hs" if cache else None
    if stored and (database := _stored(stored)):
        with contextlib.suppress(hyperscan.error):
            return Prefilter(patterns, database)
    database = _compile(patterns)
    if stored:
        _store(stored, database)
    return Prefilter(patterns, database)


def _compile(patterns: tuple[Pattern, ...]) -> bytes:
    database = hyperscan.Database()
    database.compile(
        expressions=[pattern.expression.encode() for pattern in patterns],
        ids=list(range(len(patterns))),
        elements=len(patterns),
        flags=[
            hyperscan.HS_FLAG_SINGLEMATCH
            | hyperscan.HS_FLAG_MULTILINE
            | (hyperscan.HS_FLAG_CASELESS if "host" in pattern.kinds else 0)
            for pattern in patterns
        ],
    )
    dumped: bytes = hyperscan.dumpb(database)
    return dumped


def _stored(path: Path) -> bytes | None:
    """A database written before, unless it is damaged: its own checksum stands in front of it."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    checksum, database = content[:32], content[32:]
    return database if hashlib.sha256(database).digest() == checksum else None


def _store(path: Path, database: bytes) -> None:
    """Written whole or not at all; a cache that cannot be written is no error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
            draft.write(hashlib.sha256(database).digest() + database)
        os.replace(draft.name, path)  # noqa: PTH105 - the name is a string


def _patterns(signals: tuple[Signal, ...], hints: Iterable[str]) -> tuple[Pattern, ...]:
    kinds: dict[str, set[str]] = {}
    numbers: dict[str, list[int]] = {}
    for number, signal in enumerate(signals):
        for expression in _expressions(signal):
            kinds.setdefault(expression, set()).add(signal.kind)
            if signal.kind in _FAITHFUL:
                numbers.setdefault(expression, []).append(number)
    for hint in hints:
        kinds.setdefault(re.escape(hint), set()).add("hint:" + hint)
    return tuple(Pattern(text, frozenset(kinds[text]), tuple(numbers.get(text, ()))) for text in sorted(kinds))


def literals(signals: Iterable[Signal]) -> tuple[str, ...]:
    """The plain strings behind the patterns, for comparing with a literal search."""
    found = set()
    for signal in signals:
        if signal.kind not in _NOT_IN_TEXT:
            parts = sorted(re.split(r"[*()]", signal.value), key=len)
            found.add(parts[-1])
    return tuple(sorted(literal for literal in found if len(literal) > 2))


def _expressions(signal: Signal) -> Iterator[str]:
    """What a text must contain for this signal: any of these expressions."""
    kind, value = signal.kind, signal.value
    if kind in _NOT_IN_TEXT:
        return
    if kind == "call":
        yield from _call(value)
    elif kind == "npm":
        name = "/".join(value.split("/")[: 2 if value.startswith("@") else 1])
        yield "[\"'`]" + _glob_text(name) + "[\"'`/]"
    elif kind == "golang":
        yield '["`]' + _glob_text(value) + '["`/]'
    elif kind == "python":
        head, _, last = value.rpartition(".")
        yield rf"\b{re.escape(head or last)}\b"
    elif kind == "rust":
        yield rf"\b{re.escape(value.split('::')[0])}\b"
    elif kind == "ruby":
        yield rf"\b{re.escape(value).replace('::', '(?:::|/)')}\b"
    elif kind == "php":
        yield r"\b" + r"\\{1,2}".join(re.escape(part) for part in value.split("\\")) + r"\b"
    elif kind == "uri":
        yield rf"\b{re.escape(value.removesuffix('://'))}://"
    elif kind == "arn":
        yield rf"arn:[a-z\-]+:{re.escape(value)}:"
        yield rf"[\"']{re.escape(value)}:[A-Z*]"
    elif name := _named(kind, value):
        yield _bounded(name)


def _named(kind: str, value: str) -> str:
    """Names that stand in the text as they are, once what the normal form adds is dropped."""
    if kind == "image":
        value = value.removeprefix("docker.io/").removeprefix("library/")
    elif kind in ("k8s", "config") or (kind == "action" and value.startswith(("orb/", "task/", "pipe/", "plugin/"))):
        value = value.partition("/")[2] or value
    elif kind == "tf_resource" and value.startswith(("module.", "backend.")):
        value = value.partition(".")[2]
    elif kind == "tf_provider":
        value = value.rpartition("/")[2]
    return max(value.split("*"), key=len)


def _glob_text(value: str) -> str:
    return r"[^\s\"'`]*".join(re.escape(part) for part in value.split("*"))


def _bounded(value: str) -> str:
    """The literal, at the borders of words where it begins or ends with a letter."""
    before = r"\b" if value[:1].isalnum() else ""
    after = r"\b" if value[-1:].isalnum() else ""
    return f"{before}{re.escape(value)}{after}"


def _call(value: str) -> Iterator[str]:
    name, _, argument = value.partition("(")
    argument = argument.removesuffix(")")
    if name.endswith("-cli"):
        yield rf"\b{re.escape(name.removesuffix('-cli'))}[ \t]"
    elif argument:
        yield rf"[\"'`:]{re.escape(argument)}\b"
    else:
        words = _WORD.findall(name)
        telling = [word for word in words if word not in _ORDINARY]
        yield rf"\b{max(telling or words, key=len, default=name)}\b"
