"""Today on the page: what applies, pause and back, and what happens when nothing can be sent."""

import pytest
from playwright.async_api import Page, Route, expect

from atdesk_core.policy import PauseReason, PauseRule
from atdesk_core.session import RecordKind
from tests.browser.house import PAGE_POLICY, House, Vision, open_house
from tests.browser.page.desk import come, overheard, records, told
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until

NO_NETWORK = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK_CHANGED"


async def paused(page: Page) -> None:
    await expect(page.locator("#quiet-line")).to_have_text("Paused")


async def test_today_says_what_applies_which_meetings_and_what_is_left(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs)
    await expect(page.locator("#person")).to_have_text("Ann Agent")
    await expect(page.locator("#meeting-list")).to_contain_text("team room")
    await expect(page.locator("#policy-about")).to_contain_text("A. Person answers for it")
    await expect(page.locator("#sentences")).to_contain_text("Never while you are in a meeting")
    await expect(page.locator("#page-frames")).to_be_hidden()
    await expect(page.locator("#budget-left")).to_contain_text("are left for this shift")


async def test_the_keyboard_shortcut_pauses_and_ends_the_pause(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs, agent_id="ben")
    await page.keyboard.press("Alt+Shift+KeyP")
    await paused(page)
    assert records(house, RecordKind.PAUSE, "ben")
    await page.keyboard.press("Alt+Shift+KeyP")
    await expect(page.locator("#quiet-line")).not_to_have_text("Paused")


async def test_a_pause_with_a_reason_is_one_click_where_policy_has_reasons(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    policy = PAGE_POLICY.model_copy(
        update={"pause": PauseRule(reason=PauseReason.CATEGORY, categories=("water", "family"))}
    )
    async with open_house(tmp_path_factory.mktemp("reasons"), vision, policy=policy) as house:
        page = await come(house, tabs)
        await expect(page.locator("#categories button")).to_have_count(2)
        await page.locator("#categories button").first.click()
        await told(house, RecordKind.PAUSE, category="water")
        await paused(page)
        # The reasons go with the pause, and the keyboard's place with them.
        await expect(page.locator("#why-pause")).to_be_hidden()
        await page.close()


async def test_a_pause_that_cannot_be_sent_says_so_closes_the_camera_and_gets_through_by_itself(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tabs.forgive(NO_NETWORK)
    async with open_house(tmp_path_factory.mktemp("unsent"), vision) as house:
        page, heard = await overheard(house, tabs)
        await until(lambda: bool(heard.frames))

        async def lost(route: Route) -> None:
            await route.abort()

        await page.route("**/api/me/pause", lost)
        await page.get_by_role("button", name="Pause", exact=True).click()
        await expect(page.locator("#unsent-line")).to_contain_text("has not reached the service")
        assert not records(house, RecordKind.PAUSE)
        # Looks that are asked for meanwhile get no picture from here.
        await until(lambda: "paused" in heard.reasons)
        await page.unroute("**/api/me/pause")
        await told(house, RecordKind.PAUSE)
        await paused(page)
        await expect(page.locator("#unsent")).to_be_hidden()
        await page.close()


async def test_the_network_goes_for_a_while_and_comes_back_with_nothing_lost(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tabs.forgive(NO_NETWORK, "WebSocket")
    async with open_house(tmp_path_factory.mktemp("network"), vision) as house:
        page = await come(house, tabs)
        await page.context.set_offline(True)
        await expect(page.locator("#quiet-line")).to_have_text("Not connected")
        await expect(page.locator("#quiet-more")).to_contain_text("No look comes through this page meanwhile")
        await expect(page).to_have_title("not connected - atdesk")
        await page.get_by_role("button", name="Pause", exact=True).click()
        await expect(page.locator("#unsent-line")).to_contain_text("has not reached the service")
        await page.context.set_offline(False)
        await told(house, RecordKind.PAUSE)
        await paused(page)
        assert not [one for one in records(house, RecordKind.FINDING) if one.data.get("what") == "absent"]
        await page.close()
