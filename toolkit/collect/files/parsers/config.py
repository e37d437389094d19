"""Configuration of any kind: YAML, JSON, TOML, properties, INI. Keys, hosts and environment names, line by line.

Line by line, because half of these files are templates, have comments where their format has none, or are broken; and
because what is sought (a key, a host, the name of a variable) never spans lines. Values are never kept: only a bare
word that chooses something ("service: S3") is yielded with its key, as "service=S3".
"""

import re
from collections.abc import Iterator

from toolkit.catalog import SignalKind
from toolkit.collect.files.mention import Mention
from toolkit.collect.files.parsers._literals import names

CLAIMS = (
    "*.yml", "*.yaml", "*.json", "*.json5", "*.jsonc", "*.toml", "*.properties", "*.ini", "*.cfg", "*.conf", "*.config",
    "*.yml.erb", "*.yaml.erb", "*.yml.template", "*.yml.example", "*.yml.sample", "*.yml.dist", "*.yaml.template",
    "*.yaml.example", "*.json.example", "*.json.template", "*.toml.example", "*.ini.example", "*.conf.example",
    "*.settings", "*.cnf", "*.neon", "*.edn", "*.hocon", "*.cue", "*.jsonnet", "*.kdl", "*.ron", "*.plist",
)  # fmt: skip
KINDS: frozenset[SignalKind] = frozenset({"config", "env", "host", "uri", "arn"})

_SECTION = re.compile(r"\s*\[{1,2}\s*[\"']?([\w.\-/ ]{1,120})[\"']?\s*\]{1,2}\s*$")
_PAIR = re.compile(
    r"(\s{0,200})(?:-\s{1,8})?[\"']?([A-Za-z_$][\w.\-/]{0,120})[\"']?\s{0,20}"
    r"(?::(?=\s|$|[\"'\[{])|=>?)\s{0,40}(.{0,2000})"
)
_WORD = re.compile(r"[\"']?:?([A-Za-z][\w\-]{0,40})[\"']?,?\s*$")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,12}")
_QUOTES = " \t\"',"
_DEEPEST = 30
_DESCRIBING = frozenset({
    "description", "homepage", "bugs", "author", "website", "documentation", "license", "licence", "$schema", "funding",
    "contributors", "maintainers", "help", "hint", "title", "readme", "html_url", "documentationUrl", "docs", "doc",
    "summary", "changelog", "issues", "termsOfService",
})  # fmt: skip


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one file. Hosts under keys that only describe ("homepage") are prose, and so are comments'."""
    slashes = path.endswith((".json", ".json5", ".jsonc", ".jsonnet", ".cue"))
    inner = _Path()
    for number, line in enumerate(text.split("\n"), 1):
        code, comment = _split(line[:4000], slashes=slashes)
        for found in names(comment) if comment else ():
            yield Mention(found.kind, found.value, number, discard="comment")
        if section := _SECTION.match(code):
            inner.restart(section[1])
            continue
        pair = _PAIR.match(code)
        if pair:
            yield from _pair(inner.enter(len(pair[1]), pair[2]), pair[2], pair[3], number)
        prose = pair is not None and pair[2] in _DESCRIBING
        for found in names(code):
            yield Mention(found.kind, found.value, number, discard="prose" if prose else None)
        if not pair and _VARIABLE.fullmatch(code.strip("- \t\"',")):
            yield Mention("env", code.strip("- \t\"',"), number)


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
    if word := _WORD.match(value):
        yield Mention("config", f"{path}={word[1]}", number)
    if _VARIABLE.fullmatch(value.strip(_QUOTES)):
        yield Mention("env", value.strip(_QUOTES), number)


def _split(line: str, *, slashes: bool) -> tuple[str, str]:
    """A line without its comment, and the comment. A mark inside a value ("a#b", "https://") starts none."""
    stripped = line.lstrip()
    if stripped.startswith(("#", ";", "!", "//", "/*", "* ", "<!--", "<%#", "{#")):
        return "", stripped
    mark = " //" if slashes else " #"
    at = line.find(mark)
    if at < 0 or line.count('"', 0, at) % 2 or line.count("'", 0, at) % 2:
        return line, ""
    return line[:at], line[at:]
