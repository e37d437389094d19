"""The database: tables, and transactions that mean the same on SQLite and PostgreSQL.

Times are seconds since 1970 in UTC. A transaction of SQLite takes the write lock when it begins; on PostgreSQL rows
and advisory locks are taken as needed. Errors are SQLAlchemy's.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    JSON,
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
    select,
)

metadata = MetaData()

verifications = Table(
    "verifications",
    metadata,
    Column("sid", String(34), primary_key=True),
    Column("to", String(320), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("status", String(24), nullable=False),
    Column("codes", JSON, nullable=False),  # keyed hashes; a code sent again is a new one, the earlier stay good
    Column("sends", JSON, nullable=False),  # [{"sid", "time", "channel"}]
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
)
Index("hits_key_at", hits.c.key, hits.c.at)
Index("hits_at", hits.c.at)

_CREATION = 0x0FF7A319  # advisory lock: two instances may start at once


def open_database(url: str) -> Engine:
    """Connect, and create the tables that are missing."""
    engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        lock(connection, [_CREATION])
        metadata.create_all(connection)
    return engine


def lock(connection: Connection, keys: Iterable[str | int]) -> None:
    """Hold these until the transaction ends. SQLite has one writer at a time, which is lock enough."""
    if connection.dialect.name != "postgresql":
        return
    numbers = sorted({key if isinstance(key, int) else _number(key) for key in keys})  # one order: no deadlock
    if numbers:
        connection.execute(select(*(func.pg_advisory_xact_lock(number) for number in numbers)))


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions of its own
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 15000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
