"""Pages and templates of any engine: what a browser is told to load, and what the template's own code names.

Where a host stands decides what it means: in `src`, or `href` of a style sheet, it is loaded by every visitor; in
`href` of a link, or in text, it is only pointed at and counts as prose. Read by pattern: a template is no HTML yet.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import Literal, is_told, names
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import DiscardReason

CLAIMS = (
    "*.html", "*.htm", "*.xhtml", "*.erb", "*.html.erb", "*.haml", "*.slim", "*.jinja", "*.jinja2", "*.j2", "*.twig",
    "*.blade.php", "*.phtml", "*.tpl", "*.latte", "*.vue", "*.svelte", "*.astro", "*.ejs", "*.hbs", "*.handlebars",
    "*.mustache", "*.liquid", "*.njk", "*.pug", "*.jade", "*.cshtml", "*.razor", "*.jsp", "*.ftl", "*.heex", "*.leex",
    "*.eex", "*.html.heex", "*.html.eex", "*.gohtml", "*.tmpl", "*.templ", "*.mjml",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"host", "env", "uri", "arn", "html"})

# What begins a part, and what ends it. The patterns have no groups, for then `re` skips to their first characters.
_COMMENTS = {"<!--": "-->", "<%#": "%>", "{#": "#}", "{{!--": "--}}", "{{--": "--}}", "\n": ""}
_COMMENT = re.compile(r"<!--|<%#|\{#|\{\{!--|\{\{--|\n[ \t]*(?:-#|//)[^\n]*")
_CODES = {"<script": "</script", "<style": "</style", "<%": "%>", "{{": "}}", "{%": "%}", "<?": "?>"}
_CODE = re.compile(r"<script\b[^>]{0,2000}>|<style\b[^>]{0,1000}>|<%|\{\{|\{%|<\?(?:php|=)")
# Haml, Slim and Pug: a script or style by its indentation, and lines that are Ruby or load something
_INDENTED = re.compile(
    r"^([ \t]*)(?::javascript|:css|:scss|:sass|:coffee|:coffeescript|:ruby|javascript:|css:|scss:|coffee:|ruby:"
    r"|(?:script|style)\.)[ \t]*\n(?:\1[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+",
    re.MULTILINE,
)
_RUBY_LINE = re.compile(r"^[ \t]*(?:[%.#][\w.#-]{1,80}(?:\{[^{}\n]{0,300}\})?)?[!&]?[=-][^\n]+", re.MULTILINE)
_LOADING_LINE = re.compile(r"^[ \t]*%(?:script|iframe|img|link|form)\b[^\n]+", re.MULTILINE)
_ATTRIBUTE = re.compile(r"""=\s?\{?(?:"([^"<]{1,4000})"|'([^'<]{1,4000})')""")
_ATTRIBUTE_NAME = re.compile(r"[@:\w.\-]{1,60}\s?$")
_TAG = re.compile(r"<([A-Za-z][\w\-]{0,60})|^[ \t]*%?(script|link|img|iframe|a)\b", re.MULTILINE)
_LOADING = frozenset(
    {"src", "srcset", "poster", "action", "data-src", "data", "formaction", "xlink:href", ":src", "background"}
)
_LINKED_RELATIONS = re.compile(
    r"\brel\s?=\s?[\"']?[^\"'>]{0,60}(?:stylesheet|preload|preconnect|prefetch|icon|manifest|import)"
)
_LINKING_CODE = re.compile(r"link_to|mail_to|href|external_link|\blink\b")
# what a condition compares with is somebody's link, and no call: {% if "chat.example" in url %}
_CONDITION = re.compile(r"(?:\{%-?|<%-?|@)\s{0,4}(?:if|elif|elsif|elseif|unless|when|case)\b[^%\n]{0,300}$")
_STYLE_URL = re.compile(r"""\burl\(\s?["']?$""")
_NAMING = re.compile(r"\b(?:class|classname|id)$")
_NO_NAMES = re.compile(r"""["'<>{}]|.{301}""", re.DOTALL)
_ELEMENT = re.compile(r"<([a-z][a-z0-9]{0,30}-[a-z0-9\-]{1,60})[\s>/]")
_DATA = re.compile(r"\s(data-[a-z0-9\-]{2,60})(?=[\s=>])")
_NAMESPACES = re.compile(
    r"xmlns(?::\w+)?\s?=\s?[\"'][^\"']{0,300}[\"']|<!DOCTYPE[^>]{0,400}>|xsi:schemaLocation\s?=\s?\"[^\"]{0,2000}\""
)


class _Span(NamedTuple):
    start: int
    end: int
    reason: DiscardReason | None  # None: what stands here counts


class _Attribute(NamedTuple):
    name: str  # lower case
    value: str
    start: int
    end: int


def parse(path: str, text: str) -> Iterator[Mention]:
    """Hosts and names by where they stand; classes, ids, custom elements and data attributes as `html`."""
    text = _NAMESPACES.sub(lambda found: " " * len(found[0]), text)
    lines = Lines(text)
    attributes = list(_attributes(text))
    if found := sorted(names(text), key=lambda literal: literal.offset):
        spans = _Spans(list(_comments(text)), [*_code(text), *_indented(path, text)], list(_telling(text, attributes)))
        for name in found:
            yield Mention(name.kind, name.value, lines.at(name.offset), discard=_reason(text, name, spans))
    yield from _markup(text, attributes, lines)


def _reason(text: str, found: Literal, spans: "_Spans") -> DiscardReason | None:
    """Why what stands here does not count: where it stands decides, but for a style's `url(…)` and what is told."""
    reason = spans.reason(found.offset)
    if reason == "prose" and _STYLE_URL.search(text, max(0, found.offset - 8), found.offset):
        return None
    if reason is None and found.kind == "host" and (is_told(text, found.offset) or _is_compared(text, found.offset)):
        return "prose"
    return reason


def _is_compared(text: str, offset: int) -> bool:
    return _CONDITION.search(text, max(0, offset - 320), offset) is not None


class _Spans:
    """Which part of the page an offset lies in. Comments hide code, code hides attributes, all else is text."""

    def __init__(self, *layers: list[_Span]) -> None:
        self._layers = [(sorted(layer), [span.start for span in sorted(layer)]) for layer in layers]

    def reason(self, offset: int) -> DiscardReason | None:
        for spans, starts in self._layers:
            position = bisect_right(starts, offset) - 1
            if position >= 0 and offset < spans[position].end:
                return spans[position].reason
        return "prose"


def _enclosed(text: str, begin: re.Pattern[str], ends: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Parts from a beginning to the first of its ends behind it, and what began them.

    An end that does not come any more is not sought again: time stays linear in any text.
    """
    position, missing = 0, set()
    while found := begin.search(text, position):
        kind = next(kind for kind in ends if text.startswith(kind, found.start()))
        end = -1 if kind in missing else text.find(ends[kind], found.end())
        if end < 0:
            missing.add(kind)
            position = found.start() + 1
            continue
        position = end + len(ends[kind])
        yield found.start(), position, kind


def _comments(text: str) -> Iterator[_Span]:
    for start, end, _ in _enclosed(f"\n{text}", _COMMENT, _COMMENTS):
        yield _Span(start - 1, end - 1, "comment")


def _code(text: str) -> Iterator[_Span]:
    for start, end, kind in _enclosed(text, _CODE, _CODES):
        links = kind not in ("<script", "<style") and _LINKING_CODE.search(text, start, end) is not None
        yield _Span(start, end, "prose" if links else None)


def _indented(path: str, text: str) -> Iterator[_Span]:
    """What is code in templates without tags."""
    if not path.endswith((".haml", ".slim", ".pug", ".jade")):
        return
    for found in _INDENTED.finditer(text):
        yield _Span(found.start(), found.end(), None)
    if path.endswith((".haml", ".slim")):
        for found in _RUBY_LINE.finditer(text):
            yield _Span(found.start(), found.end(), "prose" if _LINKING_CODE.search(found[0]) else None)
        for found in _LOADING_LINE.finditer(text):
            yield _Span(found.start(), found.end(), None)


def _attributes(text: str) -> Iterator[_Attribute]:
    for found in _ATTRIBUTE.finditer(text):
        if name := _ATTRIBUTE_NAME.search(text, max(0, found.start() - 61), found.start()):
            yield _Attribute(name[0].rstrip().lower(), found[1] or found[2], name.start(), found.end())


def _telling(text: str, attributes: Iterable[_Attribute]) -> Iterator[_Span]:
    """Attributes whose name says whether their value counts."""
    for name, _, start, end in attributes:
        if name in _LOADING or (name == "href" and _loads(text, start)):
            yield _Span(start, end, None)
        elif name.startswith("data-") or name in ("content", "value"):
            yield _Span(start, end, None if name.startswith("data-") else "prose")


def _loads(text: str, offset: int) -> bool:
    """Whether the element an `href` belongs to loads it: a `link` to a style sheet does, an `a` does not."""
    before = text[max(0, offset - 2000) : offset]
    tags = list(_TAG.finditer(before))
    name = (tags[-1][1] or tags[-1][2]) if tags else ""
    if name == "Link" or name.lower() not in ("link", "use", "image"):  # a component called so is a link for people
        return False
    element = before[tags[-1].start() :] + text[offset : offset + 2000].partition(">")[0]
    return _LINKED_RELATIONS.search(element) is not None or "rel" not in element


def _markup(text: str, attributes: Iterable[_Attribute], lines: Lines) -> Iterator[Mention]:
    naming = (one for one in attributes if _NAMING.search(one.name) and not _NO_NAMES.search(one.value))
    found = [(one.start, word) for one in naming for word in one.value.split()]
    found += [(match.start(), match[1]) for pattern in (_ELEMENT, _DATA) for match in pattern.finditer(text)]
    for offset, word in sorted(found):
        yield Mention("html", word, lines.at(offset))
