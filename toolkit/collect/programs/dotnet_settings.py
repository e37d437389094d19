"""Settings that .NET reads by their keys: `Smtp:Host` of appsettings.json is Smtp__Host of the environment.

In: a tree, the folder of a .NET program. Out: facts "env" for the keys that something can be given for, and for every
connection string, with the engine that its words show.
"""

import re
from collections.abc import Iterator

from toolkit.collect.programs import wiring
from toolkit.collect.programs.facts import Fact, yaml_leaves
from toolkit.collect.programs.tree import Tree, at, below, text

_FILES = ("appsettings.json", "appsettings.Production.json", "appsettings.Development.json")
_CODE = r"(?:Program|Startup|\w*(?:Configuration|Extensions|Options|Settings|DependencyInjection|Services?))\.cs"
_NAMED = re.compile(r"GetConnectionString\(\s*\"(\w{1,60})\"")
_KEY = re.compile(
    r"(?:Configuration|config|Config|configuration)(?:\[|\.GetValue<\w+\??>\(\s*)\"(\w{1,60}(?::\w{1,60}){0,4})\""
)
_WORD = re.compile(r"\w{1,60}")
_ENGINES = (  # by the words that only one kind of connection string has
    (re.compile(r"(?i)trusted_connection|integrated security|multipleactiveresultsets|initial catalog|\(localdb\)"),
     "sqlserver"),
    (re.compile(r"(?i)(?:data source|filename)\s*=\s*[^;]+\.(?:db3?|sqlite3?)\b"), "sqlite"),
    (re.compile(r"(?i)\bhost\s*=.*\b(?:database|username|user id)\s*="), "postgresql"),
    (re.compile(r"(?i)\bserver\s*=.*\b(?:uid|user)\s*="), "mysql"),
)  # fmt: skip


def settings(tree: Tree, folder: str) -> Iterator[Fact]:
    """Every name once, as the environment spells it: those of its files, then those that only code names."""
    seen: set[str] = set()
    for fact in (*_in_files(tree, folder), *_in_code(tree, folder)):
        if fact.key not in seen:
            seen.add(fact.key)
            yield fact
            yield from _engines(fact)


def _in_files(tree: Tree, folder: str) -> Iterator[Fact]:
    for name in _FILES:
        for leaf in yaml_leaves(text(tree, folder + name)):
            words = [str(word) for word in leaf.path]
            if all(map(_WORD.fullmatch, words)) and _counts(variable := "__".join(words)):
                value = "" if len(leaf.value) > 500 else leaf.value
                yield Fact(folder, "env", value, at(folder + name, leaf.line), variable)


def _in_code(tree: Tree, folder: str) -> Iterator[Fact]:
    for path in below(tree, folder, rf"(?:[\w.-]+/){{0,4}}{_CODE}"):
        content = text(tree, path)
        named = [(match, f"ConnectionStrings__{match[1]}") for match in _NAMED.finditer(content)]
        keys = [(match, match[1].replace(":", "__")) for match in _KEY.finditer(content)]
        for match, variable in (*named, *keys):
            if _counts(variable):
                yield Fact(folder, "env", "", at(path, content.count("\n", 0, match.start()) + 1), variable)


def _counts(variable: str) -> bool:
    if variable.startswith("ConnectionStrings__"):
        return variable.count("__") == 1
    return wiring.wire(variable, "") is not None or wiring.search_engine(variable) != ""


def _engines(fact: Fact) -> Iterator[Fact]:
    """What the words of a connection string speak of."""
    engine = next((engine for form, engine in _ENGINES if form.search(fact.text)), "")
    if engine and re.search(r"(?i)connection", fact.key):
        yield Fact(fact.folder, "engine", engine, fact.where)
