"""Reviews, disputes, and why people paused."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    _reviews()
    _disputes()
    _pauses()
    _rule_shadows()
    _requests()


def _reviews() -> None:
    op.create_table(
        "flag_grounds",
        sa.Column("flag_number", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_flag_grounds_judged")),
        sa.ForeignKeyConstraint(
            ["flag_number"], ["flags.number"], name=op.f("fk_flag_grounds_flags"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flag_number", name=op.f("pk_flag_grounds")),
    )
    op.create_table(
        "flag_reviews",
        sa.Column("place", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("flag_number", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_ref", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_flag_reviews_has_a_reason")),
        sa.CheckConstraint("by_ref <> ''", name=op.f("ck_flag_reviews_by_a_person")),
        sa.ForeignKeyConstraint(
            ["flag_number"], ["flags.number"], name=op.f("fk_flag_reviews_flags"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_flag_reviews")),
    )
    op.create_index(op.f("ix_flag_reviews_flag_number"), "flag_reviews", ["flag_number"])


def _disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("flag_number", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "(upheld IS NULL AND reason IS NULL AND decided_by IS NULL AND decided_at IS NULL) OR "
            "(upheld IS NOT NULL AND reason IS NOT NULL AND decided_by IS NOT NULL "
            "AND decided_at IS NOT NULL)",
            name=op.f("ck_disputes_decided_by_a_person"),
        ),
        sa.ForeignKeyConstraint(
            ["flag_number"], ["flags.number"], name=op.f("fk_disputes_flags"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_disputes_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flag_number", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_agent_id"), "disputes", ["agent_id"])


def _pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_pauses_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_pauses")),
    )


def _rule_shadows() -> None:
    op.create_table(
        "rule_shadows",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("reviewed", sa.Integer(), nullable=False),
        sa.Column("overturned", sa.Integer(), nullable=False),
        sa.Column("lifted_at", sa.Float(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_rule_shadows_lifted_by_a_person")
        ),
        sa.PrimaryKeyConstraint("site", "rule", "since", name=op.f("pk_rule_shadows")),
    )
    op.create_index(
        "uq_rule_shadows_one_standing",
        "rule_shadows",
        ["site", "rule"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def _requests() -> None:
    op.create_table(
        "review_requests",
        sa.Column("place", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("flag_number", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("by_ref", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("done_at", sa.Float(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(done_at IS NULL) = (outcome IS NULL)", name=op.f("ck_review_requests_done_with_an_outcome")
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR text IS NULL", name=op.f("ck_review_requests_text_goes_when_done")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_review_requests_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_review_requests")),
    )
