"""C# source: using directives, constructions, calls, attributes, names."""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = ("*.cs", "*.csx")
KINDS = kinds("dotnet")
NEAR = True

_USING = re.compile(r"(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?(?:global::)?([\w.]+)")


def imports(directive: str) -> Iterator[Imported]:
    """'using static Stripe.X;' → Stripe.X."""
    if found := _USING.match(directive):
        yield Imported(found[1])


DIALECT = Dialect("dotnet", Grammar("tree_sitter_c_sharp", "csharp"), imports)


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one C# file."""
    yield from scan(text, DIALECT, near)
