"""What a kept file loads in turn, by its kind: style sheets and modules do, others nothing that can be seen.

In: its bytes and ending. Out: addresses as they stand there; or the file with others in their place. Raises ValueError
for what nobody can read.
"""

from collections.abc import Callable, Iterator

from toolkit import css, scripts

KINDS = ("css", "js")


def links(body: bytes, kind: str) -> Iterator[str]:
    """The addresses in it, in their order."""
    if kind == "css":
        yield from (link.url for link in css.links(body.decode("utf-8", "replace")))
    elif kind == "js":
        yield from (one.url for one in scripts.imports(body))


def moved(body: bytes, kind: str, place: Callable[[str], str | None]) -> bytes:
    """It with each address replaced by what `place` says; None leaves one."""
    if kind == "css":
        return css.moved(body.decode("utf-8", "replace"), place).encode()
    return scripts.moved(body, place)
