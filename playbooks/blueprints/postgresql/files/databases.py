"""The database an import goes into: made empty, swapped with the one before, kept beside when it differs.

In: a superuser's connection, what is wanted. Nothing is dropped before its successor was compared: the database before
waits under another name and comes back when the import fails. A run that was killed is cleared up by the next.
"""

from contextlib import contextmanager

from converge import ensure_extensions, execute
from dump_file import Refused
from fingerprint import TABLES, connect, query
from psycopg2 import sql

IMPORTED = "imported from sha256:"
DIFFERS = "differs from sha256:"
BEFORE = "_before_import"
KEPT = "_imported"
LONGEST = 63  # bytes of a name


def beside(database, ending):
    return database.encode()[: LONGEST - len(ending)].decode(errors="ignore") + ending


def note(server, database):
    """The database's comment, where imports leave word of themselves."""
    found = query(server, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", database)
    if not found:
        raise Refused(f"there is no database {database}: add it to postgresql_databases and run site.yml first")
    return found[0]


def set_note(server, database, text):
    execute(server, sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database), sql.Literal(text)))


def exists(server, database):
    return bool(query(server, "SELECT 1 FROM pg_database WHERE datname = %s", database))


def clear_up(server, database):
    """After a run that was killed: the database before is the true one unless the import had been accepted."""
    before = beside(database, BEFORE)
    if not exists(server, before):
        return
    if exists(server, database):
        if (note(server, database) or "").startswith(IMPORTED):
            drop(server, before)
            return
        drop(server, database)
    rename(server, before, database)


def tables_in(port, database):
    connection = connect(port, database)
    try:
        return query(connection, TABLES)
    finally:
        connection.close()


class Place:
    """What an import has come to: once it is `restored`, it is kept whatever follows."""

    restored = False


@contextmanager
def room(server, wanted, digest, schemas):
    """An empty database under the wanted name; what was there comes back unless all goes well."""
    database, before = wanted["database"], beside(wanted["database"], BEFORE)
    tables = tables_in(wanted["port"], database)
    if tables and not wanted.get("replace"):
        raise Refused(
            f"the database {database} holds {len(tables)} tables already ({', '.join(tables[:3])} …); "
            "to import in its place, and delete it once the import is proven: -e postgresql_import_replace=true"
        )
    rename(server, database, before)
    place = Place()
    try:
        make(server, wanted, schemas)
        yield place
    except BaseException:
        if place.restored and exists(server, database):
            keep(server, wanted, digest)
        elif exists(server, database):
            drop(server, database)
        rename(server, before, database)
        raise
    drop(server, before)


def keep(server, wanted, digest):
    """Put a database that differs aside; return its name."""
    kept, number = beside(wanted["database"], KEPT), 1
    if same := kept_before(server, wanted, digest):
        drop(server, same)
    while exists(server, kept):
        number += 1
        kept = beside(wanted["database"], f"{KEPT}_{number}")
    rename(server, wanted["database"], kept)
    set_note(server, kept, DIFFERS + digest)
    return kept


def kept_before(server, wanted, digest):
    """The name of a database that an import of the same dump left aside, or None."""
    statement = """
        SELECT datname FROM pg_database
        WHERE starts_with(datname, %s) AND shobj_description(oid, 'pg_database') = %s ORDER BY 1
    """
    found = query(server, statement, beside(wanted["database"], KEPT), DIFFERS + digest)
    return found[0] if found else None


def put_in_place(server, wanted, kept, digest):
    """A kept database becomes the wanted one."""
    database, before = wanted["database"], beside(wanted["database"], BEFORE)
    tables = tables_in(wanted["port"], database)
    if tables and not wanted.get("replace"):
        raise Refused(f"the database {database} holds {len(tables)} tables: -e postgresql_import_replace=true as well")
    rename(server, database, before)
    rename(server, kept, database)
    set_note(server, database, IMPORTED + digest)
    drop(server, before)


def make(server, wanted, schemas):
    names = {"database": sql.Identifier(wanted["database"]), "owner": sql.Identifier(wanted["owner"])}
    for statement in (
        "CREATE DATABASE {database} OWNER {owner}",
        "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC",
    ):
        execute(server, sql.SQL(statement).format(**names))
    make_schemas(wanted, {schemas[name] for name in wanted["extensions"] if schemas.get(name)})
    ensure_extensions(wanted["port"], wanted["database"], wanted["extensions"], schemas)
    let_use_wrappers(wanted)


def let_use_wrappers(wanted):
    """Who asks for postgres_fdw among the extensions wants the dump's foreign tables."""
    connection = connect(wanted["port"], wanted["database"])
    connection.autocommit = True
    for wrapper in query(connection, "SELECT fdwname FROM pg_foreign_data_wrapper"):
        names = sql.Identifier(wrapper), sql.Identifier(wanted["owner"])
        execute(connection, sql.SQL("GRANT USAGE ON FOREIGN DATA WRAPPER {} TO {}").format(*names))
    connection.close()


def make_schemas(wanted, schemas):
    """Those that the dump wants a superuser's extension in; the dump makes them too late."""
    connection = connect(wanted["port"], wanted["database"])
    connection.autocommit = True
    for schema in schemas:
        statement = sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}")
        if schema not in ("public", "pg_catalog"):
            execute(connection, statement.format(sql.Identifier(schema), sql.Identifier(wanted["owner"])))
    connection.close()


def drop(server, database):
    execute(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def rename(server, database, new):
    """Also while applications are connected: they lose their connection."""
    names = {"database": sql.Identifier(database), "new": sql.Identifier(new)}
    execute(server, sql.SQL("ALTER DATABASE {database} ALLOW_CONNECTIONS false").format(**names))
    query(server, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", database)
    execute(server, sql.SQL("ALTER DATABASE {database} RENAME TO {new}").format(**names))
    execute(server, sql.SQL("ALTER DATABASE {new} ALLOW_CONNECTIONS true").format(**names))
