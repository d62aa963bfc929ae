"""The socket for frames: opened by a look whose indicator is painted, closed some time after the last one."""

import pytest

from tests.browser.house import PAGE_POLICY, Vision, open_house
from tests.browser.page.desk import overheard
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until

SELDOM = PAGE_POLICY.model_copy(
    update={"looks": PAGE_POLICY.looks.model_copy(update={"watch_every_s": 6.0, "max_s": 2.0})}
)


async def test_the_socket_comes_with_a_look_and_goes_some_time_after_it(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atdesk_core.runtime.pages.waiting.ALONE_S", 0.5)
    async with open_house(tmp_path_factory.mktemp("seldom"), vision, policy=SELDOM) as house:
        page, heard = await overheard(house, tabs)
        await until(lambda: heard.closed == ["frames"], 30.0)
        (video,) = house.service.room.session("ann").videos
        order = [said for _, _, said in heard.said if isinstance(said, bytes) or said["t"] != "me"]
        kinds = ["frame" if isinstance(one, bytes) else one["t"] for one in order]
        steps = ["camera", "shown", "frames", "look_start", "opened", "frame", "look_end"]
        assert [kinds.index(one) for one in steps] == sorted(kinds.index(one) for one in steps)
        # The first "shown" may come before it: the whole state tells of a look, too.
        assert kinds.index("camera") < kinds.index("look_begins") < kinds.index("frames")
        first = order[kinds.index("look_start")]["look_id"]
        assert order[kinds.index("shown")]["look_id"] == first
        assert heard.named("frames")[-1] == {"t": "frames", "open": False}
        sent = len(heard.frames)
        await until(lambda: len(heard.frames) > sent, 30.0)
        assert house.service.room.session("ann").videos == (video,), "to the engine it is one video all along"
        await page.close()


async def test_looks_that_keep_coming_share_one_socket(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("often"), vision) as house:
        page, heard = await overheard(house, tabs)
        await until(lambda: len(heard.named("look_start")) >= 3, 30.0)
        assert heard.named("frames") == [{"t": "frames", "open": True}]
        assert heard.closed == []
        await page.close()
