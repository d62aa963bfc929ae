"""Links to flag pages, digests, open channels, and who covers for a lead."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "flag_links",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("flag_number", sa.String(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.CheckConstraint("made_at < expires_at", name=op.f("ck_flag_links_has_a_life")),
        sa.ForeignKeyConstraint(
            ["flag_number"], ["flags.number"], name=op.f("fk_flag_links_flags"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_flag_links")),
    )
    op.create_index(op.f("ix_flag_links_flag_number"), "flag_links", ["flag_number"], unique=False)
    op.create_table(
        "flag_digests",
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("adapter", "channel", "external_id", name=op.f("pk_flag_digests")),
    )
    op.create_table(
        "open_channels",
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("adapter", name=op.f("pk_open_channels")),
    )
    op.create_table(
        "lead_covers",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("cover_id", sa.String(), nullable=False),
        sa.CheckConstraint("lead_id <> cover_id", name=op.f("ck_lead_covers_not_oneself")),
        sa.ForeignKeyConstraint(
            ["cover_id"], ["people.agent_id"], name="fk_lead_covers_people_cover", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["people.agent_id"], name="fk_lead_covers_people_lead", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", "cover_id", name=op.f("pk_lead_covers")),
    )


def downgrade() -> None:
    """One step down."""
    for table in ("lead_covers", "open_channels", "flag_digests", "flag_links"):
        op.drop_table(table)
