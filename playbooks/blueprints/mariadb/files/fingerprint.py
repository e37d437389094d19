#!/usr/bin/env python3
"""Rows and checksum of every table: `fingerprint.py SOCKET DATABASE …`, as the user mysql. JSON on stdout."""

import json
import sys
from contextlib import closing

from compare import tables_in, tally
from rows import columns, stored
from server import connect


def database_fingerprint(socket, database):
    """table → rows and checksum, seen in one snapshot."""
    with closing(connect(socket, database)) as server, server.cursor() as cursor:
        known = {table: columns(cursor, database, table) for table in tables_in(server, database)}
    found = {}
    with closing(connect(socket, database, raw=True)) as reader:
        with reader.cursor() as cursor:
            cursor.execute("SET time_zone = '+00:00'")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        for table, held in known.items():
            with reader.cursor() as cursor:
                found[table] = tally(stored(cursor, table, held)).result()
    return found


def main():
    socket, *databases = sys.argv[1:]
    json.dump({database: database_fingerprint(socket, database) for database in databases}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
