"""The tables. Ids are random: a board whose ids can be counted can be scraped by counting."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import DateTime, ForeignKey, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def now() -> datetime:
    """The current time in UTC, the only zone in the database."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Gives every table the same types for ids and times."""

    type_annotation_map = {datetime: DateTime(timezone=True)}


class User(Base):
    """Somebody who proved that a phone number is theirs."""

    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    phone: Mapped[str] = mapped_column(String(16), unique=True)  # E.164
    email: Mapped[str | None] = mapped_column(String(254))
    phone_verified_at: Mapped[datetime]
    digest_from: Mapped[datetime | None]  # posts since then are in the next daily mail; NULL: none is wanted
    created_at: Mapped[datetime] = mapped_column(default=now)


class Post(Base):
    """A message on the board. The picture lies in the bucket under `picture_key`."""

    __tablename__ = "posts"
    __table_args__ = (Index("posts_by_age", "created_at", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Text)
    picture_key: Mapped[str | None] = mapped_column(String(80))
    thumbnail_key: Mapped[str | None] = mapped_column(String(80))  # set by the worker
    created_at: Mapped[datetime] = mapped_column(default=now)
    hidden_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(lazy="joined")


class ModerationEvent(Base):
    """Who of the staff hid or restored which post, and why. Rows are only ever added."""

    __tablename__ = "moderation_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    post_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("posts.id"), index=True)
    staff: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(10))  # hide, restore
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
