"""For everybody: keyboard alone, axe on every view, a narrow sidebar, light and dark, three languages."""

import time

import pytest
from playwright.async_api import Page, expect

from atdesk_core.identity import Known, Site, Vouching, import_roster, read_roster
from tests.browser.camera import FakeCamera
from tests.browser.conftest import Axe
from tests.browser.house import House, Vision, open_house
from tests.browser.page.desk import UNHURRIED, come
from tests.browser.tabs import Tabs

VIEWS = ("today", "log", "flags", "agree", "test")
SMALL = """
() => [...document.querySelectorAll("button, a, select, input, textarea")].filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return one.checkVisibility() && !one.matches(".skip") && (width < 24 || height < 24);
  }).map((one) => one.outerHTML)
"""


async def settled(page: Page, view: str) -> None:
    """The view is there, with what it gets from the service."""
    await expect(page.locator(f"#view-{view} h2:visible").first).to_be_visible()
    if view == "agree":
        await expect(page.locator("#consent-text p").first).to_be_visible()
    if view == "log":
        await expect(page.locator("#log-count")).not_to_be_empty()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_nothing_in_any_view(
    tabs: Tabs, house: House, axe: Axe, width: int, dark: bool
) -> None:
    page = await come(house, tabs, width=width, dark=dark)
    for view in VIEWS:
        await page.evaluate("(view) => { location.hash = view }", view)
        await settled(page, view)
        assert await axe(page) == [], view
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, view
        assert await page.evaluate(SMALL) == [], view


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_axe_finds_nothing_in_a_notice_a_pause_a_break_or_signed_out(
    tabs: Tabs,
    camera: FakeCamera,
    axe: Axe,
    vision: Vision,
    tmp_path_factory: pytest.TempPathFactory,
    dark: bool,
) -> None:
    async with open_house(tmp_path_factory.mktemp("axe"), vision, policy=UNHURRIED) as house:
        page = await come(house, tabs, dark=dark, width=320)
        camera.show("empty")
        await expect(page.locator(".notice")).to_be_visible()
        assert await axe(page) == []
        await page.locator(".notice").get_by_role("button", name="Pause").click()
        await expect(page.locator("#quiet-line")).to_have_text("Paused")
        assert await axe(page) == []
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert await axe(page) == []
        await page.close()


async def test_the_keyboard_alone_is_enough(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs, agent_id="ben")
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("Skip to the page")).to_be_focused()
    await reach(page, "#pause")
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    # The button that takes its place takes the focus.
    await expect(page.locator("#back")).to_be_focused()
    await page.keyboard.press("Space")
    await expect(page.locator("#pause")).to_be_focused()
    await reach(page, 'nav a[href="#log"]')
    await page.keyboard.press("Enter")
    await expect(page.locator("#log-title")).to_be_focused()
    await reach(page, "#log-looks")
    await page.keyboard.press("Space")
    await expect(page.get_by_label("Looks only")).to_be_checked()


async def reach(page: Page, selector: str) -> None:
    """Press Tab until this has the focus."""
    for _ in range(25):
        if await page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached with the Tab key")


@pytest.mark.parametrize(
    ("locale", "title", "button"),
    [
        ("en-GB", "Sign in", "Sign in with"),
        ("es-MX", "Iniciar sesión", "Iniciar sesión con"),
        ("fr-CA", "Se connecter", "Se connecter avec"),
    ],
)
async def test_before_the_sign_in_the_page_speaks_the_browsers_language(
    tabs: Tabs, house: House, locale: str, title: str, button: str
) -> None:
    page = await tabs.open(house.page_url, locale=locale)
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    await expect(page.get_by_role("button", name=button)).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", locale[:2])


@pytest.mark.parametrize(
    ("language", "quiet", "pause", "log"),
    [
        ("es", "Ninguna mirada en curso", "Pausa", "Mi registro"),
        ("fr", "Aucun regard en cours", "Pause", "Mon journal"),
    ],
)
async def test_the_whole_page_changes_to_the_language_of_the_agent_at_once(
    tabs: Tabs, house: House, axe: Axe, language: str, quiet: str, pause: str, log: str
) -> None:
    page = await come(house, tabs, "log", agent_id="ben", camera=False)
    await expect(page.locator("#quiet-line")).to_have_text("No look is on")
    await speaks(house, "ben", language)
    await expect(page.locator("html")).to_have_attribute("lang", language, timeout=30_000)
    await expect(page.locator("#quiet-line")).to_have_text(quiet)
    await expect(page.locator("#pause")).to_have_text(pause)
    await expect(page.locator("#log-title")).to_have_text(log)
    assert await axe(page) == []
    await speaks(house, "ben", "en")


async def speaks(house: House, agent_id: str, language: str) -> None:
    """From now on the directory says that this agent reads that language."""
    known = Known(sites={"home": Site("home", "PE", "UTC")}, tenants={"scripted": ("scripted",)})
    lines = "agent_id,name,team,site,lead,language,scripted\n"
    lines += f"{agent_id},{agent_id.title()} Agent,support,home,lee,{language},{agent_id}\n"
    rows = read_roster(lines, known)
    await import_roster(house.service.store, rows, known, Vouching("H. R.", time.time()), lambda: "unused")


async def test_reduced_motion_stands_still(tabs: Tabs, house: House) -> None:
    page = await come(house, tabs)
    await page.emulate_media(reduced_motion="reduce")
    moving = "getComputedStyle(document.querySelector('.iris')).animationName"
    assert await page.evaluate(moving) == "none"
