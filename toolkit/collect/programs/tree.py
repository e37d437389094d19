"""The files of a checkout as the readers of programs see them: names by folder, and texts that are bounded.

In: a root. Out: a `Tree`. The walk is the audit's own: what Git ignores, installed packages and links are not there.
"""

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from toolkit.collect.files.walk import walk

_MOST_FOLDERS = 20_000
_MOST_FILES = 2_000  # of one kind that are looked at
_DEEPEST = 6  # folders above a program
_LARGEST = 1 << 20  # bytes of a text
_NO_HOME = re.compile(
    r"\..*|_.*|(?:.*[-_.])?(?:tests?|specs?|e2e|examples?|samples?|demos?|fixtures?|docs?|mocks?|playground|benchmarks?)"
    r"(?:[-_.].*)?|(?:documentation|cypress|playwright.*|testing|testdata|templates?|tutorials?|bench|vendor|vendored"
    r"|third[-_]party|node_modules|storybook|integration[-_]tests?|skeletons?|boilerplates?|stubs?|packaging|cookbook)",
    re.IGNORECASE,
)

_TESTS = re.compile(
    r"(?i)\..+|tests?|specs?|__tests__|__mocks__|e2e|cypress|fixtures|testdata|node_modules|vendor|docs"
)


class Tree(NamedTuple):
    """One checkout."""

    root: Path
    folders: dict[str, frozenset[str]]  # "" or "a/b/" → the names of its files
    texts: dict[str, str]  # what was read of it


def read_tree(root: Path) -> Tree:
    """Every folder whose name can be written down."""
    found = islice(walk(str(root), lambda _path, _reason: None), _MOST_FOLDERS)
    listed = {
        folder.path: frozenset(file.name for file in folder.files if file.name.isprintable())
        for folder in found
        if folder.path.isprintable()
    }
    return Tree(root, listed, {})


def text(tree: Tree, path: str) -> str:
    """What a file of the tree says; "" for one that is not there, cannot be read or is too large."""
    folder, name = split(path)
    if name not in tree.folders.get(folder, ()):
        return ""
    if path not in tree.texts:
        tree.texts[path] = _read(f"{tree.root}/{path}")
    return tree.texts[path]


def unlisted(tree: Tree, path: str) -> str:
    """The same of a file that lists of what Git leaves out may name, though it is there: in a folder of the tree."""
    return _read(f"{tree.root}/{path}") if split(path)[0] in tree.folders else ""


def _read(path: str) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError:
        return ""
    return "" if len(content) > _LARGEST else content.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def split(path: str) -> tuple[str, str]:
    """Folder and name: "a/b/x" → "a/b/", "x"."""
    folder, slash, name = path.rpartition("/")
    return folder + slash, name


def above(folder: str) -> Iterator[str]:
    """The folder and those around it, inner ones first: "a/b/" → "a/b/", "a/", ""."""
    while folder:
        yield folder
        folder = split(folder[:-1])[0]
    yield ""


def homes(tree: Tree) -> Iterator[str]:
    """Folders that a program may stand in: no examples, tests or documentation, and not deep down."""
    for folder in sorted(tree.folders):
        parts = folder.split("/")[:-1]
        if len(parts) <= _DEEPEST and not any(map(_NO_HOME.fullmatch, parts)):
            yield folder


def named(tree: Tree, pattern: str) -> Iterator[str]:
    """Paths of files in homes whose name matches the whole pattern."""
    form = re.compile(pattern)
    found = (folder + name for folder in homes(tree) for name in sorted(tree.folders[folder]) if form.fullmatch(name))
    return islice(found, _MOST_FILES)


def below(tree: Tree, folder: str, pattern: str) -> Iterator[str]:
    """Paths of files in a folder and in what is below it, tests and the like left out; the pattern is of the rest."""
    form = re.compile(pattern)
    for other in sorted(tree.folders):
        if other.startswith(folder) and not any(map(_TESTS.fullmatch, other[len(folder) :].split("/"))):
            for name in sorted(tree.folders[other]):
                if form.fullmatch(other[len(folder) :] + name):
                    yield other + name


def line_of(content: str, needle: str) -> int:
    """The line on which a text first stands; 1 where it does not stand in one piece."""
    position = content.find(needle)
    return content.count("\n", 0, position) + 1 if position >= 0 else 1


def at(path: str, line: int) -> str:
    """A place, as comments name it."""
    return f"{path}:{line}"
