"""Told first, my log, my flags: what the agent says reaches the engine, and what it did reaches the agent."""

import json
import re
import zipfile
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from atdesk_core.reviewing import flags_of
from atdesk_core.session import RecordKind
from atdesk_sdk import FlagStatus
from tests.browser.camera import FakeCamera
from tests.browser.house import House, Vision, open_house
from tests.browser.page.desk import UNHURRIED, come, records, told
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until


@pytest_asyncio.fixture(loop_scope="session")
async def unhurried(vision: Vision, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("unhurried"), vision, policy=UNHURRIED) as opened:
        yield opened


async def told_first(house: House, tabs: Tabs, camera: FakeCamera) -> Page:
    """Somebody was there, and is not any more: the page says so before anybody else knows."""
    page = await come(house, tabs)
    await told(house, RecordKind.FINDING, what="present")
    camera.show("empty")
    await expect(page.locator(".notice")).to_be_visible()
    return page


async def test_the_agent_is_told_first_with_the_time_that_is_left(
    unhurried: House,
    tabs: Tabs,
    camera: FakeCamera,
) -> None:
    page = await told_first(unhurried, tabs, camera)
    await expect(page.locator(".countdown")).to_contain_text("until your lead can see anything")
    before = await page.locator(".countdown").inner_text()
    await expect(page.locator(".countdown")).not_to_have_text(before)
    await expect(page).to_have_title(re.compile(r"^\(!\) .+ - atdesk$"))
    assert unhurried.office.platform.flags == {}
    await expect(page.locator(".notice .actions button")).to_have_count(4)


async def test_coming_back_ends_it_before_anybody_else_hears_of_it(
    unhurried: House,
    tabs: Tabs,
    camera: FakeCamera,
) -> None:
    page = await told_first(unhurried, tabs, camera)
    camera.show("seated")
    await page.locator(".notice").get_by_role("button", name="I'm back").click()
    await expect(page.locator(".notice")).to_have_count(0)
    assert unhurried.office.platform.flags == {}
    assert unhurried.office.platform.writes == []


async def test_one_click_on_the_notice_makes_it_a_break(
    unhurried: House,
    tabs: Tabs,
    camera: FakeCamera,
) -> None:
    page = await told_first(unhurried, tabs, camera)
    await page.locator(".notice").get_by_role("button", name="Make it a break").click()
    await expect(page.locator(".notice")).to_have_count(0)
    await expect(page.locator("#status")).to_have_attribute("data-state", "break")


async def test_its_wrong_goes_out_with_the_agents_own_words_before_a_lead_sees_anything(
    unhurried: House,
    tabs: Tabs,
    camera: FakeCamera,
) -> None:
    page = await told_first(unhurried, tabs, camera)
    wrong = page.locator(".notice").get_by_role("button", name="It's wrong", exact=True)
    await wrong.click()
    await expect(wrong).to_have_attribute("aria-expanded", "true")
    await page.get_by_label("What is wrong?").fill("The sun was behind me")
    await page.get_by_role("button", name="Say that it is wrong").click()
    await expect(page.locator(".notice")).to_contain_text("You said that it is wrong")
    assert "The sun" not in json.dumps([dict(one.data) for _, one in unhurried.office.records])


async def test_a_flag_is_disputed_with_a_text_and_nobody_may_use_it(
    tabs: Tabs, camera: FakeCamera, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("flag"), vision) as house:
        page = await come(house, tabs)
        await told(house, RecordKind.FINDING, what="present")
        camera.show("empty")
        await until(lambda: bool(house.office.platform.flags), 30.0)
        await page.get_by_role("link", name="Flags").click()
        await expect(page.locator("#flags-open")).to_have_text("1")
        await page.get_by_label("What is wrong about it?").fill("I was at the printer")
        await page.get_by_role("button", name="Dispute").click()
        await expect(page.locator(".mine")).to_contain_text("I was at the printer")
        await expect(page.locator("#flag-list form")).to_be_hidden()
        (flag,) = await flags_of(house.service.store, "ann", 0.0)
        assert FlagStatus(flag.status) is FlagStatus.DISPUTED
        await page.close()


async def test_the_log_has_a_line_for_every_look(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs)
    await told(house, RecordKind.LOOK_ENDED)
    await page.get_by_role("button", name="Pause", exact=True).click()
    await told(house, RecordKind.PAUSE)
    await page.get_by_role("link", name="Log").click()
    await page.get_by_label("Looks only").check()
    looks = len(records(house, RecordKind.LOOK_ENDED))
    await expect(page.locator("#log-count")).to_contain_text(f"{looks} look")
    await expect(page.locator("#log-rows tr[data-kind=look]")).to_have_count(looks)
    await page.get_by_label("Looks only").uncheck()
    await expect(page.locator("#log-rows tr[data-kind=pause]").first).to_be_visible()


async def test_the_whole_log_can_be_taken_along_with_its_proof(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs, "log")
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Export everything").click()
    download = await coming.value
    with zipfile.ZipFile(await download.path()) as packed:
        names = packed.namelist()
    assert any(name.endswith("index.html") for name in names)
    assert any("proof/" in name for name in names)
    await expect(page.locator("#log-said")).to_contain_text("Saved")


async def test_the_log_prints_without_the_page_round_it(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs, "log")
    await expect(page.locator("#log-heading")).not_to_be_empty()
    await page.emulate_media(media="print")
    for hidden in ("#status", "#nav", "#log-print"):
        await expect(page.locator(hidden)).to_be_hidden()
    await expect(page.locator("#log-title")).to_be_visible()
