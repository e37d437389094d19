"""Configuration of any kind: YAML, JSON, TOML, properties, INI. Keys, hosts and environment names, line by line.

Line by line, because half of these files are templates, have comments where their format has none, or are broken; and
because what is sought (a key, a host, the name of a variable) never spans lines. Values are never kept: only a bare
word that chooses something ("service: S3") is yielded with its key, as "service=S3".
"""

import re
from bisect import bisect
from collections.abc import Container, Generator, Iterator, Mapping, Sequence
from itertools import accumulate

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._host_lists import is_directory, lines_of_lists
from toolkit.collect.files.parsers._literals import SETTING, Literal, names
from toolkit.collect.files.parsers._places import lines_of
from toolkit.collect.files.parsers._settings import ends_like_one, settings, spellings
from toolkit.model import DiscardReason

CLAIMS = (
    "*.yml", "*.yaml", "*.json", "*.json5", "*.jsonc", "*.toml", "*.properties", "*.ini", "*.cfg", "*.conf", "*.config",
    "*.yml.erb", "*.yaml.erb", "*.yml.template", "*.yml.example", "*.yml.sample", "*.yml.dist", "*.yaml.template",
    "*.yaml.example", "*.json.example", "*.json.template", "*.toml.example", "*.ini.example", "*.conf.example",
    "*.settings", "*.cnf", "*.acl", "*.neon", "*.edn", "*.hocon", "*.cue", "*.jsonnet", "*.kdl", "*.ron", "*.plist",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"config", "env", "setting", "host", "uri", "arn"})
NEAR = True

_SECTION = re.compile(r"\s*\[{1,2}\s*[\"']?([\w.\-/ ]{1,120})[\"']?\s*\]{1,2}\s*$")
_PAIR = re.compile(
    r"(\s{0,200})(?:-\s{1,8})?[\"']?([A-Za-z_$][\w.\-/]{0,120})[\"']?\s{0,20}"
    r"(?::(?=\s|$|[\"'\[{])|=>?)\s{0,40}(.{0,2000})"
)
_WORD = re.compile(r"[\"']?:?([A-Za-z][\w\-]{0,40})[\"']?,?\s*$")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,12}")
# A value in capitals names a variable where its key says so, or where it ends like the name of a setting; else it is
# a word of the data: "service": "EC2_INSTANCE_CONNECT"
_NAMING = re.compile(
    r"(?:.*[_.\-])?(?:name|key|keys|env|envvar|environment|variable|variables|var|secret|secrets|from)s?", re.I
)
_MARK = re.compile(r"[#;!/*]")  # without any of these a line has no comment
_QUOTES = " \t\"',"
_ITEM = "- \t\"',"
_LONGEST = 4_000
_DEEPEST = 30
_DESCRIBING = frozenset({
    "description", "homepage", "bugs", "author", "website", "documentation", "license", "licence", "$schema", "funding",
    "contributors", "maintainers", "help", "hint", "title", "readme", "html_url", "documentationUrl", "docs", "doc",
    "summary", "changelog", "issues", "termsOfService", "logo",
})  # fmt: skip


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one file. Hosts under keys that only describe ("homepage") are prose, and so are comments'."""
    slashes = path.endswith((".json", ".json5", ".jsonc", ".jsonnet", ".cue"))
    lines = text.split("\n")
    whole = near is None or any("config" in place.kinds for place in near)  # keys need the keys above them
    numbers = range(1, len(lines) + 1) if near is None or whole else sorted(lines_of(text, near))
    codes = {number: _code_length(lines[number - 1], slashes=slashes) for number in numbers}
    describing = yield from keys(lines, codes)
    listed: Container[int] | None = None
    yield from _settings(text, lines, codes, near or ())
    for name, number, offset in _names(text, lines, None if whole else numbers):
        if name.kind == "env" and _is_value(lines[number - 1], name.value):
            continue  # `_pair` has seen it, with its key
        if listed is None and name.kind == "host":
            listed = range(1, len(lines) + 1) if is_directory(text) else lines_of_lists(lines)
        told = number in describing or (listed is not None and number in listed)
        prose: DiscardReason | None = "prose" if told else None
        yield Mention(name.kind, name.value, number, discard="comment" if offset >= codes[number] else prose)


def _settings(text: str, lines: list[str], codes: Mapping[int, int], near: Sequence[Place]) -> Iterator[Mention]:
    """Credentials that a key or a value names, where the prefilter met a vendor's name."""
    for number in sorted(lines_of(text, [place for place in near if "setting" in place.kinds])):
        for name, offset in settings(lines[number - 1]):
            yield Mention("setting", name, number, discard="comment" if offset >= codes[number] else None)


def _names(text: str, lines: list[str], numbers: Sequence[int] | None) -> Iterator[tuple[Literal, int, int]]:
    """The names on these lines, or all, each with its line and its offset there."""
    if numbers is not None:
        for number in numbers:
            for found in names(f"\n{lines[number - 1]}\n"):
                yield found, number, found.offset - 1
        return
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    for found in names(text):
        number = bisect(starts, found.offset)
        yield found, number, found.offset - starts[number - 1]


def keys(lines: list[str], codes: Mapping[int, int]) -> Generator[Mention, None, set[int]]:
    """Keys, chosen words and names of variables. Of line i, from 1, its first `codes[i]` characters are no comment.

    Keys have those above them in front, where `codes` has all lines. Returns the lines whose keys only describe.
    """
    inner = _Path()
    describing = set()
    for number, length in codes.items():
        code = lines[number - 1][: min(length, _LONGEST)]
        if section := _SECTION.match(code):
            inner.restart(section[1])
        elif pair := _PAIR.match(code):
            yield from _pair(inner.enter(len(pair[1]), pair[2]), pair[2], pair[3], number)
            if pair[2] in _DESCRIBING:
                describing.add(number)
        elif _VARIABLE.fullmatch(code.strip(_ITEM)):
            yield Mention("env", code.strip(_ITEM), number)
    return describing


class _Path:
    """The keys above a line, by indentation; in TOML and INI the section's name comes first."""

    def __init__(self) -> None:
        self._section = ""
        self._open: list[tuple[int, str]] = []

    def restart(self, section: str) -> None:
        self._section, self._open = section + ".", []

    def enter(self, indent: int, key: str) -> str:
        while self._open and self._open[-1][0] >= indent:
            self._open.pop()
        if len(self._open) < _DEEPEST:
            self._open.append((indent, key))
        return self._section + ".".join(name for _, name in self._open)


def _pair(path: str, key: str, value: str, number: int) -> Iterator[Mention]:
    yield Mention("config", path, number)
    if _VARIABLE.fullmatch(key):
        yield Mention("env", key, number)
    if path != key and ends_like_one(key):
        yield from (Mention("setting", name, number) for name in spellings(path))
    if word := _WORD.match(value):
        yield Mention("config", f"{path}={word[1]}", number)
    name = value.strip(_QUOTES)
    if _VARIABLE.fullmatch(name) and (SETTING.fullmatch(name) or _NAMING.fullmatch(key)):
        yield Mention("env", name, number)


def _is_value(line: str, name: str) -> bool:
    """Whether this is the whole value of the line's key."""
    pair = _PAIR.match(line[:_LONGEST])
    return pair is not None and pair[3].strip(_QUOTES) == name


def _code_length(line: str, *, slashes: bool) -> int:
    """Where a line's comment begins. A mark inside a value ("a#b", "https://") starts none."""
    if _MARK.search(line) is None:
        return len(line)
    if line.lstrip().startswith(("#", ";", "!", "//", "/*", "* ", "<!--", "<%#", "{#")):
        return 0
    at = line.find(" //" if slashes else " #")
    if 0 <= (template := line.find("<%#")) < (at if at >= 0 else len(line)):
        return template
    if at < 0 or line.count('"', 0, at) % 2 or line.count("'", 0, at) % 2:
        return len(line)
    return at
