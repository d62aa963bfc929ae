"""A camera that is lost in the middle of a look: explained, no absence, looked through when it is back."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from atdesk_core.session import RecordKind
from tests.browser.house import House, Vision, open_house
from tests.browser.page.desk import LONG, Overheard, is_over, overheard, records, told
from tests.browser.page.lids import LIFT, PULL_OUT, PUT_IN, SHUT, STILL_OPEN, WITH_A_LID, WITH_A_PLUG
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until


@pytest_asyncio.fixture(loop_scope="session")
async def own_house(vision: Vision, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("lost"), vision, policy=LONG) as opened:
        yield opened


async def in_a_look(house: House, tabs: Tabs, script: str) -> tuple[Page, Overheard]:
    """A page in the middle of a look that goes on."""
    page, heard = await overheard(house, tabs, script=script)
    await until(lambda: len(heard.frames) >= 2, 30.0)
    assert not is_over(house, heard.look_id)
    return page, heard


async def nothing_is_held_against_anybody(house: House, page: Page) -> None:
    await expect(page.locator("#camera-standing")).to_contain_text("Nothing is held against you")
    assert not [one for one in records(house, RecordKind.FINDING) if one.data.get("what") == "absent"]
    assert not house.office.platform.writes
    assert not house.office.platform.flags


async def camera_is_closed(page: Page) -> None:
    """It may be open for a moment once more, where the service has just asked again."""
    await page.wait_for_function(f"({STILL_OPEN})() === 0")


async def goes_on(heard: Overheard, page: Page) -> None:
    """Pictures come again, and the page says that all is well."""
    sent = len(heard.frames)
    await until(lambda: len(heard.frames) >= sent + 2, 30.0)
    await expect(page.locator("#camera-standing")).to_contain_text("Ready.")


async def test_a_lid_that_closes_in_a_look_is_could_not_tell_until_it_is_open_again(
    tabs: Tabs, own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("atdesk_core.runtime.pages.adapter.ASK_AGAIN_S", 2.0)
    page, heard = await in_a_look(own_house, tabs, WITH_A_LID)
    await page.evaluate(SHUT)
    await told(own_house, RecordKind.LOOK_ENDED, why="camera_off")
    await told(own_house, RecordKind.COULD_NOT_TELL, what="camera_off")
    assert heard.reasons[0] == "muted"
    await expect(page.locator("#camera-standing")).to_contain_text("a closed lid, or a switch on the camera")
    await camera_is_closed(page)
    await nothing_is_held_against_anybody(own_house, page)
    sent = len(heard.frames)
    await until(lambda: len(heard.reasons) >= 2, 30.0)
    assert set(heard.reasons) == {"muted"}, "the service asks again by itself, and hears the same"
    assert len(heard.frames) == sent
    await camera_is_closed(page)
    await page.evaluate(LIFT)
    await goes_on(heard, page)
    await page.close()


async def test_a_camera_unplugged_in_a_look_is_could_not_tell_until_it_is_plugged_in_again(
    tabs: Tabs, own_house: House
) -> None:
    page, heard = await in_a_look(own_house, tabs, WITH_A_PLUG)
    await page.evaluate(PULL_OUT)
    await told(own_house, RecordKind.LOOK_ENDED, why="camera_off")
    await told(own_house, RecordKind.COULD_NOT_TELL, what="camera_off")
    assert heard.reasons == ["unplugged"]
    await expect(page.locator("#camera-standing")).to_contain_text("No camera was found")
    await expect(page.locator("#status")).not_to_have_attribute("data-state", "look")
    await camera_is_closed(page)
    await nothing_is_held_against_anybody(own_house, page)
    await page.evaluate(PUT_IN)
    await goes_on(heard, page)
    await page.close()
