"""The one tree-sitter driver: a grammar and a query in, a file's captures, comments and names out.

A language is data: a grammar from its wheel and a query `queries/<language>.scm`. Captures every query may use:

    @import   a whole import statement           @call     a call or construction (function and arguments as fields)
    @comment  what is no code (docstrings too)   @prose    a place that only links or tells ("<a href>", `link_to`)
    @type     a name that is used as a type      @env      a pattern that takes variables out of the environment
    @setting  a setting that gets a name as value

A file is parsed once and captures are iterated, never the tree. Where the caller knows the only places that can matter,
the file is parsed no further than it must be for them, and the query looks only there.
"""

import importlib
import re
import resource
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import count
from typing import NamedTuple

from tree_sitter import Language, Node, Parser, Query, QueryCursor

from toolkit.collect.files.mention import Mention, Place, Unparsed
from toolkit.collect.files.parsers import _literals
from toolkit.collect.files.parsers._host_lists import HostLists
from toolkit.collect.files.parsers._places import Lines
from toolkit.model import DiscardReason

_TEXTUAL = ("string", "heredoc", "template", "text", "char", "regex")  # parts of node types that hold text
# What a hostile file can cost. Real code takes 0.1 µs of parsing per byte and has depths of some dozens. The time is
# tight because a parser that has lost its way can spend much more at the end of the file, where nothing stops it.
_PARSE_SECONDS, _PARSE_BYTES_PER_SECOND = 0.05, 2_000_000
# A tree takes some 20 bytes a byte; where a grammar follows many readings at once, thousands
_PARSE_MEMORY, _PARSE_MEMORY_PER_BYTE = 100_000_000, 60
_PAGE = resource.getpagesize()
_MATCH_LIMIT = 4096  # concurrent partial matches of the query
_DEEPEST = 1000  # levels of the tree in which the query looks for matches
_WIDEST_ERROR = 20_000  # children of a tree that is nothing but an error
_LOOKUPS = 2000  # places looked up in the tree one by one
_WORTH_A_TABLE = 30  # questions for lines
_NEIGHBOURS = 500  # bytes between places that one run of the query covers
_MOST_RUNS = 40  # of the query; with more places the whole file is asked once
# Where a declaration begins in the first column, what stands before it is most likely complete. No harm if it is not:
# then it does not parse.
_TOP_LEVEL = re.compile(
    rb"^(?:import|from|export|const|let|var|function|class|interface|type|async|def|func|fn|fun|pub|use|impl|struct|enum"
    rb"|public|internal|final|abstract|open|data|object|module|namespace|require|describe|@)(?![A-Za-z0-9_$])",
    re.MULTILINE,
)


class Grammar(NamedTuple):
    """Where a language's grammar and query are."""

    package: str  # "tree_sitter_python"
    query: str  # "python" → queries/python.scm
    function: str = "language"


@cache
def _load(grammar: Grammar) -> tuple[Language, Query]:
    language = Language(getattr(importlib.import_module(grammar.package), grammar.function)())
    query = files(__package__).joinpath("queries", f"{grammar.query}.scm").read_text(encoding="utf-8")
    return language, Query(language, query)


def _parsed(source: bytes, language: Language) -> Node:
    """The tree's root. Raises `Unparsed` when that would take too long: some grammars are quadratic on nonsense."""
    deadline = time.thread_time() + _PARSE_SECONDS + len(source) / _PARSE_BYTES_PER_SECOND
    most = _memory() + _PARSE_MEMORY + _PARSE_MEMORY_PER_BYTE * len(source)
    steps = count(1)

    def read(offset: int, _point: object) -> bytes:
        return source[offset : offset + 65536]

    def stop(_offset: int, _failed: bool) -> bool:
        return next(steps) % 32 == 0 and (time.thread_time() > deadline or _memory() > most)  # asking is a system call

    try:
        root = Parser(language).parse(read, progress_callback=stop).root_node
    except ValueError as err:
        raise Unparsed(1, "takes too much time or memory to parse") from err
    if root.is_error and root.child_count > _WIDEST_ERROR:
        raise Unparsed(1, "syntax error")
    return root


def _memory() -> int:
    """Bytes of memory that this process holds; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123 - asked thousands of times
            return int(file.read().split()[1]) * _PAGE
    except OSError:
        return 0


def _parsed_as_far_as(near: Sequence[Place], source: bytes, language: Language) -> Node:
    """The root of a tree in which all these places are what they are in the tree of the whole file.

    A beginning of the file that is a complete program in itself does for that, and is often much shorter: imports.
    """
    if cut := _TOP_LEVEL.search(source, max(place.end for place in near)):
        root = _parsed(source[: cut.start()], language)
        if not root.has_error:
            return root
    return _parsed(source, language)


def _runs(near: Sequence[Place]) -> list[tuple[int, int]]:
    """Few ranges of bytes that cover all places; none at all where they would be many."""
    runs: list[tuple[int, int]] = []
    for place in near:
        if runs and place.start - runs[-1][1] <= _NEIGHBOURS:
            runs[-1] = runs[-1][0], max(runs[-1][1], place.end)
        else:
            runs.append((place.start, place.end))
    return runs if len(runs) <= _MOST_RUNS else []


def _captures(query: Query, root: Node, runs: Sequence[tuple[int, int]]) -> dict[str, list[Node]]:
    """The nodes of each capture that reach into one of the ranges, or all; a node around two ranges comes twice."""
    cursor = QueryCursor(query, match_limit=_MATCH_LIMIT)
    cursor.set_max_start_depth(_DEEPEST)
    if not runs:
        return cursor.captures(root)
    found: dict[str, list[Node]] = {}
    for start, end in runs:
        cursor.set_byte_range(start, end)
        for name, nodes in cursor.captures(root).items():
            found.setdefault(name, []).extend(nodes)
    return found


class Source:
    """One parsed file. `text` is the file as Latin-1 of its UTF-8 bytes: offsets in it are byte offsets.

    `near`: the only places that can matter. `everywhere`: they matter for what stands anywhere before them.
    """

    def __init__(
        self, text: str, grammar: Grammar, near: Sequence[Place] | None = None, *, everywhere: bool = False
    ) -> None:
        self.bytes = text.encode("utf-8", "replace")
        self.text = self.bytes.decode("latin-1")
        self.near = None if everywhere else near
        language, query = _load(grammar)
        self.root = _parsed_as_far_as(near, self.bytes, language) if near else _parsed(self.bytes, language)
        self.captures = _captures(query, self.root, _runs(self.near) if self.near else [])
        self._lookups = 0
        self._discards = self._ranges()
        self._starts = [start for start, _, _ in self._discards]
        self._lines: list[int] | None = None
        self._asked = 0

    def _ranges(self) -> list[tuple[int, int, DiscardReason]]:
        """Outermost ranges that do not count, in order."""
        found: list[tuple[int, int, DiscardReason]] = []
        reasons: tuple[tuple[str, DiscardReason], ...] = (("comment", "comment"), ("prose", "prose"))
        for capture, reason in reasons:
            found.extend((node.start_byte, node.end_byte, reason) for node in self.captures.get(capture, ()))
        found.sort(key=lambda entry: (entry[0], -entry[1]))
        outer: list[tuple[int, int, DiscardReason]] = []
        for entry in found:
            if not outer or entry[0] >= outer[-1][1]:
                outer.append(entry)
        return outer

    def nodes(self, capture: str) -> Iterator[Node]:
        """The nodes of one capture that lie in code."""
        for node in self.captures.get(capture, ()):
            if self.discard(node.start_byte) is None:
                yield node

    def slice(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte]

    def line(self, offset: int) -> int:
        """The line, from 1, of a byte offset."""
        if self._lines is None:
            self._asked += 1
            if self._asked < _WORTH_A_TABLE:
                return self.bytes.count(b"\n", 0, offset) + 1
            self._lines = [0]
            position = self.bytes.find(b"\n")
            while position >= 0:
                self._lines.append(position + 1)
                position = self.bytes.find(b"\n", position + 1)
        return bisect_right(self._lines, offset)

    def discard(self, offset: int) -> DiscardReason | None:
        """Why what stands at an offset does not count, if so."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return None
        _, end, reason = self._discards[index]
        return reason if offset < end else None

    def in_string(self, offset: int) -> bool:
        """Whether an offset lies in a string, a template or markup text, as far as the grammar can tell."""
        self._lookups += 1
        if self._lookups > _LOOKUPS:
            return False
        node = self.root.descendant_for_byte_range(offset, offset + 1)
        inside = False
        for _ in range(4):
            if node is None:
                break
            if "import" in node.type:
                return False
            inside = inside or any(word in node.type for word in _TEXTUAL)
            node = node.parent
        return inside


def plain_names(text: str) -> Iterator[Mention]:
    """The names of a file that cannot be parsed; what is a comment there is unknown."""
    lines, lists = Lines(text), HostLists(text)
    for literal in _literals.names(text):
        if literal.certain:
            line = lines.at(literal.offset)
            listed = literal.kind == "host" and lists.have(line, literal.offset)
            yield Mention(literal.kind, literal.value, line, discard="prose" if listed else None)


def names(source: Source) -> Iterator[Mention]:
    """Hosts, schemes, ARNs and environment names of a parsed file; those in comments are discarded, not dropped."""
    lists = HostLists(source.text)
    everywhere = (*_literals.names(source.text), *_literals.headers(source.text)) if source.near is None else ()
    for literal in everywhere if source.near is None else _literals.near(source.text, source.near):
        discard = source.discard(literal.offset)
        if discard is None and not literal.certain and not source.in_string(literal.offset):
            continue  # a.b.com in code is an access, not a name
        if discard is not None and literal.kind != "host":
            continue
        if discard is None and literal.kind == "host" and _literals.is_told(source.text, literal.offset):
            discard = "prose"
        line = source.line(literal.offset)
        if discard is None and literal.kind == "host" and lists.have(line, literal.offset):
            discard = "prose"
        yield Mention(literal.kind, literal.value, line, discard=discard)


def first_error(source: Source) -> Unparsed | None:
    """`Unparsed` at the first place that is not of the language, for grammars that know all of theirs."""
    node = source.root
    while node.has_error and not (node.is_error or node.is_missing):
        node = next(child for child in node.children if child.has_error or child.is_missing)
    return Unparsed(source.line(node.start_byte), "syntax error") if node.is_error or node.is_missing else None


def broken(source: Source) -> Unparsed | None:
    """`Unparsed` when most of a file did not parse; small errors are common and cost nothing."""
    if not source.root.has_error:
        return None
    errors = [node for node in source.root.children if node.is_error] if not source.root.is_error else [source.root]
    if sum(node.end_byte - node.start_byte for node in errors) * 2 <= len(source.bytes):
        return None
    return Unparsed(source.line(errors[0].start_byte), "syntax error")
