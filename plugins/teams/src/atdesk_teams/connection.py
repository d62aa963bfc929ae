"""The running adapter: its life, and agent states in."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine
from typing import Any

from atdesk_sdk.adapter import Host
from atdesk_sdk.condition import Condition
from atdesk_sdk.health import HealthStatus
from atdesk_teams.client import GraphClient, http_client
from atdesk_teams.config import PLATFORM, TeamsConfig
from atdesk_teams.parts import Ground, Part
from atdesk_teams.sign_in import graph_sign_in

log = logging.getLogger(__name__)


class TeamsAdapter:
    """One Entra tenant with Teams.

    Other duties (writing, the bot, Workflows) are mix-ins that `atdesk_teams.adapter.build` adds where the
    table gives what they need; each brings a `Part` into `parts`, so that the adapter claims no protocol that
    it cannot fulfil.

    Args:
        config: Its table.
        chance: Jitter.
    """

    platform = PLATFORM

    def __init__(self, config: TeamsConfig, *, chance: random.Random | None = None) -> None:
        self.config = config
        self.name = config.name
        self.tenant = config.tenant
        self.capabilities = config.capabilities
        #: What lives and ends with the connection, in the order in which it starts.
        self.parts: list[Part] = []
        self._chance = chance or random.Random()  # noqa: S311 - jitter
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._open = False

    # -- life -----

    async def start(self, host: Host) -> None:
        """See `atdesk_sdk.Adapter`. A token is fetched, so that a wrong secret shows at once."""
        await self.aclose()
        self._condition = Condition(self.name, host)
        self._sign_in = await asyncio.to_thread(graph_sign_in, self.config)
        self._http = await asyncio.to_thread(http_client, self.config)
        self._open = True
        clock = asyncio.get_running_loop().time
        self._graph = GraphClient(self.config, self._sign_in, self._http, clock=clock, chance=self._chance)
        await self._graph.token()
        ground = Ground(host, self._condition, self._graph, self._http, clock, self._chance)
        for part in self.parts:
            await part.start(ground)
        self._condition.over("start")

    async def aclose(self) -> None:
        """See `atdesk_sdk.Adapter`."""
        if not self._open:
            return
        self._open = False
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for part in reversed(self.parts):
            await part.aclose()
        await self._http.aclose()
        self._sign_in.close()

    def _own(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work, name=f"teams {name}")
        self._tasks[task] = name
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        name = self._tasks.pop(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the task %s of %s ended: %s", name, self.name, type(error).__name__, exc_info=error)
            self._condition.trouble(
                name, HealthStatus.DOWN, f"{name} stopped unexpectedly; restart the adapter"
            )
