"""Consent on record: what was agreed to, in which words, and which equal alternative was offered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.confirming import forget_confirmations
from atdesk_core.identity.destroying import StillOf, destroy
from atdesk_core.identity.records import mark_changed
from atdesk_core.identity.refusing import forget_refusal
from atdesk_core.store import LedgerEntry, Store, tables
from atdesk_core.store.apply import append_ledger


class ConsentError(Exception):
    """The consent cannot be recorded or withdrawn. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One agreement of one agent.

    Attributes:
        consent_id: Random.
        agent_id: Who agreed.
        text_version: Version of the text that was shown.
        language: In which it was shown.
        alternative: The equal alternative that was offered to those who refuse.
        given_at: Seconds since the epoch.
        withdrawn_at: None while it stands.
    """

    consent_id: str
    agent_id: str
    text_version: str
    language: str
    alternative: str
    given_at: float
    withdrawn_at: float | None = None


async def record_consent(store: Store, consent: Consent, log: Sequence[LedgerEntry] = ()) -> None:
    """Put a consent on record.

    Args:
        store: Where.
        consent: What was agreed to; not withdrawn.
        log: Rows for the decision log, written with it.

    Raises:
        ConsentError: A part is empty, nobody has this id, or one is on record already.
    """
    if not all(part.strip() for part in (consent.text_version, consent.language, consent.alternative)):
        raise ConsentError("a consent needs a text version, a language and the alternative that was offered")

    async def job(connection: AsyncConnection) -> None:
        await _check_person(connection, consent.agent_id)
        if standing := await standing_consent(connection, consent.agent_id):
            raise ConsentError(
                f"a consent of {consent.agent_id} to text {standing.text_version} is on record already: "
                "withdraw that one first (atdesk consent withdraw)"
            )
        await connection.execute(insert(tables.consents).values(state="given", **_values(consent)))
        await forget_refusal(connection, consent.agent_id)
        await mark_changed(connection)
        await append_ledger(connection, log)

    await store.run(job)


async def withdraw_consent(
    store: Store,
    agent_id: str,
    at: float,
    log: Sequence[LedgerEntry] = (),
    log_of: Callable[[StillOf], LedgerEntry] | None = None,
) -> Consent:
    """Withdraw the consent that stands; template, stills and keys go in the same transaction.

    Args:
        store: Where.
        agent_id: Whose.
        at: Now, seconds since the epoch.
        log: Rows for the decision log, written with it.
        log_of: Makes the row about a still that is gone; None: no rows about stills.

    Raises:
        ConsentError: None is on record.
    """

    async def job(connection: AsyncConnection) -> Consent:
        standing = await standing_consent(connection, agent_id)
        if standing is None:
            raise ConsentError(f"no consent of {agent_id} is on record: there is nothing to withdraw")
        gone = await destroy(connection, agent_id, at)
        await end_consent(connection, agent_id, at)
        await mark_changed(connection)
        await append_ledger(connection, [*log, *(map(log_of, gone.stills) if log_of else ())])
        return standing

    withdrawn = await store.run(job)
    await store.scrub()
    return withdrawn


async def end_consent(connection: AsyncConnection, agent_id: str, at: float) -> None:
    """End the consent that stands, if one does, once nothing rests on it any more."""
    await forget_confirmations(connection, agent_id)
    table = tables.consents
    standing = update(table).where(table.c.agent_id == agent_id, table.c.state == "given")
    await connection.execute(standing.values(state="withdrawn", withdrawn_at=at))


async def consent_of(store: Store, agent_id: str) -> Consent | None:
    """The consent that stands; None when there is none."""
    async with store.reading() as connection:
        return await standing_consent(connection, agent_id)


async def standing_consent(connection: AsyncConnection, agent_id: str) -> Consent | None:
    """As `consent_of`, inside a transaction."""
    table = tables.consents
    columns = [table.c[name] for name in Consent.__dataclass_fields__]
    query = select(*columns).where(table.c.agent_id == agent_id, table.c.state == "given")
    found = (await connection.execute(query)).first()
    return Consent(*found) if found else None


async def _check_person(connection: AsyncConnection, agent_id: str) -> None:
    query = select(tables.people.c.agent_id).where(tables.people.c.agent_id == agent_id)
    if await connection.scalar(query) is None:
        raise ConsentError(f"nobody in the directory has the id {agent_id}: see atdesk agents list")


def _values(consent: Consent) -> dict[str, object]:
    return {name: getattr(consent, name) for name in Consent.__dataclass_fields__}
