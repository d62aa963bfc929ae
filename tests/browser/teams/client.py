"""Teams' client with the page in it, and a house where people sign in with Teams."""

import json
from typing import Any
from urllib.parse import quote

from playwright.async_api import Frame, FrameLocator, Page, expect

from atdesk_sdk import AccountRef
from tests.browser.house import House
from tests.browser.tabs import Tabs
from tests.core.web.sso import TENANT, Tenant

ANN = AccountRef("teams", TENANT, "ann-oid")
TAB = "/me/?host=teams"
# TeamsJS asks Microsoft for a list of hosts; our page loads nothing from elsewhere, and the browser says so.
NOT_ASKED = r"res\.cdn\.office\.net|policy violated on \S+: connect-src"


async def open_teams(tabs: Tabs, console: str, address: str, /, *, how: dict[str, Any], **tab: Any) -> Page:
    """Teams' client, with an app in it.

    Args:
        tabs: Opens it.
        console: Origin of the host pages.
        address: Of the app.
        how: Settings of the client; see `hosts/teams.js`.
        tab: See `Tabs.open`.
    """
    tabs.forgive(NOT_ASKED)
    return await tabs.open(teams_url(console, address, **how), **tab)


def teams_url(console: str, address: str, **how: Any) -> str:
    """Address of the client."""
    return f"{console}/teams.html?app={quote(address, safe='')}&settings={quote(json.dumps(how), safe='')}"


def app_in(page: Page) -> FrameLocator:
    """What stands in the frame."""
    return page.frame_locator("[name=app]")


def frame_of(page: Page) -> Frame:
    """The frame itself."""
    frame = page.frame("app")
    assert frame is not None
    return frame


async def said(page: Page, func: str) -> list[Any]:
    """The arguments of every message of this name from the app to its host."""
    return [one["args"] for one in await page.evaluate("received") if one["func"] == func]


async def arrived(page: Page, name: str = "Ann Agent") -> None:
    """This person is signed in, and the page is connected."""
    await expect(app_in(page).locator("#person")).to_have_text(name)


def settings(tenant: Tenant, **how: Any) -> dict[str, Any]:
    """Of a client in which Ann is signed in."""
    return {"token": tenant.token(), **how}


def tab_of(house: House) -> str:
    """Address of the personal tab."""
    return house.origin + TAB
