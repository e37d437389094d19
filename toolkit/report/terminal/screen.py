"""Paragraphs and lists on a terminal of any width.

Colour only repeats what the words say. It is left out with NO_COLOR (https://no-color.org), on a dumb terminal and
when stdout is none.
"""

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from toolkit.report.escape import visible

SHOWN = 6  # lines of one list on the one screen; the rest is counted
_LONGEST = 3  # lines of one paragraph
Thing = TypeVar("Thing")
_whole = ContextVar("toolkit.whole", default=False)


def screen(write: Callable[[Console], None]) -> str:
    """The text that `write` prints, as wide as the terminal."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = max(40, shutil.get_terminal_size((80, 24)).columns)
    buffer = io.StringIO()
    out = Console(file=buffer, width=width, color_system="standard" if wanted else None, highlight=False)
    write(out)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


@contextmanager
def whole(wanted: bool = True) -> Iterator[None]:
    """Within it no list and no paragraph is cut."""
    before = _whole.set(wanted)
    try:
        yield
    finally:
        _whole.reset(before)


def first(things: Sequence[Thing], limit: int = SHOWN) -> Sequence[Thing]:
    """As many as one screen has room for."""
    return things if _whole.get() else things[:limit]


def put(out: Console, *parts: str | tuple[str, str], hang: int = 4, longest: int = _LONGEST) -> None:
    """One paragraph, wrapped, further lines indented. A part is text or (text, style).

    A hostile length is cut, but not within `whole`.
    """
    text = Text.assemble(*((part, "") if isinstance(part, str) else part for part in map(_safe, parts)))
    if not _whole.get():
        text.truncate(longest * (out.width - hang), overflow="ellipsis")
    for number, line in enumerate(text.wrap(out, out.width - hang) or [Text()]):
        out.print(Text(" " * hang).append_text(line) if number else line)


def _safe(part: str | tuple[str, str]) -> str | tuple[str, str]:
    return visible(part) if isinstance(part, str) else (visible(part[0]), part[1])


def listing(
    out: Console, title: str, lines: Iterable[str], style: str = "bold", limit: int = SHOWN, longest: int = 2
) -> None:
    """A heading with its first lines, each of at most so many lines; nothing at all when there are none."""
    known = list(lines)
    if known:
        put(out, (title, style))
    shown = first(known, limit)
    for line in shown:
        put(out, f"  {line}", longest=longest)
    tell_hidden(out, known, shown)


def tell_hidden(out: Console, known: Sequence[object], shown: Sequence[object]) -> None:
    """How many there was no room for."""
    if hidden := len(known) - len(shown):
        put(out, f"  … and {hidden} more: --all shows them")


def plural(things: Sequence[object], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"
