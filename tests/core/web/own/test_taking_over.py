"""Two pages of one agent: never both show looks, and the one that the person took up last does.

In whatever order their sockets come, break and come back.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed

from atdesk_core.runtime.own_page import Kept
from atdesk_core.web.sign_in import Role, Who
from tests.core.web.own.house import Desk, Page, desk
from tests.core.web.own.test_live import closed, closed_by, hello
from tests.core.web.serving import TAB

OTHER_TAB = "b" * 40


@pytest_asyncio.fixture
async def here(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(tmp_path) as opened:
        yield opened


async def is_told(here: Desk, page: Page) -> None:
    """What changes shows on this page, so it is the one."""
    async with here.client() as ann:
        await ann.post("/api/me/pause")
        await page.until(lambda me: me["paused"] is not None)
        await ann.post("/api/me/resume")
        await page.until(lambda me: me["paused"] is None)


async def test_a_page_whose_line_comes_back_takes_nothing_from_the_one_that_was_taken_up_since(
    here: Desk,
) -> None:
    async with (
        here.page(page="first", line=1, taken_s=60) as first,
        here.page(tab=OTHER_TAB, page="second", line=1, taken_s=30) as second,
        here.socket() as back,
    ):
        assert await closed_by(first.socket) == 4409
        await back.send(hello(here, page="first", line=2, taken_s=60))
        assert await closed(back) == 4409
        await is_told(here, second)


async def test_use_it_here_takes_over_and_the_other_does_not_take_it_back(here: Desk) -> None:
    async with (
        here.page(tab=OTHER_TAB, page="second", line=1, taken_s=30) as second,
        here.page(page="first", line=2, taken_s=0) as first,
        here.socket() as back,
    ):
        assert await closed_by(second.socket) == 4409
        await back.send(hello(here, page="second", line=2, taken_s=30))
        assert await closed(back) == 4409
        await is_told(here, first)


async def test_one_that_is_refused_is_not_told_that_it_is_ready(here: Desk) -> None:
    async with here.page(tab=OTHER_TAB, page="second", taken_s=0), here.socket() as late:
        await late.send(hello(here, page="first", taken_s=60))
        with pytest.raises(ConnectionClosed) as end:
            await late.recv()
        assert end.value.rcvd is not None
        assert end.value.rcvd.code == 4409


async def test_a_page_whose_old_socket_still_stands_comes_back_in_its_place(here: Desk) -> None:
    async with (
        here.page(page="first", line=1, taken_s=60.0) as lost,
        here.page(page="first", line=2, taken_s=60.5) as back,
    ):
        assert await closed_by(lost.socket) == 4409
        await is_told(here, back)


async def test_an_earlier_socket_of_a_page_that_was_long_on_its_way_ends_no_later_one(here: Desk) -> None:
    async with here.page(page="first", line=2, taken_s=60) as back, here.socket() as late:
        await late.send(hello(here, page="first", line=1, taken_s=1))
        assert await closed(late) == 4409
        await is_told(here, back)


async def test_when_the_last_one_is_closed_another_may_come_back(here: Desk) -> None:
    async with here.page(tab=OTHER_TAB, page="second", taken_s=30):
        pass
    async with here.page(page="first", line=2, taken_s=60) as first:
        await is_told(here, first)


@dataclass
class Doorway:
    """Where the sign-in of a tab is checked, at its hello and whenever it says that it is alive.

    Attributes:
        tab: Whose messages are held up.
        reached: One has come so far.
        let_in: Set it, and they go on.
    """

    tab: str
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    let_in: asyncio.Event = field(default_factory=asyncio.Event)

    def hold(self, here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        check = here.served.guard.check_token

        async def checked(token: str, tab: str, role: Role) -> Who:
            who = await check(token, tab, role)
            if tab == self.tab:
                self.reached.set()
                await self.let_in.wait()
            return who

        monkeypatch.setattr(here.served.guard, "check_token", checked)


async def test_a_click_and_an_opening_that_cross_are_judged_by_when_the_person_did_it(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page's socket is under way when the second is opened, and gets there after it."""
    doorway = Doorway(TAB)
    doorway.hold(here, monkeypatch)
    async with here.socket() as first:
        await first.send(hello(here, page="first", line=1, taken_s=0))
        await doorway.reached.wait()
        async with here.page(tab=OTHER_TAB, page="second", line=1, taken_s=0) as second:
            doorway.let_in.set()
            assert await closed(first) == 4409
            await is_told(here, second)


@dataclass
class SlowStore:
    """What is kept for an agent is read only when the test lets it be.

    Attributes:
        asked: Somebody waits for it.
        go: Set it, and all get it.
    """

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def stand_in(self, here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = here.service.own.kept

        async def slowly(agent_id: str) -> Kept:
            self.asked.set()
            await self.go.wait()
            return await kept(agent_id)

        monkeypatch.setattr(here.service.own, "kept", slowly)


async def test_a_page_that_answers_in_the_moment_of_its_end_is_still_told_why(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told nothing it would take it for a broken line, come back, and be the second one that shows looks."""
    store = SlowStore()
    async with here.page() as older:
        store.stand_in(here, monkeypatch)
        async with here.client() as ann:
            await ann.post("/api/me/pause")
        await store.asked.wait()  # the one that writes to the older page is busy
        async with here.socket() as newer:
            await newer.send(hello(here, tab=TAB))
            ready: dict[str, Any] = json.loads(await newer.recv())
            assert ready["t"] == "ready"
            doorway = Doorway(TAB)
            doorway.let_in.set()
            doorway.hold(here, monkeypatch)
            await older.say(t="alive")
            await doorway.reached.wait()
            store.go.set()
            assert await closed_by(older.socket) == 4409
