"""People sign in at the simulated Zoom: the authorization code, with PKCE and without, and `users/me`."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from atdesk_core.runtime.sign_in_config import ConsoleTable, SignInTable
from atdesk_zoom.simulator import ZoomSimulator
from tests.zoom.running import ANN, BEN

REDIRECT = "https://atdesk.example/sign-in/zoom/callback"
VERIFIER = "a-verifier-of-the-page-that-nobody-else-knows-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


@dataclass
class Browser:
    """What a page and its server do, without following redirects out of the simulator."""

    sim: ZoomSimulator
    http: httpx2.AsyncClient

    async def authorize(self, **changes: str | None) -> httpx2.Response:
        """Open the authorize page; None leaves a parameter out."""
        query: dict[str, str | None] = {
            "client_id": self.sim.credentials.client_id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "state": "a state & its sign",
            "simulated_user": ANN,
        }
        asked = {key: value for key, value in (query | changes).items() if value is not None}
        return await self.http.get("/oauth/authorize", params=asked)

    async def code(self, **changes: str | None) -> str:
        return answer(await self.authorize(**changes))["code"]

    async def redeem(self, code: str, auth: tuple[str, str] | None = None, **changes: str) -> httpx2.Response:
        """Exchange a code, with the app's own credentials unless others are given."""
        mine = self.sim.credentials
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT} | changes
        return await self.http.post(
            "/oauth/token", data=form, auth=auth or (mine.client_id, mine.client_secret)
        )

    async def me(self, token: str) -> httpx2.Response:
        return await self.http.get("/v2/users/me", headers={"authorization": f"Bearer {token}"})


def answer(response: httpx2.Response) -> dict[str, str]:
    """What a redirect brings back to the page."""
    assert response.status_code == 302, response.text
    split = urlsplit(response.headers["location"])
    assert f"{split.scheme}://{split.netloc}{split.path}" == REDIRECT
    return {key: values[0] for key, values in parse_qs(split.query).items()}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with (
        ZoomSimulator() as sim,
        httpx2.AsyncClient(base_url=sim.base_url, trust_env=False) as http,
    ):
        sim.sign_in.redirects.add(REDIRECT)
        yield Browser(sim, http)


async def test_from_the_page_to_who_one_is(browser: Browser) -> None:
    back = answer(await browser.authorize())
    assert back["state"] == "a state & its sign"
    token = (await browser.redeem(back["code"])).json()
    assert set(token) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    me = (await browser.me(token["access_token"])).json()
    assert (me["id"], me["account_id"]) == (ANN, browser.sim.credentials.account_id)
    assert (me["display_name"], me["first_name"], me["last_name"]) == ("Ann Agent", "Ann", "Agent")


async def test_the_page_lists_who_may_sign_in_and_each_link_does_it(browser: Browser) -> None:
    browser.sim.people[ANN].name = "Ann <b>Agent</b>"
    page = await browser.authorize(simulated_user=None)
    assert page.headers["content-type"].startswith("text/html")
    assert "Ann &lt;b&gt;Agent&lt;/b&gt;" in page.text
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.text.split('href="')[1:]]
    assert len(links) == len(browser.sim.people) + 1
    code = answer(await browser.http.get(f"/oauth/authorize{links[1]}"))["code"]
    token = (await browser.redeem(code)).json()["access_token"]
    assert (await browser.me(token)).json()["id"] == BEN
    cancelled = answer(await browser.http.get(f"/oauth/authorize{links[-1]}"))
    assert (cancelled["error"], cancelled["state"]) == ("access_denied", "a state & its sign")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "sim-chatbot-client"},
        {"redirect_uri": REDIRECT + "/"},
        {"redirect_uri": "https://evil.example/<script>"},
        {"redirect_uri": None},
    ],
)
async def test_an_address_that_is_not_the_apps_gets_nothing_sent(
    browser: Browser, changes: dict[str, str | None]
) -> None:
    refused = await browser.authorize(**changes)
    assert refused.status_code == 400
    assert "location" not in refused.headers
    assert "<script>" not in refused.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_other_mistakes_are_told_to_the_page(
    browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    back = answer(await browser.authorize(**changes))
    assert (back["error"], back["state"]) == (error, "a state & its sign")


async def test_pkce_binds_the_code_where_it_was_asked_for(browser: Browser) -> None:
    right = await browser.redeem(await browser.code(**PKCE), code_verifier=VERIFIER)
    assert right.status_code == 200
    for wrong in ("", VERIFIER[:-1] + "X"):
        refused = await browser.redeem(await browser.code(**PKCE), code_verifier=wrong)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_what_a_code_is_refused_for(browser: Browser) -> None:
    guess = (await browser.redeem("guess")).json()
    assert guess == {"reason": "Invalid authorization code guess", "error": "invalid_grant"}
    moved = (await browser.redeem(await browser.code(), redirect_uri=REDIRECT + "/")).json()
    assert moved["reason"] == "Redirect URI mismatch."
    late = await browser.code()
    browser.sim.sign_in.expire_codes()
    assert (await browser.redeem(late)).json()["error"] == "invalid_grant"
    mine = browser.sim.credentials
    other_app = (mine.s2s_client_id, mine.s2s_client_secret)
    for auth in ((mine.client_id, "guess"), other_app):
        refused = await browser.redeem(await browser.code(), auth)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_a_code_used_again_ends_the_token_of_its_first_use(browser: Browser) -> None:
    code = await browser.code()
    token = (await browser.redeem(code)).json()["access_token"]
    assert (await browser.me(token)).status_code == 200
    assert (await browser.redeem(code)).json()["error"] == "invalid_grant"
    assert (await browser.me(token)).status_code == 401


async def test_a_persons_token_is_for_that_person_and_ends(browser: Browser) -> None:
    token = (await browser.redeem(await browser.code())).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    assert (await browser.http.get(f"/v2/users/{BEN}", headers=headers)).status_code == 401
    mine = browser.sim.credentials
    form = {"grant_type": "account_credentials", "account_id": mine.account_id}
    answered = await browser.http.post(
        "/oauth/token", data=form, auth=(mine.s2s_client_id, mine.s2s_client_secret)
    )
    service = answered.json()["access_token"]
    assert (await browser.me(service)).status_code == 401
    await browser.http.post("/_sim/tokens", json={"revoke": "people"})
    assert (await browser.me(token)).status_code == 401
    asked = await browser.http.get(f"/v2/users/{ANN}", headers={"authorization": f"Bearer {service}"})
    assert asked.status_code == 200


async def test_the_control_plane_adds_redirects_and_ends_codes(browser: Browser) -> None:
    other = "http://127.0.0.1:8000/callback"
    assert (await browser.authorize(redirect_uri=other)).status_code == 400
    await browser.http.post("/_sim/redirects", json={"uri": other})
    assert (await browser.authorize(redirect_uri=other)).status_code == 302
    for wrong in ({}, {"uri": "/callback"}, {"uri": other + "#here"}):
        assert (await browser.http.post("/_sim/redirects", json=wrong)).status_code == 400
    code = await browser.code()
    assert (await browser.http.post("/_sim/tokens", json={"revoke": "codes"})).json() == {"revoked": True}
    assert (await browser.redeem(code)).status_code == 400


async def test_no_secret_of_a_sign_in_is_in_the_journal(browser: Browser) -> None:
    code = await browser.code(**PKCE)
    token = (await browser.redeem(code, code_verifier=VERIFIER)).json()
    await browser.me(token["access_token"])
    written: list[dict[str, Any]] = (await browser.http.get("/_sim/log")).json()
    assert [entry["what"] for entry in written][-1] == "GET /users/me"
    secrets = (code, VERIFIER, token["access_token"], token["refresh_token"])
    assert not any(secret in str(written) for secret in secrets)


def test_the_table_of_the_page_in_the_docs_is_one_that_is_accepted() -> None:
    page = (Path(__file__).parents[2] / "docs" / "zoom.md").read_text("utf-8")
    tables = tomllib.loads(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[-1])
    (sign_in,) = tables["sign_in"]
    assert SignInTable(**sign_in).provider == "zoom"
    assert ConsoleTable(**tables["console"]).origins == ("https://zoom.us", "https://*.zoom.us")
