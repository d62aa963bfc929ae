"""People sign in at the simulated Entra: by hand, as Authlib does it, and at a running service of ours."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]  # it has no annotations
from joserfc import jwt
from joserfc.jwk import KeySet

from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.web.sign_in import Role
from atdesk_sdk import AccountRef
from atdesk_sdk.testing import ScriptedPlatform
from atdesk_teams.simulator import TeamsSimulator, challenge_of
from atdesk_teams.simulator.tenant import TEAMS_CLIENTS
from tests.core.runtime.office import account
from tests.core.web.door import DoorOffice
from tests.teams.simulator.conftest import MIRA, NOBODY, TEO, Graph

REDIRECT = "https://atdesk.example/sign-in/entra/callback"
VERIFIER = "a-verifier-of-the-page-that-nobody-else-knows-0123456789"
TAB = "a secret of this tab alone, of enough bytes"


@dataclass
class Browser:
    """What a page and its server do, without following redirects out of the simulator."""

    graph: Graph

    @property
    def sim(self) -> TeamsSimulator:
        return self.graph.sim

    async def authorize(self, tenant: str | None = None, **changes: str | None) -> httpx2.Response:
        """Open the authorize page; None leaves a parameter out."""
        query: dict[str, str | None] = {
            "client_id": self.sim.client_id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "openid profile",
            "nonce": "once",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "state": "a state & its sign",
            "simulated_user": MIRA,
        }
        asked = {key: value for key, value in (query | changes).items() if value is not None}
        path = f"/{tenant or self.sim.tenant_id}/oauth2/v2.0/authorize"
        return await self.graph.http.get(path, params=asked)

    async def code(self, **changes: str | None) -> str:
        return answer(await self.authorize(**changes))["code"]

    async def redeem(self, code: str, **changes: str) -> httpx2.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": VERIFIER,
            "client_id": self.sim.client_id,
            "client_secret": self.sim.client_secret,
            "redirect_uri": REDIRECT,
        }
        return await self.graph.http.post(f"{self.sim.authority_url}/oauth2/v2.0/token", data=form | changes)

    async def who(self, id_token: str) -> dict[str, Any]:
        keys = (await self.graph.http.get(f"{self.sim.authority_url}/discovery/v2.0/keys")).json()
        return jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims


def answer(response: httpx2.Response) -> dict[str, str]:
    """What a redirect brings back to the page."""
    assert response.status_code == 302, response.text
    split = urlsplit(response.headers["location"])
    assert f"{split.scheme}://{split.netloc}{split.path}" == REDIRECT
    return {key: values[0] for key, values in parse_qs(split.query).items()}


@pytest.fixture
def browser(graph: Graph) -> Browser:
    graph.sim.registration.redirects.add(REDIRECT)
    return Browser(graph)


async def test_from_the_page_to_who_one_is(browser: Browser) -> None:
    back = answer(await browser.authorize())
    assert back["state"] == "a state & its sign"
    body = (await browser.redeem(back["code"])).json()
    assert set(body) == {"token_type", "scope", "expires_in", "access_token", "id_token"}
    claims = await browser.who(body["id_token"])
    assert claims["iss"] == f"{browser.sim.authority_url}/v2.0"
    assert (claims["aud"], claims["nonce"]) == (browser.sim.client_id, "once")
    assert (claims["oid"], claims["tid"]) == (MIRA, browser.sim.tenant_id)
    assert claims["sub"] != MIRA


async def test_the_page_lists_who_may_sign_in_and_each_link_does_it(browser: Browser) -> None:
    browser.sim.world.user(MIRA).name = "Mira <b>Halloran</b>"
    page = await browser.authorize(simulated_user=None)
    assert page.headers["content-type"].startswith("text/html")
    assert "Mira &lt;b&gt;Halloran&lt;/b&gt;" in page.text
    links = [unescape(one) for one in re.findall(r'href="([^"]+)"', page.text)]
    assert len(links) == len(browser.sim.world.users) + 1
    path = f"{browser.sim.authority_url}/oauth2/v2.0/authorize"
    code = answer(await browser.graph.http.get(path + links[1]))["code"]
    assert (await browser.who((await browser.redeem(code)).json()["id_token"]))["oid"] == TEO
    cancelled = answer(await browser.graph.http.get(path + links[-1]))
    assert (cancelled["error"], cancelled["state"]) == ("access_denied", "a state & its sign")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"redirect_uri": REDIRECT + "/"},
        {"redirect_uri": "https://evil.example/<script>"},
        {"redirect_uri": None},
        {"tenant": NOBODY},
    ],
)
async def test_an_address_that_is_not_the_apps_gets_nothing_sent(
    browser: Browser, changes: dict[str, Any]
) -> None:
    refused = await browser.authorize(**changes)
    assert refused.status_code == 400
    assert "location" not in refused.headers
    assert "<script>" not in refused.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_request"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
        ({"simulated_user": NOBODY}, "access_denied"),
    ],
)
async def test_other_mistakes_are_told_to_the_page(
    browser: Browser, changes: dict[str, Any], error: str
) -> None:
    back = answer(await browser.authorize(**changes))
    assert (back["error"], back["state"]) == (error, "a state & its sign")


async def test_what_a_code_is_refused_for(browser: Browser) -> None:
    async def error(code: str, **changes: str) -> str:
        answered = await browser.redeem(code, **changes)
        assert answered.status_code in (400, 401)
        return str(answered.json()["error"])

    assert await error("guess") == "invalid_grant"
    assert await error(await browser.code(), redirect_uri=REDIRECT + "/") == "invalid_grant"
    assert await error(await browser.code(), code_verifier=VERIFIER[:-1] + "X") == "invalid_grant"
    assert await error(await browser.code(), code_verifier="") == "invalid_grant"
    assert await error(await browser.code(), client_secret="guess") == "invalid_client"
    late = await browser.code()
    await browser.graph.control("tokens", {"revoke": "codes"})
    assert await error(late) == "invalid_grant"
    gone = await browser.code(simulated_user=TEO)
    browser.sim.world.remove_user(TEO)
    assert await error(gone) == "invalid_grant"


async def test_without_a_challenge_the_secret_alone_will_do(browser: Browser) -> None:
    code = await browser.code(code_challenge=None, code_challenge_method=None)
    assert (await browser.redeem(code)).status_code == 200


async def test_a_code_used_again_ends_the_token_of_its_first_use(browser: Browser) -> None:
    code = await browser.code(scope="openid profile Presence.Read")
    token = (await browser.redeem(code)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/v1.0/users/{MIRA}/presence"
    assert (await browser.graph.http.get(path, headers=headers)).status_code == 200
    assert (await browser.redeem(code)).json()["error"] == "invalid_grant"
    assert (await browser.graph.http.get(path, headers=headers)).status_code == 401


async def test_no_secret_of_a_sign_in_is_in_the_journal(browser: Browser) -> None:
    code = await browser.code()
    body = (await browser.redeem(code)).json()
    assert [entry.where for entry in browser.sim.journal.find()] == ["sign_in", "token"]
    written = (await browser.graph.http.get("/_sim/log")).text
    secrets = (code, VERIFIER, body["access_token"], body["id_token"], browser.sim.client_secret)
    assert not any(secret in written for secret in secrets)


# -- judged by what is not ours -----


@pytest.mark.judge
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_authlib_signs_a_person_in(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(browser.sim.ca_file))
    here = f"{browser.sim.authority_url}/oauth2/v2.0"
    async with AsyncOAuth2Client(
        client_id=browser.sim.client_id,
        client_secret=browser.sim.client_secret,
        token_endpoint_auth_method=method,
        scope="openid profile",
        redirect_uri=REDIRECT,
        code_challenge_method="S256",
    ) as client:
        url, state = client.create_authorization_url(
            f"{here}/authorize", code_verifier=VERIFIER, nonce="n", simulated_user=MIRA
        )
        back = (await browser.graph.http.get(url)).headers["location"]
        token = await client.fetch_token(
            f"{here}/token", authorization_response=back, state=state, code_verifier=VERIFIER
        )
    assert (await browser.who(token["id_token"]))["oid"] == MIRA


# -- a running service of ours -----


def table_of(sim: TeamsSimulator, provider: str = "entra", **more: object) -> SignInTable:
    table = {
        "provider": provider,
        "tenant": sim.tenant_id,
        "client_id": sim.client_id,
        "login_url": sim.base_url,
    }
    if provider == "entra":
        table["client_secret"] = "env:ATDESK_TEST_SECRET"
    return SignInTable.model_validate(table | more)


@pytest.fixture
def trusted(sim: TeamsSimulator, monkeypatch: pytest.MonkeyPatch) -> TeamsSimulator:
    """The service finds the simulator's certificate and the app's secret where an operator puts them."""
    monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
    monkeypatch.setenv("ATDESK_TEST_SECRET", sim.client_secret)
    return sim


def office_of(folder: Path, table: SignInTable, link: AccountRef) -> DoorOffice:
    platform = ScriptedPlatform([account("ann")], time.time)
    return DoorOffice(folder, platform, sign_in=[table], links={"ann": link})


@pytest.mark.parametrize("tenants", [(), (NOBODY,)])
async def test_an_agent_signs_in_with_entra(
    tmp_path: Path, trusted: TeamsSimulator, tenants: tuple[str, ...]
) -> None:
    link = AccountRef("teams", trusted.tenant_id, MIRA)
    office = office_of(tmp_path, table_of(trusted, tenants=tenants), link)
    async with office.at_work() as door:
        trusted.registration.redirects.add(f"{door.pages.url}/sign-in/entra/callback")
        headers = await door.token("entra", TAB, {"simulated_user": MIRA})
        who = await door.pages.guard.check_token(headers["Authorization"][7:], TAB, Role.AGENT)
        assert who.person_id == "ann"


async def test_whoever_cancels_at_entra_is_nobody(tmp_path: Path, trusted: TeamsSimulator) -> None:
    office = office_of(tmp_path, table_of(trusted), AccountRef("teams", trusted.tenant_id, MIRA))
    async with office.at_work() as door:
        trusted.registration.redirects.add(f"{door.pages.url}/sign-in/entra/callback")
        answered = await door.come_back("entra", TAB, more={"simulated_user": ""})
        assert answered.status_code == 400
        assert "cancelled" in answered.text


async def test_a_tenant_that_is_not_listed_is_refused(tmp_path: Path, trusted: TeamsSimulator) -> None:
    table = table_of(trusted, tenant=NOBODY, tenants=("another",))
    async with office_of(tmp_path, table, AccountRef("teams", NOBODY, MIRA)).at_work() as door:
        trusted.registration.redirects.add(f"{door.pages.url}/sign-in/entra/callback")
        answered = await door.come_back("entra", TAB, more={"simulated_user": MIRA})
        assert answered.status_code == 400
        assert door.refused == {"tenant": 1}


async def test_what_teams_gives_a_tab_signs_an_agent_in(tmp_path: Path, trusted: TeamsSimulator) -> None:
    table = table_of(trusted, "teams", clients=[TEAMS_CLIENTS[0]])
    office = office_of(tmp_path, table, AccountRef("teams", trusted.tenant_id, MIRA))
    async with office.at_work() as door:
        for changed, status in (({}, 200), ({"scp": "User.Read"}, 401), ({"azp": NOBODY}, 401)):
            token = trusted.authority.page_token(MIRA, **changed)
            answered = await door.browser.post("/sign-in/teams", json={"token": token, "tab_secret": TAB})
            assert answered.status_code == status, answered.text
