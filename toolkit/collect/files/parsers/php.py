"""PHP source: `use` in all its forms, qualified names, calls, names.

Laravel's programs read variables by the names that `config/services.php` gives them: `config('services.chat.token')`.
"""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._settings import spellings
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = ("*.php", "*.phtml")
KINDS = kinds("php")
NEAR = True
HINTS = ("config('services.", 'config("services.')

_SERVICE = re.compile(r"config\(['\"]services\.([\w.\-]{2,80})['\"]")
_GROUP = re.compile(r"([\w\\]+)\\\{([^}]*)\}")
_NAME = re.compile(r"(?:function\s+|const\s+)?\\?([\w\\]+)(?:\s+as\s+\w+)?\s*")


def imports(statement: str) -> Iterator[Imported]:
    r"""'use A\{B, C as D}, E\F;' → A\B, A\C, E\F."""
    body = statement.strip().removeprefix("use").strip().rstrip(";")
    for prefix, names in _GROUP.findall(body):
        yield from (
            Imported(f"{prefix}\\{found[1]}") for name in names.split(",") if (found := _NAME.match(name.strip()))
        )
    for name in _GROUP.sub("", body).split(","):
        if found := _NAME.fullmatch(name.strip()):
            yield Imported(found[1])


DIALECT = Dialect("php", Grammar("tree_sitter_php", "php", "language_php"), imports)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one PHP file."""
    yield from _services(text)
    hints = {f"hint:{hint}" for hint in HINTS}
    if near is not None:
        near = [place for place in near if not place.kinds <= hints]
    if near is None or near:
        yield from scan(text, DIALECT, near)


def _services(text: str) -> Iterator[Mention]:
    """The variables behind the settings of services, as each would be spelled."""
    for found in _SERVICE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        begun = text[text.rfind("\n", 0, found.start()) + 1 : found.start()].lstrip()
        told = begun.startswith(("//", "#", "*"))
        for name in spellings(found[1]):
            yield Mention("env", name, line, discard="comment" if told else None)
