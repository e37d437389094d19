"""Procfile: the web process, workers, and what runs once per release. Those for development are another file's."""

import re
from collections.abc import Iterator

from toolkit.collect.programs.facts import Fact, line
from toolkit.collect.programs.tree import Tree, at, named, split, text

_WRAPPER = re.compile(r"(?:\./)?bin/((?:start|run|with|qgtunnel)[\w-]*)\s+(?=\w)")
_PROCESS = re.compile(r"([A-Za-z0-9_-]{1,60}):\s*(.+)")


def read(tree: Tree) -> Iterator[Fact]:
    """Facts of every Procfile, for the folder it lies in."""
    for path in named(tree, r"Procfile(?:\.production|\.prod)?"):
        folder, _ = split(path)
        for number, row in enumerate(text(tree, path).split("\n"), 1):
            if found := _PROCESS.fullmatch(row.strip()):
                yield process(folder, found[1], _without_wrapper(tree, folder, found[2]), at(path, number))


def _without_wrapper(tree: Tree, folder: str, command: str) -> str:
    """Without what the platform puts into `bin` and the checkout has not: `bin/start-pgbouncer bundle exec …`."""
    while found := _WRAPPER.match(command):
        if found[1] in tree.folders.get(f"{folder}bin/", ()):
            break
        command = command[found.end() :]
    return command


def process(folder: str, name: str, command: str, where: str) -> Fact:
    """What a process of this name is: `web` serves, `release` runs once, anything else works beside."""
    if name in ("web", "release"):
        return Fact(folder, "start" if name == "web" else "release", line(command), where)
    return Fact(folder, "worker", line(command), where, name)
