"""A silent keyboard: by the browser's own detector, in a window of its own, after one click, never a key."""

from typing import Any

import pytest
from playwright.async_api import Request, expect

from atdesk_core.policy import InputIdleRule
from atdesk_core.session import RecordKind
from tests.browser.house import PAGE_POLICY, House, Vision, open_house
from tests.browser.page.desk import come, told
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until

ASKING = PAGE_POLICY.model_copy(update={"input_idle": InputIdleRule(enabled=True)})


async def test_the_browser_says_that_keyboard_and_mouse_rest_and_nothing_else(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("idle"), vision, policy=ASKING) as house:
        page = await come(house, tabs, camera=False)
        await expect(page.locator("#idle-standing")).to_contain_text("Not allowed yet")
        await page.get_by_role("button", name="Allow it").click()
        await expect(page.locator("#idle-standing")).to_contain_text("Nothing follows from that")
        browser = await page.context.new_cdp_session(page)
        target = await browser.send("Target.getTargetInfo")
        context = target["targetInfo"]["browserContextId"]
        allowed = {"permissions": ["idleDetection"], "origin": house.origin, "browserContextId": context}
        await browser.send("Browser.grantPermissions", allowed)
        said: list[Any] = []

        def overhear(request: Request) -> None:
            if request.url.endswith("/api/me/idle"):
                said.append(request.post_data_json)

        page.on("request", overhear)
        await page.reload()
        await expect(page.locator("#idle-standing")).to_contain_text("never a key")
        await browser.send("Emulation.setIdleOverride", {"isUserActive": False, "isScreenUnlocked": True})
        await told(house, RecordKind.INPUT)
        await until(lambda: bool(said), 30.0)
        assert [one["idle"] for one in said] == [True]
        assert set(said[0]) == {"idle", "idle_for_s"}
        await browser.send("Emulation.setIdleOverride", {"isUserActive": True, "isScreenUnlocked": True})
        await until(lambda: said[-1]["idle"] is False, 30.0)
        await page.close()


async def test_nobody_is_asked_where_the_policy_does_not_want_it(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs)
    await expect(page.locator("#idle")).to_be_hidden()
