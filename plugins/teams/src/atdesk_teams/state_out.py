"""The adapter where the table lets it write: Away, its renewal, and back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from atdesk_sdk.adapter import Host, StateChange, StateReceipt
from atdesk_sdk.errors import GiveUp
from atdesk_sdk.events import AccountRef
from atdesk_sdk.health import HealthStatus
from atdesk_teams.config import TeamsConfig
from atdesk_teams.connection import TeamsAdapter
from atdesk_teams.errors import NEEDS, SET_PREFERRED, PermissionMissing
from atdesk_teams.journal import SlotJournal
from atdesk_teams.picture import Own
from atdesk_teams.presence import Shown
from atdesk_teams.renewing import Renewals
from atdesk_teams.sign_in import granted
from atdesk_teams.writing import SafeWriter


class WritingAdapter(TeamsAdapter):
    """The same, and a `StateWriter` whose Away ends by itself: an `AwayKeeper`."""

    def __init__(self, config: TeamsConfig, **more: Any) -> None:
        super().__init__(config, **more)
        self.journal = SlotJournal(config.state_dir / f"{config.name}-away.jsonl")

    async def aclose(self) -> None:
        """See `atdesk_sdk.Adapter`."""
        await super().aclose()
        await self.journal.aclose()

    async def _ready(self, host: Host) -> None:
        """Open the journal first: what an earlier process left is known before the first state is told."""
        journal = self.journal
        await journal.open(host.now())
        for slot in journal.slots:
            self._roster.own(slot.user, Own(slot.set_at, settled=True))
        self._writer = SafeWriter(self._graph, self.config, self, journal, host.now)
        self.renewals = Renewals(
            self._writer, journal, self._condition, renew_s=self.config.renew_s, now=host.now
        )
        self._tasks.repeat(self.renewals.turn, "renewals", hears=False)
        roles = granted(await self._graph.token())
        if roles is not None and NEEDS[SET_PREFERRED] not in roles:
            self._cannot_write(f"give the app {NEEDS[SET_PREFERRED]} and an administrator's consent")

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """See `atdesk_sdk.StateWriter`."""
        self.check_connected()
        if (change.account.platform, change.account.tenant) != (self.platform, self.tenant):
            raise GiveUp(f"write a presence: {change.account} is not of this tenant")
        try:
            receipt = await self._writer.write(change, still_wanted)
        except PermissionMissing as problem:
            self._cannot_write(str(problem))
            raise
        if receipt.written:
            self._condition.over("write")
        return receipt

    async def keep(self, accounts: Collection[AccountRef]) -> None:
        """See `atdesk_sdk.AwayKeeper`."""
        if self._connected:
            self.renewals.keep([account.external_id for account in accounts])

    def _cannot_write(self, why: str) -> None:
        self._condition.trouble("write", HealthStatus.DEGRADED, f"no state is written: {why}")

    def _fell(self, user: str, shown: Shown) -> None:
        self._writer.fell(user, shown)
