"""Users, posts and what moderators did."""

import sqlalchemy as sa
from alembic import op

revision = "20240311"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("phone", sa.String(16), nullable=False, unique=True),
        sa.Column("phone_verified_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("author_id", sa.Uuid, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("picture_key", sa.String(80)),
        sa.Column("thumbnail_key", sa.String(80)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("hidden_at", TIME),
    )
    op.create_index("posts_by_age", "posts", ["created_at", "id"])
    op.create_table(
        "moderation_events",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("post_id", sa.Uuid, sa.ForeignKey("posts.id"), nullable=False, index=True),
        sa.Column("staff", sa.String(254), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )


def downgrade() -> None:
    for table in ("moderation_events", "posts", "users"):
        op.drop_table(table)
