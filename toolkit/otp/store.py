"""The database: tables, and transactions that mean the same on SQLite and PostgreSQL.

Times are seconds since 1970 in UTC. A transaction of SQLite takes the write lock when it begins; on PostgreSQL rows
and advisory locks are taken as needed. Errors are SQLAlchemy's.
"""

import contextlib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.schema import CreateColumn

metadata = MetaData()

verifications = Table(
    "verifications",
    metadata,
    Column("sid", String(34), primary_key=True),
    Column("to", String(320), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("status", String(24), nullable=False),
    Column("codes", JSON, nullable=False),  # keyed hashes: one, of the code that is sent each time
    Column("sends", JSON, nullable=False),  # [{"sid", "time", "channel", "source": keyed hash or ""}]
    Column("checks", Integer, nullable=False, default=0),
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("expires", Float, nullable=False),
)
Index("verifications_to", verifications.c.to, verifications.c.status)
Index("verifications_updated", verifications.c.updated)

messages = Table(
    "messages",
    metadata,
    Column("sid", String(34), primary_key=True),
    Column("verification", String(34)),  # null: sent through the Messages API
    Column("channel", String(10), nullable=False),
    Column("to", String(320), nullable=False),
    Column("sender", String(320), nullable=False),
    Column("body", Text, nullable=False),  # encrypted; emptied once a code is sent
    Column("subject", Text, nullable=False, default=""),  # encrypted likewise
    Column("segments", Integer, nullable=False, default=1),
    Column("state", String(12), nullable=False),  # queued → sending → sent → delivered …; see outbox.py
    Column("error", Integer),  # Twilio's code
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Float, nullable=False),  # queued: not before; sending: afterwards the outcome counts as unknown
    Column("expires", Float),  # not to be sent after
    Column("callback", Text),
    Column("service", String(34)),  # MessagingServiceSid
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("sent", Float),
)
Index("messages_due", messages.c.state, messages.c.due)
Index("messages_created", messages.c.created)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Float, nullable=False),
    Column("host", Text, nullable=False, server_default=""),  # scheme and host: each has a queue of its own
)
Index("callbacks_due", callbacks.c.due)

factors = Table(
    "factors",
    metadata,
    Column("sid", String(34), primary_key=True),
    Column("identity", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("secret", Text, nullable=False),  # encrypted
    Column("config", JSON, nullable=False),  # {"alg", "skew", "code_length", "time_step"}
    Column("metadata", JSON),
    Column("status", String(12), nullable=False),  # unverified → verified
    Column("attempts", Integer, nullable=False),  # wrong codes while unverified
    Column("last_step", Integer, nullable=False),  # of time: older codes are not taken any more
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
)
Index("factors_identity", factors.c.identity)

challenges = Table(
    "challenges",
    metadata,
    Column("sid", String(34), primary_key=True),
    Column("factor", String(34), nullable=False),
    Column("identity", String(64), nullable=False),
    Column("status", String(12), nullable=False),  # pending → approved
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Column("expires", Float, nullable=False),
)
Index("challenges_factor", challenges.c.factor)
Index("challenges_created", challenges.c.created)

hits = Table(
    "hits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),  # a keyed hash: no number is kept here
    Column("at", Float, nullable=False),
    Column("verification", String(34)),  # once it is approved this does not count any more
)
Index("hits_key_at", hits.c.key, hits.c.at)
Index("hits_at", hits.c.at)
Index("hits_verification", hits.c.verification)

people = Table(  # numbers and mailboxes that were verified before, or that the operator unlocked
    "people",
    metadata,
    Column("key", String(64), primary_key=True),  # a keyed hash
    Column("approved", Float),  # the last time
    Column("unlocked", Integer, nullable=False, default=0),  # how often: what was counted before does not count
)

places = Table(  # from where somebody was verified
    "places",
    metadata,
    Column("key", String(64), primary_key=True),  # of the person
    Column("source", String(64), primary_key=True),  # a keyed hash of the network
    Column("approved", Float, nullable=False),
)
Index("places_approved", places.c.approved)

spending = Table(  # codes and messages by SMS: what they cost, and whether codes came back
    "spending",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("verification", String(34)),  # null: a message
    Column("country", String(2), nullable=False),
    Column("block", String(64), nullable=False),  # a keyed hash of the block of numbers
    Column("member", Boolean, nullable=False),
    Column("price", Float, nullable=False),
    Column("approved", Boolean, nullable=False),
)
Index("spending_at", spending.c.at)
Index("spending_verification", spending.c.verification)

_CREATION = 0x0FF7A319  # advisory lock: two instances may start at once


def open_database(url: str) -> Engine:
    """Connect, and create the tables and columns that are missing. Errors never show a statement's values."""
    engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _close_to_others(make_url(url).database)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        lock(connection, [_CREATION])
        metadata.create_all(connection)
        _add_missing_columns(connection)
    return engine


def lock(connection: Connection, keys: Iterable[str | int]) -> None:
    """Hold these until the transaction ends. SQLite has one writer at a time, which is lock enough."""
    if connection.dialect.name != "postgresql":
        return
    numbers = sorted({key if isinstance(key, int) else _number(key) for key in keys})  # one order: no deadlock
    if numbers:
        connection.execute(select(*(func.pg_advisory_xact_lock(number) for number in numbers)))


def _add_missing_columns(connection: Connection) -> None:
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
