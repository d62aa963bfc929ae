"""What the tests of the page share: somebody who comes to a desk, and what is said on the page's sockets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page, WebSocket, expect

from atdesk_core.policy import AbsenceRule
from atdesk_core.session import RecordKind
from atdesk_core.session.commands import Record
from tests.browser.house import PAGE_POLICY, House
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until

UNHURRIED = PAGE_POLICY.model_copy(update={"absence": AbsenceRule(agent_first_s=90.0, min_flag_s=120.0)})
"""Long enough for somebody to read, think and click."""
LONG = PAGE_POLICY.model_copy(
    update={
        "looks": PAGE_POLICY.looks.model_copy(
            update={"max_frames": 60, "watch_frames": 60, "max_s": 60.0, "alert_interval_s": 1.0}
        )
    }
)
"""A look stays open until somebody stops it."""


@dataclass
class Overheard:
    """Everything that goes over the page's sockets, in the order in which it goes.

    Attributes:
        said: `(socket, direction, message)`: socket "live" or "frames", direction ">" from the page or "<" to
            it, message as JSON, or the bytes of a frame.
        closed: Sockets that were closed, by their names.
    """

    said: list[tuple[str, str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """From the next socket on."""
        page.on("websocket", self._opened)

    def named(self, kind: str) -> list[dict[str, Any]]:
        """Every message of this kind, from either side."""
        return [said for _, _, said in self.said if isinstance(said, dict) and said["t"] == kind]

    @property
    def reasons(self) -> list[str]:
        """Why the page had no picture, in its own words."""
        said = (*self.named("camera"), *self.named("refused"))
        return [str(one["reason"]) for one in said if one["reason"]]

    @property
    def look_id(self) -> str:
        """The look that the page was asked for last."""
        return str(self.named("look_start")[-1]["look_id"])

    @property
    def frames(self) -> list[bytes]:
        """Every frame that the page sent."""
        return [said for _, _, said in self.said if isinstance(said, bytes)]

    def _opened(self, socket: WebSocket) -> None:
        name = socket.url.rpartition("/")[2]
        socket.on("framesent", lambda payload: self._add(name, ">", payload))
        socket.on("framereceived", lambda payload: self._add(name, "<", payload))
        socket.on("close", lambda _socket: self.closed.append(name))

    def _add(self, name: str, direction: str, payload: str | bytes) -> None:
        self.said.append((name, direction, payload if isinstance(payload, bytes) else json.loads(payload)))


async def come(house: House, tabs: Tabs, view: str = "today", **how: Any) -> Page:
    """The page of an agent who is signed in, open at a view, and connected. See `House.enter`."""
    page = await house.enter(tabs, url=f"{house.page_url}#{view}", **how)
    await connected(page)
    return page


async def overheard(house: House, tabs: Tabs, *, script: str = "", **how: Any) -> tuple[Page, Overheard]:
    """The same, listened to from its first word on; `script` runs before any of the page's own."""
    page, heard = await tabs.open(f"{house.origin}/healthz", **how), Overheard()
    heard.listen(page)
    if script:
        await page.add_init_script(f"({script})()")
    await house.sign_in(page)
    await page.goto(house.page_url)
    await connected(page)
    return page, heard


async def connected(page: Page) -> None:
    """The page shows what holds, by a line that stands."""
    await expect(page.locator("#status")).not_to_have_attribute("data-state", "none")
    await expect(page.locator("#status")).not_to_have_attribute("data-state", "lost")


async def signs_in_beside(page: Page, name: str) -> None:
    """This person signs in in the window that the page opens for it."""
    async with page.expect_popup() as opened:
        await page.get_by_role("button", name="Sign in with").click()
    popup = await opened.value
    async with popup.expect_event("close"):
        await popup.get_by_role("link", name=name).click()


def records(house: House, kind: RecordKind, agent_id: str = "ann") -> Sequence[Record]:
    """Rows of the decision log of an agent, so far."""
    return [record for whose, record in house.office.records if whose == agent_id and record.kind is kind]


def is_over(house: House, look_id: str, agent_id: str = "ann") -> bool:
    """Whether this look has ended."""
    return any(one.data["look_id"] == look_id for one in records(house, RecordKind.LOOK_ENDED, agent_id))


async def told(house: House, row: RecordKind, /, **data: str) -> Record:
    """The next row of this kind with these values, or one that is there."""

    def found() -> list[Record]:
        return [one for one in records(house, row) if data.items() <= dict(one.data).items()]

    await until(lambda: bool(found()), 30.0)
    return found()[0]
