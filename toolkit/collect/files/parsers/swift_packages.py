"""Packages of Apple's platforms: Podfile, Podfile.lock, podspecs, Package.swift, Package.resolved, Cartfile.

A pod is named as it is ("Firebase/Messaging"), a Swift package by its repository without the host ("apple/swift-nio").
"""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import DiscardReason

CLAIMS = (
    "Podfile", "Podfile.lock", "?*.podspec", "Package.swift", "Package.resolved", "Cartfile", "project.pbxproj",
    "project.yml",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"swift"})

_POD = re.compile(r"^[^#\n]{0,100}\b(?:pod|dependency)[ (]{1,3}['\"]([\w.+/\-]{2,100})['\"]", re.MULTILINE)
_LOCKED = re.compile(r"^  (-|  -) \"?([A-Za-z][\w.+/\-]{1,100})", re.MULTILINE)
_REPOSITORY = re.compile(r"https://(?:www\.)?[\w.\-]{4,80}/([\w.\-]{1,80}/[\w.\-]{1,100}?)(?:\.git)?[\"';\s]")
_CARTHAGE = re.compile(r"^github \"([\w.\-]{1,80}/[\w.\-]{1,100})\"", re.MULTILINE)


def parse(path: str, text: str) -> Iterator[Mention]:
    """Direct packages; what a lock file lists only because another package asks for it is transitive."""
    name = path.rpartition("/")[2]
    lines = Lines(text)
    if name == "Podfile.lock":
        direct = set(re.findall(r"[\w.+/\-]+", text.partition("\nDEPENDENCIES:")[2].partition("\n\n")[0]))
        for found in _LOCKED.finditer(text.partition("\nDEPENDENCIES:")[0]):
            transitive: DiscardReason | None = None if found[1] == "-" and found[2] in direct else "transitive"
            yield Mention("swift", found[2], lines.at(found.start()), discard=transitive)
        return
    pattern = _POD if name == "Podfile" or name.endswith(".podspec") else _REPOSITORY
    if name == "Cartfile":
        pattern = _CARTHAGE
    for found in pattern.finditer(text):
        yield Mention("swift", found[1], lines.at(found.start(1)))
