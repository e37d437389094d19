"""Many gitignore-style globs against many paths, fast: a glob is tried only on names that can match it.

In: (glob, payload) pairs. Out: the payloads of all globs that match a path relative to the root.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

T = TypeVar("T")
_WILD = re.compile(r"[*?\[]")
_MOST_STARS = 3  # in one glob: matching takes O(len(path) ** stars), and ignore files are hostile input


def regex_of(glob: str) -> str | None:
    """The regular expression of one gitignore-style glob, to be matched from the start of a path.

    A folder's path must end in "/". None for what is no glob: blank lines, comments, globs with too many stars.
    """
    if glob.replace("**", "*").count("*") > _MOST_STARS + glob.count("/"):
        return None
    try:
        regex, _ = GitIgnoreSpecPattern.pattern_to_regex(glob)
    except ValueError:
        return None
    # pathspec names the group of the trailing slash; names must not repeat when many are joined
    return re.sub(r"\(\?P<\w+>/\)", "/", regex) if regex is not None else None


class Globs(Generic[T]):
    """An index of globs by the file name or extension they end in."""

    def __init__(self, pairs: Iterable[tuple[str, T]]) -> None:
        self._names: dict[str, list[tuple[re.Pattern[str] | None, T]]] = defaultdict(list)
        self._extensions: dict[str, list[tuple[re.Pattern[str] | None, T]]] = defaultdict(list)
        self._others: list[tuple[re.Pattern[str] | None, T]] = []
        for glob, payload in pairs:
            if (regex := regex_of(glob)) is not None:
                self._place(glob).append((_needed(glob, regex), payload))

    def _place(self, glob: str) -> list[tuple[re.Pattern[str] | None, T]]:
        last = glob.rsplit("/", 1)[-1]
        if last and not _WILD.search(last):
            return self._names[last]
        tail = _WILD.split(last)[-1].strip("]")
        if last and "." in tail:
            return self._extensions[tail.rsplit(".", 1)[-1]]
        return self._others

    def match(self, path: str, name: str) -> list[T]:
        """Payloads of the globs that match `path`, whose last part is `name`, in the order they were given."""
        found = []
        if candidates := self._names.get(name):
            found += [payload for regex, payload in candidates if regex is None or regex.match(path)]
        dot = name.rfind(".")
        if dot >= 0 and (candidates := self._extensions.get(name[dot + 1 :])):
            found += [payload for regex, payload in candidates if regex is None or regex.match(path)]
        if self._others:
            found += [payload for regex, payload in self._others if regex is None or regex.match(path)]
        return found


def _needed(glob: str, regex: str) -> re.Pattern[str] | None:
    """None where the index alone decides: "Gemfile", "*.rb"."""
    if "/" not in glob and not _WILD.search(glob):
        return None
    if re.fullmatch(r"\*\.[A-Za-z0-9_]+", glob):
        return None
    return re.compile(regex)
