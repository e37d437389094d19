"""Long lists of hosts: what a firewall lets through, whose images may be shown, what a linter allows, what is blocked.

They name whatever might be met, not what is used. Of pictures a single host is a list. A content security policy is no
such list: it names what the pages load, under the directive that loads it.
"""

import re
from collections.abc import Sequence

_HOST_ALONE = re.compile(  # also as a regular expression, whose backslashes are gone here
    r"\s{0,60}(?:-\s{1,4})?[\"'/^]{0,3}(?:https?://)?[.*]{0,2}((?:[a-z0-9\-]{1,63}\.){1,6}[a-z]{2,10})"
    r"[/$]{0,2}[\"']?,?\s{0,60}(?:(?://|#).*)?$"
)
_POLICY = re.compile(
    r"\b(?:script|img|connect|frame|child|worker|object|style|font|default|media)[-_]?src\b", re.IGNORECASE
)
# hosts whose pictures an image optimiser may fetch: patterns of URLs, and a list of names
_PATTERNS = "remotePatterns"
_HOST_PATTERN = re.compile(r"\bhostname[\"']?\s{0,3}:")
_PICTURES = re.compile(r"\bimages?\b[^\[\]]{0,200}?\bdomains[\"']?\s{0,3}:\s{0,3}\[[^\[\]]{0,4000}\]")
_FEWEST_DOMAINS = 8  # of different owners, in lines that follow each other
_DOMAIN = re.compile(r"[\"'/. ]([a-z0-9\-]{2,63}\.(?:com|net|org|io|de|ru|uk|fr|co|jp|eu))\b")
_DIRECTORY = 60  # different owners: trackers to block, sites to treat specially. No program is set up with that many


def _host_alone(line: str) -> re.Match[str] | None:
    return _HOST_ALONE.match(line[:300].replace("\\", ""))


class HostLists:
    """The lists in one text, sought when a line is asked for that could stand in one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: frozenset[int] | None = None
        self._pictures: tuple[tuple[int, int], ...] | None = None

    def have(self, number: int, offset: int) -> bool:
        """Whether line `number`, from 1, on which the offset lies, is a host of a list."""
        start = self._text.rfind("\n", 0, offset) + 1
        if self._shows_pictures_of(start, offset):
            return True
        if self._found is None and _host_alone(self._text[start : start + 300].partition("\n")[0]) is None:
            return False
        if self._found is None:
            self._found = lines_of_lists(self._text.split("\n"))
        return number in self._found

    def _shows_pictures_of(self, start: int, offset: int) -> bool:
        """Whether the host is one whose pictures may be shown: `images: { remotePatterns: [{ hostname: "…" }] }`."""
        if _PATTERNS in self._text and _HOST_PATTERN.search(self._text, start, offset):
            return True
        if self._pictures is None:
            self._pictures = tuple(found.span() for found in _PICTURES.finditer(self._text))
        return any(first <= offset < end for first, end in self._pictures)


def lines_of_lists(lines: Sequence[str]) -> frozenset[int]:
    """The numbers, from 1, of lines that hold one host each and stand in such a list."""
    found: set[int] = set()
    run: list[tuple[int, str]] = []
    for number, line in enumerate((*lines, "", ""), 1):
        if host := _host_alone(line):
            run.append((number, ".".join(host[1].split(".")[-2:])))
            continue
        if run and number - run[-1][0] == 1:
            continue  # one line of something else, a remark
        if len({domain for _, domain in run}) >= _FEWEST_DOMAINS:
            found.update(number for number, _ in run)
        run = []
    if found and any(_POLICY.search(line) for line in lines):
        return frozenset()
    return frozenset(found)


def is_directory(text: str) -> bool:
    """Whether a file of data names the hosts of the whole web."""
    return "script-src" not in text and len({found[1] for found in _DOMAIN.finditer(text)}) >= _DIRECTORY
