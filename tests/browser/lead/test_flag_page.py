"""The page of a flag in a real browser: with the keyboard, without JavaScript, narrow, dark, and by axe."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from atdesk_core.policy import ReviewRules, StillsRule
from atdesk_sdk import FlagStatus
from tests.browser.packages import violations
from tests.browser.tabs import Tabs
from tests.core.runtime.office import POLICY
from tests.core.web.flag_page.house import House, house

pytestmark = pytest.mark.early

RULES = POLICY.model_copy(
    update={"review": ReviewRules(two_people=frozenset()), "stills": StillsRule(enabled=True)}
)


@pytest_asyncio.fixture(loop_scope="session")
async def home(tmp_path: Path) -> AsyncIterator[House]:
    """A service with a flag that waits, on loopback."""
    async with house(tmp_path, RULES, on_loopback=True) as here:
        yield here


async def sign_in(context: BrowserContext, home: House, person_id: str) -> None:
    """From now on this person is signed in, in this browser."""
    pairs = (pair.partition("=")[::2] for pair in home.pages.as_person(person_id)["Cookie"].split("; "))
    await context.add_cookies(
        [{"name": name, "value": value, "url": home.pages.url} for name, value in pairs]
    )


async def signed_in(tabs: Tabs, home: House, number: str, **how: object) -> Page:
    page = await tabs.open("about:blank", **how)  # type: ignore[arg-type]
    await sign_in(page.context, home, "lee")
    await page.goto(home.pages.url + home.link(number))
    return page


async def test_a_lead_answers_with_the_keyboard_alone_and_without_javascript(
    chromium: Browser, home: House
) -> None:
    number = await home.flagged()
    context = await chromium.new_context(java_script_enabled=False)
    await sign_in(context, home, "lee")
    page = await context.new_page()
    await page.goto(home.pages.url + home.link(number))
    assert await page.title() == f"Flag {number}"
    assert page.url == f"{home.pages.url}/flags/{number}"
    await page.focus("input[name=reason][value=technical]")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/flags/*?said=done")
    assert await page.inner_text("[role=status]") == "Noted."
    kept = await home.service.store.flag(number)
    assert kept is not None
    assert (kept.status, kept.reason) == (FlagStatus.DISMISSED.value, "technical")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_axe_finds_nothing_and_nothing_runs_over_the_edge(
    tabs: Tabs, home: House, scheme: Literal["light", "dark"], width: int
) -> None:
    number = await home.flagged()
    page = await signed_in(tabs, home, number, width=width, scheme=scheme)
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    order = await page.evaluate("[...document.querySelectorAll('h1, h2')].map(one => one.tagName)")
    assert order[0] == "H1"
    assert set(order[1:]) == {"H2"}
    targets = await page.evaluate(
        "[...document.querySelectorAll('button, label')].map(one => one.getBoundingClientRect().height)"
    )
    assert min(targets) >= 24


async def test_the_page_of_nobody_and_of_an_old_link_are_readable_too(tabs: Tabs, home: House) -> None:
    tabs.forgive("404", "410")
    number = await home.flagged()
    page = await signed_in(tabs, home, number)
    for path in ("/flags/AAAAAA", f"/flags/{number}/{'x' * 32}"):
        await page.goto(home.pages.url + path)
        assert await violations(page) == []
        assert await page.inner_text("h1") in ("Nothing here", "This link is over")
