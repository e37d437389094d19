"""Which version of its runtime a checkout asks for: .tool-versions, .ruby-version, .nvmrc and their like, manifests."""

import re
from collections.abc import Iterator

from toolkit.collect.programs.facts import Fact, json_object, toml, words
from toolkit.collect.programs.tree import Tree, at, line_of, named, split, text

_FILES = {
    ".ruby-version": "ruby", ".python-version": "python", ".nvmrc": "node", ".node-version": "node",
    ".go-version": "go", ".java-version": "java", ".php-version": "php", "rust-toolchain": "rust",
}  # fmt: skip
_TOOLS = {"nodejs": "node", "golang": "go", "erlang": ""}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)")
_POETRY = ("tool", "poetry", "dependencies", "python")
_IN_TEXTS = (
    ("go.mod", "go", re.compile(r"(?m)^go (\d+\.\d+)")),
    ("Gemfile", "ruby", re.compile(r"(?m)^\s*ruby\s+['\"](?:~>|>=)?\s*(\d+\.\d+)")),
    ("runtime.txt", "python", re.compile(r"(?m)^python-(\d+\.\d+)")),
    ("mix.exs", "elixir", re.compile(r"\belixir:\s*\"[~>= ]*(\d+\.\d+)")),
    ("global.json", "dotnet", re.compile(r"\"version\"\s*:\s*\"(\d+\.\d+)")),
    ("pom.xml", "java", re.compile(r"<(?:java\.version|maven\.compiler\.(?:release|target))>(?:1\.)?(\d+)<")),
)


def read(tree: Tree) -> Iterator[Fact]:
    """Versions by folder; the key is the runtime."""
    for path in named(tree, "|".join(map(re.escape, _FILES))):
        folder, name = split(path)
        if found := _NUMBER.search(text(tree, path)[:100]):
            yield Fact(folder, "version", found[1], at(path, 1), _FILES[name])
    for path in named(tree, r"\.tool-versions"):
        for number, row in enumerate(text(tree, path).split("\n")[:100], 1):
            tool, _, rest = row.strip().partition(" ")
            if (runtime := _TOOLS.get(tool, tool)) and (found := _NUMBER.match(rest.strip())):
                yield Fact(split(path)[0], "version", found[1], at(path, number), runtime)
    for file, runtime, form in _IN_TEXTS:
        for path in named(tree, re.escape(file)):
            content = text(tree, path)
            if found := form.search(content):
                number = content.count("\n", 0, found.start(1)) + 1
                yield Fact(split(path)[0], "version", found[1], at(path, number), runtime)
    yield from _in_documents(tree)


def _in_documents(tree: Tree) -> Iterator[Fact]:
    asked = (
        (r"package\.json", "node", json_object, (("engines", "node"),)),
        (r"composer\.json", "php", json_object, (("config", "platform", "php"), ("require", "php"))),
        (r"pyproject\.toml", "python", toml, (("project", "requires-python"), _POETRY)),
        (r"Cargo\.toml", "rust", toml, (("package", "rust-version"),)),
        (r"rust-toolchain\.toml", "rust", toml, (("toolchain", "channel"),)),
    )  # fmt: skip
    for pattern, runtime, parse, places in asked:
        for path in named(tree, pattern):
            content = text(tree, path)
            document = parse(content)
            wanted = next((found for keys in places if (found := words(document, *keys))), "")
            if wanted:
                yield Fact(split(path)[0], "range", wanted, at(path, line_of(content, wanted)), runtime)
            if number := _NUMBER.search(wanted):
                yield Fact(split(path)[0], "version", number[1], at(path, line_of(content, wanted)), runtime)
