"""Gemfile, gemspecs and Gemfile.lock."""

import re
from collections.abc import Iterator

from toolkit.collect.files.mention import Mention
from toolkit.model import Role

CLAIMS = ("Gemfile", "Gemfile.lock", "gems.rb", "gems.locked", "*.gemfile", "?*.gemspec")
KINDS = frozenset({"gem"})

_GEM = re.compile(r"\s*gem[\s(]+[\"']([\w.\-]{1,100})[\"'](.*)")
_SPEC = re.compile(r"\s*\w+\.add_(runtime_|development_)?dependency[\s(]+[\"']([\w.\-]{1,100})[\"']")
_GROUP = re.compile(r"\s*group[\s(]+(.*?)\bdo\b")
_INLINE_GROUP = re.compile(r"\bgroups?(?::|\s*=>)\s*(\[[^\]\n]*\]|:\w+)")
_OPENS = re.compile(r"(?:.*\bdo\b(?:\s*\|[^|]*\|)?\s*$|\s*(?:if|unless|case|begin|def)\b)")
_LOCKED = re.compile(r" {4}([\w.\-]{1,100}) \(")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Direct gems by the role of their group; a lock file's other gems are transitive."""
    lines = text.split("\n")
    if path.endswith((".lock", ".locked")):
        yield from _lock(lines)
    elif path.endswith(".gemspec"):
        yield from _gemspec(lines)
    else:
        yield from _gemfile(lines)


def _gemfile(lines: list[str]) -> Iterator[Mention]:
    """`group … do` blocks nest like all others; each `end` closes the innermost."""
    blocks: list[Role | None] = []
    for number, line in enumerate(lines, 1):
        code = line.partition("#")[0] if "'" not in line and '"' not in line else line
        if group := _GROUP.match(code):
            blocks.append(_role(group[1]))
        elif _OPENS.match(code) and not code.lstrip().startswith(("gem ", "#")):
            blocks.append(None)
        elif code.strip() == "end" and blocks:
            blocks.pop()
        elif found := _GEM.match(code):
            inline = _INLINE_GROUP.search(found[2])
            role = _role(inline[1]) if inline else next((role for role in reversed(blocks) if role), None)
            yield Mention("gem", found[1], number, role)


def _role(groups: str) -> Role | None:
    names = re.findall(r"\w+", groups)
    known = {"development", "dev", "test", "tests", "ci", "lint", "rubocop", "docs", "doc", "tools", "optional", "true"}
    return "build/ci" if names and all(name in known for name in names) else None


def _gemspec(lines: list[str]) -> Iterator[Mention]:
    for number, line in enumerate(lines, 1):
        if found := _SPEC.match(line):
            yield Mention("gem", found[2], number, "build/ci" if found[1] == "development_" else None)


def _lock(lines: list[str]) -> Iterator[Mention]:
    """All locked gems: which of them the platform asks for, and for what, is in the Gemfile."""
    for number, line in enumerate(lines, 1):
        if found := _LOCKED.match(line):
            yield Mention("gem", found[1], number, discard="transitive")
