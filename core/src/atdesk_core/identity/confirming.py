"""The agent's own confirmation of the photos: a code that only the agent is sent, good once and for minutes.

It is asked for in the store, made and sent by the running service to the agent's own channel, and typed back
when the template is made. The store holds a salted hash of it. Photos out of a personnel file make no
template by themselves: the database takes none without a confirmation (`templates.confirmation_id`).
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.store import Store
from atdesk_core.store.agreement_tables import enrol_codes, enrol_confirmations
from atdesk_core.store.apply import upsert_values
from atdesk_core.store.tables import people

CODE_LIFE_S = 900.0
"""A code is good for so long after it was asked for, seconds."""

MOST_WRONG_TRIES = 5
"""After so many a code is void."""

# Letters and digits that nobody takes for one another.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 8


class ConfirmationError(Exception):
    """The agent has not confirmed the photos. The message says why and what to do."""


class Source(StrEnum):
    """Where the photos of a template come from. There is no third way."""

    OWN_SESSION = "own_session"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """A code that was asked for and not made yet."""

    agent_id: str
    request_id: str
    expires_at: float


def random_code() -> str:
    """A new code: 40 random bits, in letters that can be read aloud."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


async def ask_code(store: Store, agent_id: str, at: float) -> CodeRequest:
    """Ask for a code for an agent; one that was asked for before is void.

    Args:
        store: Where.
        agent_id: Who is to confirm.
        at: Now, seconds since the epoch.

    Raises:
        ConfirmationError: Nobody has this id.
    """
    request = CodeRequest(agent_id, secrets.token_hex(8), at + CODE_LIFE_S)
    row = {
        "agent_id": agent_id,
        "request_id": request.request_id,
        "asked_at": at,
        "salt": None,
        "code_hash": None,
        "expires_at": request.expires_at,
        "wrong_tries": 0,
    }

    async def job(connection: AsyncConnection) -> None:
        if await connection.scalar(select(people.c.agent_id).where(people.c.agent_id == agent_id)) is None:
            raise ConfirmationError(f"nobody in the directory has the id {agent_id}: see atdesk agents list")
        await upsert_values(connection, enrol_codes, [row])

    await store.run(job)
    return request


async def codes_to_make(store: Store, at: float) -> tuple[CodeRequest, ...]:
    """Codes that were asked for, are still wanted, and that nobody has made yet."""
    table = enrol_codes.c
    query = select(table.agent_id, table.request_id, table.expires_at)
    waiting = query.where(table.code_hash.is_(None), table.expires_at > at).order_by(table.asked_at)
    async with store.reading() as connection:
        return tuple(CodeRequest(*row) for row in await connection.execute(waiting))


async def make_code(
    store: Store, request: CodeRequest, random: Callable[[], str] = random_code
) -> str | None:
    """Make the code of a request: its hash is kept, the code itself is returned to be sent, and nowhere else.

    Returns:
        None when another process has made it already, or the request is not the latest any more.
    """
    code, salt = random(), secrets.token_bytes(16)
    this = enrol_codes.c.request_id == request.request_id

    async def job(connection: AsyncConnection) -> bool:
        made = update(enrol_codes).where(this, enrol_codes.c.code_hash.is_(None))
        done = await connection.execute(made.values(salt=salt, code_hash=_hash(code, salt)))
        return done.rowcount == 1

    return code if await store.run(job) else None


async def check_code(store: Store, agent_id: str, code: str, at: float) -> None:
    """Whether this is the agent's code; a wrong one is counted.

    Raises:
        ConfirmationError: It is not, it has run out, or none was sent.
    """
    right = await store.run(lambda connection: _try(connection, agent_id, code, at))
    if not right:
        raise ConfirmationError(
            f"this is not the code that {agent_id} was sent; after {MOST_WRONG_TRIES} wrong ones it is void"
        )


async def redeem_code(connection: AsyncConnection, agent_id: str, code: str, at: float) -> str:
    """Turn a code into a confirmation, in the transaction that writes the template. The code is used up.

    Returns:
        Id of the confirmation.

    Raises:
        ConfirmationError: As `check_code`.
    """
    salt, code_hash = await _standing(connection, agent_id, at)
    if not hmac.compare_digest(_hash(code, salt), code_hash):
        raise ConfirmationError(f"this is not the code that {agent_id} was sent")
    await connection.execute(delete(enrol_codes).where(enrol_codes.c.agent_id == agent_id))
    return await _confirmed(connection, agent_id, Source.CONFIRMED, at)


async def confirm_in_session(connection: AsyncConnection, agent_id: str, at: float) -> str:
    """Note that the photos come from the agent's own signed-in session, where the template is written.

    Returns:
        Id of the confirmation.
    """
    await connection.execute(delete(enrol_codes).where(enrol_codes.c.agent_id == agent_id))
    return await _confirmed(connection, agent_id, Source.OWN_SESSION, at)


async def _confirmed(connection: AsyncConnection, agent_id: str, source: Source, at: float) -> str:
    await forget_confirmations(connection, agent_id)
    confirmation_id = secrets.token_hex(8)
    row = {"confirmation_id": confirmation_id, "agent_id": agent_id, "source": source}
    await connection.execute(insert(enrol_confirmations).values(row | {"confirmed_at": at}))
    return confirmation_id


async def forget_confirmations(connection: AsyncConnection, agent_id: str) -> None:
    """Take away what an agent confirmed, after the template that rests on it."""
    table = enrol_confirmations
    await connection.execute(delete(table).where(table.c.agent_id == agent_id))


async def _try(connection: AsyncConnection, agent_id: str, code: str, at: float) -> bool:
    salt, code_hash = await _standing(connection, agent_id, at)
    if hmac.compare_digest(_hash(code, salt), code_hash):
        return True
    mine = update(enrol_codes).where(enrol_codes.c.agent_id == agent_id)
    await connection.execute(mine.values(wrong_tries=enrol_codes.c.wrong_tries + 1))
    return False


async def _standing(connection: AsyncConnection, agent_id: str, at: float) -> tuple[bytes, bytes]:
    """Salt and hash of the code that is good now."""
    found = (await connection.execute(select(enrol_codes).where(enrol_codes.c.agent_id == agent_id))).first()
    again = f"ask for one: atdesk enrol-code {agent_id}"
    if found is None:
        raise ConfirmationError(f"{agent_id} has not confirmed the photos; {again}")
    if at >= found.expires_at or found.wrong_tries >= MOST_WRONG_TRIES:
        raise ConfirmationError(f"the code of {agent_id} has run out; {again}")
    if found.code_hash is None:
        raise ConfirmationError(
            f"the code of {agent_id} has not been sent yet: the running service sends it (atdesk run)"
        )
    return bytes(found.salt), bytes(found.code_hash)


def _hash(code: str, salt: bytes) -> bytes:
    plain = code.strip().upper().replace("-", "").encode()
    return hashlib.scrypt(plain, salt=salt, n=2**13, r=8, p=1)
