"""Committed draws, where shifts come from, desk checks, and who leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "shift_sources",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(source = 'sign_in') = (hours <> '')", name=op.f("ck_shift_sources_hours_for_sign_in")
        ),
        sa.CheckConstraint("source IN ('import', 'sign_in')", name=op.f("ck_shift_sources_source")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.site_id"], name=op.f("fk_shift_sources_sites"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_shift_sources")),
    )
    op.create_table(
        "dated_shifts",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_dated_shifts_has_length")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_dated_shifts_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "shift_id", name=op.f("pk_dated_shifts")),
    )
    op.create_table(
        "departures",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("left_at", sa.Float(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.Float(), nullable=True),
        sa.Column("erased_at", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "why IN ('roster', 'ends_on', 'platform', 'declared')", name=op.f("ck_departures_why")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_departures_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_departures")),
    )
    op.create_table(
        "desk_checks",
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("scheduled_by", sa.String(), nullable=False),
        sa.Column("scheduled_at", sa.Float(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("announced_at", sa.Float(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "(status IN ('done', 'missed')) = (answered_by IS NOT NULL AND answered_at IS NOT NULL)",
            name=op.f("ck_desk_checks_by_a_human"),
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'announced', 'done', 'missed', 'lapsed')",
            name=op.f("ck_desk_checks_status"),
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_desk_checks_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_desk_checks")),
    )
    with op.batch_alter_table("desk_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_checks_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "draw_nonces",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("set_at", sa.Float(), nullable=False),
        sa.Column("seed_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_draw_nonces_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_draw_nonces")),
    )
    op.create_table(
        "draw_seeds",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("seed_hash", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.Float(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=True),
        sa.Column("starts_at", sa.Float(), nullable=True),
        sa.Column("ends_at", sa.Float(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=True),
        sa.Column("commitment", sa.String(), nullable=True),
        sa.Column("committed_at", sa.Float(), nullable=True),
        sa.Column("revealed_at", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "(shift_id IS NULL) = (commitment IS NULL)", name=op.f("ck_draw_seeds_committed_whole")
        ),
        sa.CheckConstraint(
            "revealed_at IS NULL OR commitment IS NOT NULL", name=op.f("ck_draw_seeds_revealed_after")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_draw_seeds_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "seed_hash", name=op.f("pk_draw_seeds")),
        sa.UniqueConstraint("agent_id", "shift_id", name=op.f("uq_draw_seeds_agent_id_shift_id")),
    )
    op.create_table(
        "signed_in_shifts",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("starts_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("offline_since", sa.Float(), nullable=True),
        sa.CheckConstraint("starts_at <= ends_at", name=op.f("ck_signed_in_shifts_in_order")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_signed_in_shifts_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "shift_id", name=op.f("pk_signed_in_shifts")),
    )
    op.create_table(
        "desk_check_answers",
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('nothing_seen', 'seen', 'could_not_tell')",
            name=op.f("ck_desk_check_answers_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["desk_checks.check_id"],
            name=op.f("fk_desk_check_answers_desk_checks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("check_id", "item", name=op.f("pk_desk_check_answers")),
    )
