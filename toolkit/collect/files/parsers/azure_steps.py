"""Steps of Azure Pipelines in files of any name: its templates lie wherever a repository puts them."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention

CLAIMS = ("*.yml", "*.yaml")
KINDS: frozenset[SignalKind] = frozenset({"action"})

_TASK = re.compile(r"\s{0,60}-\s{1,4}task:\s{1,4}[\"']?([A-Za-z][\w.\-]{2,80})@\d")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Ready-made tasks by name: `- task: AzureWebApp@1`."""
    for number, line in enumerate(text.split("\n"), 1):
        if found := _TASK.match(line):
            yield Mention("action", f"task/{found[1]}", number, role="build/ci")
