"""Sealed seeds, commitments and nonces of random looks, in the store.

A seed is sealed ahead, so that the log holds its hash before an agent says a nonce for it; it is committed
to one shift, once. A row stays for two days after it was revealed, so that a clock that jumps back does not
make a second draw for the same shift. What lasts is in the decision log.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.looking import DrawPlan
from atdesk_core.store import LedgerEntry, Store, shift_tables, tables
from atdesk_core.store.apply import append_ledger, upsert_values

KEPT_S = 2 * 86_400.0
"""How long a revealed row is kept, seconds."""

_SEEDS = shift_tables.draw_seeds
_NONCES = shift_tables.draw_nonces


class NonceError(Exception):
    """The nonce cannot be taken. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class SealedSeed:
    """A secret seed of one agent, wrapped by the key ring, and used for no shift yet."""

    agent_id: str
    seed_hash: str
    wrapped: bytes
    wrapped_by: str
    sealed_at: float


@dataclass(frozen=True, slots=True)
class Committed:
    """A seed that is committed to one shift.

    Attributes:
        agent_id: Whose.
        seed: Wrapped.
        plan: What was committed to.
        nonce: That was mixed in, hexadecimal.
        commitment: As in the log.
        committed_at: Engine's clock.
        revealed_at: None until the shift is over.
    """

    agent_id: str
    seed: SealedSeed
    plan: DrawPlan
    nonce: str
    commitment: str
    committed_at: float
    revealed_at: float | None = None


async def unused_seeds(connection: AsyncConnection, agent_ids: Collection[str]) -> dict[str, SealedSeed]:
    """The seed of each agent that waits for a shift; the newest, should an older one be unreadable."""
    query = select(_SEEDS).where(_SEEDS.c.agent_id.in_(agent_ids), _SEEDS.c.shift_id.is_(None))
    found = (await connection.execute(query.order_by(_SEEDS.c.sealed_at))).all()
    return {
        row.agent_id: SealedSeed(row.agent_id, row.seed_hash, row.wrapped, row.wrapped_by, row.sealed_at)
        for row in found
    }


async def committed(store: Store) -> list[Committed]:
    """Every commitment that is on record."""
    people = tables.people
    query = (
        select(_SEEDS, people.c.agent_ref)
        .join(people, people.c.agent_id == _SEEDS.c.agent_id)
        .where(_SEEDS.c.shift_id.is_not(None))
    )
    async with store.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [
        Committed(
            row.agent_id,
            SealedSeed(row.agent_id, row.seed_hash, row.wrapped, row.wrapped_by, row.sealed_at),
            DrawPlan(row.shift_id, row.agent_ref, row.starts_at, row.ends_at, row._mapping["count"]),
            row.nonce,
            row.commitment,
            row.committed_at,
            row.revealed_at,
        )
        for row in rows
    ]


async def nonces(connection: AsyncConnection, agent_ids: Collection[str]) -> dict[str, str]:
    """The nonces that agents have given, by agent id."""
    query = select(_NONCES.c.agent_id, _NONCES.c.nonce).where(_NONCES.c.agent_id.in_(agent_ids))
    return {row.agent_id: row.nonce for row in await connection.execute(query)}


async def save_seeds(connection: AsyncConnection, seeds: Sequence[SealedSeed]) -> None:
    """Keep seeds that wait for a shift."""
    if seeds:
        await connection.execute(insert(_SEEDS), [_seed_values(seed) for seed in seeds])


async def save_commitments(connection: AsyncConnection, made: Sequence[Committed]) -> None:
    """Tie each seed to its shift."""
    this = (_SEEDS.c.agent_id == bindparam("of"), _SEEDS.c.seed_hash == bindparam("which"))
    names = ("shift_id", "starts_at", "ends_at", "count", "nonce", "commitment", "committed_at")
    query = update(_SEEDS).where(*this, _SEEDS.c.shift_id.is_(None))
    if made:
        values = query.values({name: bindparam(f"new_{name}") for name in names})
        await connection.execute(values, [_commitment_values(one) for one in made])


async def mark_revealed(connection: AsyncConnection, revealed: Sequence[Committed], at: float) -> None:
    """Note that these seeds are known to everybody."""
    this = (_SEEDS.c.agent_id == bindparam("of"), _SEEDS.c.seed_hash == bindparam("which"))
    names = [{"of": one.agent_id, "which": one.seed.seed_hash} for one in revealed]
    if names:
        await connection.execute(update(_SEEDS).where(*this).values(revealed_at=at), names)


async def forget_revealed(connection: AsyncConnection, before: float) -> None:
    """Delete the rows of seeds that were revealed before a time."""
    await connection.execute(delete(_SEEDS).where(_SEEDS.c.revealed_at < before))


async def set_nonce(
    store: Store, seed: SealedSeed, nonce: str, at: float, log: Mapping[str, LedgerEntry]
) -> str:
    """Take an agent's nonce for the shifts that are not committed to yet.

    Args:
        store: Where.
        seed: A new one, used only where none is sealed yet.
        nonce: Hexadecimal.
        at: Now, seconds since the epoch.
        log: Rows for the decision log: `sealed` for a new seed, and `bound`; the latter is written with
            the hash of the seed that the nonce really met, so it is given by that hash.

    Returns:
        The hash of the seed that was sealed before the nonce came.

    Raises:
        NonceError: The seed changed meanwhile: a shift was being committed to in this moment.
    """

    async def job(connection: AsyncConnection) -> str:
        waiting = (await unused_seeds(connection, [seed.agent_id])).get(seed.agent_id)
        if waiting is not None and waiting.seed_hash != seed.seed_hash:
            raise NonceError("the random looks of a shift were being fixed in this moment: try again")
        if waiting is None:
            await save_seeds(connection, [seed])
        row = {"agent_id": seed.agent_id, "nonce": nonce, "set_at": at, "seed_hash": seed.seed_hash}
        await upsert_values(connection, _NONCES, [row])
        await append_ledger(connection, [log["bound"]] if waiting else [log["sealed"], log["bound"]])
        return seed.seed_hash

    return await store.run(job)


def _seed_values(seed: SealedSeed) -> dict[str, object]:
    return {name: getattr(seed, name) for name in SealedSeed.__dataclass_fields__}


def _commitment_values(one: Committed) -> dict[str, object]:
    plan = one.plan
    return {
        "of": one.agent_id,
        "which": one.seed.seed_hash,
        "new_shift_id": plan.shift_id,
        "new_starts_at": plan.starts_at,
        "new_ends_at": plan.ends_at,
        "new_count": plan.count,
        "new_nonce": one.nonce,
        "new_commitment": one.commitment,
        "new_committed_at": one.committed_at,
    }
