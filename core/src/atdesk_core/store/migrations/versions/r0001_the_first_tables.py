"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    op.create_table(
        "budgets",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("shift_id", sa.String(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("video_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "shift_id", name=op.f("pk_budgets")),
    )
    op.create_table(
        "directory_revision",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_directory_revision_single")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_directory_revision")),
    )
    op.create_table(
        "flags",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("raised_at", sa.Float(), nullable=False),
        sa.Column("closed_at", sa.Float(), nullable=True),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("agent_reached", sa.Boolean(), nullable=False),
        sa.Column("returned_at", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_flags")),
    )
    with op.batch_alter_table("flags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flags_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(
            "uq_flags_one_open",
            ["agent_id", "rule"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("agent_ref", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_agent_ref_at", ["agent_ref", "at"], unique=False)
        batch_op.create_index("ix_ledger_at", ["at"], unique=False)

    op.create_table(
        "ledger_bounds",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("first_prev", sa.String(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_ledger_bounds_single")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_ledger_bounds")),
    )
    op.create_table(
        "outbox",
        sa.Column("place", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("not_after", sa.Float(), nullable=True),
        sa.Column("status", sa.String(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("settled_at", sa.Float(), nullable=True),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_outbox")),
        sa.UniqueConstraint("row_id", name=op.f("uq_outbox_row_id")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_open",
            ["place"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "sessions",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_sessions")),
    )
    op.create_table(
        "sites",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_sites")),
    )
    op.create_table(
        "stop_orders",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("lifted_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("site", "at", name=op.f("pk_stop_orders")),
    )
    op.create_table(
        "message_refs",
        sa.Column("flag_number", sa.String(), nullable=False),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["flag_number"], ["flags.number"], name=op.f("fk_message_refs_flags"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "flag_number", "adapter", "channel", "external_id", name=op.f("pk_message_refs")
        ),
    )
    op.create_table(
        "people",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("agent_ref", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_people_sites")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_people")),
        sa.UniqueConstraint("agent_ref", name=op.f("uq_people_agent_ref")),
    )
    op.create_table(
        "accounts",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.Column("verified_at", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "status = 'proposed' OR (verified_by IS NOT NULL AND verified_at IS NOT NULL)",
            name=op.f("ck_accounts_by_a_human"),
        ),
        sa.CheckConstraint("status IN ('proposed', 'confirmed')", name=op.f("ck_accounts_status")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_accounts_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "platform", "tenant", "external_id", name=op.f("pk_accounts")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_accounts_one_person",
            ["platform", "tenant", "external_id"],
            unique=True,
            sqlite_where=sa.text("status = 'confirmed'"),
            postgresql_where=sa.text("status = 'confirmed'"),
        )

    op.create_table(
        "consents",
        sa.Column("consent_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("alternative", sa.String(), nullable=False),
        sa.Column("given_at", sa.Float(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_consents_withdrawn_when")
        ),
        sa.CheckConstraint("state IN ('given', 'withdrawn')", name=op.f("ck_consents_state")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_consents_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "consent_id", "agent_id", "state", name=op.f("uq_consents_consent_id_agent_id_state")
        ),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            "uq_consents_one_given",
            ["agent_id"],
            unique=True,
            sqlite_where=sa.text("state = 'given'"),
            postgresql_where=sa.text("state = 'given'"),
        )

    op.create_table(
        "leads",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.CheckConstraint("agent_id <> lead_id", name=op.f("ck_leads_not_oneself")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_leads_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["people.agent_id"], name=op.f("fk_leads_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", "lead_id", name=op.f("pk_leads")),
    )
    op.create_table(
        "person_keys",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_person_keys_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_person_keys")),
    )
    op.create_table(
        "shifts",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_shifts_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_shifts")),
    )
    op.create_table(
        "templates",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("consent_id", sa.String(), nullable=False),
        sa.Column("consent_state", sa.String(), server_default="given", nullable=False),
        sa.CheckConstraint("consent_state = 'given'", name=op.f("ck_templates_consent_stands")),
        sa.ForeignKeyConstraint(["agent_id"], ["person_keys.agent_id"], name="fk_templates_key"),
        sa.ForeignKeyConstraint(
            ["consent_id", "agent_id", "consent_state"],
            ["consents.consent_id", "consents.agent_id", "consents.state"],
            name=op.f("fk_templates_consents"),
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_templates")),
    )
