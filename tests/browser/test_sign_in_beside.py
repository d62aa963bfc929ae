"""Signing in at a desk that two people share, and in a window that a stranger's page has opened."""

from playwright.async_api import expect

from atdesk_core.web.sign_in import tab_hash
from tests.browser.house import House
from tests.browser.page.desk import connected
from tests.browser.tabs import Tabs

LISTEN = """window.heard = []; addEventListener("message", (event) => window.heard.push(event.data));"""


async def test_somebody_else_signs_in_beside_and_neither_page_becomes_the_others(
    tabs: Tabs, house: House
) -> None:
    first = await tabs.open(house.page_url)
    await house.sign_in(first, "ann")
    await first.reload()
    await connected(first)
    second = await first.context.new_page()
    await second.goto(house.page_url)
    await second.get_by_role("button", name="Sign in with").click()
    await second.get_by_role("link", name="Ben Agent").click()
    await connected(second)

    await first.reload()
    await connected(first)

    await expect(first.locator("#person")).to_have_text("Ann Agent")
    await expect(second.locator("#person")).to_have_text("Ben Agent")


async def test_a_page_of_another_origin_that_opened_the_window_never_hears_the_code(
    tabs: Tabs, house: House
) -> None:
    tabs.forgive("Failed to execute 'postMessage'")
    elsewhere = await tabs.open(house.origin.replace("127.0.0.1", "localhost") + "/healthz")
    await elsewhere.evaluate(LISTEN)
    start = f"{house.origin}/sign-in/demo/start?tab={tab_hash('of whoever opened it')}"
    async with elsewhere.expect_popup() as opened:
        await elsewhere.evaluate("(url) => { window.open(url); }", start)
    popup = await opened.value
    async with popup.expect_event("close"):
        await popup.get_by_role("link", name="Ann Agent").click()

    await elsewhere.evaluate("() => new Promise((done) => setTimeout(done))")

    assert await elsewhere.evaluate("window.heard") == []
