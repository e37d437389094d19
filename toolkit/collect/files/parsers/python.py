"""Python source: imports, calls (spelled through the file's imports), names. Docstrings count as comments.

A script may say at its head, in comments, which packages it needs: https://peps.python.org/pep-0723/.
"""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place, Unparsed
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._documents import toml_document
from toolkit.collect.files.parsers._places import Lines
from toolkit.collect.files.parsers._tree import Grammar, plain_names

CLAIMS = ("*.py", "*.pyw", "*.pyi")
KINDS = kinds("python") | {"pypi"}
NEAR = True
SCATTERED = True

HEADER = "# /// script"
HINTS = (HEADER,)
_NO_CODE = frozenset({f"hint:{HEADER}"})
_PACKAGE = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._\-]{0,100})")
_FROM = re.compile(r"\s*from\s+([\w.]+)\s+import\s+(.*)", re.DOTALL)
_NAME = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?")
_BACKEND = re.compile(
    r"[\"'](ENGINE|BACKEND)[\"']\s{0,8}:\s{0,8}(?:[\w.]{1,40}\(\s{0,8}(?:[\"']\w{1,40}[\"'],\s{0,8}(?:default=)?)?)?"
    r"[\"'](django\.[\w.]{1,80})[\"']"
)
_MODULE = re.compile(r"[\"']([a-z_]\w{1,40}(?:\.\w{1,60}){2,6})[\"']")
_COMMENT = re.compile(r"#[^\n]*")
# Line continuations with nothing between them. At every step the grammar's scanner goes through all that follow: a
# megabyte of them takes minutes and gigabytes, and nothing stops it within a step.
_CONTINUED = re.compile(r"(?:\\\r?\n[ \t\f]*){50}")


def imports(statement: str) -> Iterator[Imported]:
    """'from a.b import c as d' → a.b.c known as d; relative imports yield nothing."""
    statement = _COMMENT.sub("", statement)
    if found := _FROM.fullmatch(statement):
        module, rest = found.groups()
        if module.startswith("."):
            return
        if rest.strip() == "*":
            yield Imported(module)
        for name, alias in _NAME.findall(rest):
            yield Imported(f"{module}.{name}", alias or name)
        return
    for name, alias in _NAME.findall(statement.strip().removeprefix("import")):
        yield Imported(name, alias or None)


DIALECT = Dialect("python", Grammar("tree_sitter_python", "python"), imports, resolve=True)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Python file."""
    if HEADER in text:
        yield from _packages(text)
    if near is not None:
        near = [place for place in near if place.kinds != _NO_CODE]
    yield from _django(text)
    if near is None or any("python" in place.kinds for place in near):
        yield from _named_modules(text)
    if endless := _CONTINUED.search(text):
        yield from plain_names(text)
        raise Unparsed(text.count("\n", 0, endless.start()) + 1, "line continuations without an end")
    yield from scan(text, DIALECT, near)


def _django(text: str) -> Iterator[Mention]:
    """Engines that Django's settings choose by a module's name, as calls: ENGINE(django.db.backends.mysql)."""
    for found in _BACKEND.finditer(text) if "django." in text else ():
        line = text.count("\n", 0, found.start()) + 1
        commented = "#" in text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        yield Mention("call", f"{found[1]}({found[2]})", line, discard="comment" if commented else None)


def _named_modules(text: str) -> Iterator[Mention]:
    """Modules that settings name in quotes, for a framework to import: INSTALLED_APPS, EMAIL_BACKEND, STORAGES."""
    for found in _MODULE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        yield Mention("python", found[1], line, discard="comment" if "#" in before else None)


def _packages(text: str) -> Iterator[Mention]:
    """What the script's head asks for."""
    lines = text.split("\n")
    if HEADER not in lines:
        return
    first = lines.index(HEADER) + 1
    head = []
    for line in lines[first:]:
        if line == "# ///" or not line.startswith("#"):
            break
        head.append(line[2:])
    document = toml_document("\n".join(head))
    wanted = document.get("dependencies")
    places = Lines("\n".join(head))
    for item in wanted if isinstance(wanted, list) else ():
        if isinstance(item, str) and (found := _PACKAGE.match(item)):
            yield Mention("pypi", found[1], first + places.find(found[1], "dependencies"))
