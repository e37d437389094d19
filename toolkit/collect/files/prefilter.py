"""Which files can matter at all: one Hyperscan pass over the bytes for all literals at once.

In: the literals of signals and hints. Out: for one file's bytes the literals that occur in it.
"""

import contextlib
import hashlib
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import hyperscan
import msgspec
from msgspec import Struct

from toolkit.catalog.entries import Signal
from toolkit.collect.files import literals as rules
from toolkit.collect.files.literals import BESIDE, NO_WORD, Literal, literals
from toolkit.documents import write_bytes

_MOST_PLACES = 32  # of one literal in one file that are remembered
_MOST_SEEN = 1_000  # of one literal in one file that are looked at
_NO_WORD = BESIDE[NO_WORD]
_REACH = 300  # bytes to either side in which the other parts of a name written in one piece are

Wanted = Mapping[int, tuple[int, ...]]  # number of a text in the database → numbers of the literals that are wanted


class Hit(NamedTuple):
    """A literal that occurs in a file."""

    literal: int
    ends: list[int]  # offsets just behind its places; the first ones only, where there are many

    @property
    def cut_short(self) -> bool:
        """Whether there may be more places than these."""
        return len(self.ends) >= _MOST_PLACES


class Prefilter:
    """The compiled literals. One object per process: the scratch space is not shared."""

    def __init__(self, known: tuple[Literal, ...], database: bytes) -> None:
        self.literals = known
        self._numbers = list(_texts(known).values())
        self._besides = [(len(one.text), BESIDE[one.before], BESIDE[one.after]) for one in known]
        self._database = hyperscan.loadb(database, hyperscan.HS_MODE_BLOCK)
        self._scratch = hyperscan.Scratch(self._database)

    def wanted(self, kinds: frozenset[str]) -> Wanted:
        """The literals that are a sign of one of these kinds."""
        kept = (tuple(one for one in numbers if self.literals[one].kinds & kinds) for numbers in self._numbers)
        return {text: numbers for text, numbers in enumerate(kept) if numbers}

    def hits(self, data: bytes, wanted: Wanted, *, scattered: bool = False) -> list[Hit]:
        """Which of the wanted literals occur in `data`, with what may stand beside them and what else there must be.

        `scattered`: whether the parts of one name may stand far from each other.
        """
        found: dict[int, list[int]] = {}
        besides, size = self._besides, len(data)

        def note(text: int, _start: int, end: int, _flags: int, _context: object) -> None:
            for number in wanted.get(text, ()):
                length, before, after = besides[number]
                start = end - length
                if (start == 0 or before[data[start - 1]]) and (end == size or after[data[end]]):
                    ends = found.setdefault(number, [])
                    if len(ends) < _MOST_SEEN:
                        ends.append(end)

        self._database.scan(data, match_event_handler=note, scratch=self._scratch)
        known: dict[bytes, bool] = {}
        kept = (
            (number, _complete(data, self.literals[number], ends, known, scattered=scattered))
            for number, ends in found.items()
        )
        return [Hit(number, ends[:_MOST_PLACES]) for number, ends in kept if ends]


def _complete(
    data: bytes, literal: Literal, ends: list[int], known: dict[bytes, bool], *, scattered: bool
) -> list[int]:
    """The places where the rest of the name is there as well."""
    if not literal.also:
        return ends
    if not literal.any_case and not _has_words(data, literal.also, known):
        return []
    if not literal.together or (scattered and not literal.any_case) or len(ends) >= _MOST_SEEN:
        return ends
    return [end for end in ends if _is_whole(data, literal, end)]


def _is_whole(data: bytes, literal: Literal, end: int) -> bool:
    """Whether the other parts of a name stand around this place."""
    around = data[max(0, end - len(literal.text) - _REACH) : end + _REACH]
    if literal.any_case:
        around = around.lower()
    return all(part in around for part in literal.also)


def _texts(known: tuple[Literal, ...]) -> dict[tuple[bytes, bool], list[int]]:
    """The strings to seek, each once, with the literals they are the text of."""
    texts: dict[tuple[bytes, bool], list[int]] = {}
    for number, one in enumerate(known):
        texts.setdefault((one.text, one.any_case), []).append(number)
    return texts


def _has_words(data: bytes, words: tuple[bytes, ...], known: dict[bytes, bool]) -> bool:
    """Whether all words occur; `known` remembers those of this file, for many literals ask for the same."""
    for word in words:
        if (has := known.get(word)) is None:
            has = known[word] = _has_word(data, word)
        if not has:
            return False
    return True


def _has_word(data: bytes, word: bytes) -> bool:
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        if (at == 0 or _NO_WORD[data[at - 1]]) and (end == len(data) or _NO_WORD[data[end]]):
            return True
        at = data.find(word, end)
    return False


COMMENT_LINE = re.compile(rb"[ \t]*(?:#[\s!#\-=]|//|/?\*[\s/*]|<!--|--\s|\"\"\")")


def only_in_comments(data: bytes, hit: Hit) -> bool:
    """Whether all places of a hit are on lines that are comments as a whole, in whatever language this is."""
    return not hit.cut_short and all(COMMENT_LINE.match(data, data.rfind(b"\n", 0, end) + 1, end) for end in hit.ends)


class _Compiled(Struct, array_like=True):
    literals: tuple[Literal, ...]
    database: bytes


def load_prefilter(signals: tuple[Signal, ...], hints: Iterable[str], cache: Path | None) -> Prefilter:
    """The prefilter for these signals, from the cache folder where it is there."""
    hints = tuple(hints)
    stored = cache / f"prefilter-{_key(signals, hints)}.hs" if cache else None
    if stored and (compiled := _stored(stored)):
        with contextlib.suppress(hyperscan.error):
            return Prefilter(compiled.literals, compiled.database)
    known = literals(signals, hints)
    compiled = _Compiled(known, _database(known))
    if stored:
        _store(stored, msgspec.msgpack.encode(compiled))
    return Prefilter(compiled.literals, compiled.database)


def _key(signals: tuple[Signal, ...], hints: tuple[str, ...]) -> str:
    """Another one for other signals, other code that compiles them, another Hyperscan."""
    code = Path(rules.__file__).read_bytes() + Path(__file__).read_bytes()
    said = msgspec.msgpack.encode((signals, hints, version("hyperscan")))
    return hashlib.sha256(code + said).hexdigest()[:32]


def _database(known: tuple[Literal, ...]) -> bytes:
    texts = list(_texts(known))
    database = hyperscan.Database()
    database.compile(
        expressions=[text for text, _ in texts],
        ids=list(range(len(texts))),
        elements=len(texts),
        flags=[hyperscan.HS_FLAG_CASELESS if any_case else 0 for _, any_case in texts],
        literal=True,
    )
    dumped: bytes = hyperscan.dumpb(database)
    return dumped


def _stored(path: Path) -> _Compiled | None:
    """What was written before, unless it is damaged: its own checksum stands in front of it."""
    try:
        content = path.read_bytes()
        if hashlib.sha256(memoryview(content)[32:]).digest() != content[:32]:
            return None
        return msgspec.msgpack.decode(memoryview(content)[32:], type=_Compiled)
    except (OSError, msgspec.DecodeError):
        return None


def _store(path: Path, content: bytes) -> None:
    """Written whole or not at all; a cache that cannot be written is no error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_bytes(path, hashlib.sha256(content).digest() + content, mode=0o600)
