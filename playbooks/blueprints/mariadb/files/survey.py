"""What a dump holds, read once before anything is touched.

In: the dump. Out: a `Survey`: which tables, views, triggers, routines and events it makes, what is left out of it and
what is written otherwise. Refused is what is cut off, holds several databases, or is written in an
alphabet that is not read.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import statements
from dump_file import Refused
from rows import named_columns
from statements import ALPHABETS, literal
from translate import SYSTEM, Choice, translated

KINDS = ("TABLE", "VIEW", "TRIGGER", "FUNCTION", "PROCEDURE", "EVENT", "SEQUENCE")
NO_THINGS = ("INDEX", "KEY", "(", "TEMPORARY", "UNIQUE")  # behind which a name is none of these
BEGUN = re.compile(rb"^-- (?:MySQL|MariaDB) dump ", re.IGNORECASE)
COMPLETE = re.compile(rb"^-- Dump completed", re.IGNORECASE)
CUT_OFF = "the dump is cut off: its end is missing; make it or copy it anew"
INSERT = re.compile(
    rb"(?:/\*!\d*\s*)?(?P<verb>INSERT|REPLACE)\s+(?:(?:IGNORE|LOW_PRIORITY|DELAYED|HIGH_PRIORITY)\s+|/\*.*?\*/\s*)*(?:INTO\s+)?"
    rb"(?P<table>(?:" + statements.NAME + rb"|[\w$]+)(?:\s*\.\s*(?:" + statements.NAME + rb"|[\w$]+))?)"
    rb"\s*(?:\((?P<columns>(?:" + statements.NAME + rb"|[^()`])*)\))?\s*VALUES?\s*(?=\()",
    re.IGNORECASE | re.DOTALL,
)


class Thing(NamedTuple):
    """What a dump makes: kind in capitals, and name."""

    kind: str
    name: str


@dataclass
class Survey:
    things: dict[Thing, bytes] = field(default_factory=dict)  # and the text that makes each, tables' but for their rows
    left_out: Counter = field(default_factory=Counter)
    rewritten: Counter = field(default_factory=Counter)
    inserted: dict[str, tuple[str, ...] | None] = field(default_factory=dict)  # columns that rows name; None: all
    databases: Counter = field(default_factory=Counter)  # and how much is in each
    time_zone: str = ""
    begun: bool = False  # the first words of mysqldump are there: then its last ones must be, too
    complete: bool = False

    def named(self, *kinds):
        return sorted(thing.name for thing in self.things if thing.kind in kinds)


def survey(lines):
    """Read all of it."""
    found, choice = Survey(), Choice()
    try:
        for statement in statements.read(noting(lines, found)):
            take(statement, found, choice)
    except statements.CutOff:
        raise Refused(CUT_OFF) from None
    if found.begun and not found.complete:
        raise Refused(CUT_OFF)
    several = [name for name in found.databases if name not in SYSTEM]
    if len(several) > 1:
        raise Refused(
            f"this dump holds several databases ({', '.join(several)}): dump each by itself and import them one by one"
        )
    if not found.named("TABLE"):
        raise Refused("there is no table in this dump")
    return found


def noting(lines, found):
    """The lines, after a look at their comments."""
    for line in lines:
        if line.startswith(b"-- "):
            found.begun |= bool(BEGUN.match(line))
            found.complete |= bool(COMPLETE.match(line))
        yield line


def take(statement, found, choice):
    words = statement.words
    if reason := choice.reason(statement):
        found.left_out[reason] += 1
        return
    if words[:1] in (["INSERT"], ["REPLACE"]):
        found.databases[choice.database] += 1
        take_rows(statement, found)
        return
    text = translated(statement, found.rewritten)
    if words[:1] == ["SET"]:
        note_setting(words, found)
    elif words[:1] in (["CREATE"], ["DROP"]) and (thing := made(words)):
        take_thing(words[0], thing, text, found)
        found.databases[choice.database] += words[0] == "CREATE"


def take_rows(statement, found):
    head = insert_head(statement)
    table, names = inserted_into(head, statement.alphabet), named_columns(head, statement.alphabet)
    if table not in found.inserted or found.inserted[table] is None:
        found.inserted[table] = names
    elif names is not None:  # what all of them name can be compared
        found.inserted[table] = tuple(name for name in found.inserted[table] if name in names)


def insert_head(statement):
    """The match of how an INSERT begins."""
    if head := INSERT.match(statement.text, statement.start):
        return head
    raise Refused(f"rows of the dump cannot be read: {' '.join(statement.words[:6])} …")


def inserted_into(head, alphabet):
    """The table of an INSERT."""
    return literal(re.findall(statements.NAME + rb"|[\w$]+", head["table"])[-1].decode(alphabet, "replace"))


def take_thing(verb, thing, text, found):
    """A view is a table or an empty view first, until what it looks at is there."""
    for kind in ("TABLE", "VIEW") if thing.kind in ("TABLE", "VIEW") else (thing.kind,):
        found.things.pop(Thing(kind, thing.name), None)
    if verb == "CREATE":
        found.things[thing] = text


def made(words):
    """What CREATE or DROP is about, or None: an index, a temporary table."""
    place = next((place for place, word in enumerate(words) if word in (*KINDS, *NO_THINGS)), None)
    if place is None or words[place] in NO_THINGS:
        return None
    kind, rest = words[place], words[place + 1 :]
    rest = rest[rest.index("EXISTS") + 1 :] if rest[:1] == ["IF"] and "EXISTS" in rest[:3] else rest
    if rest[1:2] == ["."]:
        rest = rest[2:]
    return Thing(kind, plain(rest[0])) if rest else None


def plain(word):
    """A name; one without quotes stands in capitals among the words."""
    return literal(word) if word.startswith("`") else word.lower()


def note_setting(words, found):
    named = literal(words[2]).lower() if words[1:2] == ["NAMES"] and len(words) > 2 else ""
    if named and named not in ALPHABETS:
        raise Refused(f"the dump is written in {named}: make it with --default-character-set=utf8mb4")
    text = "".join(words)
    zone = re.match(r"SET(?:@@(?:SESSION\.)?|SESSION)?TIME_ZONE='([^']*)'", text)
    if zone and not found.things:  # later ones are events'
        found.time_zone = zone[1]
