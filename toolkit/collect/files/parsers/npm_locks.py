"""Lock files of npm, Yarn, pnpm and Bun: what a manifest did not ask for itself is transitive.

They reach 50 MB and are written by programs, so they are read by pattern in one pass and never built up in memory.
"""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._places import Lines

CLAIMS = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "deno.lock",
)
KINDS = frozenset({"npm"})

_NAME = r"((?:@[\w.\-]{1,80}/)?[\w.\-]{1,100})"
# All begin with a literal, which `re` finds by searching; the text gets a line break in front for that.
_NPM = re.compile(rf'node_modules/{_NAME}": ?\{{')
_NPM_OF_2017 = re.compile(rf'\n +"{_NAME}": \{{\n +"version"')
_YARN = re.compile(rf'\n"?{_NAME}@[^\n]{{0,1000}}:(?=\n)')
_PNPM = re.compile(rf"\n  '?/?{_NAME}[@/]\d[^\n]{{0,300}}:(?=\n)")
_BUN = re.compile(rf'\n +"{_NAME}": \["')
_DENO = re.compile(rf'\n +"{_NAME}@\d[^"\n]{{0,200}}": \{{')
_BY_NAME = {"yarn.lock": _YARN, "pnpm-lock.yaml": _PNPM, "bun.lock": _BUN, "deno.lock": _DENO}


def parse(path: str, text: str) -> Iterator[Mention]:
    """Every locked package."""
    text = f"\n{text}\n"
    lines = Lines(text)
    npm = _NPM if "node_modules/" in text else _NPM_OF_2017
    for found in _BY_NAME.get(path.rpartition("/")[2], npm).finditer(text):
        yield Mention("npm", found[1], lines.at(found.start(1)) - 1, discard="transitive")
