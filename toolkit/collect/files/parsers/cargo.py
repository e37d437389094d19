"""Cargo.toml: crates by the role of their section. Cargo.lock has no direct entries of its own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._documents import toml_document
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import Role

CLAIMS = ("Cargo.toml", "Cargo.lock")
KINDS = frozenset({"cargo"})

_SECTIONS: dict[str, Role | None] = {
    "dependencies": None,
    "dev-dependencies": "build/ci",
    "build-dependencies": "build/ci",
}
_LOCKED = re.compile(r'^\[\[package\]\]\nname = "([\w\-]{1,100})"', re.MULTILINE)


def parse(path: str, text: str) -> Iterator[Mention]:
    """Direct crates; a renamed one (`package = "real"`) counts as what it is."""
    lines = Lines(text)
    if path.endswith(".lock"):
        for found in _LOCKED.finditer(text):
            yield Mention("cargo", found[1], lines.at(found.start(1)), discard="transitive")
        return
    document = toml_document(text)
    workspace = document.get("workspace")
    targets = document.get("target")
    holders = [document, workspace, *(targets.values() if isinstance(targets, dict) else ())]
    for holder in holders:
        yield from _crates(holder, lines) if isinstance(holder, dict) else ()


def _crates(holder: Mapping[str, Any], lines: Lines) -> Iterator[Mention]:
    for section, role in _SECTIONS.items():
        content = holder.get(section)
        for name, wanted in content.items() if isinstance(content, dict) else ():
            details = wanted if isinstance(wanted, dict) else {}
            optional: Role | None = "optional" if details.get("optional") is True else None
            crate = details.get("package", name)
            yield Mention("cargo", str(crate), lines.find(name, section), role or optional)
