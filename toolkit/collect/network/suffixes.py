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

    return PublicSuffixList(only_icann=True)  # what a registry sells; `github.io` is a company's domain


def registrable(name: str) -> str:
    """The name itself where it is a public suffix."""
    return _list().privatesuffix(name) or name
