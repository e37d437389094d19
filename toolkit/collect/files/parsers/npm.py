"""package.json and deno.json: the packages asked for by name."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers import _literals
from toolkit.collect.files.parsers._documents import json_document
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import Role

CLAIMS = ("package.json", "deno.json", "deno.jsonc", "import_map.json", "jsr.json")
KINDS: frozenset[SignalKind] = frozenset({"npm", "config", "host"})

_SECTIONS: dict[str, Role | None] = {
    "dependencies": None,
    "optionalDependencies": "optional",
    "peerDependencies": None,
    "devDependencies": "build/ci",
}
_SPECIFIER = re.compile(r"(?:npm:|jsr:|https?://(?:esm\.sh|cdn\.skypack\.dev|unpkg\.com)/)/?((?:@[^/@\s]+/)?[^/@\s?]+)")
_COMMENT = re.compile(r"^[ \t]*//.*$", re.MULTILINE)


def parse(path: str, text: str) -> Iterator[Mention]:
    """Direct dependencies. An alias ("npm:real@1") counts as what it stands for."""
    document = json_document(_COMMENT.sub("", text) if path.endswith(".jsonc") else text)
    if not isinstance(document, dict):
        return
    lines = Lines(text)
    for section, role in _SECTIONS.items():
        content = document.get(section)
        for name, version in content.items() if isinstance(content, dict) else ():
            alias = _SPECIFIER.match(version) if isinstance(version, str) else None
            line = lines.find(name, f'"{section}"')
            yield Mention("npm", alias[1] if alias else name, line, role)
            for host in _literals.urls(f'"{version}"') if isinstance(version, str) and "://" in version else ():
                yield Mention(host.kind, host.value, line, role)  # an archive from somewhere else
    imports = document.get("imports")
    for name, target in imports.items() if isinstance(imports, dict) else ():
        if isinstance(target, str) and (found := _SPECIFIER.match(target)):
            yield Mention("npm", found[1], lines.find(name, '"imports"'))
        for host in _literals.urls(f'"{target}"') if isinstance(target, str) and "://" in target else ():
            yield Mention(host.kind, host.value, lines.find(name, '"imports"'))
