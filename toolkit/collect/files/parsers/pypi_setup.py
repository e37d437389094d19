"""setup.py, read with `ast` and never run, and setup.cfg."""

import ast
import configparser
import re
from collections.abc import Iterator

import msgspec

from toolkit.collect.files.mention import Mention, Unparsed
from toolkit.collect.files.parsers._places import Lines, by_feeds
from toolkit.collect.files.parsers.pypi_requirements import development
from toolkit.model import Role

CLAIMS = ("setup.py", "setup.cfg")
KINDS = frozenset({"pypi"})

_LONGEST = 200_000  # characters; Python's own tree takes 5 µs and 0.8 kB for each
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._\-]{0,100})")
_LISTS: dict[str, Role | None] = {"install_requires": None, "tests_require": "build/ci", "setup_requires": "build/ci"}


def parse(path: str, text: str) -> Iterator[Mention]:
    """The packages that are asked for by name."""
    yield from _config(text) if path.endswith(".cfg") else _program(text)


def _program(text: str) -> Iterator[Mention]:
    if len(text) > _LONGEST:
        raise Unparsed(1, "longer than any setup.py")
    line_of = by_feeds(text)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        line = line_of(getattr(err, "lineno", None) or 1)
        raise Unparsed(line, "no valid Python") from err
    for node in ast.walk(tree):
        named: list[tuple[str, ast.expr]] = []
        if isinstance(node, ast.keyword) and node.arg:
            named = [(node.arg, node.value)]
        elif isinstance(node, ast.Assign):
            named = [(target.id, node.value) for target in node.targets if isinstance(target, ast.Name)]
        for name, value in named:
            for mention in _values(name.lower(), value):
                yield msgspec.structs.replace(mention, line=line_of(mention.line))


def _values(name: str, value: ast.expr) -> Iterator[Mention]:
    if name in _LISTS or name in ("requires", "requirements"):
        yield from _literals(value, _LISTS.get(name))
    elif name == "extras_require" and isinstance(value, ast.Dict):
        for key, content in zip(value.keys, value.values, strict=True):
            group = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
            yield from _literals(content, development(group) or "optional")


def _literals(value: ast.expr, role: Role | None) -> Iterator[Mention]:
    for node in value.elts if isinstance(value, ast.List | ast.Tuple) else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := _NAME.match(node.value)):
            yield Mention("pypi", found[1], node.lineno, role)


def _config(text: str) -> Iterator[Mention]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as err:
        raise Unparsed(getattr(err, "lineno", None) or 1, "no valid setup.cfg") from err
    lines = Lines(text)
    wanted = [(parser.get("options", key, fallback=""), role, key) for key, role in _LISTS.items()]
    if parser.has_section("options.extras_require"):
        wanted += [
            (content, development(group) or "optional", "[options.extras_require]")
            for group, content in parser.items("options.extras_require")
        ]
    for content, role, section in wanted:
        for line in content.split("\n"):
            if found := _NAME.match(line):
                yield Mention("pypi", found[1], lines.find(found[1], section), role)
