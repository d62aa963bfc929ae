"""What an agent said against a notice, until it is known whether a flag comes of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "notice_words",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["people.agent_id"],
            name=op.f("fk_notice_words_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agent_id", "finding", name=op.f("pk_notice_words")),
    )


def downgrade() -> None:
    """One step down."""
    op.drop_table("notice_words")
