"""Members may leave an e-mail address for notices."""

import sqlalchemy as sa
from alembic import op

revision = "20240902"
down_revision = "20240311"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("email", sa.String(254)))


def downgrade() -> None:
    op.drop_column("users", "email")
