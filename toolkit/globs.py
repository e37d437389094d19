"""Many gitignore-style globs against many paths, fast: a glob is tried only on names that can match it.

In: (glob, payload) pairs. Out: the payloads of all globs that match a path relative to the root.

Globs become expressions of Python's `re` that never go back (atomic groups): pathspec's take exponential
time on hostile globs, and RE2's binding takes ten times as long for each of a hundred thousand paths.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
_WILD = re.compile(r"[*?\[]")
_ANYWHERE = r"(?:[^/]+/)*?"  # how the regular expressions of globs without a folder begin
_LONGEST = 1_000  # characters of a glob; ignore files are hostile input
_CLASS = re.compile(r"\[([!^]?)(\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]", re.DOTALL)
_MEMBER = re.compile(r"\[:([a-z]+):\]|(\\.|[^\\])(?:-(\\.|[^\\]))?", re.DOTALL)
_TOKEN = re.compile(rf"\\.|{_CLASS.pattern}|[^/\\\[]+|.", re.DOTALL)
_NAMED = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \\t", "digit": "0-9", "lower": "a-z", "space": "\\s",
    "upper": "A-Z", "word": "\\w", "xdigit": "0-9A-Fa-f", "punct": "!-.:-@\\[-`{-~",
}  # fmt: skip
_NOTHING = r"(?!)"


def regex_of(glob: str) -> str | None:
    """The regular expression of one gitignore-style glob, to be matched from the start of a path.

    A folder's path must end in "/". None for what is no glob: blank lines, comments, what is too long or never ends.
    Matching takes time in proportion to path and glob: behind each star the first fit is taken for good, which is
    enough, since what stands between two stars has a fixed length.
    """
    if not glob.strip() or glob.startswith("#") or len(glob) > _LONGEST:
        return None
    body = glob.removesuffix("/")
    parts = _parted(body)
    if "/" not in body:
        parts = ["**", *parts]
    else:
        parts = ["**" if part.startswith("**") and not part.strip("*") else part for part in parts]
        parts = parts if parts[0] else parts[1:]
    if parts[-1] == "**":  # everything inside
        parts = [*parts, "*"]
    blocks = _blocks(parts)
    if blocks is None:
        return None
    end = "/" if glob.endswith("/") else r"(?:/|\Z)"
    first, *others = blocks
    regex = first + ("/" if first and others else "")
    for block in others[:-1]:
        regex += f"(?>{_ANYWHERE}{block}/)"
    return regex + (f"{_ANYWHERE}{others[-1]}" if others else "") + end


def _parted(body: str) -> list[str]:
    """What stands between slashes, also escaped ones (but at the beginning). Those of a class part nothing."""
    parts = [""]
    for token in _TOKEN.finditer(body):
        if token[0] == "/" or (token[0] == "\\/" and token.start()):
            parts.append("")
        else:
            parts[-1] += token[0]
    return parts


def _blocks(parts: Sequence[str]) -> list[str] | None:
    """The expressions of what stands between the folders "**"; the first is empty where the glob begins with one."""
    blocks: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            blocks.append([])
        elif (segment := _segment(part)) is not None:
            blocks[-1].append(segment)
        else:
            return None
    first, *others = ("/".join(block) for block in blocks)
    return [first, *(block for block in others if block)] if any(blocks) else None


def _segment(part: str) -> str | None:
    """One part of a path. None for what Git would never match: an empty part, a class or an escape without an end."""
    pieces, at = [""], 0
    while at < len(part):
        char = part[at]
        if char == "*":
            pieces.append("")
        elif char == "?":
            pieces[-1] += "[^/]"
        elif char == "\\" and at + 1 < len(part):
            at += 1
            pieces[-1] += re.escape(part[at])
        elif char == "[":
            if (found := _CLASS.match(part, at)) is None:
                return None
            pieces[-1] += _class(found[1] != "", found[2])
            at = found.end() - 1
        elif char == "\\":
            return None
        else:
            pieces[-1] += re.escape(char)
        at += 1
    first, *others = pieces
    if not others:
        return first or None
    middle = "".join(f"(?>[^/]*?{piece})" for piece in others[:-1] if piece)
    return f"{'' if first else '(?=[^/])'}{first}{middle}[^/]*{others[-1]}(?=/|\\Z)"


def _class(negated: bool, members: str) -> str:
    """A set of characters. Of a range that runs backwards Git takes the first."""
    chosen = ""
    for name, low, high in _MEMBER.findall(members):
        if name:
            chosen += _NAMED.get(name, "")
            continue
        low, high = low[-1], high[-1:] or low[-1]
        chosen += f"{re.escape(low)}-{re.escape(high)}" if low < high else re.escape(low)
    if not chosen:
        return "[^/]" if negated else _NOTHING
    return f"(?!/)[^{chosen}]" if negated else f"(?!/)[{chosen}]"


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
