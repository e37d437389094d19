"""Statements of SQL text, told apart as psql tells them apart.

In: a stream of bytes. Out: `Statement`, `Command` (psql's own, with a backslash) and `Row` (a line of COPY's data), in
their order, without holding more than one statement. No library that Debian has reads a stream, or knows COPY's data.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from psycopg2.extensions import encodings

NEXT = re.compile(
    rb"""(?P<space>\s+|--[^\n]*)
    | (?P<comment>/\*)
    | (?P<escaped>[eE]')
    | (?P<string>(?:[nNbBxX]|[uU]&)?')
    | (?P<quoted>(?:[uU]&)?")
    | (?P<dollar>\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$)
    | (?P<word>[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*)
    | (?P<number>[0-9][0-9A-Za-z_.]*)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
# what lies inside of them; two quotes are one of the text's
INSIDE = {
    "string": re.compile(rb"[^']*(?:''[^']*)*"),
    "escaped": re.compile(rb"[^'\\]*(?:(?:''|\\.)[^'\\]*)*", re.DOTALL),
    "quoted": re.compile(rb'[^"]*(?:""[^"]*)*'),
}
ENCODINGS = {re.sub("[^A-Z0-9]", "", key.upper()): codec for key, codec in encodings.items()}
BORDER = re.compile(rb"/\*|\*/")
END_OF_ROWS = (b"\\.\n", b"\\.\r\n", b"\\.")
# statements that may be long: their head is enough
ROUTINES = (b"FUNCTION", b"PROCEDURE")
LONG = (b"INSERT", b"SELECT")
HEAD = 64
ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)|''", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Token(NamedTuple):
    """A word in capitals, a quoted name, a literal or a sign; `start` is where it begins in its statement."""

    text: str
    start: int


class Statement(NamedTuple):
    """As it is written, up to its semicolon and the line's end."""

    text: bytes
    tokens: list[Token]

    @property
    def words(self):
        return [token.text for token in self.tokens]


class Command(NamedTuple):
    """A line that begins with a backslash."""

    text: bytes


class Row(NamedTuple):
    """A line of COPY's data; the last one is its end."""

    text: bytes
    is_end: bool


class CutOff(Exception):
    """The text ends inside of data or of a literal."""


def read(stream):
    """Yield what the text consists of."""
    lexer = Lexer()
    rows = False
    for line in stream:
        if rows:
            rows = line not in END_OF_ROWS
            yield Row(line, not rows)
            continue
        for part in lexer.feed(line):
            yield part
            rows = rows or (isinstance(part, Statement) and takes_rows(part))
    if rows or lexer.inside:
        raise CutOff
    if lexer.text.strip():
        yield lexer.taken()


def takes_rows(statement):
    """Whether lines of data follow: COPY … FROM STDIN."""
    words = statement.words
    return words[:1] == ["COPY"] and ("FROM", "STDIN") in pairwise(words)


class Lexer:
    """Takes lines; remembers what a line leaves open."""

    def __init__(self):
        self.backslashes = False  # standard_conforming_strings is off
        self.codec = "utf_8"
        self.begin()

    def begin(self):
        self.text = bytearray()
        self.tokens = []
        self.inside = None  # (kind, what ends it)
        self.opened = 0  # where the literal that is open begins
        self.comments = self.parentheses = self.blocks = 0

    def feed(self, line):
        """What ends in this line."""
        if not self.tokens and not self.inside and line.lstrip().startswith(b"\\"):
            yield Command(line)
            return
        position = 0
        while position < len(line):
            base = len(self.text)
            end = self.step(line, position)
            self.text += line[position:end]
            position = end
            if self.is_over(base):
                position = self.end_of_line(line, position)
                yield self.taken()

    def end_of_line(self, line, position):
        rest = line[position:]
        if rest.strip():
            return position
        self.text += rest
        return len(line)

    def taken(self):
        tokens = [Token(text.decode(self.codec, "surrogateescape"), start) for text, start in self.tokens]
        statement = Statement(bytes(self.text), tokens)
        self.note_setting(statement.words)
        self.begin()
        return statement

    def note_setting(self, words):
        if words[:2] == ["SET", "STANDARD_CONFORMING_STRINGS"]:
            self.backslashes = literal(words[3]).upper() == "OFF"
        elif words[:2] in (["SET", "CLIENT_ENCODING"], ["SET", "NAMES"]):
            named = re.sub("[^A-Z0-9]", "", words[-2].upper())
            self.codec = ENCODINGS.get(named, "utf_8")

    def is_over(self, base):
        done = self.tokens[-1:] == [(b";", base)]
        return done and not self.inside and self.parentheses <= 0 and self.blocks <= 0

    def step(self, line, position):
        """Read one token, or the rest of one that is open; return where it ends."""
        if self.inside:
            return self.go_on(line, position)
        found = NEXT.match(line, position)
        kind = found.lastgroup
        if kind in ("word", "number", "other"):
            self.add(found[0].upper(), len(self.text))
            self.count(found[0].upper())
        elif kind != "space":
            self.open(kind, found[0])
        return found.end()

    def open(self, kind, text):
        if kind == "string" and self.backslashes:
            kind = "escaped"
        ends = text if kind == "dollar" else text[-1:]
        self.inside = (kind, ends)
        self.opened = len(self.text)
        self.comments = int(kind == "comment")

    def go_on(self, line, position):
        kind, ends = self.inside
        if kind == "comment":
            return self.go_on_comment(line, position)
        if kind == "dollar":
            found = line.find(ends, position)
            end = len(line) if found < 0 else found + len(ends)
            closed = found >= 0
        else:
            end = INSIDE[kind].match(line, position).end()
            closed = end < len(line)
            end += closed
        if closed:
            self.inside = None
            token = bytes(self.text[self.opened :]) + line[position:end]
            self.add(b"E" + token if kind == "escaped" and token[:1] == b"'" else token, self.opened)
        return end

    def go_on_comment(self, line, position):
        found = BORDER.search(line, position)
        if not found:
            return len(line)
        self.comments += 1 if found[0] == b"/*" else -1
        if not self.comments:
            self.inside = None
        return found.end()

    def add(self, text, start):
        first = self.tokens[0][0] if self.tokens else text
        if first in LONG and len(self.tokens) >= HEAD and text != b";":
            return
        self.tokens.append((text, start))

    def count(self, word):
        """Semicolons in parentheses and in bodies between BEGIN and END end nothing."""
        if word == b"(":
            self.parentheses += 1
        elif word == b")":
            self.parentheses -= 1
        elif word in (b"BEGIN", b"CASE", b"END") and not self.parentheses and self.makes_a_routine():
            if word == b"END":
                self.blocks = max(self.blocks - 1, 0)
            elif word == b"BEGIN" or self.blocks:
                self.blocks += 1

    def makes_a_routine(self):
        words = [text for text, _ in self.tokens[:4]]
        if words[1:3] == [b"OR", b"REPLACE"]:
            del words[1:3]
        return words[0] == b"CREATE" and len(words) > 1 and words[1] in ROUTINES


def literal(word):
    """The value of a literal in quotes, or the word itself."""
    if word.startswith("'"):
        return word[1:-1].replace("''", "'")
    return ESCAPE.sub(unescaped, word[2:-1]) if word[:2] in ("E'", "e'") else word


def unescaped(match):
    code = match[1] or "'"
    if code[0] in "01234567":
        return chr(int(code, 8))
    return chr(int(code[1:], 16)) if code[0] == "x" and len(code) > 1 else ESCAPED.get(code, code)
