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
_NPM = re.compile(
    rf'"(?:[^"\n]{{0,300}}/)?node_modules/{_NAME}": ?\{{|^ +"{_NAME}": \{{\n +"version"',
    re.MULTILINE,
)
_YARN = re.compile(rf'^"?{_NAME}@[^\n]{{0,1000}}:$', re.MULTILINE)
_PNPM = re.compile(rf"^  '?/?{_NAME}[@/]\d[^\n]{{0,300}}:$", re.MULTILINE)
_BUN = re.compile(rf'^ +"{_NAME}": \["', re.MULTILINE)
_DENO = re.compile(rf'^ +"{_NAME}@\d[^"\n]{{0,200}}": \{{', re.MULTILINE)
_BY_NAME = {"yarn.lock": _YARN, "pnpm-lock.yaml": _PNPM, "bun.lock": _BUN, "deno.lock": _DENO}


def parse(path: str, text: str) -> Iterator[Mention]:
    """Every locked package."""
    lines = Lines(text)
    for found in _BY_NAME.get(path.rpartition("/")[2], _NPM).finditer(text):
        name = next(group for group in found.groups() if group)
        yield Mention("npm", name, lines.at(found.start()), discard="transitive")
