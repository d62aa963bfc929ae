"""Hints that an agent does not want to get."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "silenced_notices",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.CheckConstraint("kind IN ('more_light')", name=op.f("ck_silenced_notices_only_hints")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_silenced_notices_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "kind", name=op.f("pk_silenced_notices")),
    )
