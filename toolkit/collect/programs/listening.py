"""Where a program listens that takes no word of it from outside: the address stands in its code.

In: a tree, where a program stands. Out: a fact "port", where a file binds a number and reads no setting for it.
"""

import re
from collections.abc import Iterator

from toolkit.collect.programs.facts import LANGUAGES, Fact, Standing
from toolkit.collect.programs.tree import Tree, at, below, text

_ADDRESS = r"\"(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::1?\])?:(\d{4,5})\""
_FORMS = {
    "rust": (
        r"(?:src|bin|crates)/(?:[\w.-]+/){0,5}[\w-]+\.rs",
        re.compile(rf"{_ADDRESS}|\[\s*(?:0|127),\s*0,\s*0,\s*[01]\s*\],\s*(\d{{4,5}})\b"),
    ),
    "go": (
        r"(?:[\w.-]+/){0,5}[\w-]+\.go",
        re.compile(rf"(?:ListenAndServe|\.Run|\.Start|\.Listen|net\.Listen)\((?:\"tcp\",\s*)?{_ADDRESS}"),
    ),
    "node": (
        r"(?:[\w.-]+/){0,3}[\w-]+\.(?:[mc]?js|ts)",
        re.compile(r"\.listen\(\s*(\d{4,5})\b"),
    ),
}
_TOLD = re.compile(r"\bPORT\b|_port\b|\.port\b|getenv|env::var|LookupEnv|process\.env|flag\.")


def literal_port(tree: Tree, one: Standing) -> Iterator[Fact]:
    """The first that is found."""
    language = LANGUAGES.get(one.stack, "rust" if one.runtime == "binary" else one.runtime)
    if language not in _FORMS or one.page:
        return
    pattern, form = _FORMS[language]
    for path in below(tree, one.folder, pattern):
        content = text(tree, path)
        match = form.search(content)
        if match and not path.endswith("_test.go") and not _TOLD.search(_near(content, match)):
            number = next(filter(None, match.groups()))
            yield Fact(one.folder, "port", number, at(path, content.count("\n", 0, match.start()) + 1))
            return


def _near(content: str, match: re.Match[str]) -> str:
    """The lines around it: where a setting comes first, the number is what it is by default."""
    return content[max(0, match.start() - 300) : match.end() + 100]
