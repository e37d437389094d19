"""Elixir source: modules, configuration of applications, names. Read by pattern; `@moduledoc` and `@doc` are comments.

A module is spelled as in the code ("Swoosh.Adapters.Sendgrid"), `config :sentry, …` becomes "config(sentry)".
"""

import re
from collections.abc import Iterator, Sequence

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers import _literals
from toolkit.collect.files.parsers._places import lines_of

CLAIMS = ("*.ex", "*.exs")
KINDS: frozenset[SignalKind] = frozenset({"call", "host", "uri", "arn", "env", "header"})
NEAR = True

_MODULE = re.compile(
    r"(?<![A-Za-z0-9_.:@\"])([A-Z][A-Za-z0-9]{1,40}(?:\.[A-Z][A-Za-z0-9]{0,40}){0,8}(?:\.[a-z_]{1,40})?)"
)
_CONFIG = re.compile(r"\s{0,20}(config|plug|strategy|provider)\s{0,4}\(?\s{0,4}:([a-z_0-9]{2,60})")
_TELLING = re.compile(r"[A-Z:.]|[a-z]-[a-z]")  # without one of these a line says nothing
_NAMING = re.compile(r"[:.\"'`]")  # … and without one of these it names nothing outside
_DOC = re.compile(r"\s{0,20}@(?:module|type)?doc\s{1,4}(?:~[sS])?(\"\"\"|''')")


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Elixir file, or of the lines of the places `near`."""
    telling = None if near is None else lines_of(text, near)
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        commented = bool(closing) or line.lstrip().startswith("#")
        if closing:
            closing = "" if line.strip() == closing else closing
        elif "doc" in line and (opened := _DOC.match(line)):
            closing, commented = opened[1], True
        if (telling is None or number in telling) and _TELLING.search(line):
            yield from dict.fromkeys(_names(line[:2000], number, commented))


def _names(line: str, number: int, commented: bool) -> Iterator[Mention]:
    for found in _literals.names(line) if _NAMING.search(line) else ():
        if not commented:
            yield Mention(found.kind, found.value, number)
        elif found.kind == "host":
            yield Mention("host", found.value, number, discard="comment")
    if commented:
        return
    yield from (Mention("header", found.value, number) for found in _literals.headers(line))
    if configured := _CONFIG.match(line):
        yield Mention("call", f"{configured[1]}({configured[2]})", number)
    for module in _MODULE.finditer(line):
        yield Mention("call", module[1], number)
