"""Connections to the server by its socket, as the user who runs this; what is asked of it, in one column."""

import pymysql
from pymysql.cursors import SSCursor
from statements import quoted


def connect(socket, database=None, *, raw=False, **login):
    """As the system's user, who needs no password, unless `login` says otherwise. `raw`: values as the server writes
    them, streamed."""
    options = {"unix_socket": socket, "database": database, "charset": "utf8mb4", "autocommit": True, **login}
    if raw:
        options |= {"cursorclass": SSCursor, "conv": {}, "use_unicode": False}
    if not login:
        options["user"] = "mysql"
    return pymysql.connect(**options)


def column_of(connection, sql, *values):
    """The first column of every row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return [row[0] for row in cursor]


def execute(connection, *statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def pattern(name):
    """A database's name in GRANT, where _ and % stand for any."""
    return quoted(name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%"))
