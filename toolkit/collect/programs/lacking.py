"""Settings files that a program reads and its checkout lacks: Git leaves them out, and a sample lies beside.

In: a tree, where a program stands. Out: facts "open" that name the file, its sample, and what makes one of the other.
"""

import re
import shlex
from collections.abc import Iterator

from toolkit.collect.programs.facts import Fact, Standing
from toolkit.collect.programs.tree import Tree, above, at, below, split, text

_SAMPLE = re.compile(
    r"(?P<stem>[\w-][\w.-]*?)(?P<mark>[._-](?:example|sample|dist|default|template))"
    r"(?P<ending>\.(?:json|[cm]?[jt]s|ya?ml|toml|ini|php|py|rb|cfg|conf|properties|xml))?"
)
_SETTINGS = re.compile(
    r"(?i)(?:[\w-]*(?:config|settings|database|secrets?|parameters|credentials)[\w-]*)"
    r"(?:\.\w+)*\.(?:json|[cm]?[jt]s|ya?ml|toml|ini|php|py|rb|cfg|conf|properties|xml)"
)
_MOST = 5
_LONGEST_LIST = 500  # lines of a .gitignore


def lacking(tree: Tree, one: Standing) -> Iterator[Fact]:
    """A remark for each file; environment files are what `environment` stands for."""
    home = one.folder
    number = 0
    for path in below(tree, home, r"(?:[\w-]+/){0,3}[\w.-]+"):
        folder, name = split(path)
        match = _SAMPLE.fullmatch(name)
        wanted = f"{match['stem']}{match['ending'] or ''}" if match else ""
        if not _SETTINGS.fullmatch(wanted) or wanted in tree.folders[folder]:
            continue
        if ignored := _ignored(tree, f"{folder}{wanted}"):
            number += 1
            inside = folder[len(home) :]
            made = f"cp {shlex.quote(inside + name)} {shlex.quote(inside + wanted)}"
            said = (
                f"it reads {inside}{wanted}, which Git leaves out ({ignored}): have `install` make it, as `{made}` does"
            )
            yield Fact(home, "open", said, at(path, 1))
        if number == _MOST:
            return


def _ignored(tree: Tree, path: str) -> str:
    """The line of a .gitignore that names the file; "" where none does."""
    folder, name = split(path)
    for place in above(folder):
        inside = path[len(place) :]
        rows = text(tree, f"{place}.gitignore").split("\n")[:_LONGEST_LIST]
        for number, row in enumerate(rows, 1):
            if row.strip() in (inside, f"/{inside}", name, f"**/{name}"):
                return at(f"{place}.gitignore", number)
    return ""
