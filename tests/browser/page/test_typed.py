"""What somebody has half typed when their sign-in ends, in a window of its own: kept for them alone."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.camera import FakeCamera, jpegs_of
from tests.browser.house import PAGE_POLICY, House, Vision, open_house
from tests.browser.page.desk import UNHURRIED, come, connected, signs_in_beside
from tests.browser.tabs import Tabs
from tests.core.runtime.office import until

CLOSED_BY_SERVICE = "401|WebSocket"
TEXT = "I was at the printer, as on every Monday"
STORED = "() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])"
TYPED = "() => [...document.querySelectorAll('textarea')].map((one) => one.value)"
NO_POPUPS = "() => { globalThis.open = () => null; }"


async def flagged(house: House, tabs: Tabs) -> Page:
    """Ann's page, with a flag of hers to dispute; her meeting goes on whatever becomes of the page."""
    page = await come(house, tabs, "flags")
    house.office.show_pictures(jpegs_of("seated"))
    await until(lambda: house.service.room.session("ann").judge.verdict.finding is not None, 30.0)
    house.office.show_pictures(jpegs_of("empty"))
    await until(lambda: bool(house.office.platform.flags), 30.0)
    await page.get_by_label("What is wrong about it?").fill(TEXT)
    return page


async def is_over(house: House, page: Page) -> None:
    house.guard.end_all("ann")
    await expect(page.get_by_role("heading", name="Your sign-in is over")).to_be_visible()


@pytest.fixture
def forgiving(tabs: Tabs) -> Tabs:
    tabs.forgive(CLOSED_BY_SERVICE)
    return tabs


async def test_a_dispute_is_still_there_for_the_same_person_and_goes_out(
    forgiving: Tabs, camera: FakeCamera, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("typed"), vision) as house:
        page = await flagged(house, forgiving)
        await is_over(house, page)
        assert TEXT not in await page.evaluate(STORED), "it lies in the page alone"
        await signs_in_beside(page, "Ann Agent")
        await connected(page)
        await expect(page.get_by_label("What is wrong about it?")).to_have_value(TEXT)
        await page.get_by_role("button", name="Dispute").click()
        await expect(page.locator(".mine")).to_contain_text(TEXT)
        assert TEXT not in await page.evaluate(STORED)
        await page.close()


async def test_its_wrong_is_still_there_for_the_same_person(
    forgiving: Tabs, camera: FakeCamera, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("wrong"), vision, policy=UNHURRIED) as house:
        page = await come(house, forgiving)
        house.office.show_pictures(jpegs_of("seated"))
        await until(lambda: house.service.room.session("ann").judge.verdict.finding is not None, 30.0)
        house.office.show_pictures(jpegs_of("empty"))
        await expect(page.locator(".notice")).to_be_visible()
        await page.locator(".notice").get_by_role("button", name="It's wrong", exact=True).click()
        await page.get_by_label("What is wrong?").fill(TEXT)
        await is_over(house, page)
        await signs_in_beside(page, "Ann Agent")
        await connected(page)
        await expect(page.get_by_label("What is wrong?")).to_have_value(TEXT)
        await page.close()


async def test_another_person_who_signs_in_in_the_same_tab_never_sees_it(
    forgiving: Tabs, camera: FakeCamera, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("other"), vision) as house:
        page = await flagged(house, forgiving)
        await is_over(house, page)
        async with page.expect_event("load"):
            await signs_in_beside(page, "Ben Agent")
        await connected(page)
        await expect(page.locator("#person")).to_have_text("Ben Agent")
        await expect(page.locator("#flag-list li")).to_have_count(0)
        assert TEXT not in await page.content()
        assert TEXT not in await page.evaluate(STORED)
        await page.close()


async def test_whoever_signs_out_leaves_nothing_that_was_typed(
    forgiving: Tabs, camera: FakeCamera, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("left"), vision) as house:
        page = await flagged(house, forgiving)
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        typed = await page.evaluate(
            "() => [...document.querySelectorAll('textarea')].map((one) => one.value)"
        )
        assert set(typed) == {""}
        await page.close()


async def test_where_no_window_can_be_had_it_says_so_before_it_leaves_the_page(
    forgiving: Tabs, vision: Vision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(tmp_path_factory.mktemp("blocked"), vision, policy=PAGE_POLICY) as house:
        page = await come(house, forgiving)
        await page.evaluate(NO_POPUPS)
        await is_over(house, page)
        await page.get_by_role("button", name="Sign in with").click()
        await expect(page.locator("#out-said")).to_contain_text("did not let a window open")
        await page.get_by_role("button", name="Sign in with").click()
        await page.get_by_role("link", name="Ann Agent").click()
        await connected(page)
        await page.close()
