"""Jenkinsfiles: steps, agents' images, shell steps, credentials by name. Groovy is read by its calls only."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._images import image
from toolkit.collect.files.parsers._named import named
from toolkit.collect.files.parsers._places import Lines
from toolkit.collect.files.parsers._shell import commands

CLAIMS = ("Jenkinsfile*", "*.jenkinsfile", "*.Jenkinsfile")
KINDS: frozenset[SignalKind] = frozenset({"action", "image", "call", "host", "uri", "arn", "env"})

_SHELL = re.compile(
    r"\b(?:sh|bat|powershell)\s{0,4}\(?\s{0,4}(?:script:\s{0,4})?(\"\"\"|'''|\"|')(.{1,20000}?)\1", re.DOTALL
)
_STEP = re.compile(r"^\s{0,60}([a-z][A-Za-z]{2,40})\s{0,4}[({]", re.MULTILINE)
_IMAGE = re.compile(r"\b(?:image|docker\.image)\s{0,4}\(?\s{0,4}[\"']([^\"'\n]{2,200})[\"']")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one Jenkinsfile."""
    yield from dict.fromkeys(_mentions(text))


def _mentions(text: str) -> Iterator[Mention]:
    line = Lines(text).at
    for found in _SHELL.finditer(text):
        yield from commands(found[2], line(found.start(2)), "build/ci")
    for found in _STEP.finditer(text):
        yield Mention("action", f"step/{found[1]}", line(found.start(1)), role="build/ci")
    for found in _IMAGE.finditer(text):
        yield from image(found[1], line(found.start(1)))
    yield from named(text, 1, "build/ci")
