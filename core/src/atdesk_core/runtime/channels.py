"""Who reads the flags: the members of a sink's channel, compared with the leads of the teams.

A channel in which somebody reads who leads nobody is no private one, whatever the configuration says: from
then on it gets no finding, until a later look finds nobody strange in it.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.identity import Directory
from atdesk_core.store import Store
from atdesk_core.store.apply import upsert_values
from atdesk_core.store.flag_tables import open_channels
from atdesk_sdk import AccountRef, Adapter, AdapterError, ChannelMembers

log = logging.getLogger(__name__)

CHECK_EVERY_S: Final = 600.0
"""How often the members are compared while the service runs, seconds."""
ASK_S: Final = 10.0
"""How long a platform may take to say who is in a channel."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What a comparison came to.

    Attributes:
        strangers: Members who lead nobody, and cover for nobody: their id, or an account that is nobody's.
        missing: Leads with an account there who are not among the members, by id.
    """

    strangers: tuple[str, ...]
    missing: tuple[str, ...]


def compared(directory: Directory, platform: str, tenant: str, members: Collection[AccountRef]) -> Readers:
    """Compare the members of a channel with those who lead, or cover for a lead. Pure."""
    leads = {lead for agent_id in directory.people for lead in directory.lead_ids(agent_id)}
    may_read = leads | {cover for lead in leads for cover in directory.cover_ids(lead)}
    owners = {account: directory.agent_of(account) for account in members}
    strangers = [owner or str(account) for account, owner in owners.items() if owner not in may_read]
    accounts = {lead: directory.accounts_of(lead, platform) for lead in leads}
    missing = [
        lead
        for lead, refs in accounts.items()
        if any(ref.tenant == tenant for ref in refs) and not set(refs) & set(members)
    ]
    return Readers(tuple(sorted(strangers)), tuple(sorted(missing)))


class ChannelWatch:
    """Knows which sinks count as open, over restarts.

    Args:
        adapters: The running ones.
        store: Where it is kept.
        directory: The newest snapshot.
        now: Engine's clock.
    """

    def __init__(
        self,
        adapters: Iterable[Adapter],
        store: Store,
        directory: Callable[[], Directory],
        now: Callable[[], float],
    ) -> None:
        self._adapters = tuple(adapters)
        self._store = store
        self._directory = directory
        self._now = now
        self._open: frozenset[str] = frozenset()
        self._next_at = 0.0

    def is_open(self, adapter: str) -> bool:
        """Whether somebody reads this sink who leads nobody."""
        return adapter in self._open

    async def load(self) -> None:
        """What earlier comparisons came to."""
        async with self._store.reading() as connection:
            self._open = frozenset(await connection.scalars(select(open_channels.c.adapter)))

    async def look(self) -> None:
        """Compare, when it is time; a platform that cannot be asked leaves things as they are."""
        if self._now() < self._next_at:
            return
        self._next_at = self._now() + CHECK_EVERY_S
        for adapter in self._adapters:
            if isinstance(adapter, ChannelMembers):
                await self._compare(adapter, adapter)

    async def _compare(self, adapter: Adapter, channel: ChannelMembers) -> None:
        try:
            async with asyncio.timeout(ASK_S):
                members = await channel.members()
        except (AdapterError, TimeoutError) as error:
            log.warning("who reads the flags of %s could not be asked: %s", adapter.name, error)
            return
        if members is None:
            return
        readers = compared(self._directory(), adapter.platform, adapter.tenant, members)
        if bool(readers.strangers) != self.is_open(adapter.name):
            await self._turn(adapter.name, len(readers.strangers))

    async def _turn(self, adapter: str, strangers: int) -> None:
        if strangers:
            log.error(
                "the channel of %s is read by people who lead nobody (%d): no finding is shown there from "
                "now on; atdesk doctor names them",
                adapter,
                strangers,
            )
        else:
            log.warning("the channel of %s has none but leads in it again: findings are shown there", adapter)

        async def job(connection: AsyncConnection) -> None:
            if strangers:
                await upsert_values(connection, open_channels, [{"adapter": adapter, "since": self._now()}])
            else:
                await connection.execute(delete(open_channels).where(open_channels.c.adapter == adapter))

        if strangers:  # first in memory: what goes out meanwhile names nothing any more
            self._open |= {adapter}
        await self._store.run(job)
        if not strangers:
            self._open -= {adapter}
