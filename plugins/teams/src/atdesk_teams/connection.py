"""The running adapter: its life, and agent states in."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Collection, Iterable
from typing import Final

from atdesk_sdk.adapter import Host
from atdesk_sdk.condition import Condition
from atdesk_sdk.errors import GiveUp, TryLater
from atdesk_sdk.events import AccountRef, AgentState
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.tasks import Rests, Tasks
from atdesk_teams import protocol
from atdesk_teams.client import Call, GraphClient, http_client
from atdesk_teams.config import PLATFORM, TeamsConfig
from atdesk_teams.errors import READ, READ_ONE, UserGone
from atdesk_teams.pacing import Lane
from atdesk_teams.parts import Ground, Part
from atdesk_teams.picture import Own, Picture
from atdesk_teams.polling import Poller, PresenceFeed
from atdesk_teams.presence import Shown
from atdesk_teams.roster import Roster
from atdesk_teams.sign_in import graph_sign_in

log = logging.getLogger(__name__)

#: Somebody who cannot be: asked for at the start, so that a missing permission shows at once.
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
#: So many ids are named in a message.
_NAMED: Final = 3


class TeamsAdapter:
    """One Entra tenant with Teams: a `StateSource`.

    Other duties (writing, the bot, Workflows) are mix-ins that `atdesk_teams.adapter.build` adds where the
    table gives what they need; each brings a `Part` into `parts`, so that the adapter claims no protocol that
    it cannot fulfil.

    Args:
        config: Its table.
        chance: Jitter.
        rests: Before a task that broke is begun again.
    """

    platform = PLATFORM

    def __init__(
        self, config: TeamsConfig, *, chance: random.Random | None = None, rests: Rests | None = None
    ) -> None:
        self.config = config
        self.name = config.name
        self.tenant = config.tenant
        self.capabilities = config.capabilities
        #: What lives and ends with the connection, in the order in which it starts.
        self.parts: list[Part] = []
        self._chance = chance or random.Random()  # noqa: S311 - jitter
        self._rests = rests
        self._open = False
        self._connected = False

    # -- life -----

    async def start(self, host: Host) -> None:
        """See `atdesk_sdk.Adapter`. Graph is asked once, so that a wrong secret or permission shows."""
        await self.aclose()
        self._host = host
        self._condition = Condition(self.name, host)
        self._tasks = Tasks(self.name, self._condition, host.now, self._rests)
        self._sign_in = await asyncio.to_thread(graph_sign_in, self.config)
        self._http = await asyncio.to_thread(http_client, self.config)
        self._open = True
        clock = asyncio.get_running_loop().time
        self._graph = GraphClient(self.config, self._sign_in, self._http, clock=clock, chance=self._chance)
        await self._try_reading()
        self._roster = Roster(host.emit, host.now, self.config.lost_after, self._fell)
        self._feed: PresenceFeed = Poller(
            self._graph,
            self,
            self._condition,
            poll_s=self.config.poll_s,
            clock=clock,
            now=host.now,
            chance=self._chance,
        )
        ground = Ground(host, self._condition, self._graph, self._http, clock, self._chance)
        for part in self.parts:
            await part.start(ground)
        await self._ready(host)
        self._tasks.keep(self._feed.run, "presences", hears=True, anew=self._feed.doubt)
        self._connected = True
        self._condition.over("start")

    async def aclose(self) -> None:
        """See `atdesk_sdk.Adapter`."""
        if not self._open:
            return
        self._open = self._connected = False
        await self._tasks.aclose()
        for part in reversed(self.parts):
            await part.aclose()
        await self._http.aclose()
        self._sign_in.close()

    async def _ready(self, host: Host) -> None:
        """Get ready for more than reading, before anything is told."""

    async def _try_reading(self) -> None:
        """Ask once. What becomes of an id that is nobody's is not documented: only a refusal of us counts.

        Raises:
            AdapterError: With its verdict.
        """
        try:
            await self._graph.read(
                Call(READ, "POST", protocol.READ_PATH, Lane.READ, json=protocol.read_body([_NOBODY]))
            )
        except GiveUp as refused:
            log.debug("asked for nobody: %s", refused)

    # -- states -----

    async def follow(self, accounts: Collection[AccountRef]) -> None:
        """See `atdesk_sdk.StateSource`."""
        self.check_connected()
        mine = [a for a in accounts if (a.platform, a.tenant) == (self.platform, self.tenant)]
        self._roster.follow(mine)
        await self._feed.follow(self._roster.users)

    async def read(self, account: AccountRef) -> AgentState:
        """See `atdesk_sdk.StateSource`."""
        picture = await self.look(account.external_id)
        state = picture.state(account, "read")
        if state is None:
            raise TryLater("read a presence: Graph gave none")
        return state

    async def look(self, user: str) -> Picture:
        """Read one person from Graph.

        Raises:
            UserGone: Graph has no such user.
            AdapterError: With its verdict.
        """
        self.check_connected()
        began_at = self._host.now()
        try:
            body = await self._graph.read(Call(READ_ONE, "GET", protocol.user_path(user), Lane.READ))
        except UserGone:
            self.lose(user)
            raise
        shown = protocol.shown_in(body)
        if shown is None:
            raise TryLater("read a presence: Graph gave none")
        self._roster.hear(user, shown, began_at)
        return self._roster.picture(user)

    def check_connected(self) -> None:
        """Refuse what needs the tenant while it is not connected.

        Raises:
            TryLater: It is not.
        """
        if not self._connected:
            raise TryLater(f"{self.name} is not connected to Teams")

    def own(self, user: str, own: Own | None) -> None:
        """Note that an Away of ours may stand for somebody, or stands no more."""
        self._roster.own(user, own)

    def _fell(self, user: str, shown: Shown) -> None:
        """Somebody replaced an Away of ours."""

    # -- what the feed needs -----

    def take(self, asked: Iterable[str], told: Iterable[tuple[str, Shown]], began_at: float) -> None:
        """Take in a bulk answer."""
        self._roster.take(asked, told, began_at)
        self._say_lost()

    def lose(self, user: str) -> None:
        """Take in that Graph has no such user."""
        self._roster.lose(user)
        self._say_lost()

    def _say_lost(self) -> None:
        lost = sorted(self._roster.lost)
        if not lost:
            self._condition.over("lost")
            return
        some = ", ".join(lost[:_NAMED]) + (", ..." if len(lost) > _NAMED else "")
        self._condition.trouble(
            "lost",
            HealthStatus.DEGRADED,
            f"Graph does not know {len(lost)} of the followed users ({some}): they are not looked at; "
            "take whoever has left out of the directory",
        )
