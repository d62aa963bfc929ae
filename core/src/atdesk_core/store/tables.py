"""The tables of one atdesk database, in one metadata. Changing one takes a migration beside it."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- what the engine is doing ---------------------------------------------------------------------

sessions = Table(
    "sessions",
    metadata,
    Column("agent_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("data", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=True),
    Column("row_id", String, nullable=False, unique=True),
    Column("agent_id", String),
    Column("kind", String, nullable=False),
    Column("adapter", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("not_after", Float),
    Column("status", String, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("settled_at", Float),
    Column("detail", String, nullable=False, server_default=""),
    # Only the open rows are ever looked for by status: the index stays as small as the backlog.
    Index(
        "ix_outbox_open",
        "place",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
)

flags = Table(
    "flags",
    metadata,
    Column("number", String, primary_key=True),
    Column("agent_id", String, nullable=False, index=True),
    Column("rule", String, nullable=False),
    Column("finding", String, nullable=False),
    Column("status", String, nullable=False),
    Column("since", Float, nullable=False),
    Column("raised_at", Float, nullable=False),
    Column("closed_at", Float),
    Column("team", String, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("policy_version", String, nullable=False),
    Column("agent_reached", Boolean, nullable=False),
    Column("returned_at", Float),
    Column("reason", String, nullable=False),
    Index(
        "uq_flags_one_open",
        "agent_id",
        "rule",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

message_refs = Table(
    "message_refs",
    metadata,
    Column("flag_number", String, ForeignKey("flags.number", ondelete="CASCADE"), primary_key=True),
    Column("adapter", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("external_id", String, primary_key=True),
)

budgets = Table(
    "budgets",
    metadata,
    Column("agent_id", String, primary_key=True),
    Column("shift_id", String, primary_key=True),
    Column("ends_at", Float, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("video_s", Float, nullable=False),
)

stop_orders = Table(
    "stop_orders",
    metadata,
    Column("site", String, primary_key=True),
    Column("at", Float, primary_key=True),
    Column("lifted_at", Float),
)

# --- the decision log -----------------------------------------------------------------------------

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("site", String, nullable=False),
    Column("agent_ref", String),
    Column("kind", String, nullable=False),
    Column("data", Text, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("ix_ledger_agent_ref_at", "agent_ref", "at"),
    Index("ix_ledger_at", "at"),
)

ledger_bounds = Table(
    "ledger_bounds",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("first_seq", Integer, nullable=False),
    Column("first_prev", String, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("last_hash", String, nullable=False),
    CheckConstraint("one = 1", name="single"),
)

# --- who is who -----------------------------------------------------------------------------------

sites = Table(
    "sites",
    metadata,
    Column("site_id", String, primary_key=True),
    Column("jurisdiction", String, nullable=False),
    Column("time_zone", String, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("agent_id", String, primary_key=True),
    Column("agent_ref", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("language", String, nullable=False),
    Column("team", String, nullable=False),
    Column("site_id", String, ForeignKey("sites.site_id"), nullable=False),
    Column("jurisdiction", String, nullable=False, server_default=""),
)

accounts = Table(
    "accounts",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("platform", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("how", String, nullable=False),
    Column("verified_by", String),
    Column("verified_at", Float),
    CheckConstraint("status IN ('proposed', 'confirmed')", name="status"),
    CheckConstraint(
        "status = 'proposed' OR (verified_by IS NOT NULL AND verified_at IS NOT NULL)", name="by_a_human"
    ),
    Index(
        "uq_accounts_one_person",
        "platform",
        "tenant",
        "external_id",
        unique=True,
        sqlite_where=text("status = 'confirmed'"),
        postgresql_where=text("status = 'confirmed'"),
    ),
)

leads = Table(
    "leads",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("lead_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    CheckConstraint("agent_id <> lead_id", name="not_oneself"),
)

shifts = Table(
    "shifts",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("plan", String, nullable=False),
    Column("time_zone", String, nullable=False),
    Column("source", String, nullable=False),
)

# Only what helps can be silenced, so only that can be in here: what comes before a flag or follows from a
# change of the state is always told.
silenced_notices = Table(
    "silenced_notices",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("at", Float, nullable=False),
    CheckConstraint("kind IN ('more_light')", name="only_hints"),
)

# Counts every change to the directory, consents and templates, so that another process sees it.
directory_revision = Table(
    "directory_revision",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    CheckConstraint("one = 1", name="single"),
)

# --- consent, keys, templates ---------------------------------------------------------------------

consents = Table(
    "consents",
    metadata,
    Column("consent_id", String, primary_key=True),
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), nullable=False),
    Column("text_version", String, nullable=False),
    Column("language", String, nullable=False),
    Column("alternative", String, nullable=False),
    Column("given_at", Float, nullable=False),
    Column("state", String, nullable=False),
    Column("withdrawn_at", Float),
    CheckConstraint("state IN ('given', 'withdrawn')", name="state"),
    CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_when"),
    UniqueConstraint("consent_id", "agent_id", "state"),
    Index(
        "uq_consents_one_given",
        "agent_id",
        unique=True,
        sqlite_where=text("state = 'given'"),
        postgresql_where=text("state = 'given'"),
    ),
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_by", String, nullable=False),
    Column("created_at", Float, nullable=False),
)

# A template points at a consent *that stands*: the reference covers the consent's state, and the
# state in this table can only be "given". So there is no template without consent, and a consent
# cannot be withdrawn while a template that rests on it is kept. It points at the agent's own
# confirmation of the photos as well (or at the agent's own session that made them): personnel files
# alone never make a template.
templates = Table(
    "templates",
    metadata,
    Column("agent_id", String, primary_key=True),
    Column("encoder", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("consent_id", String, nullable=False),
    Column("consent_state", String, nullable=False, server_default="given"),
    Column("source", String, nullable=False),
    Column("confirmation_id", String, nullable=False),
    CheckConstraint("consent_state = 'given'", name="consent_stands"),
    CheckConstraint("source IN ('own_session', 'confirmed')", name="source"),
    ForeignKeyConstraint(
        ["consent_id", "agent_id", "consent_state"],
        ["consents.consent_id", "consents.agent_id", "consents.state"],
    ),
    ForeignKeyConstraint(["agent_id"], ["person_keys.agent_id"], name="fk_templates_key"),
    ForeignKeyConstraint(
        ["confirmation_id", "agent_id", "source"],
        [
            "enrol_confirmations.confirmation_id",
            "enrol_confirmations.agent_id",
            "enrol_confirmations.source",
        ],
    ),
)
