"""Sign-in at the platforms' simulators, at an OIDC provider that is not ours, and in a demo."""

import asyncio
import contextlib
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx2
import pytest

from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.web.sign_in import Role
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk import AccountRef
from atdesk_sdk.testing import ScriptedPlatform
from atdesk_zoom.simulator import ZoomSimulator
from tests.core.runtime.office import account
from tests.core.web.door import DoorOffice

TAB = "a secret of this tab alone, of enough bytes"


def office_of(folder: Path, table: SignInTable, *links: AccountRef) -> DoorOffice:
    return DoorOffice(
        folder,
        ScriptedPlatform([account("ann")], time.time),
        sign_in=[table],
        links=dict(zip(("ann",), links, strict=False)),
    )


@pytest.fixture
async def genesys() -> AsyncIterator[GenesysSimulator]:
    async with GenesysSimulator() as simulator:
        yield simulator


def genesys_table(simulator: GenesysSimulator, **more: str) -> SignInTable:
    return SignInTable(
        provider="genesys",
        tenant="acme",
        client_id=simulator.sign_in.client.id,
        login_url=simulator.base_url,
        api_url=simulator.base_url,
        **more,
    )


async def test_an_agent_signs_in_at_genesys_and_the_token_is_theirs(
    tmp_path: Path, genesys: GenesysSimulator
) -> None:
    agent = next(iter(genesys.world.agents.values()))
    office = office_of(tmp_path, genesys_table(genesys), AccountRef("genesys", "acme", agent.id))
    async with office.at_work() as door:
        genesys.sign_in.client.redirects.add(f"{door.pages.url}/sign-in/genesys/callback")
        headers = await door.token("genesys", TAB, {"simulated_user": agent.id})

        guard = door.pages.guard
        who = await guard.check_token(headers["Authorization"][7:], TAB, Role.AGENT)
        own = guard.own_token(who)
        assert who.person_id == "ann"
        assert own is not None
        assert own.account == AccountRef("genesys", "acme", agent.id)
        assert own.value not in repr(own)
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {own.value}"}) as client:
            me = await client.get(f"{genesys.base_url}/api/v2/users/me")
        assert me.json()["id"] == agent.id

        await door.browser.post("/sign-out", headers=headers)
        assert guard.own_token(who) is None


async def test_whoever_cancels_at_genesys_is_nobody(tmp_path: Path, genesys: GenesysSimulator) -> None:
    async with office_of(tmp_path, genesys_table(genesys)).at_work() as door:
        genesys.sign_in.client.redirects.add(f"{door.pages.url}/sign-in/genesys/callback")
        answer = await door.come_back("genesys", TAB, more={"simulated_user": ""})

    assert answer.status_code == 400
    assert "cancelled" in answer.text


async def test_somebody_of_another_organisation_is_refused(tmp_path: Path, genesys: GenesysSimulator) -> None:
    agent = next(iter(genesys.world.agents.values()))
    table = genesys_table(genesys, organization="of somebody else")
    office = office_of(tmp_path, table, AccountRef("genesys", "acme", agent.id))
    async with office.at_work() as door:
        genesys.sign_in.client.redirects.add(f"{door.pages.url}/sign-in/genesys/callback")
        answer = await door.come_back("genesys", TAB, more={"simulated_user": agent.id})

        assert answer.status_code == 400
        assert door.refused == {"tenant": 1}


@pytest.fixture
async def zoom() -> AsyncIterator[ZoomSimulator]:
    async with ZoomSimulator() as simulator:
        yield simulator


def zoom_table(simulator: ZoomSimulator, tenant: str) -> SignInTable:
    return SignInTable(
        provider="zoom",
        tenant=tenant,
        client_id=simulator.credentials.client_id,
        client_secret="env:ATDESK_TEST_SECRET",
        login_url=simulator.base_url,
        api_url=f"{simulator.base_url}/v2",
    )


@pytest.mark.parametrize(("is_ours", "status"), [(True, 200), (False, 400)])
async def test_an_agent_signs_in_at_zoom_with_the_account_that_is_ours(
    tmp_path: Path, zoom: ZoomSimulator, monkeypatch: pytest.MonkeyPatch, is_ours: bool, status: int
) -> None:
    monkeypatch.setenv("ATDESK_TEST_SECRET", zoom.credentials.client_secret)
    tenant = zoom.credentials.account_id if is_ours else "another account"
    person = next(iter(zoom.people.values()))
    office = office_of(tmp_path, zoom_table(zoom, tenant), AccountRef("zoom", tenant, person.id))
    async with office.at_work() as door:
        zoom.sign_in.redirects.add(f"{door.pages.url}/sign-in/zoom/callback")
        answer = await door.come_back("zoom", TAB, more={"simulated_user": person.id})

        assert answer.status_code == status
        assert dict(door.refused) == ({} if is_ours else {"tenant": 1})


@contextlib.asynccontextmanager
async def foreign_provider() -> AsyncIterator[str]:
    """`oidc-provider-mock` in a process of its own; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)),
        "--require-nonce",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _answering(f"http://127.0.0.1:{port}/.well-known/openid-configuration")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _answering(url: str) -> None:
    async with asyncio.timeout(30), httpx2.AsyncClient() as client:
        while True:
            with contextlib.suppress(httpx2.TransportError):
                await client.get(url)
                return
            await asyncio.sleep(0.1)


async def test_a_provider_that_is_not_ours_signs_people_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATDESK_TEST_SECRET", "any")
    async with foreign_provider() as issuer:
        table = SignInTable(
            provider="oidc",
            id="corp",
            label="Corporate account",
            tenant="corp",
            issuer=issuer,
            client_id="atdesk",
            client_secret="env:ATDESK_TEST_SECRET",
        )
        office = office_of(tmp_path, table, AccountRef("oidc", "corp", "ann-subject"))
        async with office.at_work() as door:
            statuses = []
            for subject in ("ann-subject", "a-stranger"):
                begun = await door.start("corp", TAB)
                returned = await door.browser.post(begun.headers["location"], data={"sub": subject})
                page = await door.browser.get(returned.headers["location"])
                statuses.append(page.status_code)
                if subject == "ann-subject":
                    assert (await door.exchange(page, TAB)).json()["name"] == "Ann Agent"

    assert statuses == [200, 403]


async def test_in_a_demo_one_picks_who_one_is_and_reads_that_it_is_one(tmp_path: Path) -> None:
    office = office_of(tmp_path, SignInTable(provider="demo"))
    office.service_table = {"demo": True}
    async with office.at_work() as door:
        said = (await door.browser.get("/sign-in/providers")).json()
        begun = await door.start("demo", TAB)
        people = await door.browser.get(begun.headers["location"])
        links = [unescape(one) for one in re.findall(r'href="(/sign-in/demo/callback[^"]+)"', people.text)]
        ann = next(link for link in links if link.endswith("code=ann"))
        page = await door.browser.get(ann)

        assert "demo" in said[0]["banner"]
        assert "demo" in people.text
        assert (await door.exchange(page, TAB)).json()["name"] == "Ann Agent"


async def test_a_demo_signs_in_nobody_who_is_not_in_the_directory(tmp_path: Path) -> None:
    office = office_of(tmp_path, SignInTable(provider="demo"))
    office.service_table = {"demo": True}
    async with office.at_work() as door:
        begun = await door.start("demo", TAB)
        state = httpx2.URL(begun.headers["location"]).params["state"]
        answer = await door.browser.get("/sign-in/demo/callback", params={"state": state, "code": "somebody"})

        assert answer.status_code == 400
