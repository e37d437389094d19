"""The gateway's tables. Times are seconds since 1970 in UTC."""

from sqlalchemy import JSON, Boolean, Column, Engine, Float, Index, Integer, MetaData, String, Table, Text

from toolkit.serving import database
from toolkit.serving.database import lock

__all__ = [
    "callbacks", "challenges", "factors", "hits", "lock", "messages", "metadata", "open_database", "people", "places",
    "spending", "verifications",
]  # fmt: skip

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


def open_database(url: str) -> Engine:
    """Connect, and create what is missing of the tables above."""
    return database.open_database(url, metadata)
