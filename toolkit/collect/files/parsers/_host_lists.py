"""Long lists of hosts in configuration: what a firewall lets through, whose images may be shown, what a linter allows.

They name whatever might be met, not what is used. A content security policy is no such list: it names what the pages
load, under the directive that loads it.
"""

import re
from collections.abc import Sequence

_HOST_ALONE = re.compile(
    r"\s{0,60}(?:-\s{1,4})?[\"']?(?:https?://)?[.*]{0,2}((?:[a-z0-9\-]{1,63}\.){1,6}[a-z]{2,10})/?[\"']?,?\s*$"
)
_POLICY = re.compile(
    r"\b(?:script|img|connect|frame|style|font|default|media|form-action)[-_]src\b|Src\b", re.IGNORECASE
)
_FEWEST_DOMAINS = 8  # of different owners, in lines that follow each other


def lines_of_lists(lines: Sequence[str]) -> frozenset[int]:
    """The numbers, from 1, of lines that hold one host each and stand in such a list."""
    found: set[int] = set()
    run: list[tuple[int, str]] = []
    for number, line in enumerate((*lines, ""), 1):
        if host := _HOST_ALONE.match(line[:300]):
            run.append((number, ".".join(host[1].split(".")[-2:])))
            continue
        if len({domain for _, domain in run}) >= _FEWEST_DOMAINS:
            found.update(number for number, _ in run)
        run = []
    if found and any(_POLICY.search(line) for line in lines):
        return frozenset()
    return frozenset(found)
