"""composer.json and composer.lock."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._documents import json_document
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import Role

CLAIMS = ("composer.json", "composer.lock")
KINDS = frozenset({"composer"})

_SECTIONS: dict[str, Role | None] = {"require": None, "require-dev": "build/ci", "suggest": "optional"}
_LOCKED = re.compile(r'^ {12}"name": "([\w.\-]{1,100}/[\w.\-]{1,100})"', re.MULTILINE)


def parse(path: str, text: str) -> Iterator[Mention]:
    """Packages as vendor/name; platform requirements (php, ext-*) have no vendor and are left out."""
    lines = Lines(text)
    if path.endswith(".lock"):
        for found in _LOCKED.finditer(text):
            yield Mention("composer", found[1].lower(), lines.at(found.start(1)), discard="transitive")
        return
    document = json_document(text)
    for section, role in _SECTIONS.items():
        content = document.get(section) if isinstance(document, dict) else None
        for name in content if isinstance(content, dict) else ():
            if "/" in name:
                yield Mention("composer", name.lower(), lines.find(name, f'"{section}"'), role)
