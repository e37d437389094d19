#!/usr/bin/env python3
"""A new database follows an old one row by row, until writers stop: `begin`, `look`, `end`; run as the user postgres.

In: JSON on stdin {step, port, database, old: a connection string of the old database}. Out: JSON {changed, copying:
tables whose first copy is not done, rows: table → rows, sequences}; exit 1 with a sentence where it must not go on.

`begin` publishes at the old database, empties the new one's tables (a subscription copies every row once more; structure
and sequences stay) and subscribes. A table without a primary key could no longer be updated at the old database once it
is published, and people would meet errors: such tables are named, and nothing is begun. `end` waits until the new
database has written down everything, sets its sequences, which no subscription copies, counts every table on both sides
and ends the subscription only where the counts agree.
"""

import json
import sys
import time
from contextlib import closing

import psycopg2
from dump_file import Refused
from fingerprint import TABLES, connect, query
from psycopg2 import sql
from psycopg2.extensions import parse_dsn

NAME = "offramp"  # of publication, subscription and slot
PATIENCE = 600  # seconds until the last rows must have come
SHOWN = 10
WITHOUT_KEY = """
    SELECT format('%I.%I', nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND relpersistence = 'p' AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
      AND (relreplident = 'n' OR relreplident = 'd'
           AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary))
    ORDER BY 1
"""
SUBSCRIBED = """
    SELECT 1 FROM pg_subscription JOIN pg_database ON pg_database.oid = subdbid
    WHERE subname = %s AND datname = current_database()
"""
COPYING = "SELECT srrelid::regclass::text FROM pg_subscription_rel WHERE srsubstate <> 'r' ORDER BY 1"
SEQUENCES = """
    SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL ORDER BY 1, 2
"""


def main():
    wanted = json.load(sys.stdin)
    check_address(wanted["old"])
    with closing(psycopg2.connect(wanted["old"])) as old, closing(connect(wanted["port"], wanted["database"])) as new:
        old.autocommit = new.autocommit = True
        step = {"begin": begin, "look": look, "end": end}[wanted["step"]]
        json.dump(step(old, new, wanted), sys.stdout, indent=1)


def check_address(old):
    """psycopg2 repeats a connection string that it cannot read, and with it the password."""
    try:
        parts = parse_dsn(old)
    except psycopg2.ProgrammingError:
        parts = {}
    if not parts:
        raise Refused("the old database's address is empty or cannot be read: postgresql://USER:PASSWORD@HOST/DATABASE")


def begin(old, new, wanted):
    if subscribed(new):
        return look(old, new, wanted)
    if query(old, "SELECT current_setting('wal_level')") != ["logical"]:
        raise Refused("the old database does not write what others can follow: switch logical replication on there first")
    if bare := query(old, WITHOUT_KEY):
        raise Refused(
            f"{len(bare)} tables have no primary key ({', '.join(bare[:SHOWN])}): published, they could no longer be "
            "updated. Run ALTER TABLE … REPLICA IDENTITY FULL for each on the old database, then this again"
        )
    if missing := sorted({*query(old, TABLES)} - {*query(new, TABLES)}):
        raise Refused(f"the new database has no {', '.join(missing[:SHOWN])}: import a newer dump first")
    if not query(old, "SELECT 1 FROM pg_publication WHERE pubname = %s", NAME):
        execute(old, f"CREATE PUBLICATION {NAME} FOR ALL TABLES")
    if tables := query(new, TABLES):
        execute(new, f"TRUNCATE {', '.join(tables)}")
    subscribe(new, wanted)
    return look(old, new, wanted) | {"changed": True}


def subscribe(new, wanted):
    statement = "CREATE SUBSCRIPTION {name} CONNECTION {old} PUBLICATION {name}"
    # publisher and subscriber on one server would wait for each other: somebody has made the slot there before
    statement += "" if wanted.get("create_slot", True) else " WITH (create_slot = false)"
    execute(new, sql.SQL(statement).format(name=sql.Identifier(NAME), old=sql.Literal(wanted["old"])))


def look(old, new, wanted):
    return {"changed": False, "copying": query(new, COPYING)}


def end(old, new, wanted):
    if not subscribed(new):
        raise Refused("the new database follows nobody: begin first, or it was ended already")
    if copying := query(new, COPYING):
        raise Refused(f"the first copy of {', '.join(copying[:SHOWN])} is not done yet: wait, and start the writers again")
    wait_for_the_last_rows(old, wanted.get("patience", PATIENCE))
    rows, there = counts(new), counts(old)  # what the new one has beside comes from migrations
    if unlike := sorted(name for name in there if rows.get(name) != there[name]):
        told = (f"{name}: {there[name]} rows in the old database, {rows.get(name)} in the new" for name in unlike)
        raise Refused("\n".join(["old and new differ, and the new one still follows:", *list(told)[:SHOWN]]))
    sequences = take_over_sequences(old, new)
    execute(new, f"DROP SUBSCRIPTION {NAME}")
    execute(old, f"DROP PUBLICATION IF EXISTS {NAME}")
    return {"changed": True, "copying": [], "rows": rows, "sequences": sequences}


def subscribed(new):
    return bool(query(new, SUBSCRIBED, NAME))


def wait_for_the_last_rows(old, patience):
    mark = query(old, "SELECT pg_current_wal_lsn()::text")[0]
    deadline = time.monotonic() + patience
    there = "SELECT 1 FROM pg_replication_slots WHERE slot_name = %s AND confirmed_flush_lsn >= %s::pg_lsn"
    while not query(old, there, NAME, mark):
        if time.monotonic() > deadline:
            raise Refused(
                f"the new database is still behind after {patience} seconds, or has stopped following: "
                "its log says why (journalctl -u 'postgresql*')"
            )
        time.sleep(0.5)


def counts(connection):
    return {table: query(connection, f"SELECT count(*) FROM {table}")[0] for table in query(connection, TABLES)}


def take_over_sequences(old, new):
    with old.cursor() as cursor:
        cursor.execute(SEQUENCES)
        found = cursor.fetchall()
    for schema, name, value in found:
        query(new, "SELECT setval(format('%%I.%%I', %s::text, %s::text)::regclass, %s)", schema, name, value)
    return len(found)


def execute(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(str(refused))
    except psycopg2.Error as error:
        sys.exit(f"{type(error).__name__}: {str(error).splitlines()[0]}")  # no statement: it holds the password
