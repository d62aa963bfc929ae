"""The Zoom adapter for a site that takes agents' states from Zoom as well."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection

from atdesk_sdk import (
    AccountRef,
    AdapterError,
    AgentState,
    Host,
    StateChange,
    StateReceipt,
    TryLater,
)
from atdesk_sdk.memory import remember
from atdesk_zoom import webhook
from atdesk_zoom.config import ZoomConfig
from atdesk_zoom.connection import ZoomAdapter
from atdesk_zoom.errors import UndoWaits
from atdesk_zoom.link_settings import Patience
from atdesk_zoom.notices import message
from atdesk_zoom.state_events import CameOrWent, PresenceTold, StatusTold
from atdesk_zoom.states import States, Surroundings
from atdesk_zoom.words import words_for

log = logging.getLogger(__name__)

#: Waits that an agent was told of; the oldest falls out.
_WAITING = 1000


class ZoomWithStates(ZoomAdapter):
    """The same, and a `StateSource` and a `StateWriter`."""

    def __init__(self, config: ZoomConfig, patience: Patience | None = None) -> None:
        super().__init__(config, patience)
        self._states: States | None = None
        self._waiting: OrderedDict[str, None] = OrderedDict()

    async def start(self, host: Host) -> None:
        """See `Adapter`."""
        await super().start(host)
        try:
            around = Surroundings(self._emit, self._health(), host.now, self.counts)
            self._states = States(self._config, self._running(), around)
            await self._states.start()
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """See `Adapter`."""
        states, self._states = self._states, None
        if states is not None:
            await states.aclose()
        await super().aclose()

    async def follow(self, accounts: Collection[AccountRef]) -> None:
        """See `StateSource`."""
        mine = [one for one in accounts if (one.platform, one.tenant) == (self.platform, self.tenant)]
        self._known().follow(mine)

    async def read(self, account: AccountRef) -> AgentState:
        """See `StateSource`."""
        return await self._known().read(account)

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """See `StateWriter`. An agent whose way back has to wait is told so, once."""
        try:
            return await self._known().write(change, still_wanted)
        except UndoWaits as waits:
            if change.change_id not in self._waiting:
                remember(self._waiting, change.change_id, None, _WAITING)
                self._spawn(self._tell_of_wait(change, waits.retry_after_s or 0.0))
            raise

    async def _tell_of_wait(self, change: StateChange, wait_s: float) -> None:
        """A courtesy in the agent's own chat; it is no notice that anything hangs on."""
        say = words_for(change.language, self._config.chatbot.card_language)
        text = say("undo_waits", seconds=wait_s)
        try:
            await self._post(await self._jid(change.account.external_id), message((text,), (), say))
        except AdapterError as problem:
            log.info("an agent could not be told that an undo waits: %s", problem)

    def _known(self) -> States:
        if self._states is None:
            raise TryLater("the Zoom adapter is not running")
        return self._states

    def _take(self, delivery: webhook.Delivery, received_at: float) -> None:
        news = delivery.meaning
        if isinstance(news, PresenceTold | StatusTold | CameOrWent) and self._states is not None:
            self._states.hear(news)
        else:
            super()._take(delivery, received_at)
