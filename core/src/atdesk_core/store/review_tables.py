"""The tables of reviews: who said what about a flag, disputes, why somebody paused, rules in shadow mode.

What somebody typed stands in here and nowhere else, under the agent's id, and goes with the agent.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)

from atdesk_core.store.tables import metadata

# What a flag rests on, in words of ours: no name, no picture.
flag_grounds = Table(
    "flag_grounds",
    metadata,
    Column("flag_number", String, ForeignKey("flags.number", ondelete="CASCADE"), primary_key=True),
    Column("evidence", String, nullable=False),
    Column("tries", Integer, nullable=False),
    CheckConstraint("tries > 0", name="judged"),
)

# By the person's random id: whoever leaves the directory leaves no name behind.
flag_reviews = Table(
    "flag_reviews",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=True),
    Column("flag_number", String, ForeignKey("flags.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("action", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("by_ref", String, nullable=False),
    Column("at", Float, nullable=False),
    CheckConstraint("reason <> ''", name="has_a_reason"),
    CheckConstraint("by_ref <> ''", name="by_a_person"),
)

disputes = Table(
    "disputes",
    metadata,
    Column("flag_number", String, ForeignKey("flags.number", ondelete="CASCADE"), primary_key=True),
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("text", String),
    Column("upheld", Boolean),
    Column("reason", String),
    Column("decided_by", String),
    Column("decided_at", Float),
    CheckConstraint(
        "(upheld IS NULL AND reason IS NULL AND decided_by IS NULL AND decided_at IS NULL) OR "
        "(upheld IS NOT NULL AND reason IS NOT NULL AND decided_by IS NOT NULL "
        "AND decided_at IS NOT NULL)",
        name="decided_by_a_person",
    ),
)

# One row for each agent, and only while the pause stands: there is no history to count.
pauses = Table(
    "pauses",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("at", Float, nullable=False),
    Column("by", String, nullable=False),
    Column("category", String),
    Column("text", String),
)

rule_shadows = Table(
    "rule_shadows",
    metadata,
    Column("site", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("since", Float, primary_key=True),
    Column("reviewed", Integer, nullable=False),
    Column("overturned", Integer, nullable=False),
    Column("lifted_at", Float),
    Column("lifted_by", String),
    CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_a_person"),
    Index(
        "uq_rule_shadows_one_standing",
        "site",
        "rule",
        unique=True,
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
)

# What people ask of the running service: it owns the sessions, so it is the one that does it.
review_requests = Table(
    "review_requests",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE")),
    Column("flag_number", String),
    Column("code", String),
    Column("text", String),
    Column("by_ref", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("done_at", Float),
    Column("outcome", String),
    CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="done_with_an_outcome"),
    CheckConstraint("done_at IS NULL OR text IS NULL", name="text_goes_when_done"),
)
