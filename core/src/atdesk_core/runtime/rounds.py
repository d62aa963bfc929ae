"""What the passing of time asks for beside the sessions: shifts, draws, leavers, desk checks; one task."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from atdesk_core.runtime.desk_checks import DeskChecks
from atdesk_core.runtime.draws import Draws
from atdesk_core.runtime.leaving import Leavers
from atdesk_core.runtime.sign_ins import SignIns
from atdesk_core.runtime.world import LiveWorld
from atdesk_sdk import AccountGone, AdapterEvent, AgentStateChanged

log = logging.getLogger(__name__)

TICK_S = 1.0
"""From one round to the next, seconds; somebody who signs in is not kept waiting for it."""

Round = Callable[[], Awaitable[None]]


class Rounds:
    """One task of the service's own.

    Args:
        world: Everybody, and what applies to them.
        sign_ins: Shifts by sign-in.
        draws: Random looks.
        leavers: Departures.
        desk_checks: Announced by this process.
    """

    def __init__(
        self,
        world: LiveWorld,
        sign_ins: SignIns,
        draws: Draws,
        leavers: Leavers,
        desk_checks: DeskChecks,
    ) -> None:
        self._world = world
        self._sign_ins = sign_ins
        self._draws = draws
        self._leavers = leavers
        self._gone: list[AccountGone] = []
        self._rounds: dict[str, Round] = {
            "leavers": self._leaving,
            "shifts": self._shifts,
            "random looks": self._random_looks,
            "desk checks": desk_checks.tick,
        }
        self._task: asyncio.Task[None] | None = None

    def hear(self, event: AdapterEvent) -> None:
        """What adapters tell of who is there. Where signing in begins a shift, the authority alone counts."""
        if isinstance(event, AccountGone):
            self._gone.append(event)
            self._sign_ins.wanted.set()
        elif isinstance(event, AgentStateChanged):
            directory, account = self._world.directory, event.state.account
            agent_id = directory.agent_of(account)
            if agent_id is not None and account == self._world.authority_of(agent_id):
                self._sign_ins.took(directory, agent_id, event.state)

    async def load(self) -> None:
        """Take up what was kept: before anybody is told anything of the world.

        Raises:
            StoreError: The database cannot be read.
        """
        await self._sign_ins.load()
        await self._draws.load()

    async def start(self) -> None:
        """Go one round, then go on by itself."""
        await self.go()
        self._task = asyncio.create_task(self._forever(), name="atdesk-rounds")

    async def go(self) -> None:
        """One round. What fails is said, and tried again in the next one."""
        for about, one in self._rounds.items():
            try:
                await one()
            except Exception:
                log.exception("the round about %s failed", about)

    async def aclose(self) -> None:
        """Stop. Closing twice is fine."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._sign_ins.wanted.wait()
            await self.go()

    async def _leaving(self) -> None:
        while self._gone:  # what fails is tried again in the next round
            await self._leavers.gone(self._world.directory, self._gone[0])
            self._gone.pop(0)
        await self._leavers.tick(self._world.directory)

    async def _shifts(self) -> None:
        await self._sign_ins.tick(self._world.directory)

    async def _random_looks(self) -> None:
        await self._draws.tick(self._world.directory, self._world.coming)
