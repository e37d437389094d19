"""Whether what is in the imported database is what the dump says.

In: the dump, its survey, the database. Out: table → rows and checksum, and sentences on what differs. Rows are compared
by value. Tables, views, triggers, routines and sequences have to be there by name, bodies of triggers and routines as
the dump writes them, and counters of AUTO_INCREMENT no lower.
"""

import re
from collections import Counter
from contextlib import closing
from typing import NamedTuple

import dump_file
import statements
from rows import Tally, columns, fingerprint, inserted, stored
from server import column_of, connect
from survey import Survey, Thing, insert_head, inserted_into
from translate import Choice

MOST = 1_000_000  # rows of a table up to which single ones that differ are sought
SHOWN = 3  # of them
NAMES = {
    "TABLE": """
        SELECT TABLE_NAME FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = %s AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1
    """,
    "SEQUENCE": "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s AND TABLE_TYPE = 'SEQUENCE'",
    "VIEW": "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = %s",
    "TRIGGER": "SELECT TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = %s",
    "ROUTINE": """
        SELECT ROUTINE_NAME, ROUTINE_DEFINITION, ROUTINE_TYPE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = %s
    """,
    "COUNTER": """
        SELECT TABLE_NAME, AUTO_INCREMENT FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = %s AND AUTO_INCREMENT IS NOT NULL
    """,
}
COUNTER = re.compile(rb"\bAUTO_INCREMENT=(\d+)")


class Case(NamedTuple):
    """A dump, and the database that was made of it."""

    path: str
    found: Survey
    socket: str
    database: str


def compare(case):
    """(table → rows and checksum, sentences on what differs)"""
    with closing(connect(case.socket, case.database)) as server:
        with server.cursor() as cursor:
            known = {table: columns(cursor, case.database, table) for table in tables_in(server, case.database)}
        differences = [*unlike_things(case.found, server, case.database)]
    expected = {table: Tally() for table in known}
    for table, row in rows_of(case, known):
        expected[table].add(row)
    tables = {}
    for table, held in known.items():
        tables[table] = tally(rows_in(case, table, held)).result()
        if tables[table] != expected[table].result():
            differences.append(described(case, table, held, expected[table].rows))
    return tables, differences


def tables_in(server, database):
    return column_of(server, NAMES["TABLE"], database)


def comparable(table, held, found):
    """The columns whose values the dump gives."""
    named = found.inserted.get(table)
    return [column for column in held if not column.generated and (named is None or column.name.lower() in named)]


# --- rows -------------------------------------------------------------------------------------------------------------
def rows_of(case, known):
    """(table, values) of every row that the dump inserts into the tables `known`: name → columns."""
    choice = Choice()
    shown = {table: comparable(table, held, case.found) for table, held in known.items()}
    for statement in statements.read(dump_file.lines(case.path)):
        if choice.reason(statement) or statement.words[:1] not in (["INSERT"], ["REPLACE"]):
            continue
        head = insert_head(statement)
        table = inserted_into(head, statement.alphabet)
        for row in inserted(statement.text, head, known[table], statement.alphabet) if table in known else ():
            yield table, [row.get(column.name) for column in shown[table]]


def rows_in(case, table, held):
    """What the database has, as the dump's session would read it."""
    with closing(connect(case.socket, case.database, raw=True)) as reader, reader.cursor() as cursor:
        cursor.execute(f"SET time_zone = '{case.found.time_zone or 'SYSTEM'}'")
        yield from stored(cursor, table, comparable(table, held, case.found))


def tally(rows):
    counted = Tally()
    for row in rows:
        counted.add(row)
    return counted


def described(case, table, held, expected):
    """A sentence on a table whose rows are not the dump's; of one that is not too large, with the first of them."""
    there = Counter()
    for count, row in enumerate(rows_in(case, table, held), 1):
        if count > MOST:
            return f"{table}: {expected} rows in the dump, and others in the database"
        there[fingerprint(row)] += 1
    said = f"{table}: {expected} rows in the dump, {there.total()} in the database"
    missing = []
    for _, row in rows_of(case, {table: held}):
        there[fingerprint(row)] -= 1
        if there[fingerprint(row)] < 0:
            missing.append(row)
        if len(missing) == SHOWN:
            break
    shown = comparable(table, held, case.found)
    return said + "".join(f"; not there as in the dump: {by_key(row, shown)}" for row in missing)


def by_key(row, shown):
    """A row by its first column, which is the key of most tables."""
    value = "NULL" if row[0] is None else row[0].decode(errors="replace")[:40]
    return f"{shown[0].name} {value}"


# --- the rest ---------------------------------------------------------------------------------------------------------
def unlike_things(found, server, database):
    for kind, names in present(server, database).items():
        for name in found.named(kind):
            if name not in names:
                yield f"the {kind.lower()} {name} is missing"
            elif names[name] and not contains(found.things[Thing(kind, name)], names[name]):
                yield f"the {kind.lower()} {name} has another body than in the dump"
    counters = dict(two_columns(server, NAMES["COUNTER"], database))
    for name in found.named("TABLE"):
        wanted = COUNTER.search(found.things[Thing("TABLE", name)])
        if wanted and counters.get(name, 0) < int(wanted[1]):
            yield f"{name}: the counter of AUTO_INCREMENT is lower than in the dump"


def present(server, database):
    """kind → name → body, or None where there is none to compare"""
    held = {
        "TABLE": dict.fromkeys(tables_in(server, database)),
        "VIEW": dict.fromkeys(column_of(server, NAMES["VIEW"], database)),
        "SEQUENCE": dict.fromkeys(column_of(server, NAMES["SEQUENCE"], database)),
        "TRIGGER": dict(two_columns(server, NAMES["TRIGGER"], database)),
    }
    with server.cursor() as cursor:
        cursor.execute(NAMES["ROUTINE"], [database])
        routines = list(cursor)
    for kind in ("FUNCTION", "PROCEDURE"):
        held[kind] = {name: body for name, body, of in routines if of == kind}
    return held


def two_columns(server, sql, *values):
    with server.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor)


def contains(text, body):
    """Whether a body is in the statement that made it, however its lines end."""
    return squeezed(body.encode()) in squeezed(text)


def squeezed(text):
    return b" ".join(text.split())
