"""A service's database: made where it is missing, and transactions that mean the same on SQLite and PostgreSQL.

A transaction of SQLite takes the write lock when it begins; on PostgreSQL rows and advisory locks are taken as needed.
Errors are SQLAlchemy's.
"""

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, func, inspect, make_url, select
from sqlalchemy.schema import CreateColumn

_CREATION = 0x0FF7A319  # advisory lock: two instances may start at once


def open_database(url: str, metadata: MetaData) -> Engine:
    """Connect, and create the tables and columns that are missing. Errors never show a statement's values."""
    engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _close_to_others(make_url(url).database)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        lock(connection, [_CREATION])
        metadata.create_all(connection)
        _add_missing_columns(connection, metadata)
    return engine


def lock(connection: Connection, keys: Iterable[str | int]) -> None:
    """Hold these until the transaction ends. SQLite has one writer at a time, which is lock enough."""
    if connection.dialect.name != "postgresql":
        return
    numbers = sorted({key if isinstance(key, int) else _number(key) for key in keys})  # one order: no deadlock
    if numbers:
        connection.execute(select(*(func.pg_advisory_xact_lock(number) for number in numbers)))


def _add_missing_columns(connection: Connection, metadata: MetaData) -> None:
    """Columns are only ever added, each with a default or null where it did not exist."""
    found, quoted = inspect(connection), connection.dialect.identifier_preparer.format_table
    for table in metadata.sorted_tables:
        known = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                wording = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {quoted(table)} ADD COLUMN {wording}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _close_to_others(database: str | None) -> None:
    """The file, and with it what SQLite puts beside it, can be read by its owner alone."""
    if not database or database == ":memory:" or database.startswith("file:"):
        return
    file = Path(database)
    with contextlib.suppress(OSError):  # SQLite says what is wrong with it
        file.touch(mode=0o600)
        file.chmod(0o600)


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions of its own
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 15000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
