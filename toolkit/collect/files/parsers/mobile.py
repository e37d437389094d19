"""Mobile applications: Android's manifest, Apple's property lists and entitlements, Firebase's settings files."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import names
from toolkit.collect.files.parsers._places import Lines
from toolkit.collect.files.parsers._xml import elements

CLAIMS = (
    "AndroidManifest.xml", "Info.plist", "*-Info.plist", "GoogleService-Info*.plist", "?*.entitlements",
    "google-services.json", "strings.xml",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"config", "host", "uri", "jvm"})

# Firebase's settings name a bucket whether or not the application stores anything in it.
_BUCKET = re.compile(r'"storage_bucket"\s{0,10}:\s{0,10}"[^"\n]{0,200}"')
_BUCKET_KEY = "STORAGE_BUCKET"
_KEY = re.compile(r'"(\w{2,60})"\s*:')
_CLASS = re.compile(r"[a-z]\w*(?:\.\w+){2,}")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Keys as `config`, class and permission names as `jvm`, and the hosts of values."""
    if path.endswith(".json"):
        lines = Lines(text)
        for found in _KEY.finditer(text):
            yield Mention("config", found[1], lines.at(found.start()))
        for literal in names(_BUCKET.sub(lambda found: " " * len(found[0]), text)):
            if literal.kind != "env":
                yield Mention(literal.kind, literal.value, lines.at(literal.offset))
        return
    key = ""
    for element in elements(text):
        key = element.text if element.name == "key" else key
        yield from _named(element.text if element.name == "key" else "", element.line)
        yield from _named(element.attributes.get("name", ""), element.line)
        told = element.name == "string" and key != _BUCKET_KEY
        values = (element.text if told else "", *element.attributes.values())
        for literal in names(" ".join(values)):
            if literal.kind in ("host", "uri"):
                yield Mention(literal.kind, literal.value, element.line)


def _named(name: str, line: int) -> Iterator[Mention]:
    if name:
        yield Mention("config", name, line)
        if _CLASS.fullmatch(name):
            yield Mention("jvm", name, line)
