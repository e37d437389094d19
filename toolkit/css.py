"""What a style sheet loads, and the same sheet with other addresses.

In: the text of a sheet. Out: addresses as `url(…)`, `@import` and `image-set(…)` have them; or the sheet with some of
them replaced. tinycss2 reads it as CSS Syntax Level 3 says: what stands in a comment or another string is no address.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import tinycss2

LARGEST = 4 * 2**20  # characters of a sheet: what is longer is not read
_DEEPEST = 60  # blocks within blocks: tinycss2 writes them by recursion
_OF_ADDRESSES = frozenset({"url", "src", "image-set", "-webkit-image-set"})
_NOTHING = ("#", "data:")  # what these begin is in the page or the sheet itself


class Link(NamedTuple):
    """An address in a sheet."""

    url: str
    line: int
    is_sheet: bool  # another sheet, which loads things itself


class UnreadableSheet(ValueError):
    """No sheet that anybody wrote: too long, or too deep."""


class _Block:
    """An open block or function, and where in it the walk is."""

    def __init__(self, content: Sequence[Any], function: str = "", rule: str = "") -> None:
        self.rest, self.function, self.rule = iter(content), function, rule


def links(text: str) -> Iterator[Link]:
    """All that it loads, in its order."""
    for token, is_sheet in _addresses(_parsed(text)):
        if token.value and not token.value.startswith(_NOTHING):
            yield Link(token.value, token.source_line, is_sheet)


def moved(text: str, place: Callable[[str], str | None]) -> str:
    """The sheet with each address replaced by what `place` says; None leaves it."""
    tokens = _parsed(text)
    for token, _ in _addresses(tokens):
        new = place(token.value)
        if new is not None:
            quoted = _quoted(new)
            token.value = new
            token.representation = quoted if token.type == "string" else f"url({quoted})"
    return str(tinycss2.serialize(tokens))


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\a ") + '"'


def _parsed(text: str) -> list[Any]:
    if len(text) > LARGEST:
        raise UnreadableSheet(f"a style sheet of more than {LARGEST // 2**20} MiB")
    tokens: list[Any] = tinycss2.parse_component_value_list(text)
    return tokens


def _addresses(tokens: Sequence[Any]) -> Iterator[tuple[Any, bool]]:
    """The tokens that are addresses, and whether of another sheet. With a stack: how deep is the writer's choice."""
    blocks = [_Block(tokens)]
    while blocks:
        block = blocks[-1]
        node = next(block.rest, None)
        if node is None:
            blocks.pop()
        elif node.type == "at-keyword":
            block.rule = node.lower_value
        elif node.type not in ("whitespace", "comment"):
            if _is_address(node, block):
                yield node, block.rule == "import"
            if content := _content(node):
                blocks.append(_inside(node, content, block.rule))
            if len(blocks) > _DEEPEST:
                raise UnreadableSheet("a style sheet with too many blocks within blocks")
            if block.rule != "namespace" or node == ";":  # @namespace svg url(…) loads nothing
                block.rule = ""


def _is_address(node: Any, block: _Block) -> bool:
    if block.rule == "namespace":
        return False
    if node.type == "string":
        return block.function in _OF_ADDRESSES or block.rule == "import"
    return bool(node.type == "url")


def _inside(node: Any, content: Sequence[Any], rule: str) -> _Block:
    function = getattr(node, "lower_name", "")
    return _Block(content, function, rule if function == "url" else "")


def _content(node: Any) -> Sequence[Any]:
    content: Sequence[Any] = ()
    if node.type == "function":
        content = node.arguments
    elif node.type.endswith(" block"):
        content = node.content
    return content
