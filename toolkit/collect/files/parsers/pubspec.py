"""pubspec.yaml and its lock file: the packages of Dart and Flutter."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.model import DiscardReason, Role

CLAIMS = ("pubspec.yaml", "pubspec.lock")
KINDS = frozenset({"pub"})

_SECTION = re.compile(r"([a-z_]{3,40}):\s*(?:#.*)?$")
_PACKAGE = re.compile(r"  ([a-z][a-z0-9_]{1,80}):")
_ROLES: dict[str, Role | None] = {"dependencies": None, "dev_dependencies": "build/ci"}


def parse(path: str, text: str) -> Iterator[Mention]:
    """Direct dependencies by name. The lock file holds what they bring along."""
    locked = path.endswith(".lock")
    transitive: DiscardReason | None = "transitive" if locked else None
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if found := _SECTION.match(line):
            section = found[1]
        elif (found := _PACKAGE.match(line)) and (section in _ROLES or (locked and section == "packages")):
            yield Mention("pub", found[1], number, _ROLES.get(section), transitive)
