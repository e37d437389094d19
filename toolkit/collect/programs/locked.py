"""How new a Python the packages that a lock file pins can be installed on: the newest that all of them have wheels for.

In: a tree, the folder that is installed. Out: a fact "atmost", where a package that the program needs is compiled, and
its wheels end before Debian's Python: it would have to be built from source, which old releases seldom survive.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from toolkit.collect.programs.facts import Fact, inner, items, strings, table, toml, words
from toolkit.collect.programs.tree import Tree, at, line_of, text

_WHEEL = re.compile(r"-(?P<python>[\w.]+)-(?P<abi>[\w.]+)-(?P<platform>[\w.]+)\.whl")
_EVERY = re.compile(r"py3|abi3")
_MINOR = re.compile(r"cp3(\d+)")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_LARGEST = 3000  # packages


def limited(tree: Tree, home: str) -> Iterator[Fact]:
    """The package whose wheels end first."""
    for file in ("uv.lock", "poetry.lock"):
        content = text(tree, home + file)
        packages = _packages(toml(content))
        ends = {name: end for name in _needed(tree, home, packages) if (end := _end(packages[name]))}
        if ends:
            name = min(ends, key=lambda one: (ends[one], one))
            where = at(home + file, line_of(content, f'name = "{words(packages[name], "name")}"'))
            yield Fact(home, "atmost", f"3.{ends[name]}", where, name)
            return


def _packages(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By their names, with the files of each; a lock of Poetry before 1.4 lists these apart."""
    apart = {_plain(name): files for name, files in table(document, "metadata", "files").items()}
    found: dict[str, dict[str, Any]] = {}
    for package in list(items(document.get("package")))[:_LARGEST]:
        name = _plain(words(package, "name"))
        found[name] = {"files": apart[name], **package} if name in apart else package
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.lower())


def _needed(tree: Tree, home: str, packages: Mapping[str, dict[str, Any]]) -> set[str]:
    """What the program depends on, and what that does."""
    document = toml(text(tree, f"{home}pyproject.toml"))
    named = [*strings(inner(document, "project", "dependencies")), *table(document, "tool", "poetry", "dependencies")]
    waiting = [_plain(found[0]) for one in named if (found := _NAME.match(one))]
    found_: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in packages and name not in found_:
            found_.add(name)
            waiting += _dependencies(packages[name])
    return found_


def _dependencies(package: dict[str, Any]) -> list[str]:
    """Of poetry a table by name, of uv a list of tables; not what only other Pythons need."""
    listed = package.get("dependencies")
    pairs = list(listed.items()) if isinstance(listed, dict) else [(words(one, "name"), one) for one in items(listed)]
    return [_plain(name) for name, said in pairs if "python" not in (words(said, "markers") or words(said, "marker"))]


def _end(package: dict[str, Any]) -> int:
    """The minor version of the newest CPython 3 that a package has a wheel for on Linux; 0 where it has one for every
    version, or none at all."""
    files = [*items(package.get("wheels")), *items(package.get("files"))]
    wheels = [found for one in files if (found := _WHEEL.search(words(one, "url") or words(one, "file")))]
    on_linux = [one for one in wheels if "linux" in one["platform"] or one["platform"] == "any"]
    if any(_EVERY.search(f"{one['python']} {one['abi']}") for one in on_linux):
        return 0
    minors = [int(found[1]) for one in on_linux if (found := _MINOR.match(one["python"]))]
    return max(minors, default=0)
