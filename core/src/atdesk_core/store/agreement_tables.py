"""What was agreed to, and by whom: policies, the keys of works councils, preconditions, confirmations."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from atdesk_core.store.tables import metadata

# --- policies -------------------------------------------------------------------------------------

# The signature covers every column up to `key_id`: whoever changes one of them makes the row void.
policy_versions = Table(
    "policy_versions",
    metadata,
    Column("scope", String, primary_key=True),
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("version", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("councils", String, nullable=False),
    Column("signed_by", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("key_id", String, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("in_force_from", Float),
    CheckConstraint("serial > 0", name="serial_grows"),
    CheckConstraint("signed_by <> '' AND reason <> ''", name="by_a_person_for_a_reason"),
    CheckConstraint("councils <> '[]' OR in_force_from IS NOT NULL", name="waits_for_a_council_only"),
)

# The highest serial that was ever in force: an older one is not taken for the present one again.
policy_seen = Table(
    "policy_seen",
    metadata,
    Column("scope", String, primary_key=True),
    Column("serial", Integer, nullable=False),
)

council_keys = Table(
    "council_keys",
    metadata,
    Column("site", String, primary_key=True),
    Column("council_key_id", String, primary_key=True),
    Column("public_pem", Text, nullable=False),
    Column("registered_by", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("key_id", String, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

policy_co_signatures = Table(
    "policy_co_signatures",
    metadata,
    Column("scope", String, primary_key=True),
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("site", String, primary_key=True),
    Column("council_key_id", String, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
    ForeignKeyConstraint(["scope", "serial"], ["policy_versions.scope", "policy_versions.serial"]),
    ForeignKeyConstraint(["site", "council_key_id"], ["council_keys.site", "council_keys.council_key_id"]),
)

# Counts every change to policies and preconditions. Apart from the directory's, which is read as a whole.
agreements_revision = Table(
    "agreements_revision",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    CheckConstraint("one = 1", name="single"),
)

# --- preconditions --------------------------------------------------------------------------------

# Of a site, or of one agent. One of a kind stands at a time; the earlier ones stay readable.
preconditions = Table(
    "preconditions",
    metadata,
    Column("record_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("site", String),
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE")),
    Column("reference", String, nullable=False),
    Column("given_on", Float, nullable=False),
    Column("lapses_at", Float),
    Column("recorded_by", String, nullable=False),
    Column("recorded_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("ended_by", String),
    Column("lapse_logged_at", Float),
    CheckConstraint("(site IS NULL) <> (agent_id IS NULL)", name="one_scope"),
    CheckConstraint("lapses_at IS NULL OR lapses_at > given_on", name="lapses_later"),
    CheckConstraint("length(reference) BETWEEN 1 AND 80", name="short_reference"),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
    Index(
        "uq_preconditions_site_stands",
        "kind",
        "site",
        unique=True,
        sqlite_where=text("ended_at IS NULL AND site IS NOT NULL"),
        postgresql_where=text("ended_at IS NULL AND site IS NOT NULL"),
    ),
    Index(
        "uq_preconditions_agent_stands",
        "kind",
        "agent_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL AND agent_id IS NOT NULL"),
        postgresql_where=text("ended_at IS NULL AND agent_id IS NOT NULL"),
    ),
)

# --- what an agent refused or confirmed -----------------------------------------------------------

# Read by the agent's own path alone. Nothing that a lead sees is made from this table.
consent_refusals = Table(
    "consent_refusals",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("text_version", String, nullable=False),
    Column("language", String, nullable=False),
    Column("alternative", String, nullable=False),
    Column("refused_at", Float, nullable=False),
)

# A code that an agent is sent, to confirm the photos: asked for first, sent by the running service.
enrol_codes = Table(
    "enrol_codes",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("request_id", String, nullable=False, unique=True),
    Column("asked_at", Float, nullable=False),
    Column("salt", LargeBinary),
    Column("code_hash", LargeBinary),
    Column("expires_at", Float, nullable=False),
    Column("wrong_tries", Integer, nullable=False, server_default="0"),
    CheckConstraint("(salt IS NULL) = (code_hash IS NULL)", name="salted"),
)

# What a template rests on beside the consent: see `templates`.
enrol_confirmations = Table(
    "enrol_confirmations",
    metadata,
    Column("confirmation_id", String, primary_key=True),
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), nullable=False),
    Column("source", String, nullable=False),
    Column("confirmed_at", Float, nullable=False),
    CheckConstraint("source IN ('own_session', 'confirmed')", name="source"),
    UniqueConstraint("confirmation_id", "agent_id", "source"),
)
