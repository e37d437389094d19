"""Configuration that is a program: `docusaurus.config.js`. The keys of its objects; the rest is `javascript`'s."""

from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers.config import keys

CLAIMS = ("*.config.js", "*.config.cjs", "*.config.mjs", "*.config.ts", "*.config.mts")
KINDS: frozenset[SignalKind] = frozenset({"config"})


def parse(path: str, text: str) -> Iterator[Mention]:
    """Keys with those above them, by indentation: "config.themeConfig.algolia"."""
    lines = text.split("\n")
    codes = {
        number: 0 if line.lstrip().startswith(("//", "*", "/*")) else len(line) for number, line in enumerate(lines, 1)
    }
    for mention in keys(lines, codes):
        if mention.kind == "config":
            yield mention
