"""The tables about how flags reach people: links to pages, digests, open channels, covers."""

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, ForeignKeyConstraint, String, Table

from atdesk_core.store.tables import metadata

# A link is good for one flag and for hours. Its token stands in the message alone; here is its hash.
flag_links = Table(
    "flag_links",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("flag_number", String, ForeignKey("flags.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("made_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    CheckConstraint("made_at < expires_at", name="has_a_life"),
)

# A message that shows several flags. Which ones it shows, the references of those flags say.
flag_digests = Table(
    "flag_digests",
    metadata,
    Column("adapter", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("external_id", String, primary_key=True),
    Column("team", String, nullable=False),
    Column("opened_at", Float, nullable=False),
)

# Sinks in whose channel somebody reads who leads nobody: no finding is shown there while a row stands.
open_channels = Table(
    "open_channels",
    metadata,
    Column("adapter", String, primary_key=True),
    Column("since", Float, nullable=False),
)

# Who answers for a lead while that lead is off shift.
lead_covers = Table(
    "lead_covers",
    metadata,
    Column("lead_id", String, primary_key=True),
    Column("cover_id", String, primary_key=True),
    ForeignKeyConstraint(
        ["lead_id"], ["people.agent_id"], name="fk_lead_covers_people_lead", ondelete="CASCADE"
    ),
    ForeignKeyConstraint(
        ["cover_id"], ["people.agent_id"], name="fk_lead_covers_people_cover", ondelete="CASCADE"
    ),
    CheckConstraint("lead_id <> cover_id", name="not_oneself"),
)
