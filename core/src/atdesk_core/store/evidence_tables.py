"""Stills, sealed, and the keys under which their keys are kept."""

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, LargeBinary, String, Table

from atdesk_core.store.tables import metadata

# Apart from `person_keys`: whoever is enrolled again gets a new key there, and what was kept of a dispute
# has to stay readable. Destroyed with the last still under it.
still_keys = Table(
    "still_keys",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_by", String, nullable=False),
    Column("created_at", Float, nullable=False),
)

# No cascade: neither a key nor a person goes while a still is kept, so that a still that is held for a
# dispute cannot be lost by accident. Each has a key of its own, wrapped under its person's.
stills = Table(
    "stills",
    metadata,
    Column("still_id", String, primary_key=True),
    Column("agent_id", String, ForeignKey("still_keys.agent_id"), nullable=False, index=True),
    Column("flag_number", String, nullable=False, index=True),
    Column("finding", String, nullable=False),
    Column("item_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("taken_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
    Column("hold_until", Float),
    Column("hold_by", String),
    Column("hold_reason", String),
    CheckConstraint("expires_at >= taken_at", name="expires_later"),
    CheckConstraint(
        "(hold_until IS NULL) = (hold_by IS NULL) AND (hold_until IS NULL) = (hold_reason IS NULL)",
        name="held_by_somebody",
    ),
)
