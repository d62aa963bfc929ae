"""The personal tab: TeamsJS loads, Teams says who is here, and the page is signed in without a click."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.conftest import Axe
from tests.browser.house import KEPT, House
from tests.browser.tabs import Tabs
from tests.browser.teams.client import (
    app_in,
    arrived,
    frame_of,
    open_teams,
    said,
    settings,
    tab_of,
    teams_url,
)
from tests.core.web.sso import ANOTHER, Tenant


async def test_whoever_is_signed_in_to_teams_is_at_their_page_without_a_click(
    tabs: Tabs, teams: str, home: House, tenant: Tenant
) -> None:
    page = await open_teams(tabs, teams, tab_of(home), how=settings(tenant))

    await arrived(page)
    kept = json.loads(await frame_of(page).evaluate("(key) => sessionStorage.getItem(key)", KEPT))
    assert kept["token"]
    assert kept["token"] not in json.dumps(settings(tenant))
    assert len(await said(page, "authentication.getAuthToken")) == 1
    # What Teams gave is kept nowhere.
    assert set(kept) == {"tab", "token", "expires_at", "name", "person", "host"}


async def test_teams_is_asked_anew_each_time_so_that_nobody_finds_somebody_elses_page(
    tabs: Tabs, teams: str, home: House, tenant: Tenant
) -> None:
    page = await open_teams(tabs, teams, tab_of(home), how=settings(tenant))
    await arrived(page)

    tabs.forgive("403")
    await page.goto(teams_url(teams, tab_of(home), token=tenant.token("eve")))
    said_to_eve = app_in(page).locator("#out-said")
    await expect(said_to_eve).to_contain_text("your account is nobody's here")
    await expect(said_to_eve).to_contain_text("eve")
    await expect(app_in(page).locator("#person")).to_have_text("")


@pytest.mark.parametrize(
    ("how", "locale", "says"),
    [
        ({"tid": ANOTHER}, "en-us", "an organisation that does not use this service"),
        ({"exp": 1}, "es-es", "ha caducado"),
        ({"aud": "another"}, "fr-ca", "une autre application"),
    ],
)
async def test_what_stands_against_it_is_said_on_the_page_in_the_language_of_teams(
    tabs: Tabs, teams: str, home: House, tenant: Tenant, how: dict[str, Any], locale: str, says: str
) -> None:
    tabs.forgive("401")
    token = tenant.token(**how)
    page = await open_teams(tabs, teams, tab_of(home), how={"token": token, "locale": locale})

    await expect(app_in(page).locator("#out-said")).to_contain_text(says)
    await expect(app_in(page).locator("#providers button")).to_have_count(1)


async def test_teams_that_gives_no_token_leaves_a_way_to_try_again(
    tabs: Tabs, teams: str, home: House, tenant: Tenant
) -> None:
    page = await open_teams(tabs, teams, tab_of(home), how={"refuses": "resourceDisabled"})
    app = app_in(page)
    await expect(app.locator("#out-said")).to_have_text("The sign-in did not work. Please try again.")

    await page.evaluate("(token) => Object.assign(settings, { refuses: '', token })", tenant.token())
    await app.get_by_role("button", name="Try again").click()
    await arrived(page)


async def test_signing_out_stays_until_the_page_is_opened_again(
    tabs: Tabs, teams: str, home: House, tenant: Tenant
) -> None:
    page = await open_teams(tabs, teams, tab_of(home), how=settings(tenant))
    await arrived(page)
    await app_in(page).get_by_role("button", name="Sign out").click()

    await expect(app_in(page).locator("#out-title")).to_have_text("Sign in")
    assert len(await said(page, "authentication.getAuthToken")) == 1
    await page.reload()
    await arrived(page)


async def test_a_sign_in_that_ends_is_made_anew_with_teams(
    tabs: Tabs, teams: str, home: House, tenant: Tenant
) -> None:
    tabs.forgive("401")
    page = await open_teams(tabs, teams, tab_of(home), how=settings(tenant))
    await arrived(page)
    home.guard.end_all("ann")

    await page.wait_for_function(
        "received.filter((one) => one.func === 'authentication.getAuthToken').length === 2"
    )
    await arrived(page)
    await expect(app_in(page).locator("#status")).not_to_have_attribute("data-state", "none")


def _shines(page: Page) -> str:
    return "() => getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()"


async def test_the_page_is_dressed_as_teams_is_whatever_the_system_prefers(
    tabs: Tabs, teams: str, home: House, tenant: Tenant, axe: Axe
) -> None:
    page = await open_teams(tabs, teams, tab_of(home), how=settings(tenant, theme="dark"), scheme="light")
    await arrived(page)
    paper = _shines(page)
    assert await frame_of(page).evaluate(paper) == "#151816"
    for theme, colour in (("contrast", "#000"), ("default", "#f6f4ef"), ("dark", "#151816")):
        await page.evaluate("(theme) => tell('themeChange', theme)", theme)
        await frame_of(page).wait_for_function(f"(colour) => ({paper})() === colour", arg=colour)
        assert await axe(frame_of(page)) == []


async def test_a_client_that_does_not_answer_leaves_the_page_to_itself(
    tabs: Tabs, teams: str, home: House
) -> None:
    page = await open_teams(tabs, teams, tab_of(home), how={"deaf": True})
    await expect(app_in(page).locator("#out-title")).to_have_text("Sign in")


async def test_teams_own_sdk_loads_in_teams_alone(
    tabs: Tabs, teams: str, home: House, tenant: Tenant
) -> None:
    asked: list[str] = []

    def heard(request: Request) -> None:
        asked.append(request.url)

    page = await tabs.open("about:blank")
    page.on("request", heard)
    await page.goto(home.page_url)
    await expect(page.locator("#out-title")).to_have_text("Sign in")
    assert not [url for url in asked if "teams" in url.lower()]
    await page.goto(f"{home.origin}/me/?host=teams")  # by itself, in no frame: no client to speak with
    await expect(page.locator("#out-title")).to_have_text("Sign in")
    assert not [url for url in asked if "MicrosoftTeams" in url]
