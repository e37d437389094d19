"""Which part of a name somebody registered: `app.example.co.uk` → `example.co.uk`, by the Public Suffix List.

The list comes with its package and is never fetched.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@cache
def _list() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # reads 250 kB, and only where a domain is looked at

    # what a registry sells; `github.io` is a company's domain
    return PublicSuffixList(only_icann=True, accept_unknown=False)


def registrable(name: str) -> str:
    """The name itself where it is a public suffix."""
    return _list().privatesuffix(name, accept_unknown=True) or name


def registered(name: str) -> str | None:
    """The same; None for a public suffix, and for names under no ending that a registry runs (`db.internal`)."""
    found: str | None = _list().privatesuffix(name)
    return found
