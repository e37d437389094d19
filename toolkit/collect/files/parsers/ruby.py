"""Ruby source: requires, constants, calls (symbols count as first arguments), names. `link_to` only links."""

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


def parse(path: str, text: str, near: Sequence[Place] | None = None) -> Iterator[Mention]:
    """Mentions of one Ruby file."""
    yield from scan(text, DIALECT, near)
