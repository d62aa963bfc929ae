"""Templates: the one vector that an agent is compared with, encrypted under the agent's own key."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity.confirming import (
    ConfirmationError,
    Source,
    confirm_in_session,
    redeem_code,
)
from atdesk_core.identity.consent import standing_consent
from atdesk_core.identity.keys import PersonKeys, seal, unseal
from atdesk_core.identity.records import mark_changed
from atdesk_core.policy import Precondition
from atdesk_core.store import LedgerEntry, Store, tables
from atdesk_core.store.agreement_tables import preconditions
from atdesk_core.store.apply import append_ledger


class TemplateError(Exception):
    """A template cannot be kept or read. The message says why and what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class Template:
    """What an agent is compared with. Never printed, never logged.

    Attributes:
        agent_id: Whose.
        encoder: Name of the encoder that made it; another encoder cannot use it.
        vector: Its numbers.
    """

    agent_id: str
    encoder: str
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OwnSession:
    """The agent sent the photos from the agent's own signed-in page. Made where that sign-in was checked.

    Attributes:
        agent_id: Who is signed in; good for the template of nobody else.
    """

    agent_id: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a template rests on beside the consent.

    Attributes:
        code: That the agent was sent to confirm the photos, and that is used up with the template; or the
            agent's own session, which needs none.
        release_needed: The law of the place asks for a written release of the agent first.
    """

    code: str | OwnSession
    release_needed: bool


class Templates:
    """The templates in the store."""

    def __init__(self, store: Store, keys: PersonKeys) -> None:
        self._store = store
        self._keys = keys

    async def save(
        self, template: Template, at: float, grounds: Grounds, log: Sequence[LedgerEntry] = ()
    ) -> None:
        """Keep a template under a new key of the agent's; the old one goes with its key.

        Args:
            template: What to keep.
            at: Now, seconds since the epoch.
            grounds: What it rests on.
            log: Rows for the decision log, written with it.

        Raises:
            TemplateError: No consent stands, or a written release is needed and is not on record.
            ConfirmationError: The agent has not confirmed the photos.
            KeyRingError: The key cannot be wrapped.
        """

        async def job(connection: AsyncConnection) -> None:
            consent = await standing_consent(connection, template.agent_id)
            if consent is None:
                raise TemplateError(without_consent(template.agent_id))
            if grounds.release_needed and not await _released(connection, template.agent_id, at):
                raise TemplateError(without_release(template.agent_id))
            await connection.execute(
                delete(tables.templates).where(tables.templates.c.agent_id == template.agent_id)
            )
            source, confirmation = await _confirm(connection, template.agent_id, grounds.code, at)
            key = await self._keys.key_for(connection, template.agent_id, at)
            row = _sealed_row(template, key) | {"created_at": at, "consent_id": consent.consent_id}
            row |= {"source": source, "confirmation_id": confirmation}
            await connection.execute(insert(tables.templates).values(row))
            await mark_changed(connection)
            await append_ledger(connection, log)

        await self._store.run(job)

    async def load(self, agent_id: str, encoder: str) -> Template | None:
        """The agent's template for an encoder; None when there is none for it.

        Raises:
            KeyDestroyedError: Its key is gone.
            KeyRingError: Its key cannot be unwrapped.
            TemplateError: It was altered.
        """
        table = tables.templates.c
        query = select(table.sealed).where(table.agent_id == agent_id, table.encoder == encoder)
        async with self._store.reading() as connection:
            sealed: bytes | None = await connection.scalar(query)
        if sealed is None:
            return None
        return open_template(await self._keys.key_of(agent_id), sealed, agent_id, encoder)


async def _confirm(
    connection: AsyncConnection, agent_id: str, by: str | OwnSession, at: float
) -> tuple[Source, str]:
    """The agent's own word that these photos are to be a template."""
    if not isinstance(by, OwnSession):
        return Source.CONFIRMED, await redeem_code(connection, agent_id, by, at)
    if by.agent_id != agent_id:
        raise ConfirmationError(f"somebody else is signed in than {agent_id}: only {agent_id} can confirm")
    return Source.OWN_SESSION, await confirm_in_session(connection, agent_id, at)


def open_template(key: bytes, sealed: bytes, agent_id: str, encoder: str) -> Template:
    """The template that was sealed.

    Raises:
        TemplateError: Another key, another person, or altered bytes.
    """
    try:
        plain = unseal(key, sealed, _about(agent_id, encoder))
    except InvalidTag:
        raise TemplateError(f"the template of {agent_id} is damaged: enrol again") from None
    return Template(agent_id, encoder, struct.unpack(f"<{len(plain) // 8}d", plain))


async def template_encoders(store: Store) -> dict[str, str]:
    """Agent id -> name of the encoder that made the agent's template. No template is opened."""
    table = tables.templates.c
    async with store.reading() as connection:
        kept = await connection.execute(select(table.agent_id, table.encoder))
        return {row.agent_id: row.encoder for row in kept}


async def has_release(store: Store, agent_id: str, at: float) -> bool:
    """Whether a written release of the agent is on record and stands."""
    async with store.reading() as connection:
        return await _released(connection, agent_id, at)


async def _released(connection: AsyncConnection, agent_id: str, at: float) -> bool:
    table = preconditions.c
    mine = select(table.lapses_at).where(
        table.agent_id == agent_id,
        table.kind == Precondition.WRITTEN_RELEASE,
        table.ended_at.is_(None),
        table.given_on <= at,
    )
    found = (await connection.execute(mine)).first()
    return found is not None and (found.lapses_at is None or at < found.lapses_at)


def without_release(agent_id: str) -> str:
    """What to say when a written release is needed, and how to record one."""
    return (
        f"the policy asks for a written release of {agent_id} before any template. Record it first: "
        f"atdesk preconditions record agent:{agent_id} written_release --reference ID --on DATE --by NAME"
    )


def without_consent(agent_id: str) -> str:
    """What to say when there is no consent, and how to record one."""
    return (
        f"no consent of {agent_id} is on record. Record it first: atdesk consent record {agent_id} "
        "--text-version VERSION --language LANGUAGE --alternative TEXT"
    )


def _sealed_row(template: Template, key: bytes) -> dict[str, object]:
    plain = struct.pack(f"<{len(template.vector)}d", *template.vector)
    sealed = seal(key, plain, _about(template.agent_id, template.encoder))
    return {"agent_id": template.agent_id, "encoder": template.encoder, "sealed": sealed}


def _about(agent_id: str, encoder: str) -> str:
    return json.dumps(["atdesk.template", agent_id, encoder])
