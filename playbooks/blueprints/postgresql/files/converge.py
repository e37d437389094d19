#!/usr/bin/env python3
"""Make users, databases and extensions as described; run as the user postgres.

In: JSON on stdin {port, owner, password, databases: [name], extensions: [name], roles: [name], consumers:
{name: password}}.
Out: a JSON list of what was changed, empty when all was so already. Nothing is ever dropped.
"""

import base64
import hashlib
import hmac
import json
import os
import sys

from fingerprint import connect, query
from psycopg2 import sql


def main():
    wanted = json.load(sys.stdin)
    server = connect(wanted["port"], "postgres")
    server.autocommit = True  # CREATE DATABASE refuses transactions
    databases = dict.fromkeys(wanted["databases"], wanted["owner"]) | {name: name for name in wanted["consumers"]}
    changes = []
    for user, password in {wanted["owner"]: wanted["password"], **wanted["consumers"]}.items():
        changes += ensure_user(server, user, password)
    for role in wanted.get("roles", ()):
        changes += ensure_role(server, role)
    for database, owner in databases.items():
        changes += ensure_database(server, database, owner)
    for database in wanted["databases"]:
        changes += ensure_extensions(wanted["port"], database, wanted["extensions"])
    json.dump(changes, sys.stdout)


def ensure_user(server, user, password):
    verifiers = query(server, "SELECT rolpassword FROM pg_authid WHERE rolname = %s", user)
    if verifiers and is_password(verifiers[0], password):
        return []
    verb = "ALTER" if verifiers else "CREATE"
    # the verifier goes to the server, not the password: statements may end up in its log
    statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
    execute(server, statement.format(sql.Identifier(user), sql.Literal(verifier(password))))
    return [f"user {user}"]


def ensure_role(server, role):
    """One that policies of imported databases name; nobody logs in as it."""
    if query(server, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        return []
    execute(server, sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    return [f"role {role}"]


def ensure_database(server, database, owner):
    found = query(server, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", database)
    if found == [owner]:
        return []
    statement = "ALTER DATABASE {} OWNER TO {}" if found else "CREATE DATABASE {} OWNER {}"
    execute(server, sql.SQL(statement).format(sql.Identifier(database), sql.Identifier(owner)))
    if not found:  # only its own users may connect
        execute(server, sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
    return [f"database {database}"]


def ensure_extensions(port, database, names, schemas=None):
    """`schemas` says which schema an extension goes to, where that is not the first of search_path."""
    connection = connect(port, database)
    connection.autocommit = True
    present = query(connection, "SELECT extname FROM pg_extension")
    missing = [name for name in names if name not in present]
    for name in missing:
        schema = (schemas or {}).get(name)
        place = sql.SQL("SCHEMA {}").format(sql.Identifier(schema)) if schema else sql.SQL("")
        execute(connection, sql.SQL("CREATE EXTENSION IF NOT EXISTS {} {} CASCADE").format(sql.Identifier(name), place))
    connection.close()
    return [f"extension {name} in {database}" for name in missing]


def execute(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


# --- SCRAM-SHA-256 verifiers, RFC 5803 --------------------------------------------------------------------------------
def verifier(password, salt=None, iterations=4096):
    """What PostgreSQL stores for a password (ASCII, so SASLprep changes nothing)."""
    salt = salt or os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${iterations}:{salt64}${stored64}:{server64}"


def is_password(stored, password):
    """Whether a stored verifier was made from this password."""
    if not (stored or "").startswith("SCRAM-SHA-256$"):
        return False
    iterations, salt = stored.split("$")[1].split(":")
    return hmac.compare_digest(stored, verifier(password, base64.b64decode(salt), int(iterations)))


if __name__ == "__main__":
    main()
