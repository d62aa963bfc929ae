"""Policies in force with their signatures, and preconditions on record.

A template of an earlier version rests on photos that the agent may never have confirmed. It cannot be
told, so it goes: those agents are enrolled again, with their own confirmation.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step up."""
    _policies()
    _preconditions_and_confirmations()
    _templates()


def _policies() -> None:
    op.create_table(
        "agreements_revision",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_agreements_revision_single")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_agreements_revision")),
    )
    op.create_table(
        "council_keys",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("council_key_id", sa.String(), nullable=False),
        sa.Column("public_pem", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", "council_key_id", name=op.f("pk_council_keys")),
    )
    op.create_table(
        "policy_seen",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_policy_seen")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("councils", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("in_force_from", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "councils <> '[]' OR in_force_from IS NOT NULL",
            name=op.f("ck_policy_versions_waits_for_a_council_only"),
        ),
        sa.CheckConstraint(
            "signed_by <> '' AND reason <> ''", name=op.f("ck_policy_versions_by_a_person_for_a_reason")
        ),
        sa.CheckConstraint("serial > 0", name=op.f("ck_policy_versions_serial_grows")),
        sa.PrimaryKeyConstraint("scope", "serial", name=op.f("pk_policy_versions")),
    )
    op.create_table(
        "policy_co_signatures",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("council_key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope", "serial"],
            ["policy_versions.scope", "policy_versions.serial"],
            name=op.f("fk_policy_co_signatures_policy_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["site", "council_key_id"],
            ["council_keys.site", "council_keys.council_key_id"],
            name=op.f("fk_policy_co_signatures_council_keys"),
        ),
        sa.PrimaryKeyConstraint("scope", "serial", "site", name=op.f("pk_policy_co_signatures")),
    )


def _preconditions_and_confirmations() -> None:
    op.create_table(
        "consent_refusals",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("alternative", sa.String(), nullable=False),
        sa.Column("refused_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_consent_refusals_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_consent_refusals")),
    )
    op.create_table(
        "enrol_codes",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("(salt IS NULL) = (code_hash IS NULL)", name=op.f("ck_enrol_codes_salted")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_enrol_codes_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_enrol_codes")),
        sa.UniqueConstraint("request_id", name=op.f("uq_enrol_codes_request_id")),
    )
    op.create_table(
        "enrol_confirmations",
        sa.Column("confirmation_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.Float(), nullable=False),
        sa.CheckConstraint(
            "source IN ('own_session', 'confirmed')", name=op.f("ck_enrol_confirmations_source")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_enrol_confirmations_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("confirmation_id", name=op.f("pk_enrol_confirmations")),
        sa.UniqueConstraint(
            "confirmation_id",
            "agent_id",
            "source",
            name=op.f("uq_enrol_confirmations_confirmation_id_agent_id_source"),
        ),
    )
    op.create_table(
        "preconditions",
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("given_on", sa.Float(), nullable=False),
        sa.Column("lapses_at", sa.Float(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("lapse_logged_at", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_preconditions_ended_by_somebody")
        ),
        sa.CheckConstraint("(site IS NULL) <> (agent_id IS NULL)", name=op.f("ck_preconditions_one_scope")),
        sa.CheckConstraint(
            "lapses_at IS NULL OR lapses_at > given_on", name=op.f("ck_preconditions_lapses_later")
        ),
        sa.CheckConstraint(
            "length(reference) BETWEEN 1 AND 80", name=op.f("ck_preconditions_short_reference")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["people.agent_id"], name=op.f("fk_preconditions_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_preconditions")),
    )
    with op.batch_alter_table("preconditions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_preconditions_agent_stands",
            ["kind", "agent_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND agent_id IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND agent_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_preconditions_site_stands",
            ["kind", "site"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND site IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND site IS NOT NULL"),
        )


def _templates() -> None:
    op.drop_table("templates")
    op.create_table(
        "templates",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("consent_id", sa.String(), nullable=False),
        sa.Column("consent_state", sa.String(), server_default="given", nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confirmation_id", sa.String(), nullable=False),
        sa.CheckConstraint("consent_state = 'given'", name=op.f("ck_templates_consent_stands")),
        sa.CheckConstraint("source IN ('own_session', 'confirmed')", name=op.f("ck_templates_source")),
        sa.ForeignKeyConstraint(["agent_id"], ["person_keys.agent_id"], name="fk_templates_key"),
        sa.ForeignKeyConstraint(
            ["consent_id", "agent_id", "consent_state"],
            ["consents.consent_id", "consents.agent_id", "consents.state"],
            name=op.f("fk_templates_consents"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmation_id", "agent_id", "source"],
            [
                "enrol_confirmations.confirmation_id",
                "enrol_confirmations.agent_id",
                "enrol_confirmations.source",
            ],
            name=op.f("fk_templates_enrol_confirmations"),
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_templates")),
    )
