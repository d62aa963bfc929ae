"""Desk checks that are to come, on the agent's page: read, and moved once without a reason."""

import time
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from atdesk_core.desk_checks import DeskCheck, Status, desk_check, schedule
from atdesk_core.policy.safeguards import DeskCheckRule
from tests.browser.house import PAGE_POLICY, Vision, open_house
from tests.browser.packages import violations
from tests.browser.page.desk import come
from tests.browser.tabs import Tabs

WITH_CHECKS = PAGE_POLICY.model_copy(update={"desk_check": DeskCheckRule(enabled=True, announce_min_s=2.0)})


async def test_an_agent_reads_when_somebody_looks_and_moves_it_once(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    now = time.time()
    check = DeskCheck("c1", "ann", now + 7200, "lee", now, status=Status.ANNOUNCED, announced_at=now)
    async with open_house(tmp_path_factory.mktemp("checks"), vision, policy=WITH_CHECKS) as house:
        await schedule(house.service.store, [check], [])
        page = await come(house, tabs, width=320)
        listed = page.locator("#desk-check-list li")
        await expect(listed).to_contain_text("you were told of it")
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320

        to = datetime.fromtimestamp(now + 5400, UTC).replace(second=0, microsecond=0)
        await page.get_by_label("Move it to").fill(to.strftime("%Y-%m-%dT%H:%M"))
        await page.get_by_role("button", name="Move", exact=True).click()

        await expect(page.locator("#desk-said")).to_have_text("Moved. You will be told of it anew.")
        await expect(listed.locator("form")).to_have_count(0)
        moved = await desk_check(house.service.store, "c1")
        assert (moved.at, moved.moved) == (to.timestamp(), True)
        await page.close()


async def test_who_has_none_to_come_reads_nothing_of_them(
    tabs: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("none"), vision, policy=WITH_CHECKS) as house:
        page = await come(house, tabs)
        await expect(page.locator("#person")).to_have_text("Ann Agent")
        await expect(page.locator("#desk-checks")).to_be_hidden()
        await page.close()
