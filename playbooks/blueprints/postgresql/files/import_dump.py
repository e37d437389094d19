#!/usr/bin/env python3
"""Import one dump into one database and compare it with the dump: `import_dump.py FILE`, as the user postgres.

In: JSON on stdin {port, owner, password, database, extensions, replace, without_extensions, accept}. Out: JSON
{changed, tables: {table: {rows, checksum}}, left_out, differences}; on failure a sentence on stderr, and the database
is as before.

A dump is a stranger's program: it runs with the owner's rights, over TCP, and psql's own commands are off while
it does. Which dump a database was made from is noted in the database's comment: importing it again changes nothing.
One that differs is kept under another name; `accept` puts it in place.
"""

import json
import lzma
import os
import secrets
import subprocess
import sys
import tempfile
import zlib
from contextlib import closing, suppress
from pathlib import Path

import databases
import dump_file
import needs
import psycopg2
import sql_text
from compare_objects import compare_objects
from compare_rows import compare_rows
from converge import execute
from dump_file import Refused
from fingerprint import connect, query
from left_out import Choice, command_is_left_out, entry_is_left_out
from survey import survey

SHOWN = 10  # differences


def main():
    file, wanted = sys.argv[1], json.load(sys.stdin)
    digest = dump_file.digest(file)
    server = connect(wanted["port"], "postgres")
    server.autocommit = True
    databases.clear_up(server, wanted["database"])
    if databases.note(server, wanted["database"]) == databases.IMPORTED + digest:
        json.dump({"changed": False, "tables": {}, "note": "this dump was imported before"}, sys.stdout)
        return
    kept = databases.kept_before(server, wanted, digest)
    if kept and wanted.get("accept"):
        databases.put_in_place(server, wanted, kept, digest)
        result = {"changed": True, "tables": {}, "note": f"{kept}, which differs from the dump, was accepted"}
    else:
        result = imported(file, wanted, server, digest)
    json.dump(result, sys.stdout, indent=1)


def imported(file, wanted, server, digest):
    settings = set(query(server, "SELECT name FROM pg_settings"))
    with dump_file.text(file) as stream:
        found = survey(dump_file.lines(stream), settings, wanted.get("without_extensions", ()))
    needs.check(found, server, wanted)
    with databases.room(server, wanted, digest, found.extensions) as place:
        restore(file, wanted, settings, found)
        place.restored = True
        tables, differences = compared(file, found, wanted)
        if differences and not wanted.get("accept"):
            kept = databases.keep(server, wanted, digest)
            raise Refused(differs(differences, kept))
        databases.set_note(server, wanted["database"], databases.IMPORTED + digest)
    return {"changed": True, "tables": tables, "left_out": dict(found.left_out), "differences": differences}


def differs(differences, kept):
    shown = "\n".join(differences[:SHOWN])
    more = f"\n… and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
    return (
        f"the imported database differs from the dump:\n{shown}{more}\nIt is kept as {kept}. To take it as it is: "
        "import again with -e postgresql_import_accept=true. "
        f"To delete it: runuser -u postgres -- dropdb {kept}"
    )


# --- restoring --------------------------------------------------------------------------------------------------------
def restore(file, wanted, settings, found):
    if found.collations:
        with closing(connect(wanted["port"], wanted["database"])) as superuser:
            superuser.autocommit = True
            query(superuser, "SELECT pg_import_system_collations('pg_catalog')")
    schemas = {found.extensions.get(name) for name in wanted["extensions"]} - {None}
    if dump_file.is_archive(file):
        restore_archive(file, wanted, schemas)
    else:
        choice = Choice(settings, wanted.get("without_extensions", ()), schemas)
        restore_text(file, wanted, choice)
    with closing(as_owner(wanted)) as owner:
        owner.autocommit = True
        execute(owner, "ANALYZE")


def restore_archive(file, wanted, schemas):
    without = wanted.get("without_extensions", ())
    entries = [line for line in dump_file.listing(file) if not entry_is_left_out(line, without, schemas)]
    jobs = min(os.cpu_count() or 1, 8) if is_parallel(file) else 1
    options = ["--exit-on-error", f"--jobs={jobs}", *dump_file.WITHOUT_RIGHTS, *dump_file.WITHOUT_REPLICATION]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".list") as chosen:
        chosen.writelines(entries)
        chosen.flush()
        command = ["pg_restore", *options, f"--use-list={chosen.name}", f"--dbname={wanted['database']}", file]
        done = subprocess.run(command, capture_output=True, text=True, env=client_environment(wanted), check=False)
    succeeded(done.returncode, done.stderr)


def is_parallel(file):
    """Not tar archives."""
    return Path(file).is_dir() or dump_file.first_bytes(file, 5) == b"PGDMP"


def restore_text(file, wanted, choice):
    command = ["psql", "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-f", "-", wanted["database"]]
    with tempfile.TemporaryFile() as said:
        psql = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=client_environment(wanted)
        )
        try:
            # from here on psql runs SQL only: no shell, no files. It ends with the input.
            psql.stdin.write(b"\\restrict " + secrets.token_hex(16).encode() + b"\n")
            with dump_file.text(file) as stream:
                write_chosen(dump_file.lines(stream), choice, psql.stdin)
        except BrokenPipeError:
            pass  # its own words follow
        finally:
            close(psql)
        said.seek(0)
        succeeded(psql.returncode, said.read().decode(errors="replace"))


def close(psql):
    with suppress(BrokenPipeError):
        psql.stdin.close()
    psql.wait()


def write_chosen(lines, choice, target):
    for part in sql_text.read(lines):
        if isinstance(part, sql_text.Statement):
            left_out = choice.reason(part)
        elif isinstance(part, sql_text.Command):
            left_out = command_is_left_out(part.text)
        else:
            left_out = False
        if not left_out:
            target.write(part.text)


# --- comparing --------------------------------------------------------------------------------------------------------
def compared(file, found, wanted):
    """(table → rows and checksum, sentences on what differs from the dump)"""
    command = ["pg_dump", "--schema-only", *dump_file.WITHOUT_RIGHTS, wanted["database"]]
    with closing(connect(wanted["port"], wanted["database"])) as reader, closing(as_owner(wanted)) as owner:
        reader.set_session(isolation_level="REPEATABLE READ", readonly=True)
        owner.autocommit = True
        tables, differences = compare_rows(file, found, reader, owner)
        unlike = compare_objects(found, reader, owner, command, client_environment(wanted))
        return tables, [*differences, *unlike]


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


def succeeded(code, said):
    if code:
        raise Refused(" ".join(said.split())[-1500:])


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(str(refused))
    except (psycopg2.Error, subprocess.CalledProcessError, OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
