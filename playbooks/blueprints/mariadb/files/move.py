"""Move all of a database into another: the server has no statement for that.

In: a superuser's connection, two databases, who owns what is moved. Tables are renamed, all in one statement; what only
is text (views, triggers, routines, events) is made anew from what the server says of it. That is written to a file
before anything is touched, so that a run that was killed goes on where it was.
"""

import json
import os
from contextlib import suppress
from pathlib import Path

import pymysql
from dump_file import Refused
from server import column_of, execute
from statements import quoted
from translate import defined_by

TABLES = """
    SELECT TABLE_NAME FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = %s AND TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW') ORDER BY TABLE_NAME
"""
ROUTINES = "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = %s AND ROUTINE_TYPE = "
TRIGGERS = "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = %s ORDER BY ACTION_ORDER"
KINDS = {  # in the order in which they are made: names, and where the text is in what SHOW CREATE answers
    "FUNCTION": (ROUTINES + "'FUNCTION'", 2),
    "PROCEDURE": (ROUTINES + "'PROCEDURE'", 2),
    "VIEW": ("SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = %s", 1),
    "TRIGGER": (TRIGGERS, 2),
    "EVENT": ("SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = %s", 3),
}


def move(server, source, target, owner, folder, *, asleep=False):
    """`folder` is where the file lies meanwhile. The source is empty afterwards, and dropped. `asleep`: events run no
    more."""
    file = Path(folder) / f"{source}.moving.json"
    if not file.exists():
        if not column_of(server, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %s", source):
            return  # a run that was killed at the very end
        write(file, {"target": target, "made": definitions(server, source)})
    noted = json.loads(file.read_text())
    if noted["target"] != target:
        raise Refused(f"{file} tells of a move to {noted['target']}: it was begun and not ended")
    for kind, name, *_ in noted["made"]:
        if kind in ("TRIGGER", "EVENT"):
            execute(server, f"DROP {kind} IF EXISTS {quoted(source)}.{quoted(name)}")
    rename(server, source, target)
    make_all(server, target, noted["made"], owner)
    for kind, name, *_ in noted["made"]:
        if asleep and kind == "EVENT":
            execute(server, f"ALTER DEFINER = {quoted(owner)}@`%` EVENT {quoted(target)}.{quoted(name)} DISABLE")
    if left := column_of(server, TABLES, source):
        raise Refused(f"{source} was not moved: {', '.join(left[:3])} are still there")
    execute(server, f"DROP DATABASE IF EXISTS {quoted(source)}")
    file.unlink()


def write(file, noted):
    part = file.with_suffix(".part")
    with part.open("w") as stream:
        os.fchmod(stream.fileno(), 0o600)
        json.dump(noted, stream)
        stream.flush()
        os.fsync(stream.fileno())
    part.rename(file)


def definitions(server, database):
    """[kind, name, settings it was made under, text] of all that is text."""
    found = []
    server.select_db(database)  # what is of the database in use is written without its name
    for kind, (names, text) in KINDS.items():
        for name in column_of(server, names, database):
            with server.cursor() as cursor:
                cursor.execute(f"SHOW CREATE {kind} {quoted(name)}")
                shown = cursor.fetchone()
            settings = {"collation_connection": shown[text + 2]}
            settings |= {"sql_mode": shown[1]} if kind != "VIEW" else {}
            settings |= {"time_zone": shown[2]} if kind == "EVENT" else {}
            found.append([kind, name, settings, shown[text]])
    return found


def rename(server, source, target):
    tables = column_of(server, TABLES, source)
    if tables:
        send_away(server, source)
        pairs = ", ".join(f"{quoted(source)}.{quoted(one)} TO {quoted(target)}.{quoted(one)}" for one in tables)
        execute(server, "SET foreign_key_checks = 0, lock_wait_timeout = 60", f"RENAME TABLE {pairs}")


def send_away(server, database):
    """End the connections of those who use it: what they hold open cannot be renamed."""
    for session in column_of(server, "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = %s", database):
        with suppress(pymysql.Error):  # it went by itself
            if session != server.thread_id():
                execute(server, f"KILL CONNECTION {session}")


def make_all(server, database, made, owner):
    """Views and routines may use each other: again and again, until all are there or none more can be made."""
    server.select_db(database)
    waiting = [one for one in made if not exists(server, database, *one[:2])]
    while waiting:
        failed = []
        for one in waiting:
            try:
                make(server, *one, owner)
            except pymysql.Error as error:
                failed.append((one, error))
        if len(failed) == len(waiting):
            (kind, name, *_), why = failed[0]
            raise Refused(f"the {kind.lower()} {name} cannot be made in {database}: {why}")
        waiting = [one for one, _ in failed]


def exists(server, database, kind, name):
    return name in column_of(server, KINDS[kind][0], database)


def make(server, _kind, _name, settings, text, owner):
    definer = quoted(owner).encode() + b"@`%`"
    with server.cursor() as cursor:
        for setting, value in settings.items():
            cursor.execute(f"SET {setting} = %s", [value])
        cursor.execute(defined_by(text.encode(), definer).decode())
