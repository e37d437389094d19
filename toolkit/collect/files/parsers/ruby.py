"""Ruby source: requires, constants, calls (symbols count as first arguments), names. `link_to` only links."""

import re
from collections.abc import Iterator, Sequence

from toolkit.collect.files.mention import Mention, Place
from toolkit.collect.files.parsers._code import Dialect, Imported, kinds, scan
from toolkit.collect.files.parsers._tree import Grammar

CLAIMS = (
    "*.rb",
    "*.rake",
    "*.ru",
    "*.gemspec",
    "Rakefile",
    "Vagrantfile",
    "Fastfile",
    "FastFile",
    "Appfile",
    "Capfile",
    "Brewfile",
)
KINDS = kinds("ruby")
NEAR = True


def imports(statement: str) -> Iterator[Imported]:
    """ "require 'sentry/rails'" → sentry::rails."""
    name = statement.partition("'")[2].rstrip("'")
    if name and not name.startswith((".", "/")):
        yield Imported(name.replace("/", "::"))


DIALECT = Dialect("ruby", Grammar("tree_sitter_ruby", "ruby"), imports, frozenset({"require", "require_dependency"}))


# a symbol chooses who does it: Geocoder.configure(lookup: :mapbox)
_CHOSEN = re.compile(r"(?m)^[^#\n]{0,200}?\b(lookup|ip_lookup|provider|adapter|gateway):\s{0,4}:([a-z]\w{1,40})")


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Ruby file."""
    yield from scan(text, DIALECT, near)
    for found in _CHOSEN.finditer(text):
        line = text.count("\n", 0, found.start(2)) + 1
        yield Mention("call", f"{found[1].removeprefix('ip_')}({found[2]})", line)
