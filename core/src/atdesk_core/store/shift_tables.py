"""The tables about shifts: where they come from, what was drawn for them, who has left, desk checks."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from atdesk_core.store.tables import metadata

# --- where shifts come from -----------------------------------------------------------------------

# A site without a row here takes its shifts from an import.
shift_sources = Table(
    "shift_sources",
    metadata,
    Column("site_id", String, ForeignKey("sites.site_id", ondelete="CASCADE"), primary_key=True),
    Column("source", String, nullable=False),
    Column("hours", String, nullable=False),
    CheckConstraint("source IN ('import', 'sign_in')", name="source"),
    CheckConstraint("(source = 'sign_in') = (hours <> '')", name="hours_for_sign_in"),
)

dated_shifts = Table(
    "dated_shifts",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("shift_id", String, primary_key=True),
    Column("starts_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    CheckConstraint("starts_at < ends_at", name="has_length"),
)

# `offline_since`: while it is set the shift does not run; after five minutes it is over, and ended then.
signed_in_shifts = Table(
    "signed_in_shifts",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("shift_id", String, primary_key=True),
    Column("starts_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("offline_since", Float),
    CheckConstraint("starts_at <= ends_at", name="in_order"),
)

# --- random looks ---------------------------------------------------------------------------------

# A seed is sealed and its hash logged before the shift that uses it is known; then it is committed to
# one shift, once; then it is revealed. The row stays for a while, so that no shift is drawn for twice.
draw_seeds = Table(
    "draw_seeds",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("seed_hash", String, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_by", String, nullable=False),
    Column("sealed_at", Float, nullable=False),
    Column("shift_id", String),
    Column("starts_at", Float),
    Column("ends_at", Float),
    Column("count", Integer),
    Column("nonce", String),
    Column("commitment", String),
    Column("committed_at", Float),
    Column("revealed_at", Float),
    CheckConstraint("(shift_id IS NULL) = (commitment IS NULL)", name="committed_whole"),
    CheckConstraint("revealed_at IS NULL OR commitment IS NOT NULL", name="revealed_after"),
    UniqueConstraint("agent_id", "shift_id"),
)

draw_nonces = Table(
    "draw_nonces",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("nonce", String, nullable=False),
    Column("set_at", Float, nullable=False),
    # The seed that was sealed already when the nonce came: with that one nobody chose anything.
    Column("seed_hash", String, nullable=False),
)

# --- leaving --------------------------------------------------------------------------------------

departures = Table(
    "departures",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("left_at", Float, nullable=False),
    Column("why", String, nullable=False),
    Column("by", String, nullable=False),
    Column("noted_at", Float),
    Column("erased_at", Float),
    CheckConstraint("why IN ('roster', 'ends_on', 'platform', 'declared')", name="why"),
)

# --- desk checks ----------------------------------------------------------------------------------

desk_checks = Table(
    "desk_checks",
    metadata,
    Column("check_id", String, primary_key=True),
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("scheduled_by", String, nullable=False),
    Column("scheduled_at", Float, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("status", String, nullable=False),
    Column("announced_at", Float),
    Column("answered_by", String),
    Column("answered_at", Float),
    CheckConstraint("status IN ('planned', 'announced', 'done', 'missed', 'lapsed')", name="status"),
    CheckConstraint(
        "(status IN ('done', 'missed')) = (answered_by IS NOT NULL AND answered_at IS NOT NULL)",
        name="by_a_human",
    ),
)

desk_check_answers = Table(
    "desk_check_answers",
    metadata,
    Column("check_id", String, ForeignKey("desk_checks.check_id", ondelete="CASCADE"), primary_key=True),
    Column("item", String, primary_key=True),
    Column("outcome", String, nullable=False),
    CheckConstraint("outcome IN ('nothing_seen', 'seen', 'could_not_tell')", name="outcome"),
)
