"""Mentions against the catalogue: docs/architecture/signals.md, "How a signal meets a mention", as dictionaries.

In: the catalogue's signals. Out: for one (kind, value) the signals it meets. Only the most specific ones count, so a
mention of `verify.twilio.com` is Twilio Verify's and not also a sign of `*.twilio.com`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from toolkit.catalog.entries import Signal, SignalKind

# A signal also meets longer values that go on after one of these.
_SEPARATORS: dict[str, str] = {
    "python": ".", "jvm": ".", "dotnet": ".", "npm": "/", "golang": "/", "image": "/", "action": "/", "k8s": "/",
    "tf_provider": "/", "ruby": "::", "rust": "::", "cfn": "::", "php": "\\", "pulumi": ":", "arn": ":", "maven": ":",
    "arm": "/", "pub": "/", "swift": "/", "issuer": " ", "registrar": " ",
}  # fmt: skip
# Names of DNS: matched label by label, found by their last label
_NAMES = frozenset({"host", "cname", "ns", "mx", "spf", "caa"})
_BEGINNINGS = frozenset({"txt"})  # a signal is what the text begins with; a token follows
_FOLDED = frozenset(
    {"image", "uri", "composer", "nuget", "tf_provider", "html", "action", "arm", "header", *_NAMES}
)  # in any case
_WORDS = frozenset({"issuer", "registrar"})  # companies as registries and certificates write them: "Gandi SAS"
_NO_WORD = re.compile(r"[^a-z0-9]+")
# what bundlers want before the names of variables that they put into pages
_BUNDLED = re.compile(
    r"^(?:REACT_APP|NEXT_PUBLIC|NUXT_PUBLIC|NUXT_ENV|NUXT|VITE|VUE_APP|GATSBY|EXPO_PUBLIC|NG_APP|PUBLIC|STORYBOOK)_(?=.)"
)
_LONGEST = 255  # characters of a text that are compared
_PYPI = re.compile(r"[-_.]+")
# Pages for people, also of vendors all of whose other hosts are the service: what names them points at reading matter.
_PAGES = frozenset({"www", "docs", "doc", "developer", "developers", "help", "blog", "status", "community", "learn"})
_CALL_PARTS = re.compile(r"\([^()]*\)|::|[.\\]|[^.:\\()]+|[:()]")


def normal(kind: str, value: str) -> str:
    """The spelling under which names of one kind compare equal."""
    if kind == "pypi":  # PEP 503
        return _PYPI.sub("-", value).lower()
    if kind == "cargo":
        return value.replace("_", "-")
    if kind == "uri":
        return value.removesuffix("://").lower()
    if kind in _WORDS:
        return _NO_WORD.sub(" ", value[:_LONGEST].lower()).strip()
    return value.lower() if kind in _FOLDED else value


class Matcher:
    """All signals, indexed. Those of engines apart: what says that MySQL is needed may say whose it is as well."""

    def __init__(self, signals: Iterable[Signal]) -> None:
        self.signals = tuple(signals)
        numbered = list(enumerate(self.signals))
        vendors = _Index((number, one) for number, one in numbered if one.engine is None)
        engines = _Index((number, one) for number, one in numbered if one.engine is not None)
        self._indexes = (vendors, engines)
        self.meets = lru_cache(maxsize=50_000)(self._meets)

    def _meets(self, kind: SignalKind, value: str) -> tuple[int, ...]:
        """Numbers of the signals of this kind that the value meets; empty for an unknown name."""
        vendors, engines = (index.meets(kind, value) for index in self._indexes)
        return vendors + engines


class _Index:
    """Signals of which the most specific ones are met."""

    def __init__(self, numbered: Iterable[tuple[int, Signal]]) -> None:
        self._exact: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._prefixes: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._names: dict[tuple[str, str], list[tuple[tuple[str, ...], int]]] = defaultdict(list)  # by the last label
        self._globs: dict[str, list[tuple[re.Pattern[str], int, int]]] = defaultdict(list)
        for number, signal in numbered:
            self._add(number, signal.kind, normal(signal.kind, signal.value))

    def _add(self, number: int, kind: str, value: str) -> None:
        if kind in _NAMES and "*" in value:
            labels = tuple(value.split("."))
            self._names[kind, labels[-1]].append((labels, number))
        elif kind in _BEGINNINGS:
            self._prefixes[kind][value.removesuffix("*")].append(number)
        elif "*" not in value:
            self._exact[kind, value].append(number)
        elif value.index("*") == len(value) - 1:
            self._prefixes[kind][value[:-1]].append(number)
        else:
            pattern = ".*".join(re.escape(part) for part in value.split("*"))
            if kind == "action":  # *codecov* is no part of codecoveragesummary
                pattern = ".*".join(_word(part) for part in value.split("*"))
            self._globs[kind].append((re.compile(pattern), len(value.replace("*", "")), number))

    def meets(self, kind: SignalKind, value: str) -> tuple[int, ...]:
        """Numbers of the most specific signals of this kind that the value meets."""
        value = normal(kind, value)
        if kind in _NAMES:
            return tuple(self._exact.get((kind, value), ())) or self._name(kind, value)
        if kind in _BEGINNINGS:
            return self._star(kind, value[:_LONGEST])
        for candidate in _candidates(kind, value):
            if found := self._exact.get((kind, candidate)):
                return tuple(found)
        met = self._star(kind, value)
        bare = _BUNDLED.sub("", value) if kind == "env" and not met else value
        return met if bare == value else self.meets(kind, bare)

    def _star(self, kind: str, value: str) -> tuple[int, ...]:
        """Signals with a star, the longest ones: OKTA_IDP_GOOGLE is `*_IDP_GOOGLE` and not `OKTA_*`."""
        hits = [(size, number) for pattern, size, number in self._globs.get(kind, ()) if pattern.fullmatch(value)]
        longest = max((size for size, _ in hits), default=0)
        prefixes = self._prefixes.get(kind, {})
        for end in range(len(value), longest - 1, -1) if prefixes else ():
            if found := prefixes.get(value[:end]):
                if end > longest:
                    return tuple(found)
                hits += [(end, number) for number in found]
        return tuple(number for size, number in hits if size == longest)

    def _name(self, kind: str, value: str) -> tuple[int, ...]:
        """A glob's `*` stands for one label or more. A part computed at run time (`*` in the value) proves no name."""
        labels = tuple(value.split("."))
        if kind == "host" and labels[0] in _PAGES:  # a signal that means one of these says so without a star
            return ()
        best = 0
        found: list[int] = []
        for glob, number in self._names.get((kind, labels[-1]), ()):
            weight = sum(len(label) for label in glob if label != "*")
            if weight >= best and _labels_match(glob, labels):
                found = [*found, number] if weight == best else [number]
                best = weight
        return tuple(found)


def _word(part: str) -> str:
    return rf"(?<![a-z]){re.escape(part)}(?![a-z])" if part else ""


def _candidates(kind: str, value: str) -> Iterator[str]:
    """The value itself, then shorter forms of it, longest first."""
    if kind == "call":
        yield from _runs(value)
        return
    if kind == "config":
        yield from _tails(value)
        return
    yield value
    separator = _SEPARATORS.get(kind)
    while separator and (cut := value.rfind(separator)) > 0:
        value = value[:cut]
        yield value


def _runs(value: str) -> Iterator[str]:
    """Runs of whole segments of a call, longest first: `client.verify.v2` has `verify.v2`."""
    parts = _CALL_PARTS.findall(value)[:40]
    segments = [at for at, part in enumerate(parts) if part not in (".", "::", "\\")]
    for size in range(len(segments), 0, -1):
        for first in range(len(segments) - size + 1):
            yield "".join(parts[segments[first] : segments[first + size - 1] + 1])


def _tails(value: str) -> Iterator[str]:
    """`services.mail.verify_service_sid`, then without its first keys."""
    yield value
    while "." in value:
        value = value.partition(".")[2]
        yield value


def _labels_match(glob: tuple[str, ...], labels: tuple[str, ...]) -> bool:
    """Label by label from the right; a `*` takes at least one label, the leftmost `*` all that are left."""
    if len(labels) < len(glob):
        return False
    for position in range(1, len(glob) + 1):
        want, have = glob[-position], labels[-position]
        if want == "*" and position == len(glob):
            return True
        if "*" in want and want != "*":
            if not _part_matches(want, have):
                return False
        elif want not in (have, "*"):
            return False
    return len(labels) == len(glob)


def _part_matches(want: str, have: str) -> bool:
    """A label with a star inside: `s3-*`."""
    head, _, tail = want.partition("*")
    return len(have) >= len(head) + len(tail) and have.startswith(head) and have.endswith(tail)
