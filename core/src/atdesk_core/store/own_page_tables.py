"""The table of the agent's own page: what an agent said against a notice, before a lead could see anything.

What somebody typed stands in here until it is known whether a flag comes of it: then it goes with the
dispute of that flag, or it is destroyed.
"""

from sqlalchemy import Column, Float, ForeignKey, String, Table

from atdesk_core.store.tables import metadata

notice_words = Table(
    "notice_words",
    metadata,
    Column("agent_id", String, ForeignKey("people.agent_id", ondelete="CASCADE"), primary_key=True),
    Column("finding", String, primary_key=True),
    Column("notice_id", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("text", String),
)
