"""A desk whose agent has the page open, which waits for looks on its live line, as the real page does."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import websockets
from websockets.asyncio.client import connect

from atdesk_core.policy import SitePolicy
from atdesk_core.web.own import room
from atdesk_core.web.own.live import SUBPROTOCOL
from tests.core.web.frames.desk import PAGE_POLICY, Desk, Sender, eventually, opened
from tests.core.web.own.house import Page
from tests.core.web.serving import TAB

LIVE = websockets.Subprotocol(SUBPROTOCOL)


@dataclass
class WaitingDesk:
    """What a test of a page that waits has: the desk, and its live line."""

    desk: Desk

    @contextlib.asynccontextmanager
    async def page(self, tab: str = TAB, **camera: Any) -> AsyncIterator[Page]:
        """Ann's page; it says at once what `camera` is, unless that is left out."""
        async with connect(f"{self.desk.pages.ws_url}/live", subprotocols=[LIVE], compression=None) as socket:
            token = self.desk.token(tab=tab)
            await socket.send(json.dumps({"t": "hello", "v": 1, "token": token, "tab": tab}))
            page = Page(socket)
            tasks = [asyncio.create_task(page.listen()), asyncio.create_task(_beat(page))]
            try:
                await page.told("me")
                if camera:
                    await page.say(t="camera", **camera)
                yield page
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def frames(self, tab: str = TAB) -> AsyncIterator[Sender]:
        """The socket that this tab opens when it was told to."""
        async with self.desk.sender(token=self.desk.token(tab=tab), tab=tab) as sender:
            yield sender

    @property
    def videos(self) -> list[str]:
        """The serials of the videos that the session knows."""
        return [one.key.participant_id for one in self.desk.service.room.session("ann").videos]

    @property
    def frames_spent(self) -> int:
        """Of the shift's budget."""
        return self.desk.service.room.session("ann").spent.frames


async def _beat(page: Page) -> None:
    """It answers, and keeps its indicator up."""
    while True:
        await asyncio.sleep(1.0)
        await page.say(t="alive")
        if page.answers:
            for look in said(page, "look_begins")[-1:]:
                await page.say(t="shown", look_id=look["look_id"])


def said(page: Page, kind: str) -> list[dict[str, Any]]:
    """What the page was told of this kind, so far."""
    return [one for one in page.heard if one["t"] == kind]


async def wanted(page: Page, times: int = 1) -> None:
    """The page was told so often to open its socket."""
    await eventually(lambda: sum(one["open"] for one in said(page, "frames")) >= times)


async def not_wanted(page: Page, times: int = 1) -> None:
    """The page was told so often that its socket is not needed any more."""
    await eventually(lambda: sum(not one["open"] for one in said(page, "frames")) >= times)


@contextlib.asynccontextmanager
async def waiting_desk(folder: Path, policy: SitePolicy = PAGE_POLICY) -> AsyncIterator[WaitingDesk]:
    """Until the block is left."""
    async with opened(folder, policy=policy, more_rooms=[room.routes]) as desk:
        yield WaitingDesk(desk)
