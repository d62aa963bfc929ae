"""Where somebody works, where that is not the country of their site."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.add_column("people", sa.Column("jurisdiction", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """One step down."""
    op.drop_column("people", "jurisdiction")
