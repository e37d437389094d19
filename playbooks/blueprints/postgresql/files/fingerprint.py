#!/usr/bin/env python3
"""Rows and checksum of every table: `fingerprint.py PORT [DATABASE …]`, as the user postgres. JSON on stdout.

Without names: of every database.
A checksum is the sum of the SHA-256 of the rows as COPY writes them, so it does not depend on their order.
"""

import hashlib
import json
import sys

import psycopg2

# What pg_dump sets before it copies, and one time zone: the same row then always gives the same text.
AS_PG_DUMP = (
    "-c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3 -c client_encoding=UTF8 -c timezone=UTC "
    "-c bytea_output=hex"
)
DATABASES = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
TABLES = """
    SELECT format('%I.%I', nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND relpersistence <> 't' AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    ORDER BY 1
"""


class Tally:
    """A file to write COPY's text to: counts its rows and sums their hashes."""

    def __init__(self):
        self.rows, self.sum, self.rest = 0, 0, b""

    def write(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.add(line)

    def add(self, line):
        self.rows += 1
        self.sum += int.from_bytes(hashlib.sha256(line).digest()[:16], "big")

    def include(self, other):
        self.rows += other.rows
        self.sum += other.sum

    def result(self):
        return {"rows": self.rows, "checksum": f"{self.sum % (1 << 128):032x}"}


def tally(connection, table):
    """Rows and checksum of one table, its name as SQL writes it."""
    counted = Tally()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT * FROM ONLY {table}) TO STDOUT", counted)  # noqa: S608 - from the catalogue
    return counted.result()


def connect(port, database, **login):
    """As the user postgres over the local socket unless `login` says otherwise."""
    login = login or {"host": "/var/run/postgresql", "user": "postgres"}
    return psycopg2.connect(port=port, dbname=database, options=AS_PG_DUMP, **login)


def query(connection, sql, *values):
    """The first column of every row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)  # with values, every % would need doubling
        return [row[0] for row in cursor]


def database_fingerprint(port, database):
    """table → rows and checksum, seen in one snapshot."""
    connection = connect(port, database)
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        return {table: tally(connection, table) for table in query(connection, TABLES)}
    finally:
        connection.close()


def main():
    port, databases = int(sys.argv[1]), sys.argv[2:]
    if not databases:
        connection = connect(port, "postgres")
        databases = query(connection, DATABASES)
        connection.close()
    json.dump({database: database_fingerprint(port, database) for database in databases}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
