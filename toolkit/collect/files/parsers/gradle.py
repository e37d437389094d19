"""Gradle: dependencies and plugins in Groovy or Kotlin scripts, and version catalogues."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import host_of
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import Role

CLAIMS = ("?*.gradle", "?*.gradle.kts", "build.gradle", "build.gradle.kts", "?*.versions.toml", "gradle.lockfile")
KINDS: frozenset[SignalKind] = frozenset({"maven", "host"})

_COORDINATE = re.compile(
    r"^[ \t]*(\w{1,60})[ \t(]{1,4}(?:platform\(|enforcedPlatform\()?[\"']"
    r"([\w.\-]{1,120}):([\w.\-]{1,120})(?::[^\"'\n]{0,120})?[\"']",
    re.MULTILINE,
)
_NAMED = re.compile(
    r"^[ \t]*(\w{1,60})[ \t(]{1,4}group[ \t]*[:=][ \t]*[\"']([\w.\-]{1,120})[\"'],[ \t]*"
    r"name[ \t]*[:=][ \t]*[\"']([\w.\-]{1,120})[\"']",
    re.MULTILINE,
)
_CATALOGUE = re.compile(r"[\"']([\w.\-]{1,120}):([\w.\-]{1,120})(?::[\w.\-]{1,60})?[\"']")
_CATALOGUE_TABLE = re.compile(r"group\s*=\s*\"([\w.\-]{1,120})\",\s*name\s*=\s*\"([\w.\-]{1,120})\"")
# library("okta", "com.okta.sdk:okta-sdk-api:15.0.0"), library("stripe", "com.stripe", "stripe-java")
_LIBRARY = re.compile(
    r"\blibrary\(\s{0,20}[\"'][\w.\-]{1,120}[\"'],\s{0,20}[\"']([\w.\-]{1,120})"
    r"(?::|[\"'],\s{0,20}[\"'])([\w.\-]{1,120})"
)
_LOCKED = re.compile(r"^([\w.\-]{1,120}):([\w.\-]{1,120}):[^=\n]{1,80}=", re.MULTILINE)
_PLUGIN = re.compile(r"^[ \t]*id[ \t(]{1,3}[\"']([\w.\-]{3,120})[\"']", re.MULTILINE)
_REPOSITORY = re.compile(r"^[^/\n]{0,120}[\"']https://([\w.\-]{4,120})[/\"']", re.MULTILINE)
_BUILD = re.compile(r"test|debug|classpath|kapt|ksp|annotationProcessor|compileOnly|detekt|lint", re.IGNORECASE)
_KEYWORDS = frozenset({"exclude", "force", "because", "id", "url", "from", "project", "substitute", "module"})
_PINNED = "dependency"  # of the dependency management plugin: a version in case something else asks for it


def parse(path: str, text: str) -> Iterator[Mention]:
    """Artifacts as group:artifact; a plugin `x.y` is the artifact x.y:x.y.gradle.plugin it resolves to."""
    lines = Lines(text)
    if path.endswith(".toml"):
        for pattern in (_CATALOGUE, _CATALOGUE_TABLE):
            for found in pattern.finditer(text):
                yield Mention("maven", f"{found[1]}:{found[2]}", lines.at(found.start()))
    elif path.endswith(".lockfile"):
        for found in _LOCKED.finditer(text):
            yield Mention("maven", f"{found[1]}:{found[2]}", lines.at(found.start()), discard="transitive")
    else:
        yield from _script(text, lines)


def _script(text: str, lines: Lines) -> Iterator[Mention]:
    for found in _LIBRARY.finditer(text):
        yield Mention("maven", f"{found[1]}:{found[2]}", lines.at(found.start(1)))
    for pattern in (_COORDINATE, _NAMED):
        for found in pattern.finditer(text):
            if found[1] not in _KEYWORDS and found[1] != _PINNED:
                role: Role | None = "build/ci" if _BUILD.match(found[1]) else None
                yield Mention("maven", f"{found[2]}:{found[3]}", lines.at(found.start(2)), role)
    for found in _PLUGIN.finditer(text):
        yield Mention("maven", f"{found[1]}:{found[1]}.gradle.plugin", lines.at(found.start(1)), "build/ci")
    for found in _REPOSITORY.finditer(text):
        if host := host_of(found[1]):
            yield Mention("host", host, lines.at(found.start(1)), "build/ci")
