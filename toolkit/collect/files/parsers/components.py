"""Components of one file: the scripts of Vue, Svelte and Astro, read as the TypeScript they are."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers import javascript

CLAIMS = ("*.vue", "*.svelte", "*.astro")
KINDS = javascript.KINDS - {"host", "uri", "arn", "env"}  # those are `html`'s, which knows what a browser loads

_SCRIPT = re.compile(r"<script\b[^>\n]{0,500}>(.*?)</script>|\A---\n(.*?)\n---", re.DOTALL)
_NOT_A_LINE = re.compile(r"[^\n]")


def parse(path: str, text: str) -> Iterator[Mention]:
    """What the scripts import and call, at its lines in the component."""
    script, end = "", 0
    for found in _SCRIPT.finditer(text):
        group = 1 if found[1] is not None else 2
        script += _NOT_A_LINE.sub(" ", text[end : found.start(group)]) + found[group] + ";"
        end = found.end(group)
    if script.strip():
        for mention in javascript.parse(path + ".ts", script):
            if mention.kind in KINDS:
                yield mention
