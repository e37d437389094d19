"""Many gitignore-style globs against many paths, fast: a glob is tried only on names that can match it.

In: (glob, payload) pairs. Out: the payloads of all globs that match a path relative to the root.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

T = TypeVar("T")
_WILD = re.compile(r"[*?\[]")
_ANYWHERE = "^(?:.+/)?"  # how the regular expressions of globs without a folder begin
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


def any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """One expression for all, in which the way down to a file is gone once."""
    anywhere = [one.removeprefix(_ANYWHERE) for one in patterns if one.startswith(_ANYWHERE)]
    others = [one for one in patterns if not one.startswith(_ANYWHERE)]
    return re.compile("|".join([*others, *([f"{_ANYWHERE}(?:{'|'.join(anywhere)})"] if anywhere else [])]))


class _Bucket(Generic[T]):
    """Globs that end alike. Most paths match none of those with a regular expression, and are asked once."""

    def __init__(self) -> None:
        self.certain: list[T] = []  # payloads of globs that need no more than the ending
        self.globs: list[tuple[re.Pattern[str], T]] = []
        self.any: re.Pattern[str] | None = None

    def seal(self) -> None:
        if self.globs:
            self.any = any_of([regex.pattern for regex, _ in self.globs])

    def match(self, path: str) -> list[T]:
        if self.any is None or self.any.match(path) is None:
            return self.certain
        return self.certain + [payload for regex, payload in self.globs if regex.match(path)]


class Globs(Generic[T]):
    """An index of globs by the file name or extension they end in."""

    def __init__(self, pairs: Iterable[tuple[str, T]]) -> None:
        self._names: dict[str, _Bucket[T]] = defaultdict(_Bucket)
        self._extensions: dict[str, _Bucket[T]] = defaultdict(_Bucket)
        self._others: _Bucket[T] = _Bucket()
        for glob, payload in pairs:
            if (regex := regex_of(glob)) is None:
                continue
            bucket = self._place(glob)
            if (needed := _needed(glob, regex)) is None:
                bucket.certain.append(payload)
            else:
                bucket.globs.append((needed, payload))
        for bucket in (*self._names.values(), *self._extensions.values(), self._others):
            bucket.seal()

    def _place(self, glob: str) -> _Bucket[T]:
        last = glob.rsplit("/", 1)[-1]
        if last and not _WILD.search(last):
            return self._names[last]
        tail = _WILD.split(last)[-1].strip("]")
        if last and "." in tail:
            return self._extensions[tail.rsplit(".", 1)[-1]]
        return self._others

    def match(self, path: str, name: str) -> list[T]:
        """Payloads of the globs that match `path`, whose last part is `name`."""
        found = self._others.match(path)
        if bucket := self._names.get(name):
            found = found + bucket.match(path)
        dot = name.rfind(".")
        if dot >= 0 and (bucket := self._extensions.get(name[dot + 1 :])):
            found = found + bucket.match(path)
        return found


def _needed(glob: str, regex: str) -> re.Pattern[str] | None:
    """None where the index alone decides: "Gemfile", "*.rb"."""
    if "/" not in glob and not _WILD.search(glob):
        return None
    if re.fullmatch(r"\*\.[A-Za-z0-9_]+", glob):
        return None
    return re.compile(regex)
