#!/usr/bin/env python3
"""Import one dump into one database and compare every table with the dump: `import_dump.py FILE`, as the user postgres.

In: JSON on stdin {port, owner, password, database, extensions, replace}. Out: JSON {changed, tables: {table: {rows,
checksum}}}; on failure a sentence on stderr, and the database is empty again.

A dump is a stranger's program: it runs with the owner's rights, over TCP, and psql's own commands are off while
it does. Which dump a database was made from is noted in the database's comment: importing it again changes nothing.
"""

import gzip
import hashlib
import json
import os
import re
import secrets
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from converge import ensure_extensions, execute
from fingerprint import TABLES, Tally, connect, query, tally
from psycopg2 import sql

NOTE = "imported from sha256:"
COPY = re.compile(rb"COPY (\S+|\"[^\n]+?\"(?:\.\"[^\n]+?\")?) \((.*)\) FROM stdin;\n")
# Only a superuser may do these, and the platform needs none of them to run.
SKIPPED_ENTRIES = re.compile(r"^\d+; .* (COMMENT - EXTENSION|EVENT TRIGGER|PUBLICATION|SUBSCRIPTION) ")
SKIPPED_LINES = re.compile(rb"\\(un)?restrict |ALTER .* OWNER TO .*;$|COMMENT ON EXTENSION |(GRANT|REVOKE) .*;$")


class Refused(Exception):
    """Why the import did not happen."""


def main():
    file, wanted = sys.argv[1], json.load(sys.stdin)
    digest = file_digest(file)
    server = connect(wanted["port"], "postgres")
    server.autocommit = True
    if note(server, wanted["database"]) == NOTE + digest:
        json.dump({"changed": False, "tables": {}, "note": "this dump was imported before"}, sys.stdout)
        return
    make_room(server, wanted)
    try:
        restore(file, wanted)
        tables = compared(file, wanted)
    except BaseException:
        recreate(server, wanted)
        raise
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    execute(server, comment.format(sql.Identifier(wanted["database"]), sql.Literal(NOTE + digest)))
    json.dump({"changed": True, "tables": tables}, sys.stdout, indent=1)


# --- the database -----------------------------------------------------------------------------------------------------
def note(server, database):
    found = query(server, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", database)
    if not found:
        raise Refused(f"there is no database {database}: add it to postgresql_databases and run site.yml first")
    return found[0]


def make_room(server, wanted):
    """Leave an empty database alone, empty one that may be replaced, refuse any other."""
    connection = connect(wanted["port"], wanted["database"])
    tables = query(connection, TABLES)
    connection.close()
    if not tables:
        return
    if not wanted["replace"]:
        raise Refused(
            f"the database {wanted['database']} holds {len(tables)} tables already ({', '.join(tables[:3])} …); "
            "to delete them and import: -e postgresql_import_replace=true"
        )
    recreate(server, wanted)


def recreate(server, wanted):
    names = {"database": sql.Identifier(wanted["database"]), "owner": sql.Identifier(wanted["owner"])}
    for statement in (
        "DROP DATABASE {database} WITH (FORCE)",
        "CREATE DATABASE {database} OWNER {owner}",
        "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC",
    ):
        execute(server, sql.SQL(statement).format(**names))
    ensure_extensions(wanted["port"], wanted["database"], wanted["extensions"])


# --- the dump ---------------------------------------------------------------------------------------------------------
def file_digest(file):
    with Path(file).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_archive(file):
    """pg_dump --format=custom, as opposed to SQL text."""
    with Path(file).open("rb") as stream:
        return stream.read(5) == b"PGDMP"


def restore(file, wanted):
    if is_archive(file):
        restore_archive(file, wanted)
    else:
        restore_text(file, wanted)
    owner = as_owner(wanted)
    owner.autocommit = True
    execute(owner, "ANALYZE")
    owner.close()


def restore_archive(file, wanted):
    listing = subprocess.run(["pg_restore", "--list", file], capture_output=True, text=True, check=False)
    succeeded(listing.returncode, listing.stderr)
    chosen = Path(f"{file}.list")
    entries = listing.stdout.splitlines(keepends=True)
    chosen.write_text("".join(line for line in entries if not SKIPPED_ENTRIES.match(line)), encoding="utf-8")
    jobs = min(os.cpu_count() or 1, 8)
    options = ["--exit-on-error", "--no-owner", "--no-acl", f"--jobs={jobs}", f"--use-list={chosen}"]
    try:
        done = client(["pg_restore", *options, f"--dbname={wanted['database']}", file], wanted)
        succeeded(*done)
    finally:
        chosen.unlink()


def restore_text(file, wanted):
    command = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    psql = subprocess.Popen(
        [*command, wanted["database"]],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=client_environment(wanted),
    )
    try:
        # from here on psql runs SQL only: no shell, no files. It ends with the input.
        psql.stdin.write(b"\\restrict " + secrets.token_hex(16).encode() + b"\n")
        for line, in_copy in text_lines(file):
            if in_copy or not SKIPPED_LINES.match(line):
                psql.stdin.write(line)
    except BrokenPipeError:
        pass  # its own words follow
    _, said = psql.communicate()
    succeeded(psql.returncode, said.decode(errors="replace"))


def text_lines(file):
    """Every line of a dump in SQL, and whether it is a row of a COPY block."""
    with (gzip.open if file.endswith(".gz") else open)(file, "rb") as stream:
        yield from marked(stream)


def marked(stream):
    in_copy = False
    for line in stream:
        if in_copy:
            in_copy = line != b"\\.\n"
            yield line, True
        else:
            in_copy = bool(COPY.fullmatch(line))
            yield line, False


# --- comparing --------------------------------------------------------------------------------------------------------
def compared(file, wanted):
    """table → rows and checksum, the same in dump and database; Refused names the tables that differ."""
    expected = dumped(file)
    owner = as_owner(wanted)
    owner.set_session(isolation_level="REPEATABLE READ", readonly=True)
    found = {table: tally(owner, table, columns) for table, (columns, _) in expected.items()}
    if not expected and any(found_rows(owner)):
        raise Refused("the dump has no COPY blocks (pg_dump --inserts?), so its rows cannot be compared")
    owner.close()
    wrong = [table for table, (_, counted) in expected.items() if counted.result() != found[table]]
    if wrong:
        raise Refused(f"these tables differ from the dump: {', '.join(wrong)}")
    return found


def found_rows(owner):
    return (tally(owner, table)["rows"] for table in query(owner, TABLES))


def dumped(file):
    """table → (columns, Tally), read from the dump's COPY blocks."""
    tables, current = {}, None
    with dump_text(file) as lines:
        for line, in_copy in lines:
            if not in_copy:
                if begin := COPY.fullmatch(line):
                    current = tables.setdefault(begin[1].decode(), (begin[2].decode(), Tally()))[1]
            elif line != b"\\.\n":
                current.add(line[:-1])
    return tables


@contextmanager
def dump_text(file):
    if not is_archive(file):
        yield text_lines(file)
        return
    with subprocess.Popen(["pg_restore", "--data-only", "--file=-", file], stdout=subprocess.PIPE) as reader:
        yield marked(reader.stdout)
    succeeded(reader.returncode, "the dump cannot be read")


# --- running clients --------------------------------------------------------------------------------------------------
def as_owner(wanted):
    login = {"host": "127.0.0.1", "user": wanted["owner"], "password": wanted["password"], "sslmode": "require"}
    return connect(wanted["port"], wanted["database"], **login)


def client_environment(wanted):
    return {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(wanted["port"]),
        "PGUSER": wanted["owner"],
        "PGPASSWORD": wanted["password"],
        "PGSSLMODE": "require",
        "PGOPTIONS": "-c client_min_messages=warning",
    }


def client(command, wanted):
    done = subprocess.run(command, capture_output=True, text=True, env=client_environment(wanted), check=False)
    return done.returncode, done.stderr


def succeeded(code, said):
    if code:
        raise Refused(" ".join(said.split())[-1500:])


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(str(refused))
