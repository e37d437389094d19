#!/usr/bin/env python3
"""Make accounts and databases as described; run as the user mysql.

In: JSON on stdin {socket, owner, password, databases: [name], consumers: {name: password}}. Out: a JSON list of what
was changed, empty when all was so already. Nothing is ever dropped. An account has rights on its own databases and none
on the server; root and mysql come in by the socket alone.
"""

import hashlib
import json
import sys
from contextlib import closing

from server import column_of, connect, execute, pattern
from statements import quoted

BY_SOCKET = "IDENTIFIED VIA unix_socket"
HASHES = "SELECT JSON_VALUE(Priv, '$.authentication_string') FROM mysql.global_priv WHERE User = %s AND Host = '%%'"
GRANTED = "SELECT 1 FROM mysql.db WHERE User = %s AND Host = '%%' AND Db = %s AND Event_priv = 'Y'"
EXISTS = "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %s"


def main():
    wanted = json.load(sys.stdin)
    owned = {wanted["owner"]: wanted["databases"]} | {name: [name] for name in wanted["consumers"]}
    passwords = {wanted["owner"]: wanted["password"], **wanted["consumers"]}
    with closing(connect(wanted["socket"])) as server:
        changes = [*close_to_passwords(server)]
        for user, databases in owned.items():
            changes += ensure_account(server, user, passwords[user])
            for database in databases:
                changes += ensure_database(server, database, user)
    json.dump(changes, sys.stdout)


def close_to_passwords(server):
    """Superusers by the socket only. mariadb-install-db also leaves them a password that is none."""
    for user in ("root", "mysql"):
        account = f"{quoted(user)}@`localhost`"
        if not column_of(server, "SELECT 1 FROM mysql.global_priv WHERE User = %s AND Host = 'localhost'", user):
            continue
        if column_of(server, f"SHOW CREATE USER {account}") != [f"CREATE USER {account} {BY_SOCKET}"]:
            execute(server, f"ALTER USER {account} {BY_SOCKET}")
            yield f"{user} by the socket only"


def ensure_account(server, user, password):
    present = column_of(server, HASHES, user)
    if present == [hashed(password)]:
        return []
    # the hash goes to the server, not the password: statements may end up in its log
    verb = "ALTER USER" if present else "CREATE USER"
    execute(server, f"{verb} {quoted(user)}@'%' IDENTIFIED BY PASSWORD '{hashed(password)}'")
    return [f"account {user}"]


def hashed(password):
    """What mysql_native_password stores: the one that every client speaks."""
    return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()  # noqa: S324 - the server's own


def ensure_database(server, database, user):
    changes = []
    if not column_of(server, EXISTS, database):
        execute(server, f"CREATE DATABASE {quoted(database)}")
        changes.append(f"database {database}")
    if not column_of(server, GRANTED, user, pattern(database)[1:-1].replace("``", "`")):
        execute(server, f"GRANT ALL PRIVILEGES ON {pattern(database)}.* TO {quoted(user)}@'%'")
        changes.append(f"rights of {user} on {database}")
    return changes


if __name__ == "__main__":
    main()
