"""Components of one file: the scripts of Vue, Svelte and Astro, read as the TypeScript they are."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers import javascript

CLAIMS = ("*.vue", "*.svelte", "*.astro")
KINDS = javascript.KINDS - {"host", "uri", "arn", "env"}  # those are `html`'s, which knows what a browser loads

_SCRIPT = re.compile(r"<script\b[^>\n<]{0,500}>")
_FENCE = "---\n"  # around an Astro component's script, which comes first
_NOT_A_LINE = re.compile(r"[^\n]")


def parse(path: str, text: str) -> Iterator[Mention]:
    """What the scripts import and call, at its lines in the component."""
    pieces, end = [], 0
    for start, stop in _scripts(text):
        pieces += [_NOT_A_LINE.sub(" ", text[end:start]), text[start:stop], ";"]
        end = stop
    script = "".join(pieces)
    if script.strip():
        for mention in javascript.parse(path + ".ts", script):
            if mention.kind in KINDS:
                yield mention


def _scripts(text: str) -> Iterator[tuple[int, int]]:
    """Where each script lies, in order. An end that does not come any more is not sought again."""
    position = 0
    if text.startswith(_FENCE) and (stop := text.find("\n" + _FENCE.rstrip(), len(_FENCE) - 1)) >= 0:
        yield len(_FENCE), max(stop, len(_FENCE))
        position = stop
    while found := _SCRIPT.search(text, position):
        stop = text.find("</script>", found.end())
        if stop < 0:
            return
        yield found.end(), stop
        position = stop
