"""One module per file format. Dropping a module in this folder registers it.

A parser module has

    CLAIMS: tuple[str, ...]                                # gitignore-style globs: "requirements*.txt", "*.py"
    def parse(path: str, text: str) -> Iterator[Mention]   # path is relative to the root, "/"-separated

It may raise `Unparsed(line, reason)`; whatever else it raises becomes an `Unread` as well, and nothing it yielded
before is lost. A parser with an attribute `ALWAYS = True` sees its files even when the prefilter finds no literal in
them (for formats whose spelling differs from the signals', such as a plist in binary or a manifest with split names).

Who gets a file: of all matching claims the most specific class wins, and every parser of that class runs.
A claim that is only an extension ("*.yml") is less specific than one that names more ("docker-compose*.yml",
".github/workflows/*.yml"). Files nobody claims go to `generic`. Names that start with "_" are not parsers.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from toolkit.collect.files.mention import Mention

Parse = Callable[[str, str], Iterator[Mention]]


class Parser(NamedTuple):
    """One parser module, as the engine uses it."""

    name: str  # the module's name; evidence carries it as source "files.<name>"
    claims: tuple[str, ...]
    parse: Parse
    always: bool


@cache
def discover() -> tuple[Parser, ...]:
    """All parsers of this package, by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    return tuple(_load(name) for name in names)


def _load(name: str) -> Parser:
    module = importlib.import_module(f"{__name__}.{name}")
    return Parser(name, tuple(module.CLAIMS), module.parse, getattr(module, "ALWAYS", False))
