"""The lead's page of a desk check in a real browser: by keyboard, without JavaScript, narrow, dark, axe."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from atdesk_core.desk_checks import Status, answers_of, desk_check
from atdesk_core.ledger.collecting import day_log
from atdesk_core.runtime.own_export import all_days
from atdesk_core.runtime.own_reader import reader_of
from tests.browser.lead.test_flag_page import sign_in
from tests.browser.packages import violations
from tests.browser.tabs import Tabs
from tests.core.web.desk_check_page.checks import CHECK, desk_house
from tests.core.web.flag_page.house import House

pytestmark = pytest.mark.early


@pytest_asyncio.fixture(loop_scope="session")
async def home(tmp_path: Path) -> AsyncIterator[House]:
    """A service with a desk check that waits, on loopback."""
    async with desk_house(tmp_path, on_loopback=True) as here:
        yield here


async def own_log_of(home: House, agent_id: str) -> str:
    """Today, as the agent reads it on their own page."""
    store = home.service.store
    reader = await reader_of(store, agent_id, home.service.world.directory)
    assert reader is not None
    _, today = await all_days(store, reader, home.pages.context.now())
    lines = (await day_log(store, reader.subject, today, reader.teller)).lines
    return "\n".join(line.text for line in lines)


async def test_a_lead_answers_with_the_keyboard_alone_and_the_agent_reads_it_in_their_log(
    chromium: Browser, home: House
) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    await sign_in(context, home, "lee")
    page = await context.new_page()
    await page.goto(f"{home.pages.url}/checks")
    await page.focus("main a")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/checks/{CHECK}")
    assert await page.title() == "Desk check: Ann Agent"
    for field, outcome in (("item-0", "nothing_seen"), ("item-1", "seen"), ("item-2", "nothing_seen")):
        await page.focus(f"input[name={field}][value={outcome}]")
        await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/checks/*?said=done")
    assert await page.inner_text("[role=status]") == "Noted. The agent finds it in their own log."
    assert await page.locator("form").count() == 0
    await context.close()

    assert (await desk_check(home.service.store, CHECK)).status == Status.DONE
    assert (await answers_of(home.service.store, CHECK))["paper"] == "seen"
    log = await own_log_of(home, "ann")
    for said in (
        "Lee Lead opened the page of the desk check",
        "paper: it was seen",
        "the desk check was held",
    ):
        assert said.lower() in log.lower()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_axe_finds_nothing_and_nothing_runs_over_the_edge(
    tabs: Tabs, home: House, scheme: Literal["light", "dark"], width: int
) -> None:
    page = await tabs.open("about:blank", width=width, scheme=scheme)
    await sign_in(page.context, home, "lee")
    for path in ("/checks", f"/checks/{CHECK}"):
        await page.goto(home.pages.url + path)
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        targets = await page.evaluate(
            "[...document.querySelectorAll('button, label, a:not(.skip)')]"
            ".map(one => one.getBoundingClientRect().height)"
        )
        assert min(targets) >= 24


async def test_the_page_of_nobodys_check_is_readable_too(tabs: Tabs, home: House) -> None:
    tabs.forgive("404")
    page = await tabs.open("about:blank")
    await sign_in(page.context, home, "lee")
    await page.goto(f"{home.pages.url}/checks/never")
    assert await violations(page) == []
    assert await page.inner_text("h1") == "Nothing here"
