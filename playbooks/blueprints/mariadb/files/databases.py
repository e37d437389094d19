"""Where an import goes: a database beside, which takes the wanted one's place once it is proven.

In: a superuser's connection. A dump is loaded into NAME_imported by an account that has rights on it alone. Nothing
with data in it is ever dropped: what was in the wanted database is moved to NAME_before_import, what differs from its
dump stays where it was loaded. Comments of databases say how far a run got, so that the next one goes on.
"""

import secrets
from contextlib import contextmanager

from dump_file import Refused
from server import column_of, execute, pattern
from statements import quoted

IMPORTED = "imported from sha256:"
LOADING = "being loaded from sha256:"
DIFFERS = "differs from sha256:"
FILLED = "being filled from sha256:"
PROVEN = "as in the dump sha256:"
LEAVING = "taking in what was there before sha256:"
BEFORE = "what was there before sha256:"
KEPT = "_imported"
AWAY = "_before_import"
EVENTS = "_events"
LONGEST = 64  # characters of a name
HELD = """
    SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s
    UNION ALL SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = %s
    UNION ALL SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = %s
"""
USUAL = """
    SELECT TABLE_COLLATION FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s AND TABLE_COLLATION IS NOT NULL
    GROUP BY TABLE_COLLATION ORDER BY COUNT(*) DESC, TABLE_COLLATION LIMIT 1
"""


def beside(database, ending):
    return database[: LONGEST - len(ending)] + ending


def note(server, database):
    """What imports left word of in a database's comment; None where there is no such database."""
    found = column_of(server, "SELECT SCHEMA_COMMENT FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %s", database)
    return found[0] if found else None


def set_note(server, database, text):
    execute(server, f"ALTER DATABASE {quoted(database)} COMMENT '{text}'")


def held(server, database):
    """Names of what is in a database."""
    return column_of(server, HELD, database, database, database)


def events(server, database):
    return column_of(server, "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = %s", database)


def noted(server, database, ending, text):
    """The databases beside that have this note."""
    statement = "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_COMMENT = %s ORDER BY 1"
    begins = beside(database, ending)
    return [name for name in column_of(server, statement, text) if name.startswith(begins)]


def free_name(server, database, ending):
    name, number = beside(database, ending), 1
    while note(server, name) is not None:
        number += 1
        name = beside(database, f"{ending}_{number}")
    return name


def make_beside(server, database, ending, text):
    name = free_name(server, database, ending)
    execute(server, f"CREATE DATABASE {quoted(name)} COMMENT '{text}'")
    return name


def remove_unfinished(server, database):
    """Copies that a killed run did not finish loading."""
    statement = "SELECT SCHEMA_NAME, SCHEMA_COMMENT FROM information_schema.SCHEMATA"
    with server.cursor() as cursor:
        cursor.execute(statement)
        found = [name for name, text in cursor if text.startswith(LOADING)]
    for name in found:
        if name.startswith(beside(database, KEPT)):
            remove(server, name)


def lock(server, database):
    """One import of a database at a time; the lock goes with the connection."""
    if column_of(server, "SELECT GET_LOCK(%s, 0)", f"offramp_import_{database}"[:LONGEST]) != [1]:
        raise Refused(f"another import into {database} is running")


@contextmanager
def loader(server, database, ending="", rights="ALL PRIVILEGES"):
    """The login of an account, named after the database, that has these rights in it and none elsewhere.

    Nobody can log in as it afterwards. It stays as long as the database: of a view whose definer is gone the server
    tells another text.
    """
    account, password = account_of(database, ending), secrets.token_hex(20)
    execute(
        server,
        f"CREATE OR REPLACE USER {account} IDENTIFIED BY '{password}'",
        f"GRANT {rights} ON {pattern(database)}.* TO {account}",
    )
    try:
        yield {"user": database + ending, "password": password}
    finally:
        execute(server, f"ALTER USER {account} ACCOUNT LOCK")


def account_of(database, ending=""):
    return f"{quoted(database + ending)}@`localhost`"


def remove_accounts(server, database):
    execute(server, *(f"DROP USER IF EXISTS {account_of(database, ending)}" for ending in ("", EVENTS)))


def remove(server, database):
    """A copy that is of no use, with its accounts."""
    execute(server, f"DROP DATABASE IF EXISTS {quoted(database)}")
    remove_accounts(server, database)


def sort_as_most(server, source, target):
    """New tables and columns sort as those that came: keys between them have to."""
    for collation in column_of(server, USUAL, source):
        execute(server, f"ALTER DATABASE {quoted(target)} COLLATE {collation}")
