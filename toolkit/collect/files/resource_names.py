"""What things are called at vendors: the application in fly.toml, processes of a Procfile, buckets of Terraform.

In: one file and the catalogue's `[[named]]` tables for it. Out: plain names with their lines. Whatever is no plain name
(a template, a reference, anything that looks like a secret) is left out: names stand in commands that people run.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any

from msgspec import Struct

from toolkit import leaks
from toolkit.catalog.entries import Naming
from toolkit.collect.files.mention import Unparsed
from toolkit.collect.files.yamltree import ITEM, Leaf, leaves

NAME = "{}"  # the part of a key that is the name itself
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
# keys that stand where a name should: as vendors' begin, random (no word is so long), or long with many digits
_HIDDEN = re.compile(r"\b[rsp]k_|AKIA|ASIA|gh[oprsu]_|xox[a-z]|eyJ|[A-Za-z0-9]{24}|(?=[\w+/-]{28})(?:\D*\d){9}")
_MOST = 100  # of one file
_RESOURCE = re.compile(r'^(resource|provider)\s{1,8}"([a-z][a-z0-9_]{1,80})"(?:\s{1,8}"([\w-]{1,100})")?\s{0,8}\{')
_ATTRIBUTE = re.compile(r'^\s{1,8}([a-z][a-z0-9_]{1,60})\s{0,40}=\s{0,8}"([^"$%\n]{1,120})"\s{0,8}(?:#.*)?$')
_PROCESS = re.compile(r"([A-Za-z0-9_-]{1,60}):\s*(\S.*)")


class ResourceFound(Struct, frozen=True, array_like=True):
    """A name within one file; `naming` is a number in the catalogue's list."""

    naming: int
    name: str
    line: int


def resource_names(path: str, text: str, namings: Sequence[tuple[int, Naming]]) -> Iterator[ResourceFound]:
    """Every name that these tables find in the file."""
    possible = [(number, one) for number, one in namings if _can_say(text, one)]
    told = list(_leaves(path, text)) if any(one.key for _, one in possible) else []
    found: dict[tuple[int, str], ResourceFound] = {}  # each name once
    for number, naming in possible:
        for name, line in _places(path, text, told, naming):
            if _is_name(name, naming) and len(found) < _MOST:
                found.setdefault((number, name), ResourceFound(number, name, line))
    yield from found.values()


def _can_say(text: str, naming: Naming) -> bool:
    """Whether the file is worth parsing for it: all words of the key stand in it, and one that `has` asks for."""
    words = [*naming.key.split("/"), *naming.when.split("/"), naming.after]
    if any(word not in text for word in words if word not in ("*", ITEM, NAME, "resource")):
        return False
    asked = [glob.strip("*") for glob in naming.has]
    return not asked or any(word in text.lower() for word in asked)


def _places(path: str, text: str, told: Sequence[Leaf], naming: Naming) -> Iterator[tuple[str, int]]:
    if naming.key:
        return _at_key(told, naming)
    if naming.after:
        return _behind(text, naming)
    return iter([(path.rpartition("/")[2].rpartition(".")[0], 1)])


def _is_name(name: str, naming: Naming) -> bool:
    hidden = _HIDDEN.search(name) or leaks.has_its_form(name)
    fits = not naming.only or _meets(name, naming.only)
    return bool(_PLAIN.fullmatch(name)) and not hidden and fits and not _meets(name, naming.never)


def _meets(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name.lower(), glob) for glob in globs)


# --- by key -----------------------------------------------------------------------------------------------------------
def _at_key(told: Sequence[Leaf], naming: Naming) -> Iterator[tuple[str, int]]:
    """The values at the key, or the part of the path that is the name; where `when` asks for it, those beside it."""
    pattern = naming.key.split("/")
    found = [(leaf, name) for leaf in told if (name := _named(leaf, pattern)) is not None]
    if not naming.when:
        yield from ((name, leaf.line) for leaf, name in found)
        return
    beside: dict[int, list[str]] = {}
    for leaf in told:
        if _fits(leaf.path, naming.when.split("/")):
            beside.setdefault(leaf.document, []).append(leaf.value)
    for document, group in groupby(found, key=lambda pair: pair[0].document):
        here, values = list(group), beside.get(document, [])
        for (leaf, name), value in zip(here, values, strict=False) if len(here) == len(values) else ():
            if _meets(value, naming.has):
                yield name, leaf.line


def _named(leaf: Leaf, pattern: Sequence[str]) -> str | None:
    if NAME in pattern:
        place = pattern.index(NAME)
        return leaf.path[place] if _fits(leaf.path[: len(pattern)], pattern) else None
    return leaf.value if _fits(leaf.path, pattern) else None


def _fits(path: Sequence[str], pattern: Sequence[str]) -> bool:
    if len(path) != len(pattern):
        return False
    return all(part in ("*", NAME, own) for own, part in zip(path, pattern, strict=True))


# --- formats ----------------------------------------------------------------------------------------------------------
def _leaves(path: str, text: str) -> Iterator[Leaf]:
    """The file as values with their keys, whatever its format is."""
    name = path.rpartition("/")[2]
    if name.startswith("Procfile"):
        yield from _processes(text)
    elif name.endswith(".toml"):
        yield from _toml(text)
    elif name.endswith((".tf", ".tofu")):
        yield from _terraform(text)
    else:
        try:
            yield from leaves(text)
        except Unparsed:  # what came before the broken rest holds
            return


def _processes(text: str) -> Iterator[Leaf]:
    for number, line in enumerate(text.split("\n"), 1):
        if found := _PROCESS.fullmatch(line.strip()):
            yield Leaf((found[1],), found[2], number)


def _toml(text: str) -> Iterator[Leaf]:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    lines = text.split("\n")
    yield from _values(document, (), lines)


def _values(value: Any, path: tuple[str, ...], lines: Sequence[str]) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _values(inner, (*path, key), lines)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner, (*path, ITEM), lines)
    else:
        key = next((part for part in reversed(path) if part != ITEM), "")
        own = re.compile(rf'\s*"?{re.escape(key)}"?\s*=')
        number = next((number for number, line in enumerate(lines, 1) if own.match(line)), 1)
        yield Leaf(path, str(value), number)


def _terraform(text: str) -> Iterator[Leaf]:
    """Plain attributes of resources, by type and label; nested blocks say nothing of what the resource is called."""
    head: tuple[str, ...] = ()
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if head and depth == 1 and (found := _ATTRIBUTE.match(line)):
            yield Leaf((*head, found[1]), found[2], number)
        elif found := _RESOURCE.match(line):
            head, depth = tuple(filter(None, found.groups())), 0
        depth = max(depth + line.count("{") - line.count("}"), 0)
        if depth == 0:
            head = ()


# --- by what stands before it -----------------------------------------------------------------------------------------
def _behind(text: str, naming: Naming) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.split("\n"), 1):
        head, found, rest = line[:1_000].partition(naming.after)
        if found and naming.line in line and not head.lstrip().startswith(("#", "//")):
            name = re.match(r"[\"']?([A-Za-z0-9][\w./-]*)", rest)
            if name:
                yield name[1].removesuffix(".git").rstrip("/."), number
