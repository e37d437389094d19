"""The guard's tables. Times are seconds since 1970 in UTC; what must be recognised but not read is a keyed hash."""

from sqlalchemy import Boolean, Column, Engine, Float, Index, Integer, MetaData, String, Table

from toolkit.serving import database

metadata = MetaData()

answers = Table(  # to challenges: what an application hands to siteverify, once
    "answers",
    metadata,
    Column("key", String(64), primary_key=True),  # a keyed hash of the answer
    Column("site", String(64), nullable=False),
    Column("hostname", String(253), nullable=False),
    Column("action", String(100), nullable=False),
    Column("cdata", String(255), nullable=False),
    Column("scored", Boolean, nullable=False),  # reCAPTCHA v3
    Column("score", Float, nullable=False),
    Column("address", String(64), nullable=False),  # keyed hashes
    Column("network", String(64), nullable=False),
    Column("issued", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("redeemed", String(64)),  # null: not yet; else the idempotency key's hash, or "-"
)
Index("answers_address", answers.c.address, answers.c.issued)
Index("answers_network", answers.c.network, answers.c.issued)
Index("answers_site", answers.c.site, answers.c.issued)
Index("answers_issued", answers.c.issued)

spent = Table(  # challenges that were answered
    "spent",
    metadata,
    Column("nonce", String(32), primary_key=True),
    Column("expires", Float, nullable=False),
)
Index("spent_expires", spent.c.expires)

state = Table("state", metadata, Column("name", String(20), primary_key=True), Column("value", String(64)))

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # a keyed hash of the code
    Column("inviter", String(64), nullable=False),  # the account that invites; "" is the operator
    Column("uses", Integer, nullable=False),  # left
    Column("given", Integer, nullable=False),  # at first
    Column("revoked", Boolean, nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
)
Index("invitations_inviter", invitations.c.inviter)

accounts = Table(  # as the application calls them; who let them in
    "accounts",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("inviter", String(64), nullable=False),  # who invited them; "": nobody did
    Column("invitation", String(32)),
    Column("barred", Boolean, nullable=False),  # invites nobody any more
    Column("created", Float, nullable=False),
)
Index("accounts_inviter", accounts.c.inviter)

registrations = Table(  # counted for the limits by address and network
    "registrations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", String(64), nullable=False),
    Column("network", String(64), nullable=False),
    Column("at", Float, nullable=False),
)
Index("registrations_address", registrations.c.address, registrations.c.at)
Index("registrations_network", registrations.c.network, registrations.c.at)

waiting = Table(  # the queue while nobody can be verified
    "waiting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # a keyed hash of the ticket
    Column("address", String(64), nullable=False),
    Column("joined", Float, nullable=False),
    Column("admitted", Float),
)
Index("waiting_admitted", waiting.c.admitted, waiting.c.id)

passes = Table(  # of the door page: each lets one form through
    "passes",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("hostname", String(253), nullable=False),
    Column("expires", Float, nullable=False),
    Column("used", Boolean, nullable=False),
)
Index("passes_expires", passes.c.expires)


def open_database(url: str) -> Engine:
    """Connect, and create what is missing of the tables above."""
    return database.open_database(url, metadata)
