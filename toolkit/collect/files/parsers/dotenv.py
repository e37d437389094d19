"""Environment files: the names, the hosts inside values, and which engine is chosen. A value itself is never kept."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import names
from toolkit.model import Role

CLAIMS = (
    ".env*", "*.env", "*.env.*", ".envrc", "*-env.template", "env.example", "env.sample", "env.template", ".dev.vars*",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"env", "host", "uri", "arn", "config"})

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]{1,100})\s*[=:](.*)")
_COMMENTED = re.compile(r"\s*#+\s?(?:export\s+)?([A-Z][A-Z0-9_]{2,100})=(.*)")
# settings whose value chooses an engine by its bare name: DB_CONNECTION=mysql
_CHOOSING = re.compile(r"(?:DB|DATABASE|CACHE|QUEUE|SESSION|BROKER)_[A-Z]{2,12}")
_BARE_WORD = re.compile(r"[\"']?([a-z][a-z0-9]{1,15})[\"']?")
_TEMPLATE = re.compile(r".*(?:example|sample|dist|template|tpl)(?:\.[a-z]+)?")


def parse(path: str, text: str) -> Iterator[Mention]:
    """A name that is assigned is in use; in a template it is an option the program has; commented out it is neither."""
    role: Role | None = "optional" if _TEMPLATE.fullmatch(path.rpartition("/")[2].lower()) else None
    for number, line in enumerate(text.split("\n"), 1):
        if found := _COMMENTED.match(line):
            yield Mention("env", found[1], number, discard="comment")
            yield from _hosts(found[2], number, comment=True)
        elif line.lstrip().startswith("#"):
            yield from _hosts(line, number, comment=True)
        elif found := _ASSIGNMENT.match(line):
            yield Mention("env", found[1], number, role)
            value, _, remark = found[2].partition(" #")
            if _CHOOSING.fullmatch(found[1]) and (word := _BARE_WORD.fullmatch(value.strip())):
                yield Mention("config", f"{found[1]}={word[1]}", number, role)
            yield from _hosts(value, number, role)
            yield from _hosts(remark, number, comment=True)


def _hosts(text: str, number: int, role: Role | None = None, *, comment: bool = False) -> Iterator[Mention]:
    for found in names(text):
        if found.kind != "env":
            yield Mention(found.kind, found.value, number, role, discard="comment" if comment else None)
