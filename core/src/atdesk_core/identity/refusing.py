"""A refusal on record: kept for the agent's own path alone, and read by nothing that a lead sees.

For leads, for the log and for the figures an agent who refused is one who was not asked yet. That is why a
refusal writes no row of the decision log and does not count as a change of the directory.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import Store, tables
from atdesk_core.store.agreement_tables import consent_refusals
from atdesk_core.store.apply import upsert_values


class RefusalError(Exception):
    """The refusal cannot be recorded. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody did not agree.

    Attributes:
        agent_id: Who.
        text_version: Version of the text that was shown.
        language: In which it was shown.
        alternative: The equal path that the agent takes instead.
        refused_at: Seconds since the epoch.
    """

    agent_id: str
    text_version: str
    language: str
    alternative: str
    refused_at: float


async def record_refusal(store: Store, refusal: Refusal) -> None:
    """Put a refusal on record, in place of an earlier one.

    Raises:
        RefusalError: A part is empty, nobody has this id, or a consent stands.
    """
    if not all(part.strip() for part in (refusal.text_version, refusal.language, refusal.alternative)):
        raise RefusalError("a refusal needs a text version, a language and the alternative that is taken")

    async def job(connection: AsyncConnection) -> None:
        people, consents = tables.people.c, tables.consents.c
        known = select(people.agent_id).where(people.agent_id == refusal.agent_id)
        if await connection.scalar(known) is None:
            raise RefusalError(
                f"nobody in the directory has the id {refusal.agent_id}: see atdesk agents list"
            )
        stands = select(consents.consent_id).where(
            consents.agent_id == refusal.agent_id, consents.state == "given"
        )
        if await connection.scalar(stands) is not None:
            raise RefusalError(
                f"a consent of {refusal.agent_id} stands: withdraw it (atdesk consent withdraw), which "
                "erases template and key too"
            )
        await upsert_values(connection, consent_refusals, [asdict(refusal)])

    await store.run(job)


async def refusal_of(store: Store, agent_id: str) -> Refusal | None:
    """For the agent's own eyes: what is on record about this agent."""
    query = select(consent_refusals).where(consent_refusals.c.agent_id == agent_id)
    async with store.reading() as connection:
        found = (await connection.execute(query)).first()
    return Refusal(**found._mapping) if found else None


async def forget_refusal(connection: AsyncConnection, agent_id: str) -> None:
    """Who agrees later has not refused: the record goes."""
    await connection.execute(delete(consent_refusals).where(consent_refusals.c.agent_id == agent_id))
