"""What a dump holds, read once before anything is touched.

In: the lines of its text. Out: a `Survey`: rows and checksum of every table, sequences, large objects, the statements
that make objects, and what the new server must have for it.
"""

import hashlib
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import sql_text
from dump_file import Refused
from fingerprint import Tally
from left_out import Choice, command_is_left_out, extension, name
from sql_text import literal

# settings that say how the dump's values are to be read
SPELLING = {
    "client_encoding",
    "datestyle",
    "intervalstyle",
    "standard_conforming_strings",
    "timezone",
    "xmloption",
    "array_nulls",
    "backslash_quote",
    "search_path",
}
# their second bytes look like ASCII, so quotes cannot be told from letters
UNSAFE_ENCODINGS = {"SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB", "SHIFT_JIS_2004"}
BY_PG_DUMP = re.compile(rb"^-- Dumped by pg_dump version", re.MULTILINE)
BEGUN = re.compile(rb"^-- PostgreSQL database dump\s*$", re.MULTILINE)
COMPLETE = re.compile(rb"^-- PostgreSQL database dump complete", re.MULTILINE)
CUT_OFF = "the dump is cut off: its end is missing; make it or copy it anew"
OBJECTS = ("CREATE", "ALTER", "COMMENT")
# a managed server's own databases, which pg_dumpall writes too
BESIDE = {"template1", "postgres", "rdsadmin", "cloudsqladmin", "azure_maintenance", "azure_sys"}


class Name(NamedTuple):
    """A table as the dump writes it, and the search path that holds there."""

    path: str
    words: tuple[str, ...]

    @property
    def sql(self):
        return "".join(self.words)


@dataclass
class Expected:
    """What the dump says of one table; columns are None when it does not name them."""

    columns: list[str] | None
    tally: Tally = field(default_factory=Tally)
    by_insert: bool = False


@dataclass
class Survey:
    settings: dict[str, str] = field(default_factory=dict)
    tables: dict[Name, Expected] = field(default_factory=dict)
    sequences: dict[Name, tuple[int, bool]] = field(default_factory=dict)
    large_objects: dict[int, "hashlib._Hash"] = field(default_factory=dict)
    objects: list[list[str]] = field(default_factory=list)
    extensions: dict[str, str | None] = field(default_factory=dict)
    collations: set[str] = field(default_factory=set)
    locales: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    left_out: Counter = field(default_factory=Counter)
    databases: dict[str, int] = field(default_factory=dict)
    by_pg_dump: bool = False
    begun: bool = False  # pg_dump's first words are there: then its last ones must be, too
    complete: bool = False


def survey(lines, server_settings, without_extensions=()):
    """Read all of it."""
    found = Survey()
    reader = Reader(found, Choice(server_settings, without_extensions))
    try:
        for part in sql_text.read(lines):
            reader.take(part)
    except sql_text.CutOff:
        raise Refused(CUT_OFF) from None
    if found.begun and not found.complete:
        raise Refused(CUT_OFF)
    several = [database for database, tables in found.databases.items() if tables]
    if len(several) > 1:
        raise Refused(
            f"this dump (of pg_dumpall?) holds several databases ({', '.join(several)}): "
            "dump each with pg_dump --format=custom and import them one by one"
        )
    return found


class Reader:
    """Remembers where in the dump it is."""

    def __init__(self, found, choice):
        self.found, self.choice = found, choice
        self.database = ""
        self.table = self.large_object = None

    def take(self, part):
        if isinstance(part, sql_text.Row):
            self.row(part)
        elif isinstance(part, sql_text.Command):
            self.command(part.text)
        else:
            self.statement(part)

    def row(self, part):
        if not part.is_end:
            self.table.tally.add(part.text.rstrip(b"\r\n"))

    def command(self, line):
        words = line.split()
        if words[0] == b"\\connect" and len(words) > 1:
            self.database = words[-1].decode(errors="replace").rpartition("dbname=")[2].strip("'\"")
        elif not command_is_left_out(line):
            raise Refused(f"the dump has a command of psql's that is not run: {words[0].decode(errors='replace')}")

    def statement(self, statement):
        before = statement.text[: statement.tokens[0].start] if statement.tokens else statement.text
        self.found.by_pg_dump |= bool(BY_PG_DUMP.search(before))
        self.found.begun |= bool(BEGUN.search(before))
        self.found.complete |= bool(COMPLETE.search(before))
        reason = self.choice.reason(statement)
        words = statement.words
        if words[:2] == ["CREATE", "EXTENSION"]:
            self.found.extensions.update([extension(words)])
        if reason:
            self.found.left_out[reason] += 1
            return
        if words:
            with suppress(IndexError, ValueError):  # not in the shape that pg_dump writes: the server will judge it
                self.note_statement(statement, words)

    def note_statement(self, statement, words):
        if words[0] in OBJECTS:
            self.on_object(words)
        elif words[0] == "SET":
            self.on_set(words)
        elif words[0] == "SELECT":
            self.on_select(words)
        elif words[0] == "INSERT":
            self.expected(insert_target(words), None).by_insert = True
        elif sql_text.takes_rows(statement):
            self.on_copy(words)

    def on_set(self, words):
        names = {"NAMES": "client_encoding", "TIME": "timezone"}
        setting = names.get(words[1], name(words[1]))
        if setting in SPELLING:
            self.note(setting, "".join(f"{word} " for word in words))
        if setting == "client_encoding" and literal(words[-2]).upper() in UNSAFE_ENCODINGS:
            raise Refused(f"the dump is written in {words[-2]}: make it with pg_dump --encoding=UTF8")

    def on_select(self, words):
        if words[1:3] != ["PG_CATALOG", "."]:
            return
        called = words[3]
        if sets_search_path(words):
            self.note("search_path", " ".join(words))
        elif called == "SETVAL":
            sequence = Name(self.path(), (literal(words[5]),))
            self.found.sequences[sequence] = (int(sign(words[7:-4])), words[-3] == "TRUE")
        elif called == "LO_CREATE":
            self.found.large_objects.setdefault(number_in(words), hashlib.sha256())
        elif called == "LO_OPEN":
            self.large_object = self.found.large_objects.setdefault(number_in(words), hashlib.sha256())
        elif called == "LOWRITE" and self.large_object:
            self.large_object.update(bytes.fromhex(literal(words[-3]).lstrip("\\").removeprefix("x")))

    def on_copy(self, words):
        end = min(words.index(word) for word in ("(", "FROM") if word in words)
        columns = None
        if words[end] == "(":
            columns = [name(word) for word in words[end + 1 : words.index(")")] if word != ","]
        self.table = self.expected(words[1:end], columns)

    def expected(self, words, columns):
        key = Name(self.path(), tuple(cased(words)))
        self.count_database()
        return self.found.tables.setdefault(key, Expected(columns))

    def count_database(self):
        if self.database not in BESIDE:
            self.found.databases[self.database] = self.found.databases.get(self.database, 0) + 1

    def on_object(self, words):
        self.found.objects.append(words)
        if words[:2] == ["CREATE", "TABLE"]:
            self.count_database()
        for place, word in enumerate(words):
            if word == "COLLATE" and name(words[place + 1]) == "pg_catalog":
                self.found.collations.add(name(words[place + 3]))
        if words[:2] == ["CREATE", "COLLATION"] and "ICU" not in words:
            pairs = zip(words, words[2:], strict=False)
            self.found.locales |= {literal(value) for key, value in pairs if key in ("LOCALE", "LC_COLLATE")}
        if words[:2] == ["CREATE", "POLICY"] and "TO" in words:
            self.found.roles |= set(policy_roles(words[words.index("TO") + 1 :]))

    def note(self, setting, sql):
        self.found.settings[setting] = sql

    def path(self):
        return self.found.settings.get("search_path", "")


def sets_search_path(words):
    """SELECT pg_catalog.set_config('search_path', …), as pg_dump writes it."""
    return words[1:5] == ["PG_CATALOG", ".", "SET_CONFIG", "("] and literal(words[5]) == "search_path"


def cased(words):
    """Unquoted words as the server folds them."""
    return [word if word.startswith('"') else word.lower() for word in words]


def insert_target(words):
    """The words of the table's name in INSERT INTO x …"""
    ends = ("(", "VALUES", "OVERRIDING", "SELECT", "DEFAULT", "AS", "WITH")
    return words[2 : next((place for place, word in enumerate(words) if place > 2 and word in ends), 3)]


def policy_roles(words):
    for place in range(0, len(words), 2):
        if name(words[place]) not in ("public", "current_user", "session_user", "current_role"):
            yield name(words[place])
        if words[place + 1 : place + 2] != [","]:
            return


def sign(words):
    """A number, which is two words when it is negative."""
    return "".join(words)


def number_in(words):
    return int(literal(words[words.index("(") + 1]))
