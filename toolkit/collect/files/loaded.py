"""Files of others that the platform's pages load, each with its exact address and where it stands.

In: checkouts and the catalogue. Out: what can be copied, and what cannot be, with the reason. Where an address stands
decides: in an element it is what that element loads; in a style sheet what tinycss2 says; in a program it is a file by
its ending, or a module that is imported. What belongs to a service (a payment's script, a map) is no file to keep.
"""

import contextlib
import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from toolkit import css
from toolkit.catalog.entries import Catalog
from toolkit.collect.files import host_words as words
from toolkit.collect.files import paths
from toolkit.collect.files.match import Matcher
from toolkit.collect.files.read import Findings, content
from toolkit.collect.files.walk import File, walk
from toolkit.globs import Globs
from toolkit.model import LoadedFile, NotTold

MOST_FILES = 2_000  # different addresses of one platform
_MOST_URLS = 3_000  # of one file that are looked at
_LARGEST = 4 * 2**20  # bytes of a file that is looked at
_MOST_PLACES = 20  # of one address that are kept
_LONGEST = 2_000  # characters of an address
_REACH = 300  # characters of a line before an address
_ELEMENT = 4_000  # characters of an element to either side
_STYLES = (".css", ".scss", ".sass", ".less", ".styl")
_SLASHED = _STYLES[1:]  # of these a line that begins with slashes is a comment

_URL = re.compile(r"(?:https?:)?//[^\s\"'`<>\\)\]]{1,2000}")
_STARTS = ('"', "'", "`", "(", "=")  # what stands before an address without a scheme
_MADE = re.compile(r"[$#]?\{|%[sd]\b|\$\(|\$[A-Za-z_]")  # a part that is filled in when the page is made
_GOES_ON = re.compile(r"<[%?]|[\"'`]\s{0,3}(?:\+|~|\.[\s$]|<>)")
_ENDING = re.compile(r"\.(?:m?js|css|woff2?|ttf|otf|eot|wasm)$")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|ico)$")
_NO_SCRIPT = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|woff2?|ttf|otf|eot|mp4|webm)$")
_IMPORTED = re.compile(r"(?:\bimport\s{0,2}\(?|\bfrom|\bimportScripts\s{0,2}\()\s{0,2}[\"'`]$")
_LINKED = re.compile(r"\b(?:href\s?[=:]|link_to|mail_to|url_for|redirect)")
_MAP = re.compile(r"<script\b[^>]{0,200}\bimportmap\b")
_COMMENT_LINES = re.compile(r"^[ \t]*//[^\n]*", re.MULTILINE)
_FOR_PEOPLE = re.compile(r"<Link\b")  # a component of that name is a link, and <link> is none
_NO_END = "%?=-"  # before ">" they end a template's own code, or are it
_TAG = re.compile(r"[a-z][a-z0-9.:-]{0,60}")

_LOADING = {  # element: attributes that name what it loads
    "script": ("src", "data-src"),
    "link": ("href",),
    "img": ("src", "srcset", "data-src", "data-srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "body": ("background",),
}
_LOADED_AS = frozenset({"stylesheet", "icon", "apple-touch-icon", "mask-icon", "preload", "modulepreload", "prefetch"})
# what files are given out by; who has anything else is a service, and its script is a part of that
_OF_FILES = ("product.media", "edge.", "hosting.", "data.object-storage", "build.code-hosting", "build.packages")
_MADE_LATER = "its address is made when the page is: name each that matters with --url"


class _Found(NamedTuple):
    """An address as it stands in a file. `why`: it cannot be copied, for this reason."""

    spelled: str
    url: str
    line: int
    integrity: str = ""
    why: str = ""


class _Element(HTMLParser):
    """The first element of a piece of a page."""

    tag = ""
    attributes: dict[str, str]

    def __init__(self, piece: str) -> None:
        super().__init__()
        self.attributes = {}
        with contextlib.suppress(AssertionError):  # what Python says to markup it does not know
            self.feed(piece)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.tag:
            self.tag = tag
            self.attributes = {name: value or "" for name, value in attrs}


def loaded_files(
    roots: Mapping[str, Path], catalog: Catalog, *, own: Collection[str] = (), ignore: Sequence[str] = ()
) -> tuple[tuple[LoadedFile, ...], tuple[NotTold, ...]]:
    """All files of others that pages of these checkouts load, and what of them nobody can copy.

    `own`: the platform's own domains. `ignore`: globs of files that do not count.
    """
    finder = _Finder(catalog, own)
    hidden = Globs((glob, True) for glob in ignore)
    files: dict[str, list[tuple[str, _Found]]] = {}
    left: dict[tuple[str, str, str], NotTold] = {}
    for name, folder in roots.items():
        for place, found in _of_root(name, folder, finder, hidden):
            known = _key(found.url) in files
            if found.why or (len(files) >= MOST_FILES and not known):
                why = found.why or f"more than {MOST_FILES} files"
                left[found.url, place, why] = NotTold(found.url, place, why)
            else:
                files.setdefault(_key(found.url), []).append((place, found))
    loaded = [_loaded(places) for _, places in sorted(files.items())]
    return tuple(loaded), tuple(sorted(left.values(), key=lambda one: (one.what, one.place)))


def _key(url: str) -> str:
    """The same file whether it is asked for with TLS or without."""
    return url.partition("://")[2]


def _loaded(found: Sequence[tuple[str, _Found]]) -> LoadedFile:
    urls = [one.url for _, one in found]
    return LoadedFile(
        next((url for url in urls if url.startswith("https:")), urls[0]),
        tuple(sorted({place for place, _ in found}))[:_MOST_PLACES],
        tuple(sorted({one.integrity for _, one in found} - {""})),
        tuple(sorted({one.spelled for _, one in found}))[:_MOST_PLACES],
    )


def _of_root(name: str, folder: Path, finder: "_Finder", hidden: Globs[bool]) -> Iterator[tuple[str, _Found]]:
    root = str(folder.resolve())
    for listed in walk(root, lambda _path, _reason: None):  # the audit tells what cannot be read
        for file in listed.files:
            if hidden.match(file.path, file.name):
                continue
            shown = file.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            for found in finder.find(root, file):
                yield f"{name}/{shown}:{found.line}", found


class _Finder:
    """Finds addresses in files. Holds what is known of hosts."""

    def __init__(self, catalog: Catalog, own: Collection[str]) -> None:
        signals = tuple(one for one in catalog.signals() if one.kind == "host" and not one.engine)
        self._matcher = Matcher(signals)
        self._catalog = catalog
        self._own = tuple(domain.lower().removeprefix("*.") for domain in own)
        self._nobody = (*catalog.hosts.vocabularies, *catalog.hosts.licences)

    def find(self, root: str, file: File) -> Iterator[_Found]:
        """What one file loads from others."""
        kind = words.kind_of(file.name)
        if kind not in ("page", "code") or not 0 < file.size <= _LARGEST or paths.reason(file.path):
            return
        data = content(root, file, _LARGEST, Findings([], [], []))
        if b"//" not in data or paths.reason_of_content(file.path, data):
            return
        if paths.role_of_content(file.path, data) == "developer":
            return
        for found in _in_file(file.path, data, kind):
            host = _host(found.url)
            if host and not self._is_nobodys(host):
                yield found if found.why else found._replace(why=self._why_not(host, found.url))

    def _is_nobodys(self, host: str) -> bool:
        """Whether it is the platform's own, or only stands for one."""
        labels = host.split(".")
        if len(labels) < 2 or words.is_reserved(labels) or words.is_invented(labels):
            return True
        return any(host == one or host.endswith(f".{one}") for one in (*self._own, *self._nobody))

    def _why_not(self, host: str, url: str) -> str:
        """A service's own script cannot be kept without the service. Its pictures, fonts and styles are files."""
        if _NO_SCRIPT.search(urlsplit(url).path.lower()):
            return ""
        step = urlsplit(url).path.split("/")[1:2]
        numbers = self._matcher.meets("host", "/".join([host, *step])) or self._matcher.meets("host", host)
        entries = [self._catalog.entry(self._matcher.signals[number].dependency) for number in numbers]
        known = {capability for entry in entries if entry for capability in entry.capabilities}
        if known and not any(one.startswith(_OF_FILES) for one in known):
            return f"part of a service ({', '.join(sorted(known))}): a copy is of no use without it"
        return ""


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # ValueError where it is no number
        return (parts.hostname or "").strip(".") if parts.username is None else ""
    except ValueError:
        return ""


def _in_file(path: str, data: bytes, kind: words.Kind) -> Iterator[_Found]:
    text = data.decode("latin-1")  # so that characters are bytes
    if path.endswith(_STYLES):
        yield from _in_sheet(_utf8(_COMMENT_LINES.sub("", text) if path.endswith(_SLASHED) else text), 1)
        return
    styles = list(_style_blocks(text)) if kind == "page" else []
    for start, end in styles:
        yield from _in_sheet(_utf8(text[start:end]), text.count("\n", 0, start) + 1)
    for start, spelled in _urls(text):
        if any(begin <= start < end for begin, end in styles):
            continue
        if found := _standing(path, data, text, start, spelled, kind):
            yield found


def _in_sheet(text: str, first_line: int) -> Iterator[_Found]:
    try:
        for link in css.links(text):
            if link.url.startswith(("https://", "http://", "//")):
                made = _MADE_LATER if _MADE.search(link.url) else ""
                yield _Found(link.url, _whole(link.url), first_line + link.line - 1, why=made)
    except css.UnreadableSheet:
        return


def _style_blocks(text: str) -> Iterator[tuple[int, int]]:
    at = text.find("<style")
    while at >= 0:
        begin, end = text.find(">", at) + 1, text.find("</style", at)
        if begin <= 0 or end < 0:
            return
        yield begin, max(begin, end)
        at = text.find("<style", end)


def _urls(text: str) -> Iterator[tuple[int, str]]:
    """Where addresses begin, and what of them stands there."""
    at = text.find("//")
    for _ in range(_MOST_URLS):
        if at < 0:
            return
        scheme = next((one for one in ("https:", "http:") if text.startswith(one, at - len(one))), "")
        start = at - len(scheme)
        found = _URL.match(text, start) if scheme or text[start - 1 : start] in _STARTS else None
        if found:
            yield start, found[0].rstrip(",;")
        at = text.find("//", found.end() if found else at + 2)


def _standing(path: str, data: bytes, text: str, start: int, spelled: str, kind: words.Kind) -> _Found | None:
    """The address if a page loads it."""
    line_start = max(text.rfind("\n", 0, start) + 1, start - _REACH)
    before = text[line_start:start]
    if words.in_comment(path, data, line_start, start, before):
        return None
    end = start + len(spelled)
    line = text.count("\n", 0, start) + 1
    made = _MADE.search(spelled) or _GOES_ON.match(text, end)
    element = _element(text, start, end)
    url = _whole(html.unescape(_utf8(spelled)) if kind == "page" or element else _utf8(spelled))
    if not _host(url):
        return None
    if element and _TAG.fullmatch(element.tag):
        if not _loads(element, url, made is not None):
            return None
        integrity = "" if _MADE.search(element.attributes.get("integrity", "")) else element.attributes.get("integrity")
        return _Found(_utf8(spelled), url, line, integrity or "", _MADE_LATER if made else "")
    if not _is_file(before, text, start, url):
        return None
    return _Found(_utf8(spelled), url, line, why=_MADE_LATER if made else "")


def _element(text: str, start: int, end: int) -> _Element | None:
    """The element in whose tag the address stands, if it stands in one: in a program `<` is something else."""
    opened = text.rfind("<", max(0, start - _ELEMENT), start)
    script = text.rfind("<script", 0, start)
    if 0 <= script < opened and text.find(">", script, opened) >= 0 and text.find("</script", script, opened) < 0:
        return None
    if opened < 0 or text.find(">", opened, start) >= 0 or not text[opened + 1 : opened + 2].isalpha():
        return None
    if _FOR_PEOPLE.match(text, opened):
        return _Element("<a>")
    closed = text.find(">", end, end + _ELEMENT)
    while closed >= 0 and text[closed - 1] in _NO_END:
        closed = text.find(">", closed + 1, end + _ELEMENT)
    return _Element(_utf8(text[opened : closed + 1])) if closed >= 0 else None


def _loads(element: _Element, url: str, made: bool) -> bool:
    """Whether the element has the browser load this. Of an address that is made later its beginning is compared."""
    told = element.attributes
    if element.tag == "link" and not _LOADED_AS & {*told.get("rel", "stylesheet").lower().split()}:
        return False
    values = [told.get(name, "") for name in _LOADING.get(element.tag, ())]
    bare = url.partition(":")[2]
    known = _MADE.split(bare)[0] if made else bare
    if any(known in value for value in values):
        return True
    return known in told.get("style", "")


def _is_file(before: str, text: str, start: int, url: str) -> bool:
    """Whether what stands outside of any element is a file that pages load, by its look."""
    if _IMPORTED.search(before) or _in_map(text, start):
        return not url.endswith("/")
    if _LINKED.search(before) or words.attribute(before) is False:
        return False
    path = urlsplit(url).path.lower()
    return bool(_ENDING.search(path) or (words.attribute(before) and _PICTURE.search(path)))


def _in_map(text: str, at: int) -> bool:
    opened = text.rfind("<script", 0, at)
    return opened >= 0 and bool(_MAP.match(text, opened)) and text.find("</script", opened, at) < 0


def _whole(url: str) -> str:
    """With a scheme, without a fragment; who writes none means the page's own, which is TLS."""
    url = url.partition("#")[0]
    return f"https:{url}" if url.startswith("//") else url


def _utf8(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")
