"""Dumps as statements: where each begins and ends, and its first words.

In: lines of SQL as mysqldump, mariadb-dump, mydumper and phpMyAdmin write it. Out: `Statement`s, one by one; no dump is
in memory at once. The client's own command DELIMITER is obeyed; no other command of a client exists here, as statements
go to the server by themselves.
"""

import re
from functools import cached_property

# Python 3.11.2 (Debian 12) errs in possessive groups, so only single sets are possessive here: what closes a literal is
# then a quote that is not followed by another
QUOTES = {
    b"'": re.compile(rb"(?:[^'\\]++|\\.|'')*", re.DOTALL),
    b'"': re.compile(rb'(?:[^"\\]++|\\.|"")*', re.DOTALL),
    b"`": re.compile(rb"(?:[^`]++|``)*", re.DOTALL),
}
UNESCAPED = {
    b"'": re.compile(rb"(?:[^']++|'')*", re.DOTALL),
    b'"': re.compile(rb'(?:[^"]++|"")*', re.DOTALL),
    b"`": QUOTES[b"`"],
}
STRING = rb"'(?:[^'\\]++|\\.|'')*'(?!')"
DOUBLE = rb'"(?:[^"\\]++|\\.|"")*"(?!")'
NAME = rb"`(?:[^`]++|``)*`(?!`)"
# MariaDB takes comments of these versions for comments: they are MySQL's (https://mariadb.com/kb/en/comment-syntax)
VERSION = re.compile(rb"/\*(M?)!(\d{0,6})")
DELIMITER = re.compile(rb"\s*DELIMITER\s+(\S+)\s*$", re.IGNORECASE)
WORD = re.compile(
    rb"\s+|--(?=\s)[^\n]*|#[^\n]*|(?P<mark>/\*M?!\d*)|/\*.*?\*/|(?P<close>\*/)|"
    rb"(?P<word>" + STRING + rb"|" + DOUBLE + rb"|" + NAME + rb"|[@$\w\x80-\xff]+|.)",
    re.DOTALL,
)
REST = re.compile(rb"--(?=\s|$)")
# what the client is said to write in: for all, or for the definitions that follow, until a saved value comes back
NAMES = re.compile(rb"(?:/\*!\d*\s*)?SET\s+NAMES\s+'?(\w+)", re.IGNORECASE)
CLIENT = re.compile(rb"(?:/\*!\d*\s*)?SET\s+character_set_client\s*=\s*(@?\w+)", re.IGNORECASE)
# names in a dump → names of Python's; others cannot be told from what they quote
ALPHABETS = {"utf8": "utf-8", "utf8mb3": "utf-8", "utf8mb4": "utf-8", "latin1": "cp1252", "binary": "utf-8"}
HEAD = 4000  # bytes in which the first words are sought


class CutOff(Exception):
    """The dump ends within a statement."""


class Statement:
    """One statement, without what ends it."""

    def __init__(self, text, start, alphabet="utf-8"):
        self.text, self.start, self.alphabet = text, start, alphabet

    @cached_property
    def words(self):
        """Its first 40 words in capitals, names and literals as they stand, without comments and their marks."""
        return words(self.text[self.start : self.start + HEAD], self.alphabet)

    @property
    def comments(self):
        """What is written before it."""
        return self.text[: self.start]


def words(text, alphabet="utf-8", most=40):
    found = []
    for match in WORD.finditer(skipping(text)):
        word = match["word"]
        if word is None:
            continue
        plain = word.decode(alphabet, "replace")
        found.append(plain if plain[0] in "'\"`" else plain.upper())
        if len(found) == most:
            break
    return found


def skipping(text):
    """Without the comments that are for other servers only."""
    position = 0
    while found := VERSION.search(text, position):
        if not is_for_others(found):
            position = found.end()
            continue
        end = text.find(b"*/", found.end())
        text = text[: found.start()] + b" " + (text[end + 2 :] if end >= 0 else b"")
        position = found.start()
    return text


def is_for_others(mark):
    version = int(mark[2] or 0)
    return version >= 999999 or (not mark[1] and 50700 <= version <= 99999)


def read(lines):
    """Every statement. CutOff where the last one has no end."""
    lexer = Lexer()
    for line in lines:
        yield from lexer.feed(line)
    if lexer.inside or lexer.start is not None:
        raise CutOff


def literal(word):
    """The value of a string or the name within backticks."""
    if word[:1] == "`":
        return word[1:-1].replace("``", "`")
    return word[1:-1].replace("''", "'") if word[:1] in "'\"" else word


def quoted(name):
    """A name as SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


class Lexer:
    """Takes lines; remembers what a line leaves open."""

    def __init__(self):
        self.quotes, self.alphabet, self.usual = QUOTES, "utf-8", "utf-8"
        self.end_with(b";")
        self.begin()

    def end_with(self, delimiter):
        """Set what ends statements, and with it what surely neither ends nor opens anything."""
        self.delimiter = delimiter
        plain = rb"[^'\"`#/\\\-" + re.escape(delimiter[:1]) + rb"]++"
        strings = STRING + rb"|" + DOUBLE + rb"|" + NAME if self.quotes is QUOTES else NAME
        self.plain = re.compile(rb"(?:" + plain + rb"|" + strings + rb")+", re.DOTALL)

    def begin(self):
        self.text = bytearray()
        self.start = None  # where the first word is
        self.inside = b""  # the quote, or the comment, that is open

    def feed(self, line):
        if self.start is None and not self.inside and (found := DELIMITER.match(line)):
            self.end_with(found[1])
            return
        position = 0
        while position < len(line):
            if not self.inside and line.startswith(self.delimiter, position):
                position += len(self.delimiter)
                yield from self.taken()
                continue
            end = self.go_on(line, position) if self.inside else self.step(line, position)
            self.text += line[position:end]
            position = end

    def taken(self):
        text, start = bytes(self.text), self.start
        self.begin()
        if start is None:
            return
        statement = Statement(text, start, self.alphabet)
        if b"sql_mode" in text[start : start + 80].lower():
            self.quotes = UNESCAPED if b"NO_BACKSLASH_ESCAPES" in text else QUOTES
            self.end_with(self.delimiter)
        if found := NAMES.match(text, start):
            self.alphabet = self.usual = ALPHABETS.get(found[1].decode().lower(), "utf-8")
        elif found := CLIENT.match(text, start):
            self.alphabet = ALPHABETS.get(found[1].decode().lower(), self.usual)
        yield statement

    def step(self, line, position):
        """Where the piece ends that begins here, outside all quotes and comments."""
        if found := self.plain.match(line, position):
            if found[0].strip():
                self.note_start(len(found[0]) - len(found[0].lstrip()))
            return found.end()
        quote = line[position : position + 1]
        if quote in self.quotes:
            self.inside = quote
        elif quote == b"#" or REST.match(line, position):
            return len(line)
        elif line.startswith(b"/*", position):
            mark = VERSION.match(line, position)
            if not mark or is_for_others(mark):
                self.inside = b"/*"
                return position + 2
            self.note_start(0)
            return mark.end()
        self.note_start(0)
        return position + 1

    def note_start(self, ahead):
        if self.start is None:
            self.start = len(self.text) + ahead

    def go_on(self, line, position):
        """The rest of what is open, or as much of it as the line has."""
        ends = b"*/" if self.inside == b"/*" else self.inside
        end = line.find(ends, position) if ends == b"*/" else self.quotes[ends].match(line, position).end()
        if end < 0 or end >= len(line):
            return len(line)
        self.inside = b""
        return end + len(ends)
