"""Members may have new posts mailed once a day; the column says from when on they have not heard of them."""

import sqlalchemy as sa
from alembic import op

revision = "20261130"
down_revision = "20240902"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("digest_from", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("users", "digest_from")
