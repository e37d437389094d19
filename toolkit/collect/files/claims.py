"""Which parsers get a file. In: a path. Out: the parsers of the most specific claim, see `parsers/__init__.py`."""

import re
from collections.abc import Sequence

from toolkit.collect.files.parsers import Parser
from toolkit.globs import Globs

_ONLY_EXTENSION = re.compile(r"\*((?:\.[A-Za-z0-9_+\-]+)+)")
_NAMED = 100


def _specificity(claim: str) -> int:
    """Extensions rank by their number of parts ("*.erb" below "*.html.erb"), all below claims that name more."""
    found = _ONLY_EXTENSION.fullmatch(claim)
    return found.group(1).count(".") if found else _NAMED


class Claims:
    """All parsers' claims."""

    def __init__(self, parsers: Sequence[Parser], fallback: str = "generic") -> None:
        self._globs = Globs(
            (claim, (_specificity(claim), number)) for number, parser in enumerate(parsers) for claim in parser.claims
        )
        self._parsers = parsers
        self._fallback = tuple(parser for parser in parsers if parser.name == fallback)

    def of(self, path: str, name: str) -> tuple[tuple[Parser, ...], bool]:
        """The parsers of this file, and whether its very name is reason enough to parse it."""
        found = self._globs.match(path, name)
        if not found:
            return self._fallback, False
        best = max(specificity for specificity, _ in found)
        numbers = sorted({number for specificity, number in found if specificity == best})
        parsers = tuple(self._parsers[number] for number in numbers)
        return parsers, best == _NAMED or any(parser.always for parser in parsers)
