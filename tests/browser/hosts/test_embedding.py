"""The agent's page in the frame of a console on another site: shown, refused, with a camera, signed in."""

import json
from urllib.parse import quote

import pytest
from playwright.async_api import Frame, Page, expect

from tests.browser.camera import jpegs_of
from tests.browser.hosts.consoles import console_on_loopback
from tests.browser.house import KEPT, House
from tests.browser.tabs import Tabs
from tests.browser.test_harness import BRIGHTNESS
from tests.core.runtime.office import until

GENESYS = "/me/?gcHostOrigin={{gcHostOrigin}}&gcTargetEnv={{gcTargetEnv}}&lang={{pcLangTag}}"
ZOOM = "/me/?host=zoom"
# What a browser does in the frame of another site where the person, or the company, blocks storage.
FORBIDDEN = """
Object.defineProperty(window, "sessionStorage", { get() {
  throw new DOMException("Access is denied for this document.", "SecurityError"); } });
"""
CONSOLES = pytest.mark.parametrize(("which", "path"), [("genesys", GENESYS), ("zoom", ZOOM)])


async def framed(tabs: Tabs, console: str, which: str, address: str, *, camera: bool = True) -> Page:
    return await tabs.open(f"{console}/{which}.html?app={quote(address, safe='')}", camera=camera)


def app_of(page: Page) -> Frame:
    frame = page.frame("app")
    assert frame is not None
    return frame


async def sign_in(page: Page) -> None:
    """As a person does: the button in the frame, the window that it opens, who one is."""
    app = page.frame_locator("[name=app]")
    async with page.expect_popup() as opening:
        await app.get_by_role("button", name="Demo").click()
    window = await opening.value
    async with window.expect_event("close"):
        await window.get_by_role("link", name="Ann Agent").click()
    await app.get_by_role("button", name="Sign out").wait_for()


@CONSOLES
async def test_a_console_that_may_frame_the_page_shows_it(
    tabs: Tabs, console: str, framed_house: House, which: str, path: str
) -> None:
    page = await framed(tabs, console, which, framed_house.origin + path)
    heading = page.frame_locator("[name=app]").get_by_role("heading", level=1)
    await heading.wait_for()
    assert "atdesk" in (await heading.inner_text())


@CONSOLES
async def test_any_other_origin_is_refused_by_the_browser_itself(
    tabs: Tabs, framed_house: House, which: str, path: str
) -> None:
    async with console_on_loopback() as another:
        tabs.forgive("frame-ancestors")
        page = await tabs.open("about:blank")
        async with page.expect_event("console", lambda said: "frame-ancestors" in said.text):
            await page.goto(f"{another}/{which}.html?app={quote(framed_house.origin + path, safe='')}")
        await until(lambda: [one.url for one in page.frames[1:]] == ["chrome-error://chromewebdata/"])


async def test_a_house_without_a_console_is_framed_by_nobody(tabs: Tabs, console: str, house: House) -> None:
    tabs.forgive("frame-ancestors")
    page = await tabs.open("about:blank")
    async with page.expect_event("console", lambda said: "frame-ancestors" in said.text):
        await page.goto(f"{console}/genesys.html?app={quote(house.origin + GENESYS, safe='')}")


@CONSOLES
async def test_the_camera_opens_in_the_frame_where_console_and_person_allow_it(
    tabs: Tabs, console: str, framed_house: House, which: str, path: str
) -> None:
    page = await framed(tabs, console, which, framed_house.origin + path)
    await page.frame_locator("[name=app]").get_by_role("heading", level=1).wait_for()
    assert (await app_of(page).evaluate(BRIGHTNESS))[0] == 640
    page = await framed(tabs, console, which, framed_house.origin + path, camera=False)
    await page.frame_locator("[name=app]").get_by_role("heading", level=1).wait_for()
    assert await app_of(page).evaluate(BRIGHTNESS) == "NotAllowedError"


@CONSOLES
async def test_signing_in_opens_a_window_and_signs_in_the_frame_and_no_other_tab(
    tabs: Tabs, console: str, framed_house: House, which: str, path: str
) -> None:
    page = await framed(tabs, console, which, framed_house.origin + path)
    await sign_in(page)
    kept = json.loads(await app_of(page).evaluate("(key) => sessionStorage.getItem(key)", KEPT))
    assert kept["token"]

    # Storage of a frame is parted by the site around it: a tab of its own knows nothing of it.
    own = await page.context.new_page()
    await own.goto(f"{framed_house.origin}/healthz")
    assert await own.evaluate("(key) => sessionStorage.getItem(key)", KEPT) is None
    assert await page.context.cookies() == []


async def test_a_browser_that_forbids_a_frame_to_store_anything_signs_in_all_the_same(
    tabs: Tabs, console: str, framed_house: House
) -> None:
    page = await tabs.open("about:blank")
    await page.add_init_script(FORBIDDEN)
    await page.goto(f"{console}/genesys.html?app={quote(framed_house.origin + GENESYS, safe='')}")
    await sign_in(page)


@CONSOLES
async def test_a_notice_reaches_the_console_around_the_page_once(
    tabs: Tabs, console: str, framed_house: House, which: str, path: str
) -> None:
    page = await framed(tabs, console, which, framed_house.origin + path)
    await sign_in(page)
    framed_house.office.show_pictures(jpegs_of("seated"))
    app = page.frame_locator("[name=app]")
    await expect(app.locator("#look")).to_be_visible()
    framed_house.office.show_pictures(jpegs_of("empty"))
    text = app.locator(".notice-text").first
    await expect(text).to_contain_text("We have not seen you")
    told = {"genesys": ("action", "showToast"), "zoom": ("apiName", "showNotification")}[which]
    await page.wait_for_function("([key, value]) => received.some((one) => one[key] === value)", arg=told)
    said = [one for one in await page.evaluate("received") if one[told[0]] == told[1]]
    assert [one.get("data", one)["message"] for one in said] == [await text.inner_text()]
    framed_house.office.hide("camera_off")
