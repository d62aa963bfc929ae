"""Random looks of the shifts that begin soon: sealed, committed to in the log, drawn, and revealed.

Nothing is drawn that is not committed to on the disk. A seed that cannot be read draws nothing.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity import Directory, KeyRing, KeyRingError
from atdesk_core.identity.shifts import ShiftWindow
from atdesk_core.identity.shifts_draws import (
    KEPT_S,
    Committed,
    SealedSeed,
    committed,
    forget_revealed,
    mark_revealed,
    nonces,
    save_commitments,
    save_seeds,
    unused_seeds,
)
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.looking import SEED_BYTES, DrawPlan, commit, default_nonce, draw, mix, seed_hash
from atdesk_core.policy import LookReason, SitePolicy
from atdesk_core.store import LedgerEntry, Store
from atdesk_core.store.apply import append_ledger

log = logging.getLogger(__name__)

LEAD_S = 900.0
"""A shift is committed to so long before it begins, seconds; one that is known later, at once."""

_ASK_AGAIN_S = 60.0
# A morning begins for thousands at once: so many are taken together, and frames go on in between.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Coming:
    """What random looks are drawn for.

    Attributes:
        count: How many a shift may have under the policy of now.
        windows: The shift that runs and the next one, as far as they are known; empty when `count` is 0.
    """

    count: int
    windows: tuple[ShiftWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A commitment with its key in memory; without a key nothing is drawn."""

    committed: Committed
    seed: bytes | None

    def times(self, count: int) -> tuple[float, ...]:
        one = self.committed
        if self.seed is None or one.revealed_at is not None:
            return ()
        return draw(mix(self.seed, one.nonce), replace(one.plan, count=min(count, one.plan.count)))


def draws_of(policy: SitePolicy | None) -> int:
    """How many random looks a shift may have under a policy."""
    if policy is None or LookReason.RANDOM not in policy.looks.reasons:
        return 0
    return policy.looks.random_per_shift


class Draws:
    """The random looks of everybody in this process.

    Args:
        store: Where seeds and commitments are kept.
        ring: Wraps the seeds.
        now: Engine's clock.
        changed: Told whose draws are new, once they are kept.
    """

    def __init__(
        self, store: Store, ring: KeyRing, now: Callable[[], float], changed: Callable[[str], None]
    ) -> None:
        self._store = store
        self._ring = ring
        self._now = now
        self._changed = changed
        self._drawn: dict[tuple[str, str], _Drawn] = {}
        self._ask_at: dict[str, float] = {}

    async def load(self) -> None:
        """Take up what was committed to before a restart."""
        for one in await committed(self._store):
            seed = None if one.revealed_at is not None else await self._unwrapped(one.seed)
            self._drawn[one.agent_id, one.plan.shift_id] = _Drawn(one, seed)

    def times(self, agent_id: str, shift_id: str, count: int) -> tuple[float, ...]:
        """Times of the random looks of a shift, at most `count`; none before they are committed to."""
        drawn = self._drawn.get((agent_id, shift_id))
        return drawn.times(count) if drawn is not None else ()

    def ask_again(self, agent_id: str) -> None:
        """Something about this agent's shifts changed: do not wait for the next round."""
        self._ask_at.pop(agent_id, None)

    async def tick(self, directory: Directory, coming: Callable[[str], Coming]) -> None:
        """Commit to what begins soon, and reveal what is over.

        Args:
            directory: Everybody.
            coming: What an agent's shifts and policy are now.
        """
        now = self._now()
        due: list[tuple[str, str, DrawPlan]] = []
        for number, (agent_id, person) in enumerate(directory.people.items()):
            if now >= self._ask_at.get(agent_id, 0.0):
                plan = self._due(agent_id, person.agent_ref, coming(agent_id), now)
                due += [(agent_id, person.site_id, plan)] if plan else []
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)  # frames and events go on meanwhile
        for start in range(0, len(due), _AT_ONCE):
            await self._commit(due[start : start + _AT_ONCE], now)
        await self._reveal(directory, now)

    def _due(self, agent_id: str, agent_ref: str, coming: Coming, now: float) -> DrawPlan | None:
        """The next shift to commit to; where there is one, the agent is asked about again at once."""
        self._ask_at[agent_id] = now + _ASK_AGAIN_S
        for window in coming.windows:
            if window.starts_at > now + LEAD_S:
                self._ask_at[agent_id] = min(window.starts_at - LEAD_S, now + _ASK_AGAIN_S)
            elif (agent_id, window.shift_id) not in self._drawn:
                self._ask_at[agent_id] = now
                since = max(window.starts_at, now)
                return DrawPlan(window.shift_id, agent_ref, since, window.ends_at, coming.count)
        return None

    async def _commit(self, due: Sequence[tuple[str, str, DrawPlan]], now: float) -> None:
        """Seeds first, then one transaction for all of these shifts."""
        agent_ids = [agent_id for agent_id, _, _ in due]
        async with self._store.reading() as connection:
            waiting = await unused_seeds(connection, agent_ids)
        opened: dict[str, tuple[SealedSeed, bytes]] = {}
        for agent_id in agent_ids:
            found = waiting.get(agent_id)
            seed = await self._unwrapped(found) if found else None
            if found is None or seed is None:
                opened[agent_id] = await seal(self._ring, agent_id, now)
            else:
                opened[agent_id] = (found, seed)
        ahead = {agent_id: (await seal(self._ring, agent_id, now))[0] for agent_id in agent_ids}
        batch = _Batch(due, opened, ahead, frozenset(one.seed_hash for one in waiting.values()), now)
        for one in await self._store.run(batch.write):
            self._drawn[one.agent_id, one.plan.shift_id] = _Drawn(one, opened[one.agent_id][1])
            self._changed(one.agent_id)

    async def _reveal(self, directory: Directory, now: float) -> None:
        over = [
            drawn
            for drawn in self._drawn.values()
            if drawn.seed is not None and drawn.committed.revealed_at is None
            if drawn.committed.plan.ends_at <= now
        ]
        for start in range(0, len(over), _AT_ONCE):
            await self._reveal_some(directory, over[start : start + _AT_ONCE], now)
        if over:
            await self._forget_old(now - KEPT_S)

    async def _reveal_some(self, directory: Directory, over: Sequence[_Drawn], now: float) -> None:
        done = [replace(drawn.committed, revealed_at=now) for drawn in over]
        rows = [_revealed_row(directory, drawn, now) for drawn in over]

        async def job(connection: AsyncConnection) -> None:
            await mark_revealed(connection, done, now)
            await append_ledger(connection, rows)

        await self._store.run(job)
        for one in done:
            self._drawn[one.agent_id, one.plan.shift_id] = _Drawn(one, None)

    async def _forget_old(self, before: float) -> None:
        await self._store.run(lambda connection: forget_revealed(connection, before))
        self._drawn = {
            which: drawn
            for which, drawn in self._drawn.items()
            if drawn.committed.revealed_at is None or drawn.committed.revealed_at >= before
        }

    async def _unwrapped(self, seed: SealedSeed) -> bytes | None:
        try:
            return await self._ring.unwrap(seed.wrapped, _about(seed.agent_id))
        except KeyRingError:
            log.warning("a seed of random looks cannot be read: none are drawn from it")
            return None


@dataclass(frozen=True, slots=True)
class _Batch:
    """Commitments that are written together."""

    due: Sequence[tuple[str, str, DrawPlan]]
    opened: Mapping[str, tuple[SealedSeed, bytes]]
    ahead: Mapping[str, SealedSeed]
    known: frozenset[str]
    at: float

    async def write(self, connection: AsyncConnection) -> list[Committed]:
        """Nonces are read here: what an agent said before this moment counts, what comes later does not."""
        agent_ids = [agent_id for agent_id, _, _ in self.due]
        said = await nonces(connection, agent_ids)
        waiting = await unused_seeds(connection, agent_ids)
        # Where a nonce has just met a seed of its own, that seed is used; in the next round.
        due = [one for one in self.due if one[0] not in waiting or waiting[one[0]].seed_hash in self.known]
        made = [self._committed(agent_id, plan, said) for agent_id, _, plan in due]
        ahead = [self.ahead[one.agent_id] for one in made]
        fresh = [one.seed for one in made if one.seed.seed_hash not in self.known]
        await save_seeds(connection, fresh)
        await save_commitments(connection, made)
        await save_seeds(connection, ahead)
        sites = {agent_id: site for agent_id, site, _ in due}
        await append_ledger(connection, self._rows(made, sites, {seed.seed_hash for seed in fresh}))
        return made

    def _committed(self, agent_id: str, plan: DrawPlan, said: Mapping[str, str]) -> Committed:
        seal_of, seed = self.opened[agent_id]
        nonce = said.get(agent_id) or default_nonce(plan.shift_id)
        return Committed(agent_id, seal_of, plan, nonce, commit(seed, plan), self.at)

    def _rows(
        self, made: Iterable[Committed], sites: Mapping[str, str], fresh: set[str]
    ) -> list[LedgerEntry]:
        rows: list[LedgerEntry] = []
        for one in made:
            site, ref = sites[one.agent_id], one.plan.agent_ref
            if one.seed.seed_hash in fresh:
                rows.append(sealed_row(one.seed, site, ref))
            rows.append(_committed_row(one, site))
            rows.append(sealed_row(self.ahead[one.agent_id], site, ref))
        return rows


async def seal(ring: KeyRing, agent_id: str, at: float) -> tuple[SealedSeed, bytes]:
    """A new seed from the operating system's randomness, wrapped; and the seed itself."""
    seed = secrets.token_bytes(SEED_BYTES)
    wrapped = await ring.wrap(seed, _about(agent_id))
    return SealedSeed(agent_id, seed_hash(seed), wrapped, ring.name, at), seed


def sealed_row(seed: SealedSeed, site: str, agent_ref: str) -> LedgerEntry:
    """What the log says of a seed while it is a secret."""
    data = {"what": "sealed", "seed_hash": seed.seed_hash}
    return entry(LedgerKind.DRAWS_COMMITTED, seed.sealed_at, site, agent_ref, data)


def bound_row(seed: SealedSeed, nonce: str, site: str, agent_ref: str, at: float) -> LedgerEntry:
    """That an agent gave a nonce while this seed was sealed."""
    data = {"what": "bound", "seed_hash": seed.seed_hash, "nonce": nonce}
    return entry(LedgerKind.DRAWS_COMMITTED, at, site, agent_ref, data)


def _committed_row(one: Committed, site: str) -> LedgerEntry:
    data = _plan_data(one) | {"what": "committed", "seed_hash": one.seed.seed_hash}
    return entry(LedgerKind.DRAWS_COMMITTED, one.committed_at, site, one.plan.agent_ref, data)


def _revealed_row(directory: Directory, drawn: _Drawn, at: float) -> LedgerEntry:
    one = drawn.committed
    person = directory.people.get(one.agent_id)
    data = _plan_data(one) | {"seed": (drawn.seed or b"").hex()}
    site = person.site_id if person else ""
    return entry(LedgerKind.DRAWS_REVEALED, at, site, one.plan.agent_ref, data)


def _plan_data(one: Committed) -> dict[str, str | float | bool | None]:
    return {
        "shift_id": one.plan.shift_id,
        "commitment": one.commitment,
        "nonce": one.nonce,
        "draws": one.plan.count,
        "starts_at": one.plan.starts_at,
        "ends_at": one.plan.ends_at,
    }


def _about(agent_id: str) -> str:
    return f"{agent_id}/draws"
