"""Rows as values, whoever writes them: the literals of a dump's INSERTs, and what the server answers.

In: a statement, or a connection. Out: rows as lists of bytes, None for NULL, each value in one form by its column's
type: numbers as numbers, moments without zeros at the end of their fractions, texts in UTF-8. A `Tally` counts rows and
sums their hashes, so that the order does not matter.
"""

import hashlib
import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from dump_file import Refused
from statements import DOUBLE, STRING, literal, quoted

QUOTED = rb"(?P<introducer>_\w+\s*)?(?P<string>" + STRING + rb"|" + DOUBLE + rb")"
VALUE = re.compile(
    rb"\s*+(?:(?P<null>NULL\b)|" + QUOTED + rb"|0x(?P<hex>[0-9a-f]*)|"
    rb"x'(?P<xhex>[0-9a-f]*)'|b'(?P<bits>[01]*)'|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)|"
    rb"(?P<default>DEFAULT\b)|(?P<word>TRUE\b|FALSE\b))\s*+(?P<end>[,)])",
    re.IGNORECASE | re.DOTALL,
)
OPEN = re.compile(rb"\s*,?\s*\(")
ESCAPES = {quote: re.compile(rb"\\(.)|" + quote * 2, re.DOTALL) for quote in (b"'", b'"')}
ESCAPED = {b"0": b"\0", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a", b"%": b"\\%", b"_": b"\\_"}
INTEGERS = {"tinyint", "smallint", "mediumint", "int", "bigint", "year"}
FLOATS = {"float", "double"}
MOMENTS = {"datetime", "timestamp", "time"}
RAW = {
    "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit", "geometry", "point", "linestring",
    "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "vector",
}  # fmt: skip
COLUMNS = """
    SELECT COLUMN_NAME, DATA_TYPE, EXTRA FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION
"""


class Column(NamedTuple):
    name: str
    type: str
    generated: bool


class Tally:
    """Counts rows and sums their hashes."""

    def __init__(self):
        self.rows = self.sum = 0

    def add(self, row):
        self.rows += 1
        self.sum += int.from_bytes(fingerprint(row), "big")

    def result(self):
        return {"rows": self.rows, "checksum": f"{self.sum % (1 << 128):032x}"}


def fingerprint(row):
    """16 bytes for a row."""
    text = b"".join(b"N" if value is None else b"%d:" % len(value) + value for value in row)
    return hashlib.sha256(text).digest()[:16]


def columns(cursor, database, table):
    """A table's columns in their order."""
    cursor.execute(COLUMNS, [database, table])
    return [Column(name, kind.lower(), "GENERATED" in extra.upper()) for name, kind, extra in cursor]


# --- of the dump ------------------------------------------------------------------------------------------------------
def inserted(text, head, known, alphabet):
    """The rows of an INSERT, as column → value; `head` is the match of its beginning, `known` the table's columns."""
    by_name = {column.name.lower(): column for column in known}
    names = named_columns(head, alphabet)
    named = known if names is None else [by_name[name] for name in names]
    position = head.end()
    while found := OPEN.match(text, position):
        row, position = values(text, found.end(), named, alphabet)
        yield row
    rest = text[position:].strip().removesuffix(b"*/").strip()
    if rest and not rest.upper().startswith(b"ON DUPLICATE KEY"):
        raise Refused(f"rows of the dump cannot be read: … {rest[:40].decode(errors='replace')}")


def named_columns(head, alphabet):
    """The columns that an INSERT names, in small letters, or None: all of them."""
    if head["columns"] is None:
        return None
    words = re.findall(rb"`(?:[^`]|``)+`|[^\s,`]+", head["columns"])
    return tuple(literal(word.decode(alphabet, "replace")).lower() for word in words)


def values(text, position, named, alphabet):
    """(column → value, where the row ends)"""
    row, place = {}, 0
    while True:
        found = VALUE.match(text, position)
        if not found or place == len(named):
            raise Refused(
                "rows of the dump cannot be read: a value that is computed, or more values than columns; make it with "
                "mariadb-dump or mysqldump"
            )
        column, place, position = named[place], place + 1, found.end()
        if not column.generated and found["default"] is None:
            row[column.name] = canonical(value_of(found, column, alphabet), column.type)
        if found["end"] == b")":
            return row, position


def value_of(found, column, alphabet):
    """The bytes that a literal stands for."""
    if found["null"] is not None:
        return None
    if found["string"] is not None:
        text = unescaped(found["string"])
        if column.type in RAW or alphabet == "utf-8" or found["introducer"]:
            return text
        return text.decode(alphabet, "replace").encode()
    if found["number"] is not None:
        return in_bytes(int(found["number"])) if column.type == "bit" else found["number"]
    if found["bits"] is not None:
        return in_bytes(int(found["bits"] or b"0", 2))
    if found["word"] is not None:
        return b"1" if found["word"].upper() == b"TRUE" else b"0"
    digits = (found["hex"] if found["hex"] is not None else found["xhex"]).decode()
    return bytes.fromhex(digits.rjust(len(digits) + len(digits) % 2, "0"))


def in_bytes(number):
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def unescaped(text):
    """What a literal in quotes of either kind stands for."""
    quote, text = text[:1], text[1:-1]
    if b"\\" not in text and quote not in text:
        return text
    return ESCAPES[quote].sub(lambda match: quote if match[1] is None else ESCAPED.get(match[1], match[1]), text)


# --- one form of each value -------------------------------------------------------------------------------------------
def canonical(value, kind):
    if value is None:
        return None
    if kind in INTEGERS:
        return as_number(value, int)
    if kind in FLOATS:
        return as_number(value, float)
    if kind == "decimal":
        return as_number(value, plain_decimal)
    if kind in MOMENTS:
        return re.sub(rb"\.?0+$", b"", value) if b"." in value else value
    if kind == "bit":
        return value.lstrip(b"\0")
    if kind == "char":
        return value.rstrip(b" ")
    return value.lower() if kind in ("uuid", "inet6", "inet4") else value


def as_number(value, form):
    try:
        return str(form(value.decode())).encode()
    except (ValueError, InvalidOperation):
        return value


def plain_decimal(text):
    number = Decimal(text)
    return f"{number.normalize():f}" if number else "0"


# --- of the server ----------------------------------------------------------------------------------------------------
def stored(cursor, table, shown):
    """The rows of a table as they are, each the values of the columns `shown`; the cursor streams, and gives bytes."""
    kinds = [column.type for column in shown]
    cursor.execute(f"SELECT {', '.join(quoted(column.name) for column in shown) or 'NULL'} FROM {quoted(table)}")  # noqa: S608
    for found in cursor:
        yield [canonical(value, kind) for value, kind in zip(found, kinds, strict=False)]
