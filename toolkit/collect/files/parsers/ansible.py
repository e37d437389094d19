"""Ansible playbooks, task files and requirements: modules and collections by their full name."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention

CLAIMS = ("*.yml", "*.yaml")
KINDS: frozenset[SignalKind] = frozenset({"config"})

_NAME = r"[a-z][a-z0-9_]{1,40}"
_MODULE = re.compile(rf"\s{{0,60}}(?:-\s{{1,4}})?(?:(?:local_)?action:\s{{1,4}})?({_NAME}\.{_NAME}\.{_NAME}):?(?:\s|$)")
_COLLECTION = re.compile(rf"\s{{0,20}}-\s{{1,4}}(?:name:\s{{1,4}})?[\"']?({_NAME}\.{_NAME})[\"']?\s*$")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one file; `ansible.builtin` is Ansible itself and yields nothing."""
    is_play = "hosts:" in text or "name:" in text
    if not is_play:
        return
    collections = "collections:" in text
    for number, line in enumerate(text.split("\n"), 1):
        found = _MODULE.match(line) or (_COLLECTION.match(line) if collections else None)
        if found and not found[1].startswith("ansible."):
            yield Mention("config", f"ansible/{found[1]}", number, role="infra")
