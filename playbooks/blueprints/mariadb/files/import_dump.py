#!/usr/bin/env python3
"""Import one dump into one database and compare it with the dump: `import_dump.py FILE`, as the user mysql.

In: JSON on stdin {socket, owner, database, folder, replace, accept}. Out: JSON {changed, tables: {table: {rows,
checksum}}, left_out, rewritten, differences}; on failure a sentence on stderr, and the database is as before.

A dump is a stranger's program: each of its statements is sent by itself, by an account that has rights on the database
beside and on nothing else. No client is used, so that there are no client's commands. Which dump a database was made
from is noted in the database's comment: importing it again changes nothing, and a run that was killed goes on.
"""

import json
import lzma
import sys
import zlib
from contextlib import closing

import databases
import dump_file
import pymysql
import statements
from compare import Case, compare
from dump_file import Refused
from move import move
from server import connect, execute
from statements import quoted
from survey import made, survey
from translate import Choice, translated

SHOWN = 10  # differences


def main():
    file, wanted = sys.argv[1], json.load(sys.stdin)
    dump_file.check_kind(file)
    with closing(connect(wanted["socket"])) as server:
        databases.lock(server, wanted["database"])
        result = imported(file, wanted, server, dump_file.digest(file))
    json.dump(result, sys.stdout, indent=1)


def imported(file, wanted, server, digest):
    name = wanted["database"]
    databases.remove_unfinished(server, name)
    for place in databases.noted(server, name, databases.KEPT, databases.PROVEN + digest):
        put_in_place(wanted, server, place, digest)
        return {"changed": True, "tables": {}, "note": "an import that was interrupted is finished"}
    noted = databases.note(server, name)
    if noted is None:
        raise Refused(f"there is no database {name}: add it to mariadb_databases and run site.yml first")
    if noted == databases.IMPORTED + digest:
        return {"changed": False, "tables": {}, "note": "this dump was imported before"}
    check_room(server, wanted)
    found = survey(dump_file.lines(file))
    kept = databases.noted(server, name, databases.KEPT, databases.DIFFERS + digest)
    place = kept[0] if kept else load_beside(file, wanted, server, digest)
    try:
        tables, differences = compare(Case(file, found, wanted["socket"], place))
        good = wanted.get("accept") or not differences
        if good:
            make_events(file, wanted, server, place)
    except BaseException:
        if not kept:
            databases.remove(server, place)
        raise
    if not good:
        databases.set_note(server, place, databases.DIFFERS + digest)
        raise Refused(differs(differences, place))
    put_in_place(wanted, server, place, digest)
    return {
        "changed": True,
        "tables": tables,
        "left_out": dict(found.left_out),
        "rewritten": {what: count for what, count in found.rewritten.items() if count},
        "differences": differences,
    }


def check_room(server, wanted):
    name, away = wanted["database"], databases.beside(wanted["database"], databases.AWAY)
    held = databases.held(server, name)
    if held and not wanted.get("replace"):
        raise Refused(
            f"the database {name} holds {len(held)} tables and other things ({', '.join(held[:3])} …); to import in "
            f"its place, and keep it as {away}: -e mariadb_import_replace=true"
        )


def differs(differences, place):
    shown, account = "\n".join(differences[:SHOWN]), databases.account_of(place)
    more = f"\n… and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
    return (
        f"the imported database differs from the dump:\n{shown}{more}\nIt is kept as {place}. To take it as it is: "
        "import again with -e mariadb_import_accept=true. "
        f"To delete it: mariadb --execute 'DROP DATABASE {quoted(place)}; DROP USER {account}'"
    )


# --- loading ----------------------------------------------------------------------------------------------------------
def load_beside(file, wanted, server, digest):
    """The name of the database that the dump was loaded into."""
    place = databases.make_beside(server, wanted["database"], databases.KEPT, databases.LOADING + digest)
    try:
        with databases.loader(server, place) as login:
            run(file, wanted, place, login, is_no_event)
    except BaseException:
        databases.remove(server, place)
        raise
    return place


def is_no_event(statement):
    return kind_of(statement) != "EVENT"


def kind_of(statement):
    thing = made(statement.words) if statement.words[:1] in (["CREATE"], ["DROP"]) else None
    return thing and thing.kind


def run(file, wanted, place, login, is_wanted):
    """Send the dump's statements, those that are wanted."""
    choice = Choice()
    with closing(connect(wanted["socket"], place, **login)) as connection:
        # as mysqldump itself begins, unless it is --compact
        connection.query("SET foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
        for statement in statements.read(dump_file.lines(file)):
            if choice.reason(statement) or not is_wanted(statement):
                continue
            try:
                connection.query(translated(statement))
            except pymysql.Error as error:
                raise Refused(f"{' '.join(statement.words[:6])} …: {said(error)}") from error


def said(error):
    return f"{error.args[-1]} ({error.args[0]})" if len(error.args) > 1 else str(error)


# --- taking its place -------------------------------------------------------------------------------------------------
def put_in_place(wanted, server, place, digest):
    """Every step may be the last of a run that is killed: the next one goes on here."""
    name, owner, folder = wanted["database"], wanted["owner"], wanted["folder"]
    databases.set_note(server, place, databases.PROVEN + digest)
    if databases.note(server, name) != databases.FILLED + digest:
        begun = databases.noted(server, name, databases.AWAY, databases.LEAVING + digest)
        if not begun and databases.held(server, name):
            begun = [databases.make_beside(server, name, databases.AWAY, databases.LEAVING + digest)]
        for away in begun:
            move(server, name, away, owner, folder, asleep=True)
            databases.set_note(server, away, databases.BEFORE + digest)
        execute(server, f"CREATE DATABASE IF NOT EXISTS {quoted(name)}")
        databases.sort_as_most(server, place, name)
        databases.set_note(server, name, databases.FILLED + digest)
    move(server, place, name, owner, folder)
    databases.remove_accounts(server, place)
    databases.set_note(server, name, databases.IMPORTED + digest)


def make_events(file, wanted, server, place):
    """Last, and by an account that may not touch rows: until they are moved to their owner they can do nothing."""
    present = databases.events(server, place)

    def is_wanted(statement):
        if statement.words[:1] == ["SET"]:
            return True
        thing = made(statement.words) if statement.words[:1] == ["CREATE"] else None
        return bool(thing) and thing.kind == "EVENT" and thing.name not in present

    with databases.loader(server, place, databases.EVENTS, "EVENT") as login:
        run(file, wanted, place, login, is_wanted)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(str(refused))
    except (pymysql.Error, OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
