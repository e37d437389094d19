"""One module per file format. Dropping a module in this folder registers it.

A parser module has

    CLAIMS: tuple[str, ...]                                # gitignore-style globs: "requirements*.txt", "*.py"
    def parse(path: str, text: str) -> Iterator[Mention]   # path is relative to the root, "/"-separated

It may raise `Unparsed(line, reason)`; whatever else it raises becomes an `Unread` as well, and nothing it yielded
before is lost. Five attributes are optional and make it faster or more thorough:

    KINDS: frozenset[SignalKind]  # all it can yield: a prefilter hit of another kind is no reason to parse
    ALWAYS = True                 # parse without a prefilter hit: formats that spell names in their own way
    HINTS: tuple[str, ...]        # more literals that make a file worth parsing ("apiVersion:")
    NEAR = True                   # `parse` takes a third argument: the only places that can matter, in order, or None
    SCATTERED = True              # calls are spelled through the file's imports: their parts may be far from each other

Who gets a file: of all matching claims the most specific class wins, and every parser of that class runs.
A claim that is only an extension ("*.yml") is less specific than one that names more ("docker-compose*.yml",
".github/workflows/*.yml"). Files nobody claims go to `generic`. Names that start with "_" are not parsers.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple, get_args

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention

Parse = Callable[..., Iterator[Mention]]


class Parser(NamedTuple):
    """One parser module, as the engine uses it."""

    name: str  # the module's name; evidence carries it as source "files.<name>"
    claims: tuple[str, ...]
    parse: Parse
    kinds: frozenset[SignalKind]
    always: bool
    hints: tuple[str, ...]
    near: bool
    scattered: bool


@cache
def discover() -> tuple[Parser, ...]:
    """All parsers of this package, by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    return tuple(_load(name) for name in names)


def _load(name: str) -> Parser:
    module = importlib.import_module(f"{__name__}.{name}")
    return Parser(
        name=name,
        claims=tuple(module.CLAIMS),
        parse=module.parse,
        kinds=frozenset(getattr(module, "KINDS", get_args(SignalKind))),
        always=getattr(module, "ALWAYS", False),
        hints=tuple(getattr(module, "HINTS", ())),
        near=getattr(module, "NEAR", False),
        scattered=getattr(module, "SCATTERED", False),
    )
