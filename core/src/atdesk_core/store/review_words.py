"""What an agent typed goes when the agent asks for it: with an erasure, or with the directory row."""

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store.own_page_tables import notice_words
from atdesk_core.store.review_tables import disputes, pauses, review_requests


async def forget_words(connection: AsyncConnection, agent_id: str) -> None:
    """Destroy every word of this agent's, in a transaction of the caller's. Disputes stay, without words."""
    await connection.execute(delete(pauses).where(pauses.c.agent_id == agent_id))
    await connection.execute(update(disputes).where(disputes.c.agent_id == agent_id).values(text=None))
    await connection.execute(
        update(review_requests).where(review_requests.c.agent_id == agent_id).values(text=None)
    )
    await connection.execute(delete(notice_words).where(notice_words.c.agent_id == agent_id))
