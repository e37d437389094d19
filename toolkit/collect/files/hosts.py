"""Hosts that no vendor of the catalogue has: in URLs, and in settings that name a host.

In: the bytes of a file that counts. Out: `Named`s. Which of their domains are somebody's the survey decides; here only
what surely names nobody outside is left out. Lexical on purpose: it looks at the line around a URL and at nothing else,
so that a file costs a search for "://" where it has none that is strange. What it takes for a call errs on the side of
silence: a URL in code that no word around it says is called counts as named in a text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, get_args

import idna

from toolkit.catalog.entries import Hosts
from toolkit.collect.files import host_words as words
from toolkit.collect.files.match import Matcher
from toolkit.collect.files.parsers._literals import host_of, is_told
from toolkit.collect.files.prefilter import COMMENT_LINE
from toolkit.model import HostPlace

PLACES: tuple[HostPlace, ...] = get_args(HostPlace)
CALLED, SETTING, PAGE, TEXT, OWN = range(len(PLACES))

_MOST_URLS = 3_000  # of one file that are looked at
_MOST_FOUND = 200  # of one file that are kept
_A_LIST = 12  # different strangers in one file: data about the web, and no program's calls
_REACH = 300  # bytes of a line to either side
_LONGEST = 253  # characters of a name of DNS
_MOST_REMEMBERED = 100_000
_AUTHORITY = re.compile(
    rb"(?:[^\s\"'`<>/\\?#|;,(){}\[\]$*]|[$#]?\{\{?[^{}\n]{0,60}\}\}?|\$[A-Za-z_]\w{0,40}|\*){1,300}"
)
_SCHEME = re.compile(rb"(?<![A-Za-z0-9+.\-])(?:jdbc:)?([A-Za-z][A-Za-z0-9+.\-]{1,20})$")
_RELATIVE = re.compile(rb"(?:src|href)\s?=\s?[\"']//")
_HOST_SETTING = re.compile(
    rb"(?:[Hh]ost|HOST|[Hh]ostname|HOSTNAME|[Ss]erver|SERVER|[Ee]ndpoint|ENDPOINT|[Rr]elay|RELAY|[Uu]pstream|UPSTREAM)"
    rb"[\"']?\s{0,4}[:=]\s{0,4}[\"']?([A-Za-z0-9_\-]{1,63}(?:\.[A-Za-z0-9_\-]{1,63}){1,8})(?::\d{1,5})?[\"',]?\s*$",
    re.MULTILINE,
)
_KEY_BEFORE = re.compile(rb"[A-Za-z0-9_.\-]{0,80}$")
_LINK = re.compile(r"\bhref\s?[=:]")
_OWN = (
    b"ALLOWED_HOSTS", b"CSRF_TRUSTED_ORIGINS", b"default_url_options", b"config.hosts", b"server_name", b"check_origin",
)  # fmt: skip
_IN_QUOTES = re.compile(rb"(?<![A-Za-z0-9@._\-])\.?((?:[A-Za-z0-9_\-]{1,63}\.){1,6}[a-z]{2,12})(?![A-Za-z0-9_\-(])")


class Named(NamedTuple):
    """A strange host on a line; `place` is a position in `PLACES`."""

    host: str
    line: int
    place: int


class HostFinder:
    """Finds strange hosts. Holds what is known of hosts, and remembers which it has met."""

    def __init__(self, matcher: Matcher, hosts: Hosts) -> None:
        self._matcher = matcher
        self._nobody = frozenset((*hosts.vocabularies, *hosts.licences, *hosts.reading))
        self._invented = frozenset(hosts.invented)
        self._met: dict[bytes, str] = {}

    def find(self, path: str, data: bytes) -> list[Named]:
        """The strange hosts of one file, each once on a line, in the order of the lines."""
        links = b"://" in data
        if not links and not words.says_where(path) and not (path.endswith(words.PAGES) and b"//" in data):
            return []
        kind = words.kind_of(path.rpartition("/")[2])
        if kind is None:
            return []
        found = dict.fromkeys(self._all(kind, path, data))
        if not found:
            return []
        kept = sorted(found, key=lambda named: (named.line, named.host))[:_MOST_FOUND]
        if len({named.host for named in kept if named.place != OWN}) > _A_LIST:
            kept = [named if named.place == OWN else named._replace(place=TEXT) for named in kept]
        return kept

    def _all(self, kind: words.Kind, path: str, data: bytes) -> Iterator[Named]:
        for host, start, end in self._urls(kind, data):
            place = _place(kind, path, data, start, end, host)
            if place is not None:
                yield Named(host, data.count(b"\n", 0, start) + 1, place)
        if kind == "setting" and not path.endswith(".json"):
            yield from self._settings(data)
        if kind != "page" and words.says_where(path):
            yield from self._own(data)

    def _urls(self, kind: words.Kind, data: bytes) -> Iterator[tuple[str, int, int]]:
        """Strange hosts of URLs, each with where its URL begins and where its host ends."""
        at = data.find(b"://")
        for _ in range(_MOST_URLS):
            if at < 0:
                break
            found = _AUTHORITY.match(data, at + 3)
            if found and (host := self._strange(found[0])):
                scheme = _SCHEME.search(data[max(0, at - 30) : at])
                if scheme is None or scheme[1].lower() in words.SCHEMES:
                    yield host, at - len(scheme[0] if scheme else b""), found.end()
            at = data.find(b"://", at + 3)
        for start in _RELATIVE.finditer(data) if kind == "page" else ():
            found = _AUTHORITY.match(data, start.end())
            if found and (host := self._strange(found[0])):
                yield host, start.end() - 2, found.end()

    def _settings(self, data: bytes) -> Iterator[Named]:
        """Hosts without a scheme, which the name of their setting says they are."""
        for found in _HOST_SETTING.finditer(data):
            start = data.rfind(b"\n", 0, found.start()) + 1
            name = _KEY_BEFORE.search(
                data[max(start, found.start() - 80) : found.end()]
                .partition(b"=")[0]
                .partition(b":")[0]
                .rstrip(b" \t\"'")
            )
            key = words.parts(name[0].decode("latin-1") if name else "")
            host = self._strange(found[1])
            if host and not COMMENT_LINE.match(data, start) and words.names_a_host(key, host):
                place = OWN if words.is_own(key) else SETTING
                yield Named(host, data.count(b"\n", 0, found.start()) + 1, place)

    def _own(self, data: bytes) -> Iterator[Named]:
        """Hosts in settings that say where the platform itself is."""
        for mark in _OWN:
            at = data.find(mark)
            while at >= 0:
                end = data.find(b"\n", at)
                for found in _IN_QUOTES.finditer(data[at : min(end, at + _REACH) if end >= 0 else at + _REACH]):
                    if host := self._strange(found[1]):
                        yield Named(host, data.count(b"\n", 0, at) + 1, OWN)
                at = data.find(mark, at + len(mark))

    def _strange(self, authority: bytes) -> str:
        """The host of an authority in ASCII where nobody is known to have it, else nothing."""
        known = self._met.get(authority)
        if known is None:
            if len(self._met) > _MOST_REMEMBERED:
                self._met.clear()
            known = self._met[authority] = self._judged(authority)
        return known

    def _judged(self, authority: bytes) -> str:
        host = host_of(_in_ascii(authority.decode("utf-8", "replace"))) or ""
        if not host or len(host) > _LONGEST or self._matcher.meets("host", host):
            return ""
        labels = host.split(".")
        ends = {".".join(labels[start:]) for start in range(len(labels))}
        if ends & self._nobody or words.is_reserved(labels) or any(label in self._invented for label in labels[-3:-1]):
            return ""
        return "" if words.is_invented(labels) or labels[-2] == "*" else host


def _in_ascii(authority: str) -> str:
    if authority.isascii():
        return authority
    try:
        return idna.encode(authority.rpartition("@")[2].partition(":")[0], uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""


def _place(kind: words.Kind, path: str, data: bytes, at: int, end: int, host: str) -> int | None:
    """What the line around a URL says of its host; None where the URL is a comment."""
    start = max(data.rfind(b"\n", 0, at) + 1, at - _REACH)
    stop = data.find(b"\n", end, end + _REACH)
    before = data[start:at].decode("latin-1")
    after = data[end : stop if stop >= 0 else end + _REACH].decode("latin-1")
    if words.in_comment(path, data, start, at, before):
        return None
    if kind == "setting":
        return _in_settings(before, after, host)
    loaded = words.attribute(data[max(0, at - _REACH) : at].decode("latin-1"))
    if loaded is not None:
        return PAGE if loaded else TEXT
    if kind == "page" and not words.in_script(data, at):
        return PAGE if words.in_style(before) else TEXT
    if _LINK.search(before) or words.in_long_string(path, data, at) or is_told(before, len(before)):
        return TEXT
    return CALLED if words.is_called(before, after, host) else TEXT


def _in_settings(before: str, after: str, host: str) -> int:
    if words.is_own(words.parts(words.key_before(before))):
        return OWN
    return SETTING if words.is_called(before, after, host, words.ADDRESSES) else TEXT
