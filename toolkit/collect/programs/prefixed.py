"""Settings that no code names in full: a library joins the program's prefix with each key of its configuration.

In: a file that tells the library its prefix, and the program's sample configurations. Out: facts "env" with the names
that it reads: `SHOP_DATABASE_HOST` of viper, `SHOP_db__host` of koanf, `SHOP__DATABASE__URL` of config-rs.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from toolkit.collect.programs.facts import Fact, toml, yaml_leaves
from toolkit.collect.programs.tree import Tree, above, at, line_of, split, text

_VIPER = re.compile(r'\.SetEnvPrefix\(\s*"(\w{1,40})"')
_VIPERS_KEYS = re.compile(r'SetEnvKeyReplacer\(\s*strings\.NewReplacer\(\s*"\.",\s*"(_{1,2})"')
_KOANF = re.compile(r'env\.Provider\(\s*"(\w{1,40})"(?:.|\n){0,400}?"(_{1,2})",\s*"\."')
_CONFIG_RS = re.compile(r'Environment::with_prefix\(\s*"(\w{1,40})"\s*\)(?P<more>(?:.|\n){0,300})')
_FIGMENT = re.compile(r'Env::prefixed\(\s*"(\w{1,40})"\s*\)(?P<more>(?:.|\n){0,120})')
_MARK = r"[._-](?:\w{1,20}[_-])?(?:sample|example|default|dist|template)"
_SAMPLE = re.compile(
    rf"(?:\w{{1,30}}[._-])?config(?:uration)?(?:{_MARK})?\.(?:toml|ya?ml)(?:[.-](?:sample|example|default|dist))?"
)
_OUT = re.compile(r"(?m)^#[ \t]?(?=[a-z][\w-]{0,40}[ \t]?=[ \t]?\S)")  # before a setting that is commented out
_KEY = re.compile(r"""[`"']([a-zA-Z][\w-]{0,40}(?:\.[a-zA-Z][\w-]{0,40}){1,3})[`"']""")
_MOST = 400
_DEEPEST = 4


class _Form(NamedTuple):
    """How a name is made of a key's words."""

    prefix: str  # with what stands between it and the first word
    between: str
    capitals: bool

    def name(self, words: list[str]) -> str:
        joined = self.between.join(word.replace("-", "_") for word in words)
        return self.prefix + (joined.upper() if self.capitals else joined)


def named(tree: Tree, folder: str, path: str, content: str) -> Iterator[Fact]:
    """A fact for every key that the file, or a sample configuration of the program, has."""
    form = _form(content)
    if form is None:
        return
    seen: set[str] = set()
    for words, where in [*_keys(path, content), *_sampled(tree, folder)][:_MOST]:
        name = form.name(words)
        if name not in seen:
            seen.add(name)
            yield Fact(folder, "env", "", where, name)


def _form(content: str) -> _Form | None:
    if found := _VIPER.search(content):
        keys = _VIPERS_KEYS.search(content)
        return _Form(f"{found[1].upper()}_", keys[1] if keys else ".", capitals=True)
    if found := _KOANF.search(content):
        return _Form(found[1], found[2], capitals=False)
    if found := _CONFIG_RS.search(content):
        between = _argument("separator", found["more"]) or "_"
        before = _argument("prefix_separator", found["more"]) or between
        return _Form(f"{found[1].upper()}{before}", between, capitals=True)
    if found := _FIGMENT.search(content):
        return _Form(found[1], _argument("split", found["more"]) or ".", capitals=True)
    return None


def _argument(method: str, chain: str) -> str:
    found = re.search(rf'\.{method}\(\s*"(_{{1,2}})"', chain)
    return found[1] if found else ""


def _keys(path: str, content: str) -> Iterator[tuple[list[str], str]]:
    """Texts that are written as keys: `database.host`."""
    for found in _KEY.finditer(content):
        yield found[1].split("."), at(path, content.count("\n", 0, found.start()) + 1)


def _sampled(tree: Tree, folder: str) -> Iterator[tuple[list[str], str]]:
    """The keys of its own samples, and of those of the folders around it."""
    paths = [place + name for place in above(folder) for name in sorted(tree.folders.get(place, ()))]
    for path in (path for path in paths if _SAMPLE.fullmatch(split(path)[1])):
        content = text(tree, path)
        if ".toml" in path:
            for words in _inner(toml(content) | _commented_out(content)):
                yield words, at(path, _line(content, words))
        else:
            for leaf in yaml_leaves(content):
                words = [str(word) for word in leaf.path]
                if len(words) <= _DEEPEST and all(word.replace("-", "_").isidentifier() for word in words):
                    yield words, at(path, leaf.line)


def _line(content: str, words: list[str]) -> int:
    """Where a setting stands: behind the head of its table."""
    head = max(0, content.find(f"[{'.'.join(words[:-1])}]"))
    row = re.compile(rf"(?m)^[#\s]{{0,3}}{re.escape(words[-1])}[ \t]*=").search(content, head)
    return content.count("\n", 0, row.end()) + 1 if row else line_of(content, words[-1])


def _commented_out(content: str) -> dict[str, object]:
    """A sample's settings with those that it only shows; none where that is no TOML any more."""
    return toml(_OUT.sub("", content))


def _inner(table: dict[str, object], *above: str) -> Iterator[list[str]]:
    for key, value in table.items():
        if isinstance(value, dict) and len(above) < _DEEPEST:
            yield from _inner(value, *above, key)
        elif key.replace("-", "_").isidentifier():
            yield [*above, key]
