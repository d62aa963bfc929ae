"""A look through the page's camera: the indicator first, the engine's bounds, and the agent's own stop."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from atdesk_core.session import RecordKind
from tests.browser.camera import OCCUPIED, FakeCamera
from tests.browser.house import House, Vision, open_house
from tests.browser.page.desk import LONG, come, connected, is_over, overheard, records, told
from tests.browser.page.lids import CAMERA_OPEN, STILL_OPEN
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until

# As a console does that folds the page away: it is there, and runs, and nobody sees it.
FOLDED = (
    "() => addEventListener('DOMContentLoaded', () => { document.querySelector('header').hidden = true; })"
)


@pytest_asyncio.fixture(loop_scope="session")
async def long_looks(vision: Vision, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("long"), vision, policy=LONG) as opened:
        yield opened


async def test_no_frame_leaves_before_the_indicator_is_painted_and_acknowledged(
    tabs: Tabs, house: House
) -> None:
    page, heard = await overheard(house, tabs)
    await until(lambda: len(heard.frames) >= 2, 30.0)
    order = [said for _, direction, said in heard.said if direction == ">"]
    first = next(place for place, said in enumerate(order) if isinstance(said, bytes))
    shown = [said["look_id"] for said in order[:first] if isinstance(said, dict) and said["t"] == "shown"]
    begun = [said["look_id"] for said in heard.named("look_start")]
    assert begun[0] in shown
    assert heard.frames[0][:4] == b"ADF1"
    await told(house, RecordKind.FINDING, what="present")
    await page.close()


async def test_a_look_is_unmistakable_without_colour_and_said_to_a_screen_reader(
    long_looks: House,
    tabs: Tabs,
) -> None:
    page = await come(long_looks, tabs)
    await expect(page.locator("#status")).to_have_attribute("data-state", "look")
    await expect(page.locator("#look-line")).to_have_text("A look is on")
    await expect(page.locator("#look-more")).to_contain_text("through this page's camera")
    await expect(page.locator("#polite")).to_have_text("A look is on, through this page's camera.")
    await expect(page).to_have_title("LOOK ON - atdesk")
    assert "icon-look.svg" in str(await page.get_attribute("#icon", "href"))
    assert await page.locator(".eye-open").is_visible()
    assert not await page.locator(".eye-shut").is_visible()


async def test_one_click_on_pause_ends_an_open_look_at_the_engine_and_closes_the_camera(
    long_looks: House,
    tabs: Tabs,
) -> None:
    page, heard = await overheard(long_looks, tabs, script=CAMERA_OPEN)
    await until(lambda: len(heard.frames) >= 2, 30.0)
    look_id = heard.look_id
    assert not is_over(long_looks, look_id)
    await page.get_by_role("button", name="Pause", exact=True).click()
    await told(long_looks, RecordKind.PAUSE)
    await told(long_looks, RecordKind.LOOK_ENDED, look_id=look_id)
    await expect(page.locator("#quiet-line")).to_have_text("Paused")
    await expect(page).to_have_title("paused - atdesk")
    sent = len(heard.frames)
    assert await page.evaluate(STILL_OPEN) == 0
    await page.get_by_role("button", name="I'm back").click()
    await until(lambda: len(heard.frames) > sent)


async def test_a_page_that_nobody_can_see_acknowledges_nothing_and_opens_no_camera(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("folded"), vision) as house:
        page, heard = await overheard(house, tabs, script=FOLDED)
        await until(lambda: len(heard.named("look_begins")) >= 2, 30.0)
        await told(house, RecordKind.LOOK_ENDED, why="no_signal")
        await told(house, RecordKind.COULD_NOT_TELL, what="no_signal")
        assert heard.named("shown") == []
        assert heard.named("hello")[1:] == [], "not even the socket for frames is opened"
        assert heard.frames == []
        await page.close()


@pytest.mark.parametrize(
    ("trouble", "reason", "says"),
    [
        ("denied", "denied", "The browser does not let this page use the camera"),
        ("unplugged", "unplugged", "No camera was found"),
        ("in use", "in_use", "Another program has the camera"),
    ],
)
async def test_a_camera_that_cannot_be_had_is_explained_and_is_no_absence(
    tabs: Tabs,
    camera: FakeCamera,
    vision: Vision,
    tmp_path_factory: pytest.TempPathFactory,
    trouble: str,
    reason: str,
    says: str,
) -> None:
    async with open_house(tmp_path_factory.mktemp("trouble"), vision) as house:
        if trouble == "unplugged":
            camera.unplug()
        script = OCCUPIED if trouble == "in use" else ""
        page, heard = await overheard(house, tabs, script=script, camera=trouble != "denied")
        await until(lambda: reason in heard.reasons)
        await expect(page.locator("#camera-standing")).to_contain_text(says)
        await expect(page.locator("#camera-standing")).to_contain_text("Nothing is held against you")
        found = {one.data.get("what") for one in records(house, RecordKind.FINDING)}
        assert "absent" not in found
        await page.close()


async def test_a_covered_camera_is_could_not_tell(
    tabs: Tabs, camera: FakeCamera, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    camera.show("covered")
    async with open_house(tmp_path_factory.mktemp("covered"), vision) as house:
        page = await come(house, tabs)
        await told(house, RecordKind.COULD_NOT_TELL)
        assert not [one for one in records(house, RecordKind.FINDING) if one.data.get("what") == "absent"]
        await page.close()


async def test_after_a_reload_the_page_is_there_again(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs)
    await page.reload()
    await connected(page)
