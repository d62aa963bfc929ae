"""Stills and the keys of people under which they are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "still_keys",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_still_keys_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_still_keys")),
    )
    op.create_table(
        "stills",
        sa.Column("still_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("flag_number", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("item_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("hold_until", sa.Float(), nullable=True),
        sa.Column("hold_by", sa.String(), nullable=True),
        sa.Column("hold_reason", sa.String(), nullable=True),
        sa.CheckConstraint("expires_at >= taken_at", name=op.f("ck_stills_expires_later")),
        sa.CheckConstraint(
            "(hold_until IS NULL) = (hold_by IS NULL) AND (hold_until IS NULL) = (hold_reason IS NULL)",
            name=op.f("ck_stills_held_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["still_keys.agent_id"], name=op.f("fk_stills_still_keys")),
        sa.PrimaryKeyConstraint("still_id", name=op.f("pk_stills")),
    )
    for column in ("agent_id", "flag_number", "expires_at"):
        op.create_index(op.f(f"ix_stills_{column}"), "stills", [column])
