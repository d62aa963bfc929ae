"""People sign in at the simulated Genesys: the authorization code with PKCE, and what the token is for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from atdesk_genesys.simulator import GenesysSimulator, challenge_of

REDIRECT = "https://atdesk.example/sign-in/genesys/callback"
VERIFIER = "a-verifier-of-the-page-that-nobody-else-knows-0123456789"
ON_QUEUE = "e08eaf1b-ee47-4fa9-a231-1200e284798f"


@dataclass
class Browser:
    """What a page and its server do, without following redirects out of the simulator."""

    sim: GenesysSimulator
    http: httpx2.AsyncClient

    @property
    def user(self) -> str:
        return next(iter(self.sim.world.agents))

    async def authorize(self, **changes: str | None) -> httpx2.Response:
        """Open the authorize page; None leaves a parameter out."""
        query: dict[str, str | None] = {
            "client_id": self.sim.sign_in.client.id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "state": "a state & its sign",
            "simulated_user": self.user,
        }
        asked = {key: value for key, value in (query | changes).items() if value is not None}
        return await self.http.get("/oauth/authorize", params=asked)

    async def code(self, **changes: str | None) -> str:
        """Sign in and give the code."""
        return answer(await self.authorize(**changes))["code"]

    async def redeem(self, code: str, **changes: str) -> httpx2.Response:
        """Exchange a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": VERIFIER,
            "client_id": self.sim.sign_in.client.id,
            "redirect_uri": REDIRECT,
        }
        return await self.http.post("/oauth/token", data=form | changes)

    async def sign_in(self, user: str | None = None) -> dict[str, str]:
        """The whole way; the headers of that person's requests."""
        answered = await self.redeem(await self.code(simulated_user=user or self.user))
        return {"Authorization": f"Bearer {answered.json()['access_token']}"}

    async def me(self, headers: dict[str, str], query: str = "") -> httpx2.Response:
        return await self.http.get(f"/api/v2/users/me{query}", headers=headers)

    async def set_presence(self, headers: dict[str, str], user: str, definition: str) -> httpx2.Response:
        path = f"/api/v2/users/{user}/presences/purecloud"
        return await self.http.patch(path, json={"presenceDefinition": {"id": definition}}, headers=headers)

    async def as_the_service(self) -> dict[str, str]:
        auth = (self.sim.client_id, self.sim.client_secret)
        answered = await self.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth)
        return {"Authorization": f"Bearer {answered.json()['access_token']}"}


def answer(response: httpx2.Response) -> dict[str, str]:
    """What a redirect brings back to the page."""
    assert response.status_code == 302, response.text
    split = urlsplit(response.headers["location"])
    assert f"{split.scheme}://{split.netloc}{split.path}" == REDIRECT
    return {key: values[0] for key, values in parse_qs(split.query).items()}


@pytest.fixture
async def browser(sim: GenesysSimulator) -> AsyncIterator[Browser]:
    sim.sign_in.client.redirects.add(REDIRECT)
    async with httpx2.AsyncClient(base_url=sim.base_url) as http:
        yield Browser(sim, http)


async def test_from_the_page_to_who_one_is(browser: Browser) -> None:
    back = answer(await browser.authorize())
    assert back["state"] == "a state & its sign"
    token = (await browser.redeem(back["code"])).json()
    assert set(token) == {"access_token", "token_type", "expires_in"}
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    me = (await browser.me(headers, "?expand=organization")).json()
    assert (me["id"], me["name"]) == (browser.user, "Mira Halloran")
    assert me["organization"]["id"] == "c0ffee00-0000-4000-8000-000000000001"
    assert "organization" not in (await browser.me(headers)).json()


async def test_the_page_lists_who_may_sign_in_and_each_link_does_it(browser: Browser) -> None:
    browser.sim.world.agents[browser.user].name = "Mira <b>Halloran</b>"
    page = await browser.authorize(simulated_user=None)
    assert page.headers["content-type"].startswith("text/html")
    assert "Mira &lt;b&gt;Halloran&lt;/b&gt;" in page.text
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.text.split('href="')[1:]]
    assert len(links) == len(browser.sim.world.agents) + 1
    back = answer(await browser.http.get(f"/oauth/authorize{links[1]}"))
    token = (await browser.redeem(back["code"])).json()["access_token"]
    me = await browser.me({"Authorization": f"Bearer {token}"})
    assert me.json()["name"] == "Teo Lindqvist"
    cancelled = answer(await browser.http.get(f"/oauth/authorize{links[-1]}"))
    assert (cancelled["error"], cancelled["state"]) == ("access_denied", "a state & its sign")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": REDIRECT + "/"},
        {"redirect_uri": "https://evil.example/<script>"},
        {"redirect_uri": None},
    ],
)
async def test_an_address_that_is_not_the_clients_gets_nothing_sent(
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
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
    ],
)
async def test_other_mistakes_are_told_to_the_page(
    browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    back = answer(await browser.authorize(**changes))
    assert (back["error"], back["state"]) == (error, "a state & its sign")
    assert "code" not in back


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": VERIFIER[:-1] + "X"},
        {"code_verifier": ""},
        {"redirect_uri": REDIRECT + "?x=1"},
        {"code": "guess"},
    ],
)
async def test_a_code_is_worth_nothing_with(browser: Browser, changes: dict[str, str]) -> None:
    code = await browser.code()
    refused = await browser.redeem(**({"code": code} | changes))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_short_verifier_is_refused_even_where_it_fits(browser: Browser) -> None:
    code = await browser.code(code_challenge=challenge_of("short"))
    assert (await browser.redeem(code, code_verifier="short")).json()["error"] == "invalid_grant"


async def test_a_wrong_verifier_spends_the_code(browser: Browser) -> None:
    code = await browser.code()
    await browser.redeem(code, code_verifier="x" * 43)
    assert (await browser.redeem(code)).json()["error"] == "invalid_grant"


async def test_a_code_used_again_ends_the_token_of_its_first_use(browser: Browser) -> None:
    code = await browser.code()
    token = (await browser.redeem(code)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await browser.me(headers)).status_code == 200
    assert (await browser.redeem(code)).json()["error"] == "invalid_grant"
    assert (await browser.me(headers)).status_code == 401


async def test_an_expired_code(browser: Browser) -> None:
    code = await browser.code()
    browser.sim.platform.expire_codes()
    assert "expired" in (await browser.redeem(code)).json()["description"]


async def test_a_public_client_sends_no_basic_header(browser: Browser) -> None:
    form = {"grant_type": "authorization_code", "code": await browser.code(), "code_verifier": VERIFIER}
    auth = (browser.sim.client_id, browser.sim.client_secret)
    refused = await browser.http.post("/oauth/token", data=form, auth=auth)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_a_persons_token_ends(browser: Browser) -> None:
    headers, service = await browser.sign_in(), await browser.as_the_service()
    browser.sim.platform.expire_people()
    assert (await browser.me(headers)).json()["code"] == "bad.credentials"
    assert (await browser.http.get("/api/v2/systempresences", headers=service)).status_code == 200


async def test_client_credentials_are_nobody(browser: Browser) -> None:
    refused = await browser.me(await browser.as_the_service())
    assert (refused.status_code, refused.json()["code"]) == (400, "not.a.user")


async def test_scopes_bind_people_and_not_the_service(browser: Browser) -> None:
    mine, service = await browser.sign_in(), await browser.as_the_service()
    path = f"/api/v2/users/{browser.user}/routingstatus"
    refused = await browser.http.get(path, headers=mine)
    assert (refused.status_code, refused.json()["code"]) == (403, "app.not.authorized.for.scope")
    assert (await browser.http.get(path, headers=service)).status_code == 200
    browser.sim.sign_in.client.scopes = {"user-basic-info", "presence:readonly"}
    reader = await browser.sign_in()
    presence = f"/api/v2/users/{browser.user}/presences/purecloud"
    assert (await browser.http.get(presence, headers=reader)).status_code == 200
    assert (await browser.set_presence(reader, browser.user, ON_QUEUE)).status_code == 403


async def test_on_queue_is_for_the_agents_themselves(browser: Browser) -> None:
    mine, other = await browser.sign_in(), list(browser.sim.world.agents)[1]
    assert (await browser.set_presence(mine, browser.user, ON_QUEUE)).status_code == 200
    assert browser.sim.world.agent(browser.user).definition.label == "On Queue"
    theirs = await browser.set_presence(mine, other, ON_QUEUE)
    assert theirs.json()["code"] == "presence.not.authorized.update.other.user.presence"
    by_service = await browser.set_presence(await browser.as_the_service(), other, ON_QUEUE)
    assert by_service.json()["code"] == "presence.not.authorized.update.on.queue"
    browser.sim.settings.agent_permissions.clear()
    barred = await browser.set_presence(mine, browser.user, ON_QUEUE)
    assert barred.json()["code"] == "presence.not.authorized.update.on.queue"


async def test_the_control_plane_authorizes_addresses_and_ends_sign_ins(browser: Browser) -> None:
    other = "http://127.0.0.1:8000/callback"
    assert (await browser.authorize(redirect_uri=other)).status_code == 400
    await browser.http.post("/_sim/redirects", json={"uri": other})
    assert (await browser.authorize(redirect_uri=other)).status_code == 302
    for wrong in ({}, {"uri": "/callback"}, {"uri": other + "#here"}):
        assert (await browser.http.post("/_sim/redirects", json=wrong)).status_code == 400
    headers, code = await browser.sign_in(), await browser.code()
    for act in ("expire_people", "expire_codes"):
        assert (await browser.http.post(f"/_sim/platform/{act}")).status_code == 200
    assert (await browser.me(headers)).status_code == 401
    assert (await browser.redeem(code)).status_code == 400


async def test_no_secret_of_a_sign_in_is_in_the_journal(browser: Browser) -> None:
    code = await browser.code()
    token = (await browser.redeem(code)).json()["access_token"]
    await browser.me({"Authorization": f"Bearer {token}"})
    written: list[dict[str, Any]] = (await browser.http.get("/_sim/log")).json()
    assert [entry["what"] for entry in written][-1] == "GET /api/v2/users/me"
    assert not any(secret in str(written) for secret in (code, token, VERIFIER))
