"""The whole way of a sign-in over real HTTP: start, provider, callback, exchange, sign-out."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio

from atdesk_core.runtime.sign_in_config import RolesTable, SignInTable
from atdesk_core.web.sign_in import Role, tab_hash
from atdesk_sdk import AccountRef
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import account
from tests.core.web.crooked import CLIENT, SECRET, TENANT, Crooked, crooked
from tests.core.web.door import Door, DoorOffice

TAB = "a secret of Ann's tab, of enough bytes"
OTHER_TAB = "a secret of Bob's tab, of enough bytes"


# One service for most of them; what a test changes is put back before the next.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_provider() -> AsyncIterator[Crooked]:
    async with crooked() as one:
        yield one


@pytest.fixture
def provider(one_provider: Crooked) -> Crooked:
    one_provider.who, one_provider.refuses = "ann-oid", False
    return one_provider


def office_of(folder: Path, provider: Crooked) -> DoorOffice:
    table = SignInTable(
        provider="entra",
        tenant=TENANT,
        client_id=CLIENT,
        client_secret="env:ATDESK_TEST_SECRET",
        login_url=provider.url,
    )
    people = {"ann": "ann-oid", "bob": "bob-oid", "lee": "lee-oid"}
    return DoorOffice(
        folder,
        ScriptedPlatform([account(one) for one in ("ann", "bob")], time.time),
        agents=("ann", "bob"),
        sign_in=[table],
        links={who: AccountRef("teams", TENANT, oid) for who, oid in people.items()},
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_door(tmp_path_factory: pytest.TempPathFactory, one_provider: Crooked) -> AsyncIterator[Door]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATDESK_TEST_SECRET", SECRET)
        async with office_of(tmp_path_factory.mktemp("desk"), one_provider).at_work() as one:
            yield one


@pytest.fixture
def door(one_door: Door, provider: Crooked) -> Door:
    """In a browser without cookies, and nobody was refused yet."""
    one_door.browser.cookies.clear()
    one_door.pages.guard.refused.clear()
    return one_door


async def test_a_tab_gets_a_token_that_is_its_own(door: Door) -> None:
    answer = await door.exchange(await door.come_back("entra", TAB), TAB)

    said = answer.json()
    who = await door.pages.guard.check_token(said["token"], TAB, Role.AGENT)
    assert (who.person_id, said["name"], said["expires_at"]) == ("ann", "Ann Agent", who.expires_at)
    assert answer.headers["cache-control"] == "no-store"
    assert set(door.browser.cookies) == set()


async def test_two_people_at_one_desk_never_get_each_others_page(door: Door, provider: Crooked) -> None:
    ann = await door.token("entra", TAB)
    provider.who = "bob-oid"
    bob = await door.token("entra", OTHER_TAB)
    guard = door.pages.guard

    assert (await guard.check_token(ann["Authorization"][7:], TAB, Role.AGENT)).person_id == "ann"
    assert (await guard.check_token(bob["Authorization"][7:], OTHER_TAB, Role.AGENT)).person_id == "bob"
    crossed = {"Authorization": ann["Authorization"], "X-Atdesk-Tab": OTHER_TAB}
    assert (await door.browser.post("/sign-out", headers=crossed)).status_code == 401
    assert door.refused["token"] == 1
    assert (await guard.check_token(ann["Authorization"][7:], TAB, Role.AGENT)).person_id == "ann"


async def test_a_one_time_code_is_for_one_tab_and_one_time(door: Door) -> None:
    page = await door.come_back("entra", TAB)

    assert (await door.exchange(page, OTHER_TAB)).status_code == 401
    assert (await door.exchange(page, TAB)).status_code == 401
    assert door.refused["exchange"] == 2


async def test_a_code_used_once_is_used_up(door: Door) -> None:
    page = await door.come_back("entra", TAB)

    assert (await door.exchange(page, TAB)).status_code == 200
    assert (await door.exchange(page, TAB)).status_code == 401


async def test_the_callback_cannot_be_called_again(door: Door) -> None:
    begun = await door.start("entra", TAB)
    returned = await door.browser.get(begun.headers["location"])
    back = returned.headers["location"]

    assert (await door.browser.get(back)).status_code == 200
    again = await door.browser.get(back)

    assert again.status_code == 400
    assert door.refused["state"] == 1


async def test_a_callback_in_another_browser_signs_nobody_in(door: Door) -> None:
    """Somebody who sends their own callback to another person does not sign them in as themselves."""
    begun = await door.start("entra", TAB)
    returned = await door.browser.get(begun.headers["location"])

    async with httpx2.AsyncClient() as elsewhere:
        answer = await elsewhere.get(returned.headers["location"])

    assert answer.status_code == 400
    assert "begun elsewhere" in answer.text


@pytest.mark.parametrize("state", ["", "made-up", "x" * 5000])
async def test_a_state_that_we_never_gave(door: Door, state: str) -> None:
    answer = await door.browser.get("/sign-in/entra/callback", params={"state": state, "code": "c"})

    assert answer.status_code == 400
    assert door.refused["state"] == 1


async def test_whoever_cancels_is_told_so(door: Door, provider: Crooked) -> None:
    provider.refuses = True

    answer = await door.come_back("entra", TAB)

    assert answer.status_code == 400
    assert "cancelled" in answer.text


async def test_an_account_that_is_nobodys_gets_nothing_and_is_told_what_to_do(
    door: Door, provider: Crooked
) -> None:
    """Ann's address stands in the token, with another id: addresses can be given to somebody else."""
    provider.who = "a-stranger"

    answer = await door.come_back("entra", TAB)

    assert answer.status_code == 403
    assert f"teams:{TENANT}:a-stranger" in answer.text
    assert "data-code" not in answer.text
    assert door.refused == {"unknown_account": 1}


@pytest.mark.parametrize("back", ["/flags/17", "/checks", "/checks/c0ffee"])
async def test_a_lead_signs_in_with_a_cookie_and_lands_on_the_page(
    door: Door, provider: Crooked, back: str
) -> None:
    provider.who = "lee-oid"

    answer = await door.come_back("entra", back=back)

    assert (answer.status_code, answer.headers["location"]) == (303, back)
    session, csrf, *others = answer.headers.get_list("set-cookie")
    assert session.startswith("atdesk=")
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/" in session
    assert csrf.startswith("atdesk-csrf=")
    assert "HttpOnly" not in csrf
    assert all("Max-Age=0" in one for one in others)


async def test_behind_tls_every_cookie_is_for_this_host_and_for_tls_alone(
    tmp_path: Path, provider: Crooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATDESK_TEST_SECRET", SECRET)
    office = office_of(tmp_path, provider)
    office.public_url = "https://desk.example"
    async with office.at_work() as door:
        begun = await door.start("entra", back="/flags/17")

    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("__Host-atdesk-flow-")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    query = parse_qs(urlsplit(begun.headers["location"]).query)
    assert query["redirect_uri"] == ["https://desk.example/sign-in/entra/callback"]


async def test_an_agent_gets_no_cookie(door: Door) -> None:
    answer = await door.come_back("entra", back="/flags/17")

    assert answer.status_code == 403
    assert "not for you" in answer.text
    assert not any(one.startswith("atdesk=") for one in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/flags/17",
        "/\\evil.example",
        "/flags/17/../../me",
        "/flags/17?next=https://evil.example",
        "/flags/17\n",
        "/me/",
        "/",
        "",
    ],
)
async def test_nobody_is_sent_anywhere_but_to_a_flag(door: Door, back: str) -> None:
    assert (await door.browser.get("/sign-in/entra/start", params={"back": back})).status_code == 400
    assert (await door.browser.get("/sign-in", params={"back": back})).status_code == 400


@pytest.mark.parametrize("query", [{"tab": "short"}, {"tab": tab_hash(TAB), "back": "/flags/1"}, {}])
async def test_a_start_that_is_neither_for_a_tab_nor_for_a_page(door: Door, query: dict[str, str]) -> None:
    answer = await door.browser.get("/sign-in/entra/start", params=query)

    assert answer.status_code == 400
    assert "incomplete" in answer.text


async def test_a_provider_that_is_not_set_up(door: Door) -> None:
    assert (await door.start("okta", TAB)).status_code == 400


async def test_the_start_asks_for_a_code_with_pkce_state_and_nonce(door: Door) -> None:
    first, second = await door.start("entra", TAB), await door.start("entra", TAB)

    queries = [parse_qs(urlsplit(one.headers["location"]).query) for one in (first, second)]
    for query in queries:
        assert query["response_type"] == ["code"]
        assert query["code_challenge_method"] == ["S256"]
        assert len(query["code_challenge"][0]) == 43
    for name in ("state", "nonce", "code_challenge"):
        assert queries[0][name] != queries[1][name]


async def test_a_token_is_worth_nothing_after_signing_out(door: Door) -> None:
    headers = await door.token("entra", TAB)

    assert (await door.browser.post("/sign-out", headers=headers)).status_code == 204
    assert (await door.browser.post("/sign-out", headers=headers)).status_code == 401


async def test_a_session_ends_by_signing_out_and_only_from_our_own_page(
    door: Door, provider: Crooked
) -> None:
    headers = door.pages.as_person("lee")
    forged = {name: value for name, value in headers.items() if name == "Cookie"}

    assert (await door.browser.post("/sign-out", headers=forged)).status_code == 403
    answer = await door.browser.post("/sign-out", headers=headers)

    assert answer.status_code == 204
    assert all("Max-Age=0" in one for one in answer.headers.get_list("set-cookie"))
    assert (await door.browser.post("/sign-out", headers=headers)).status_code == 401


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"code": 1}', b'{"code":"c"}', b"{" * 9000])
async def test_an_exchange_that_cannot_be_read_is_said_so(door: Door, body: bytes) -> None:
    answer = await door.browser.post("/sign-in/exchange", content=body)

    assert answer.status_code == 400
    assert "reload" in answer.json()["error"]["message"]


async def test_the_page_is_told_how_people_can_sign_in(door: Door) -> None:
    answer = await door.browser.get("/sign-in/providers")

    assert answer.json() == [{"id": "entra", "label": "Microsoft"}]


async def test_the_pages_of_the_sign_in_speak_the_browsers_language(door: Door) -> None:
    for language, words in (("fr-CA,fr;q=0.9", "Non connecté"), ("es", "no iniciada"), ("de", "Not signed")):
        answer = await door.browser.get("/sign-in/entra/callback", headers={"Accept-Language": language})
        assert words in answer.text


async def test_nothing_on_the_way_is_ever_written_to_a_log(
    door: Door, provider: Crooked, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="atdesk_core")
    headers = await door.token("entra", TAB)
    provider.who = "a-stranger"
    await door.come_back("entra", TAB)

    for secret in (headers["Authorization"][7:], TAB, SECRET, "ann-oid", "a-stranger", "ann@example.com"):
        assert secret not in caplog.text


async def test_reviewers_are_whom_the_configuration_names(
    tmp_path: Path, provider: Crooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATDESK_TEST_SECRET", SECRET)
    office = office_of(tmp_path, provider)
    office.roles = RolesTable(reviewers=("bob",), auditors=("nobody-of-that-id",))
    async with office.at_work() as door:
        roles = door.pages.guard.roles

        assert roles.roles_of("bob") == {Role.AGENT, Role.REVIEWER}
        assert roles.roles_of("nobody-of-that-id") == frozenset()
