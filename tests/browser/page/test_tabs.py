"""Whose page it is: signed out, over in the middle, in another tab. In a frame: tests/browser/hosts."""

import asyncio
import json

from playwright.async_api import Route, WebSocketRoute, expect

from tests.browser.house import KEPT, House
from tests.browser.page.desk import come, connected, signs_in_beside
from tests.browser.tabs import Tabs

CLOSED_BY_SERVICE = "401|WebSocket"
ENDS_SOON = """
(key) => { const kept = JSON.parse(sessionStorage.getItem(key));
  sessionStorage.setItem(key, JSON.stringify({ ...kept, expires_at: Date.now() / 1000 + 100 })); }
"""


async def test_somebody_who_is_not_signed_in_is_offered_to_and_sees_nothing_else(
    tabs: Tabs, house: House
) -> None:
    page = await tabs.open(house.page_url)
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(page.locator("#views")).to_be_hidden()
    await expect(page.locator("#nav")).to_be_hidden()
    await expect(page.locator("#stop")).to_be_hidden()


async def test_one_signs_in_in_the_same_window_and_comes_back_to_the_page(tabs: Tabs, house: House) -> None:
    page = await tabs.open(house.page_url)
    await page.get_by_role("button", name="Sign in with").click()
    await page.get_by_role("link", name="Ben Agent").click()
    await connected(page)
    await expect(page.locator("#person")).to_have_text("Ben Agent")
    assert "code" not in page.url
    kept = await page.evaluate("(key) => Object.keys(JSON.parse(sessionStorage.getItem(key))).sort()", KEPT)
    assert kept == ["expires_at", "name", "person", "tab", "token"]


async def test_a_sign_in_that_ends_in_the_middle_is_made_anew_beside_the_page(
    tabs: Tabs, house: House
) -> None:
    tabs.forgive(CLOSED_BY_SERVICE)
    page = await come(house, tabs, "log", agent_id="ben")
    await page.get_by_label("Looks only").check()
    house.guard.end_all("ben")
    await expect(page.get_by_role("heading", name="Your sign-in is over")).to_be_visible()
    await expect(page.locator("#alert")).to_have_text("Your sign-in is over")
    await signs_in_beside(page, "Ben Agent")
    await connected(page)
    await expect(page.get_by_label("Looks only")).to_be_checked()


async def test_a_sign_in_that_ends_soon_can_be_made_anew_without_interrupting_anything(
    tabs: Tabs, house: House
) -> None:
    page = await come(house, tabs, agent_id="ben")
    await page.evaluate(ENDS_SOON, KEPT)
    await page.reload()
    await connected(page)
    await expect(page.locator("#soon-text")).to_contain_text("nothing is interrupted")
    await page.get_by_role("button", name="Sign in again now").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
    await expect(page.locator("#views")).to_be_visible()
    await signs_in_beside(page, "Ben Agent")
    await connected(page)
    await expect(page.locator("#soon")).to_be_hidden()


async def test_two_tabs_are_never_both_the_one_that_shows_looks(tabs: Tabs, house: House) -> None:
    tabs.forgive(CLOSED_BY_SERVICE)
    first = await come(house, tabs, agent_id="ben")
    second = await come(house, tabs, agent_id="ben")
    await expect(first.get_by_role("heading", name="This page is open in another tab")).to_be_visible()
    await expect(first.locator("#status")).to_have_attribute("data-state", "none")
    await first.get_by_role("button", name="Use it here").click()
    await connected(first)
    await expect(second.get_by_role("heading", name="This page is open in another tab")).to_be_visible()


async def test_a_tab_that_comes_back_takes_nothing_from_the_one_that_was_taken_up_since(
    tabs: Tabs, house: House
) -> None:
    tabs.forgive(CLOSED_BY_SERVICE, "ERR_INTERNET_DISCONNECTED")
    first = await come(house, tabs, agent_id="ben")
    await first.context.set_offline(True)
    await expect(first.locator("#status")).to_have_attribute("data-state", "lost")
    second = await come(house, tabs, agent_id="ben")
    await first.context.set_offline(False)
    await expect(first.get_by_role("heading", name="This page is open in another tab")).to_be_visible()
    await expect(first.locator("#status")).to_have_attribute("data-state", "none")
    await connected(second)
    await expect(second.get_by_role("heading", name="This page is open in another tab")).to_be_hidden()


async def test_a_click_whose_line_is_long_in_coming_takes_nothing_from_a_tab_that_was_opened_after_it(
    tabs: Tabs, house: House
) -> None:
    tabs.forgive(CLOSED_BY_SERVICE)
    first, line = await come(house, tabs, agent_id="ben"), asyncio.Event()
    second = await come(house, tabs, agent_id="ben")
    await expect(first.get_by_role("heading", name="This page is open in another tab")).to_be_visible()

    async def late(socket: WebSocketRoute) -> None:
        await line.wait()
        socket.connect_to_server()

    await first.route_web_socket("**/live", late)
    await first.get_by_role("button", name="Use it here").click()
    third = await come(house, tabs, agent_id="ben")
    await expect(second.get_by_role("heading", name="This page is open in another tab")).to_be_visible()
    line.set()
    await expect(first.get_by_role("heading", name="This page is open in another tab")).to_be_visible()
    await connected(third)
    await expect(third.get_by_role("heading", name="This page is open in another tab")).to_be_hidden()


async def test_a_look_that_is_told_in_the_moment_in_which_another_tab_takes_over_does_not_stay_up(
    tabs: Tabs, house: House
) -> None:
    """What holds is shown in the language of the agent, whose words may come when the page is over."""
    tabs.forgive(CLOSED_BY_SERVICE)
    page, words, asked = (
        await tabs.open(f"{house.origin}/healthz", locale="fr-FR"),
        asyncio.Event(),
        asyncio.Event(),
    )

    async def slowly(route: Route) -> None:
        asked.set()
        await words.wait()
        await route.continue_()

    sockets: list[WebSocketRoute] = []

    def with_a_look(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        sockets.append(socket)
        server.on_message(lambda message: socket.send(_looked_at(str(message))))

    await page.route("**/words/en.json", slowly)
    await page.route_web_socket("**/live", with_a_look)
    await house.sign_in(page, "ben")
    await page.goto(house.page_url)
    await asked.wait()
    await expect(page.locator("body")).to_have_attribute("data-look", "")
    await sockets[0].close(code=4409)
    words.set()
    await expect(page.get_by_role("heading", name="This page is open in another tab")).to_be_visible()
    await expect(page.locator("#status")).to_have_attribute("data-state", "none")
    await expect(page.locator("body")).not_to_have_attribute("data-look", "")


def _looked_at(said: str) -> str:
    """The same with a look in it, where it is all that holds."""
    message = json.loads(said)
    if message["t"] == "me":
        look = {"look_id": "look-1", "since": 0.0, "source": "meeting", "reason": "watch", "text": "now"}
        message["me"]["look"] = look
    return json.dumps(message)


async def test_two_people_at_one_desk_never_see_each_others_page(tabs: Tabs, house: House) -> None:
    tabs.forgive(CLOSED_BY_SERVICE)
    page = await come(house, tabs, agent_id="ann")
    await expect(page.locator("#person")).to_have_text("Ann Agent")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") <= 1
    await page.reload()
    await expect(page.locator("#views")).to_be_hidden()
    await house.sign_in(page, "ben")
    await page.reload()
    await connected(page)
    await expect(page.locator("#person")).to_have_text("Ben Agent")
    await expect(page.locator("body")).not_to_contain_text("Ann Agent")


async def test_a_code_that_is_no_good_says_so_and_can_be_tried_again(tabs: Tabs, house: House) -> None:
    tabs.forgive("401")
    page = await tabs.open(house.page_url)
    await expect(page.locator("#providers button")).to_have_count(1)
    await page.goto("about:blank")
    await page.goto(f"{house.page_url}#code=no-such-code")
    await expect(page.locator("#out-said")).to_have_text("The sign-in did not work. Please try again.")
    await expect(page.locator("#providers button")).to_have_count(1)
