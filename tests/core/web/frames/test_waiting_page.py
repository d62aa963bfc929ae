"""A page that waits for looks: its socket comes with a look, and the engine sees one video all along."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_sdk import PauseChanged, PausedBy
from tests.core.runtime.office import account, until
from tests.core.web.frames.desk import PAGE_POLICY, PICTURE, Sender, eventually
from tests.core.web.frames.waiting import WaitingDesk, not_wanted, said, waiting_desk, wanted

SELDOM = PAGE_POLICY.model_copy(
    update={"looks": PAGE_POLICY.looks.model_copy(update={"watch_every_s": 3.0, "max_s": 1.0})}
)
OTHER_TAB = "another tab of hers, with a secret of its own"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[WaitingDesk]:
    async with waiting_desk(tmp_path) as here:
        yield here


async def served_look(here: WaitingDesk, sender: Sender) -> str:
    """One look that comes to something. Returns its id."""
    before = len(here.desk.eyes.seen)
    look = await sender.told("look_start")
    await sender.send(look["look"])
    await eventually(lambda: len(here.desk.eyes.seen) > before)
    return str(look["look_id"])


async def test_the_socket_is_asked_for_when_the_indicator_is_acknowledged_and_serves_the_same_video(
    here: WaitingDesk,
) -> None:
    async with here.page(reason="") as page:
        page.answers = False
        begun = await page.told("look_begins")
        assert begun["source"] == "page"
        videos = here.videos
        assert said(page, "frames") == []
        await page.say(t="shown", look_id=begun["look_id"])
        await wanted(page)
        page.answers = True
        async with here.frames() as sender:
            assert await served_look(here, sender) == begun["look_id"]
            assert here.desk.eyes.seen[0] == ("ann", PICTURE)
            await sender.told("look_end")
            assert here.videos == videos
    assert "no_signal" not in here.desk.ended()[:1]


async def test_a_socket_that_looks_keep_coming_over_stays(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        async with here.frames() as sender:
            for _ in range(3):
                await served_look(here, sender)
                await sender.told("look_end")
        assert [one["open"] for one in said(page, "frames")][:1] == [True]
        assert {"t": "frames", "open": False} not in page.heard


async def test_some_time_after_the_last_look_it_is_closed_and_the_next_look_opens_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kept in ("KEPT_S", "ALONE_S"):
        monkeypatch.setattr(f"atdesk_core.runtime.pages.waiting.{kept}", 0.1)
    async with waiting_desk(tmp_path, SELDOM) as here, here.page(reason="") as page:
        for times in (1, 2):
            await wanted(page, times)
            assert here.videos == ["1"]
            async with here.frames() as sender:
                await served_look(here, sender)
                await not_wanted(page, times)
        assert here.desk.nobody_is_harmed()


@pytest.mark.parametrize(
    ("reason", "becomes"),
    [
        ("denied", "camera_off"),
        ("unplugged", "camera_off"),
        ("muted", "camera_off"),
        ("paused", "stream_paused"),
        ("hidden", "no_signal"),
        ("something newer", "no_signal"),
    ],
)
async def test_a_page_that_has_no_camera_is_not_asked_and_the_reason_is_told(
    here: WaitingDesk, reason: str, becomes: str
) -> None:
    async with here.page(reason=reason) as page:
        await eventually(lambda: here.desk.ended()[:1] == [becomes])
        assert here.videos == []
        assert said(page, "frames") == []
        await page.say(t="camera", reason="")
        await wanted(page)
        async with here.frames() as sender:
            await served_look(here, sender)
    assert here.desk.nobody_is_harmed()


async def test_a_socket_that_does_not_come_is_no_signal_and_spends_no_frame(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        await eventually(lambda: here.desk.ended()[:1] == ["no_signal"])
        assert here.frames_spent == 0
        assert len(here.videos) == 1
        await wanted(page, 2)
        async with here.frames() as sender:
            await served_look(here, sender)
    assert here.desk.nobody_is_harmed()


async def test_a_sign_in_that_ends_while_the_socket_opens_opens_no_camera(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        token = here.desk.token()
        here.desk.pages.guard.end_all("ann")
        async with here.desk.socket() as sender:
            await sender.say(t="hello", v=1, source="page", token=token, tab=OTHER_TAB)
            assert await sender.closed() == (4401, "token")
        await page.say(t="alive")
        await eventually(lambda: here.desk.ended() == ["no_signal"])
        assert here.videos == []
    assert here.desk.eyes.seen == []
    assert here.desk.nobody_is_harmed()


async def test_a_sign_in_that_ends_behind_a_waiting_socket_gets_no_look(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        async with here.frames() as sender:
            await served_look(here, sender)
            here.desk.pages.guard.end_all("ann")
            assert await sender.closed() == (4401, "token")
            assert "no_signal" in here.desk.ended()
    assert here.desk.nobody_is_harmed()


async def test_a_pause_while_the_socket_opens_withdraws_the_look(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        now = time.time()
        here.desk.service.router.pause("ann", PauseChanged(account("ann"), True, PausedBy.AGENT, now, now))
        await eventually(lambda: len(here.desk.ended()) == 1)
        async with here.frames() as sender:
            await sender.send(1)
            assert (await sender.told("dropped"))["why"] == "no_look"
            assert here.desk.service.room.session("ann").look is None
    assert here.desk.eyes.seen == []


async def test_a_page_that_goes_while_its_socket_opens_takes_its_video_along(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        await page.socket.close()
        await eventually(lambda: here.desk.ended() == ["no_signal"])
        assert here.videos == []
    assert here.frames_spent == 0
    assert here.desk.nobody_is_harmed()


async def test_a_page_that_goes_takes_its_socket_along(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        async with here.frames() as sender:
            await served_look(here, sender)
            await page.socket.close()
            assert await sender.closed() == (1013, "try_later")
    await eventually(lambda: here.videos == [])
    assert here.desk.nobody_is_harmed()


async def test_a_second_tab_takes_over_and_the_link_of_the_first_goes(here: WaitingDesk) -> None:
    async with here.page(reason="") as first:
        await wanted(first)
        async with here.frames() as of_first:
            await served_look(here, of_first)
            before = here.videos
            async with here.page(tab=OTHER_TAB) as second:
                assert (await of_first.closed())[0] == 1013
                assert here.videos == []
                await second.say(t="camera", reason="")
                await wanted(second)
                assert here.videos != before
                async with here.frames(OTHER_TAB) as of_second:
                    await served_look(here, of_second)
    assert here.desk.nobody_is_harmed()


async def test_the_socket_of_a_superseded_tab_serves_nobody(here: WaitingDesk) -> None:
    async with here.page(reason="") as first:
        await wanted(first)
        async with here.page(tab=OTHER_TAB, reason="") as second:
            await wanted(second)
            async with here.frames(OTHER_TAB) as sender:
                await served_look(here, sender)
                assert len(here.videos) == 1


async def test_another_client_of_the_protocol_takes_over_as_ever(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        async with here.frames() as own:
            await served_look(here, own)
            async with here.frames(OTHER_TAB) as other:
                assert await own.closed() == (4409, "superseded")
                await served_look(here, other)
                await page.say(t="camera", reason="denied")
                await served_look(here, other)
    assert here.desk.nobody_is_harmed()


async def test_a_socket_that_is_lost_in_a_look_ends_that_look_and_no_more(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        videos = here.videos
        async with here.frames() as sender:
            await sender.told("look_start")
            sender.socket.transport.abort()
            await eventually(lambda: here.desk.ended()[:1] == ["no_signal"])
        assert here.videos == videos
        await wanted(page, 2)
        async with here.frames() as again:
            await served_look(here, again)
    assert here.desk.nobody_is_harmed()


async def test_a_socket_that_the_page_opens_twice_serves_once(here: WaitingDesk) -> None:
    async with here.page(reason="") as page:
        await wanted(page)
        async with here.frames() as older, here.frames() as newer:
            assert (await older.closed())[0] == 1013
            await served_look(here, newer)
    await until(lambda: here.videos == [])
