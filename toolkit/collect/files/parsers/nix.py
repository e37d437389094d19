"""Nix: hosts and other names. Its packages are values of expressions, and that they are not read is said."""

import re
from collections.abc import Iterator

from toolkit.catalog.entries import SignalKind
from toolkit.collect.files.mention import Mention, Unparsed
from toolkit.collect.files.parsers._named import named

CLAIMS = ("flake.nix", "shell.nix", "default.nix", "devenv.nix")
KINDS: frozenset[SignalKind] = frozenset({"host", "uri", "arn", "env"})

_COMMENT = re.compile(r"^[ \t]{0,200}#[^\n]*", re.MULTILINE)
_PACKAGES = re.compile(r"\b(?:buildInputs|nativeBuildInputs|packages|systemPackages|propagatedBuildInputs)\b")


def parse(path: str, text: str) -> Iterator[Mention]:
    """Mentions of one file, then `Unparsed` at the first list of packages."""
    code = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    yield from named(code, 1, "build/ci")
    if found := _PACKAGES.search(code):
        raise Unparsed(code.count("\n", 0, found.start()) + 1, "the packages of Nix expressions are not read")
