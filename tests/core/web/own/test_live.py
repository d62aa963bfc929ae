"""The socket of the page, over a real one: what is pushed, what has to be answered, and how it ends."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from atdesk_core.policy import AbsenceRule
from atdesk_core.web.own.live import Timing
from atdesk_core.web.sign_in import Role
from atdesk_sdk import GiveUp, Meeting, Notice, NoticeKind
from atdesk_sdk.testing import VideoStarts
from tests.core.runtime.office import POLICY, account, until
from tests.core.web.own.house import SLOW, Desk, desk
from tests.core.web.serving import TAB

QUICK = Timing(hello_s=0.3, silence_s=0.6)
UNTOLD = Meeting("900", "900", participants=8, outside_guests=False, people_told=False)
"""A meeting that does not tell people by itself."""


async def closed(socket: ClientConnection) -> int | None:
    """With which code the service ends it."""
    async with asyncio.timeout(10):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed:
            return socket.close_code


def hello(here: Desk, agent_id: str = "ann", **changes: Any) -> str:
    headers = here.served.as_agent(agent_id)
    token = headers["Authorization"].removeprefix("Bearer ")
    return json.dumps({"t": "hello", "v": 1, "token": token, "tab": TAB} | changes)


class TestHello:
    @pytest.mark.parametrize(
        ("first", "code"),
        [
            ("{", 4400),
            ("[]", 4400),
            ('{"t": "alive"}', 4400),
            ('{"t": "hello", "v": 2}', 4400),
            ('{"t": "hello", "v": 1, "token": "x", "tab": "y"}', 4401),
            ('{"t": "hello", "v": 1, "page": 7}', 4400),
            ('{"t": "hello", "v": 1, "line": "first"}', 4400),
            ('{"t": "hello", "v": 1, "taken_s": -1}', 4400),
            ('{"t": "hello", "v": 1, "taken_s": NaN}', 4400),
            ('{"t": "hello", "v": 1, "taken_s": 1' + "0" * 400 + "}", 4400),
            (b"\x00\x01", 4400),
            ('{"t": "hello", "v": 1, "token": "' + "x" * 5000 + '"}', 4413),
        ],
    )
    async def test_what_is_none_ends_it(self, tmp_path: Path, first: str | bytes, code: int) -> None:
        async with desk(tmp_path) as here, here.socket() as socket:
            await socket.send(first)
            assert await closed(socket) == code

    async def test_it_has_to_come(self, tmp_path: Path) -> None:
        async with desk(tmp_path, timing=QUICK) as here, here.socket() as socket:
            assert await closed(socket) == 4408

    async def test_another_tab_with_the_same_token_is_refused(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.socket() as socket:
            await socket.send(hello(here, tab="another tab of that desk"))
            assert await closed(socket) == 4401

    async def test_whoever_does_not_name_the_protocol_is_not_let_in(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here:
            with pytest.raises(InvalidStatus):
                await connect(f"{here.served.ws_url}/live")


class TestStaying:
    async def test_a_page_that_says_nothing_is_closed_and_counts_as_closed(self, tmp_path: Path) -> None:
        async with desk(tmp_path, timing=QUICK) as here, here.socket() as socket:
            await socket.send(hello(here))
            assert await closed(socket) == 4408
            await until(lambda: here.service.screens.screen_of("ann") is None)

    async def test_a_newer_tab_takes_over(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as older, here.page(tab="b" * 40) as newer:
            assert await closed_by(older.socket) == 4409
            await newer.say(t="alive")
            assert here.service.screens.screen_of("ann") is not None

    async def test_a_sign_in_that_is_over_ends_it(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as page:
            here.served.guard.end_all("ann")
            await page.say(t="alive")
            assert await closed_by(page.socket) == 4401

    async def test_whoever_shouts_is_closed(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as page:
            for _ in range(80):
                await page.say(t="seen", notice_id="x")
            assert await closed_by(page.socket) == 4429

    async def test_a_message_of_a_newer_page_is_no_matter(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as page, here.client() as ann:
            await page.say(t="something_new", x=1)
            await ann.post("/api/me/pause")
            await page.until(lambda me: me["paused"] is not None)


async def closed_by(socket: ClientConnection) -> int | None:
    """With which code a socket ends that a page listens to."""
    async with asyncio.timeout(10):
        await socket.wait_closed()
    return socket.close_code


class TestPushing:
    async def test_a_pause_shows_at_once_on_the_own_page_alone(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as anns, here.page("bob") as bobs:
            async with here.client() as ann:
                await ann.post("/api/me/pause")
            await anns.until(lambda me: me["paused"] is not None)
            assert bobs.me["paused"] is None
            assert bobs.me["person"]["name"] == "Bob Agent"

    async def test_nothing_new_is_not_sent_again(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as page, here.client() as ann:
            for _ in range(5):
                await page.say(t="alive")
            await ann.post("/api/me/pause")
            await page.until(lambda me: me["paused"] is not None)
            assert sum(one["t"] == "me" for one in page.heard) == 2

    async def test_it_comes_four_times_a_second_at_the_most(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as page, here.client() as ann:
            began = asyncio.get_running_loop().time()
            for _ in range(10):
                await ann.post("/api/me/pause")
                await ann.post("/api/me/resume")
            await ann.post("/api/me/pause")
            await page.until(lambda me: me["paused"] is not None)
            took_s = asyncio.get_running_loop().time() - began
            assert sum(one["t"] == "me" for one in page.heard) <= 2 + took_s / 0.25

    async def test_a_countdown_and_the_way_out(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as page:
            here.office.show("nobody")
            me = await page.until(lambda me: me["notices"] and me["notices"][0]["lead_sees_at"])
            (notice,) = me["notices"]
            assert notice["kind"] == "absent"
            assert 50 < notice["lead_sees_at"] - me["now"] <= 60
            assert set(notice["can"]) == {"pause", "break", "back", "wrong"}
            here.office.show("agent")
            await page.until(lambda me: not me["notices"])

    async def test_nothing_about_somebody_else_in_the_seat_is_shown_there(self, tmp_path: Path) -> None:
        async with desk(tmp_path, POLICY) as here, here.page() as page, here.client() as ann:
            here.office.show("other")
            await until(lambda: bool(here.service.room.session("ann").flags))
            me = (await ann.get("/api/me")).json()
            assert me["notices"] == []
            assert me["flags"] == []
            here.office.show("agent")  # now it is over, and the agent can dispute it
            me = await page.until(lambda me: me["flags"])
            assert me["flags"][0]["rule"] == "different_person"
            assert all(one["t"] != "notice" for one in page.heard)


class TestIndicator:
    def show(self, here: Desk) -> None:
        here.office.platform.happen(VideoStarts("ann", account("ann"), UNTOLD, (b"agent",)))

    async def test_no_picture_is_opened_before_the_page_says_that_it_shows(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page(answers=False) as page:
            self.show(here)
            begun = await page.told("look_begins")
            assert begun["source"] == "meeting"
            assert begun["text"].startswith("You are being looked at")
            assert here.office.platform.looks == []
            await page.say(t="shown", look_id=begun["look_id"])
            await until(lambda: bool(here.office.platform.looks))
            me = await page.until(lambda me: me["look"])
            assert me["look"]["look_id"] == begun["look_id"]

    async def test_without_a_page_there_is_no_look(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.client() as ann:
            self.show(here)
            skipped = lambda: any(r.kind == "look_skipped" for _, r in here.office.records)  # noqa: E731
            await until(skipped)
            assert here.office.platform.looks == []
            assert (await ann.get("/api/me")).json()["why_no_look_code"] == "notice_not_shown"


class TestNotices:
    def notice(self, notice_id: str = "n1", kind: NoticeKind = NoticeKind.MADE_AWAY) -> Notice:
        return Notice(notice_id, account("ann"), kind, "You were set to Away.", 2_000_000_000.0)

    async def test_one_that_stands_on_the_screen_has_reached_the_agent(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page() as page:
            screen = here.service.screens.screen_of("ann")
            assert screen is not None
            await screen.notify(self.notice())
            me = await page.until(lambda me: me["notices"])
            assert me["notices"][0]["text"] == "You were set to Away."

    async def test_one_that_the_page_does_not_show_has_not(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.page(answers=False) as page:
            screen = here.service.screens.screen_of("ann")
            assert screen is not None
            waiting = asyncio.create_task(screen.notify(self.notice()))
            await page.told("notice")
            await page.socket.close()
            with pytest.raises(GiveUp):
                async with asyncio.timeout(10):
                    await waiting

    async def test_the_delay_runs_from_what_the_page_has_shown(self, tmp_path: Path) -> None:
        policy = SLOW.model_copy(update={"absence": AbsenceRule(agent_first_s=60.0, min_flag_s=60.0)})
        async with desk(tmp_path, policy) as here, here.page() as page:
            here.office.show("nobody")
            told = await page.told("notice")
            assert "not seen you" in told["notice"]["text"]
            await until(lambda: here.service.room.session("ann").episodes[0].reached)


class TestRoles:
    async def test_it_is_for_agents(self, tmp_path: Path) -> None:
        async with desk(tmp_path) as here, here.socket() as socket:
            token = here.served.guard.issue("lee", [Role.LEAD], TAB)
            await socket.send(json.dumps({"t": "hello", "v": 1, "token": token, "tab": TAB}))
            assert await closed(socket) == 4403
