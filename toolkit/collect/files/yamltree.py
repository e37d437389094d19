"""YAML and JSON as a flat stream of scalars with their key path and line.

In: text. Out: `Leaf`s in order. Events are read, never objects built: tags ("!Ref") cannot run anything, aliases are
not followed (no "billion laughs"), a broken rest does not lose what came before it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from toolkit.collect.files.mention import Unparsed

ITEM = "[]"  # the path element of a list's items
_DEEPEST = 100
_MOST_DOCUMENTS = 20_000  # of one file
# what YAML forbids outright, and what only YAML takes for the end of a line: lines are counted by "\\n" everywhere else
_ODD = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Leaf(NamedTuple):
    """One scalar: where it hangs, what it says, where its text begins."""

    path: tuple[str, ...]  # keys from the top; ("services", "web", "ports", "[]")
    value: str
    line: int  # from 1; of a block scalar, its first line of content
    document: int = 0  # which of the file's documents


def leaves(text: str) -> Iterator[Leaf]:
    """Every scalar value. Raises `Unparsed` where the text stops being YAML."""
    text = _ODD.sub(" ", text)
    if text.lstrip()[:1] in ("{", "["):
        text = text.expandtabs(1)  # JSON may be indented by tabs, YAML may not
    last = text.count("\n") + 1  # at the end of a text YAML's marks point behind its last line
    try:
        for leaf in _walk(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
            yield leaf if leaf.line <= last else leaf._replace(line=last)
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        reason = getattr(err, "problem", None) or "unreadable"
        raise Unparsed(min(mark.line + 1, last) if mark else 1, f"not YAML: {reason}") from err


def _walk(events: Iterator[yaml.Event]) -> Iterator[Leaf]:
    path: list[str] = []
    open_: list[tuple[bool, bool]] = []  # for each open collection: is it a mapping, is it itself a key
    want_key, document = False, -1
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            document += 1
            if document >= _MOST_DOCUMENTS:
                raise Unparsed(_row(event) + 1, f"more than {_MOST_DOCUMENTS} documents in one file")
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            if want_key:
                path.append(event.value if isinstance(event, yaml.ScalarEvent) else "*")
                want_key = False
                continue
            if isinstance(event, yaml.ScalarEvent):
                line = _row(event) + (2 if event.style in ("|", ">") else 1)
                if event.value or path[-1:] != [ITEM]:  # an item without text says nothing
                    yield Leaf(tuple(path), event.value, line, document)
            want_key = _close_value(path, open_)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(open_) >= _DEEPEST:
                raise Unparsed(_row(event) + 1, "nested too deeply")
            mapping = isinstance(event, yaml.MappingStartEvent)
            if want_key:
                path.append("*")  # a collection as a key: legal, and of no use to us
            open_.append((mapping, want_key))
            want_key = mapping
            if not mapping:
                path.append(ITEM)
        elif isinstance(event, yaml.CollectionEndEvent):
            mapping, was_key = open_.pop()
            if not mapping:
                path.pop()
            want_key = False if was_key else _close_value(path, open_)


def _row(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _close_value(path: list[str], open_: list[tuple[bool, bool]]) -> bool:
    """After a value: drop its key; True when a key comes next."""
    if open_ and open_[-1][0]:
        path.pop()
        return True
    return False
