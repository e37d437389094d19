"""Shell scripts and Procfiles: commands, hosts, environment names."""

from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._shell import commands

CLAIMS = (
    "*.sh", "*.bash", "*.zsh", "*.ksh", "*.ps1", "*.psm1", "*.bat", "*.cmd", "*.envrc",
    "Makefile", "*.mk", "justfile", "Justfile",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"call", "host", "uri", "arn", "env"})


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one script."""
    yield from dict.fromkeys(commands(text, 1))
