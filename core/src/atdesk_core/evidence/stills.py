"""The stills in the store: kept, opened, destroyed, and each of it in the decision log.

No picture is given out before the row about it is on the disk: no log, no view.
"""

import hashlib
import math
from collections.abc import Callable

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.evidence import rows
from atdesk_core.evidence.holds import end_holds
from atdesk_core.evidence.sealing import Sealed, open_still, seal_still
from atdesk_core.evidence.still import (
    COME_TO_NOTHING,
    NoStill,
    PurgeReason,
    Still,
    StillError,
    Taken,
    ViewReason,
)
from atdesk_core.evidence.viewers import may_view
from atdesk_core.identity import Directory, KeyDestroyedError, KeyRing, PersonKeys
from atdesk_core.identity.destroying import destroy_idle_keys, is_due
from atdesk_core.ledger import LedgerKind
from atdesk_core.policy import SitePolicy
from atdesk_core.store import Store
from atdesk_core.store.evidence_tables import still_keys, stills

PolicyOf = Callable[[str], SitePolicy | None]
"""The policy that applies to an agent; None: none does."""


class EvidenceStore:
    """Everything that is done with the pictures of stills. `Holds` keeps some of them longer.

    Args:
        store: The database.
        ring: Wraps the people's keys.
        now: The clock, seconds since the epoch.
    """

    def __init__(self, store: Store, ring: KeyRing, now: Callable[[], float]) -> None:
        self._store = store
        self._keys = PersonKeys(store, ring, still_keys)
        self._now = now
        # An earlier process may have ended between a deletion and its scrub.
        self._is_scrubbed = False

    async def keep(
        self, taken: Taken, jpeg: bytes, hidden_places: int, objection: Callable[[], NoStill | None]
    ) -> NoStill | None:
        """Seal a redacted picture and keep it, with its row in the log.

        Args:
            taken: Which still it is to be.
            jpeg: The redacted picture.
            hidden_places: How many places of it were made unrecognisable.
            objection: Asked last, inside the transaction: why it may not be kept any more.

        Returns:
            Why it was not kept; None once it is on the disk.

        Raises:
            KeyRingError: The person's key cannot be wrapped or unwrapped.
            StoreError: The database did not take it.
        """

        async def job(connection: AsyncConnection) -> NoStill | None:
            if (against := await _objection(connection, taken)) is not None:
                return against
            key = await self._keys.shared_key(connection, taken.agent_id, self._now())
            await self._put(connection, taken, seal_still(key, jpeg, _about(taken)), hidden_places)
            if (against := objection()) is not None:
                raise _Withdrawn(against)
            return None

        try:
            return await self._store.run(job)
        except _Withdrawn as withdrawn:
            return withdrawn.why

    async def refuse(self, taken: Taken, because: str) -> None:
        """Write down why there is no still. `because`: a `NoStill`, or a `Refusal` of the redaction."""

        async def job(connection: AsyncConnection) -> None:
            data = {"look_id": taken.look_id, "because": because}
            await rows.log(connection, taken, LedgerKind.STILL_REFUSED, self._now(), **data)

        await self._store.run(job)

    async def find(self, agent_id: str | None = None) -> tuple[Still, ...]:
        """Stills of one agent, or of all, without their pictures; earliest first."""
        where = () if agent_id is None else (stills.c.agent_id == agent_id,)
        async with self._store.reading() as connection:
            return await rows.find(connection, *where)

    async def view(
        self, still_id: str, viewer_id: str, reason: ViewReason, directory: Directory, policy_of: PolicyOf
    ) -> bytes:
        """The picture of a still, for a reviewer whom policy allows. The log has it first.

        Args:
            still_id: Which.
            viewer_id: Id of the reviewer in the directory.
            reason: Why it is opened.
            directory: Who is who.
            policy_of: The policy that applies to an agent.

        Returns:
            JPEG, in memory alone.

        Raises:
            StillError: There is none, its time is over, or this person may not open it.
            KeyRingError: The person's key cannot be unwrapped.
            StoreError: The view could not be logged; then nothing is given out.
        """
        still, sealed = await self._load(still_id)
        if not may_view(directory, policy_of(still.agent_id), still.agent_id, viewer_id):
            raise StillError(
                f"{viewer_id} may not open stills of this agent: policy names who may (stills.viewers), "
                "and the directory says who leads whom"
            )
        picture = open_still(await self._key_of(still), sealed, _about(still))
        by = directory.people[viewer_id].agent_ref

        async def job(connection: AsyncConnection) -> None:
            await rows.one(connection, still_id)  # it may have been destroyed meanwhile
            await rows.log(
                connection, still, LedgerKind.STILL_VIEWED, self._now(), by=by, reason=reason.value
            )

        await self._store.run(job)
        return picture

    async def purge(self) -> tuple[Still, ...]:
        """End the holds whose time is over; destroy every still that has had its time, with its key.

        Returns:
            What was destroyed.
        """

        async def job(connection: AsyncConnection) -> tuple[Still, ...]:
            now = self._now()
            freed = await end_holds(connection, now)
            due = await rows.find(connection, is_due(now))
            for still in due:
                await connection.execute(delete(stills).where(stills.c.still_id == still.still_id))
                why = PurgeReason.HOLD_ENDED if still.still_id in freed else PurgeReason.EXPIRED
                await rows.log(connection, still, LedgerKind.STILL_PURGED, now, why=why.value)
            await destroy_idle_keys(connection)
            return due

        destroyed = await self._store.run(job)
        if destroyed or not self._is_scrubbed:
            self._is_scrubbed = False  # should this be cancelled
            self._is_scrubbed = await self._store.scrub()
        return destroyed

    async def shorten(self, life_of: Callable[[str], float | None]) -> None:
        """Let no still outlive what policy says now: a policy that was tightened reaches what is kept.

        Args:
            life_of: How long a still of an agent may be kept, seconds; None: not known, nothing changes.
        """
        too_long = {
            still.still_id: still.taken_at + life_s
            for still in await self.find()
            if (life_s := life_of(still.agent_id)) is not None and still.expires_at > still.taken_at + life_s
        }

        async def job(connection: AsyncConnection) -> None:
            for still_id, expires_at in too_long.items():
                # Asked again here: somebody may have let go of it since it was found.
                this = update(stills).where(stills.c.still_id == still_id, stills.c.expires_at > expires_at)
                await connection.execute(this.values(expires_at=expires_at))

        if too_long:
            await self._store.run(job)

    async def due_in_s(self) -> float:
        """Seconds until there is something for `purge` to do; infinite when no still is kept."""
        async with self._store.reading() as connection:
            due = await rows.next_due(connection)
        return math.inf if due is None else max(0.0, due - self._now())

    async def _load(self, still_id: str) -> tuple[Still, Sealed]:
        async with self._store.reading() as connection:
            still, sealed = await rows.one(connection, still_id), await rows.sealed_of(connection, still_id)
        if still.gone_at <= self._now() or sealed is None:
            raise StillError(f"the time of the still {still_id} is over")
        return still, sealed

    async def _put(
        self, connection: AsyncConnection, taken: Taken, sealed: Sealed, hidden_places: int
    ) -> None:
        still = _still(taken)
        await rows.put(connection, still, sealed)
        await rows.log(
            connection,
            taken,
            LedgerKind.STILL_KEPT,
            self._now(),
            look_id=taken.look_id,
            expires_at=still.expires_at,
            sha256=hashlib.sha256(sealed.picture).hexdigest(),
            bytes=len(sealed.picture),
            faces=hidden_places,
        )

    async def _key_of(self, still: Still) -> bytes:
        try:
            return await self._keys.key_of(still.agent_id)
        except KeyDestroyedError:
            raise StillError(f"the key of the still {still.still_id} was destroyed") from None


class _Withdrawn(Exception):
    """Rolls back a still that was almost kept."""

    def __init__(self, why: NoStill) -> None:
        self.why = why


async def _objection(connection: AsyncConnection, taken: Taken) -> NoStill | None:
    """What the database says against a still: another process may have written it."""
    if await rows.erased_since(connection, taken.agent_id, taken.taken_at):
        return NoStill.ERASED
    if taken.needs_consent and not await rows.consent_stands(connection, taken.agent_id):
        return NoStill.NO_CONSENT
    status = await rows.flag_status(connection, taken.flag_number)
    return NoStill.FLAG_GONE if status is None or status in COME_TO_NOTHING else None


def _still(taken: Taken) -> Still:
    return Still(
        taken.still_id,
        taken.agent_id,
        taken.flag_number,
        taken.finding.value,
        taken.taken_at,
        taken.taken_at + taken.life_s,
    )


def _about(one: Taken | Still) -> tuple[str, str, str]:
    return one.still_id, one.agent_id, one.flag_number
