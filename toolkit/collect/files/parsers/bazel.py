"""Bazel: the artifacts of Maven, modules of Go and packages of Python that its files ask for, and Maven's lock file."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._named import named
from toolkit.collect.files.parsers._places import Lines

CLAIMS = (
    "MODULE.bazel", "?*.MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel", "WORKSPACE.bzlmod", "BUILD", "BUILD.bazel",
    "?*.bzl", "maven_install.json", "?*_maven_install.json",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"maven", "golang", "pypi", "host", "uri", "arn", "env"})

_COMMENT = re.compile(r"^[ \t]{0,200}#[^\n]*", re.MULTILINE)
_COORDINATE = re.compile(
    r"[\"']([A-Za-z][\w\-]{0,60}(?:\.[\w\-]{1,60}){1,8}):([\w.\-]{1,120})(?::[\w.\-:@]{1,120})?[\"']"
)
_ARTIFACT = re.compile(
    r"\bgroup\s{0,4}=\s{0,4}\"([\w.\-]{1,120})\",\s{0,80}artifact\s{0,4}=\s{0,4}\"([\w.\-]{1,120})\""
)
_GO = re.compile(r"\b(?:importpath|path)\s{0,4}=\s{0,4}\"([a-z][\w\-]{0,60}\.[a-z]{2,10}/[\w./\-]{1,160})\"")
_PYTHON = re.compile(r"\brequirement\(\s{0,4}\"([A-Za-z0-9][\w.\-]{0,100})\"")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one file. What a lock file pins and nobody here asked for is transitive."""
    lines = Lines(text)
    if path.endswith(".json"):
        for found in _COORDINATE.finditer(text):
            yield Mention("maven", f"{found[1]}:{found[2]}", lines.at(found.start()), discard="transitive")
        return
    code = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    for pattern in (_COORDINATE, _ARTIFACT):
        for found in pattern.finditer(code):
            yield Mention("maven", f"{found[1]}:{found[2]}", lines.at(found.start()))
    for found in _GO.finditer(code):
        yield Mention("golang", found[1], lines.at(found.start()))
    for found in _PYTHON.finditer(code):
        yield Mention("pypi", found[1], lines.at(found.start()))
    yield from named(code, 1, "build/ci")
