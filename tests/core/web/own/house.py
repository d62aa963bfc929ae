"""A running service, its pages over real HTTP and sockets, and agents who have theirs open."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from atdesk_core.policy import AbsenceRule, InputIdleRule, SitePolicy
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.runtime.service import Service
from atdesk_core.web.own import room
from atdesk_core.web.own.live import Timing
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import POLICY, Office, account
from tests.core.web.serving import TAB, Served, served

PROTOCOL = Subprotocol("atdesk.page.v1")
SLOW: SitePolicy = POLICY.model_copy(
    update={
        "absence": AbsenceRule(agent_first_s=60.0, min_flag_s=60.0, purpose="so that calls are answered"),
        "input_idle": InputIdleRule(enabled=True, idle_s=60, only_with_empty_seat=False, agent_first_s=60.0),
    }
)
"""Everything has a minute, so that nothing follows while a test looks at it."""


@dataclass
class PageOffice(Office):
    """An office whose agents have the page."""

    def configured(self) -> Config:
        """What its service is configured with."""
        return self._config(ScriptedAdapter(self.platform, capabilities=self.capabilities))


@dataclass
class Page:
    """An open page, as the browser has it: it answers what it is asked unless it is told not to.

    Attributes:
        answers: Says `shown` and `seen` by itself.
    """

    socket: ClientConnection
    answers: bool = True
    me: dict[str, Any] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.socket.send(json.dumps(message))

    async def listen(self) -> None:
        """Until the socket is closed."""
        async for raw in self.socket:
            message: dict[str, Any] = json.loads(raw)
            self.heard.append(message)
            if message["t"] == "me":
                self.me = message["me"]
            elif self.answers and message["t"] == "look_begins":
                await self.say(t="shown", look_id=message["look_id"])
            elif self.answers and message["t"] == "notice":
                await self.say(t="seen", notice_id=message["notice"]["notice_id"])
            self.changed.set()

    async def until(self, is_so: Any, within_s: float = 10.0) -> dict[str, Any]:
        """The page's object once something is so of it."""
        async with asyncio.timeout(within_s):
            while not (self.me and is_so(self.me)):
                self.changed.clear()
                await self.changed.wait()
        return self.me

    async def told(self, kind: str, within_s: float = 10.0) -> dict[str, Any]:
        """The first message of a kind."""
        async with asyncio.timeout(within_s):
            while not any(one["t"] == kind for one in self.heard):
                self.changed.clear()
                await self.changed.wait()
        return next(one for one in self.heard if one["t"] == kind)


@dataclass
class Desk:
    """What a test works with: one service, and a client for each agent."""

    office: PageOffice
    service: Service
    served: Served

    def client(self, agent_id: str = "ann", tab: str = TAB) -> httpx2.AsyncClient:
        """The requests of this agent's own page."""
        headers = self.served.as_agent(agent_id, tab)
        return httpx2.AsyncClient(base_url=self.served.url, headers=headers, timeout=20.0)

    @contextlib.asynccontextmanager
    async def page(
        self, agent_id: str = "ann", tab: str = TAB, answers: bool = True, **more: Any
    ) -> AsyncIterator[Page]:
        """This agent's page, open and signed in; `more` are further fields of its hello."""
        headers = self.served.as_agent(agent_id, tab)
        token = headers["Authorization"].removeprefix("Bearer ")
        async with self.socket() as socket:
            await socket.send(json.dumps({"t": "hello", "v": 1, "token": token, "tab": tab} | more))
            page = Page(socket, answers)
            task = asyncio.create_task(page.listen())
            try:
                await page.told("me")
                yield page
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def socket(self) -> AsyncIterator[ClientConnection]:
        """A socket that has said nothing yet."""
        async with connect(f"{self.served.ws_url}/live", subprotocols=[PROTOCOL], compression=None) as socket:
            yield socket


@contextlib.asynccontextmanager
async def desk(
    folder: Path,
    policy: SitePolicy = SLOW,
    agents: tuple[str, ...] = ("ann", "bob"),
    pool: VisionPool | None = None,
    timing: Timing | None = None,
    **more: Any,
) -> AsyncIterator[Desk]:
    """A service with its pages, until the block is left."""
    platform = ScriptedPlatform([account(one) for one in (*agents, "lee")], time.time)
    office = PageOffice(folder, platform, agents, policy, **more)
    async with office.open() as service:
        rooms = (lambda context: room.routes(context, timing),)
        async with served(service, office.configured(), time.time, pool, rooms) as where:
            yield Desk(office, service, where)
