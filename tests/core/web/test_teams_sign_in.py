"""What Teams gives a tab, checked whole: every check of it fails here without the line that makes it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import ValidationError
from starlette.responses import PlainTextResponse

from atdesk_core.cli.sign_in_check import sign_in_lines
from atdesk_core.runtime.sign_in_config import ConsoleTable, SignInTable, check_pages
from atdesk_core.web.sign_in import Role
from atdesk_core.web.sign_in.keys import AGAIN_S
from atdesk_core.web.sign_in.provider import ProviderDown, SignInRefused
from atdesk_core.web.sign_in.teams import LEEWAY_S, TeamsSso
from atdesk_sdk import AccountRef, ConfigError
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import account
from tests.core.runtime.test_showing import directory as people
from tests.core.web.crooked import unsigned
from tests.core.web.door import Door, DoorOffice
from tests.core.web.sso import ANOTHER, CLIENT, TEAMS_WEB, TENANT, Tenant, entra, new_key

NOW = time.time()
TAB = "a secret of this tab alone, of enough bytes"
ANN = AccountRef("teams", TENANT, "ann-oid")


@pytest.fixture
async def tenant() -> AsyncIterator[Tenant]:
    async with entra() as one:
        one.clock = lambda: NOW  # of when this file was read: the tests before it may take minutes
        yield one


async def reason(sso: TeamsSso, token: object) -> str:
    with pytest.raises(SignInRefused) as refused:
        await sso.found(token)
    return refused.value.reason


async def test_a_token_in_order_names_the_account_by_its_ids_alone(tenant: Tenant) -> None:
    sso = TeamsSso(tenant.table(), lambda: NOW)

    found = await sso.found(tenant.token(preferred_username="bob@example.com", email="bob@example.com"))

    assert found.account == ANN
    assert found.own is None


@pytest.mark.parametrize(
    "audience", [CLIENT, f"api://{CLIENT}", f"api://botid-{CLIENT}", "api://desk.example.com/" + CLIENT]
)
async def test_an_audience_is_taken_in_each_of_its_four_forms(tenant: Tenant, audience: str) -> None:
    sso = TeamsSso(tenant.table(resource=f"api://desk.example.com/{CLIENT}"), lambda: NOW)
    assert (await sso.found(tenant.token(aud=audience))).account == ANN


async def test_a_token_of_version_1_is_taken_too(tenant: Tenant) -> None:
    sso = TeamsSso(tenant.table(clients=[TEAMS_WEB]), lambda: NOW)
    claims = tenant.claims(iss=f"https://sts.windows.net/{TENANT}/", appid=TEAMS_WEB)
    del claims["azp"]
    assert (await sso.found(tenant.sign(claims))).account == ANN


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": "https://evil.example/v2.0"}, "issuer"),
        ({"iss": f"https://sts.windows.net/{ANOTHER}/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "another app"}, "audience"),
        ({"aud": f"api://desk.example.com/{CLIENT}"}, "audience"),  # no `resource` is configured
        ({"aud": ""}, "audience"),
        ({"aud": [CLIENT]}, "audience"),
        ({"scp": "User.Read"}, "scope"),
        ({"scp": "not_access_as_user"}, "scope"),
        ({"scp": None, "roles": ["access_as_user"]}, "scope"),
        ({"exp": NOW - LEEWAY_S - 5}, "expired"),
        ({"nbf": NOW + LEEWAY_S + 30}, "not_yet"),
        ({"iat": NOW + LEEWAY_S + 30}, "not_yet"),
        ({"exp": None}, "claims"),
        ({"exp": "later"}, "claims"),
        ({"exp": True}, "claims"),
        ({"nbf": None}, "claims"),
        ({"iat": None}, "claims"),
        ({"tid": ANOTHER}, "tenant"),
        ({"tid": None}, "tenant"),
        ({"tid": ["x"]}, "tenant"),
        ({"oid": None}, "no_identity"),
        ({"oid": ""}, "no_identity"),
        ({"oid": "x" * 256}, "no_identity"),
        ({"oid": 7}, "no_identity"),
        ({"azp": "an app that nobody listed"}, "azp"),
        ({"azp": None}, "azp"),
    ],
)
async def test_one_thing_that_is_wrong_is_enough(tenant: Tenant, changed: dict[str, Any], why: str) -> None:
    sso = TeamsSso(tenant.table(clients=[TEAMS_WEB]), lambda: NOW)
    assert await reason(sso, tenant.token(**changed)) == why


@pytest.mark.parametrize(
    "changed", [{"exp": NOW - LEEWAY_S + 60}, {"nbf": NOW + LEEWAY_S - 60}, {"iat": NOW + LEEWAY_S - 60}]
)
async def test_a_clock_may_be_some_minutes_off(tenant: Tenant, changed: dict[str, Any]) -> None:
    assert LEEWAY_S <= 300
    assert (await TeamsSso(tenant.table(), lambda: NOW).found(tenant.token(**changed))).account == ANN


async def test_an_object_id_is_the_same_in_upper_case(tenant: Tenant) -> None:
    oid = "6B1F0000-ABCD-4000-8000-00000000000F"
    found = await TeamsSso(tenant.table(), lambda: NOW).found(tenant.token(oid=oid))
    assert found.account.external_id == oid.lower()


async def test_without_listed_clients_any_client_of_ours_may_ask(tenant: Tenant) -> None:
    assert (await TeamsSso(tenant.table(), lambda: NOW).found(tenant.token(azp="any"))).account == ANN


@pytest.mark.parametrize(("clients", "is_said"), [([], True), ([TEAMS_WEB], False)])
async def test_the_doctor_says_that_any_clients_token_is_taken(
    tenant: Tenant, tmp_path: Path, clients: list[str], is_said: bool
) -> None:
    office = DoorOffice(
        tmp_path,
        ScriptedPlatform([account("ann")], time.time),
        sign_in=(tenant.table(clients=clients),),
        console=ConsoleTable(frame_ancestors=("teams",)),
    )
    (line, *_) = await sign_in_lines(office.configured(), people(), NOW)
    assert line[1]
    assert ("the token of any client of the tenant is taken" in line[2]) is is_said


FORGED: dict[str, tuple[Callable[[Tenant], object], str]] = {
    "another key of that name": (lambda one: one.sign(one.claims(), new_key("first")), "signature"),
    "no signature": (lambda one: unsigned(one.claims()), "algorithm"),
    "a key that is not told": (lambda one: one.sign(one.claims(), new_key("made up")), "key"),
    "no key named": (lambda one: jwt.encode({"alg": "RS256"}, one.claims(), one.key), "key"),
    "another algorithm": (lambda one: one.sign(one.claims(), algorithm="PS256"), "key"),
    "a shared secret": (
        lambda one: jwt.encode({"alg": "HS256", "kid": "first"}, one.claims(), OctKey.import_key("s" * 64)),
        "algorithm",
    ),
    "claims changed afterwards": (
        lambda one: one.token("eve").rsplit(".", 1)[0] + "." + one.token().rsplit(".", 1)[1],
        "signature",
    ),
    "no token": (lambda _one: "good morning", "no_id_token"),
    "a body that is no JSON": (lambda one: one.token().split(".")[0] + ".!!!.x", "no_id_token"),
    "a body that is no object": (lambda one: one.token().split(".")[0] + ".W10.x", "tenant"),
    "far too long": (lambda one: one.token(padding="x" * 40_000), "no_id_token"),
    "nothing": (lambda _one: None, "no_id_token"),
}


@pytest.mark.parametrize("how", FORGED)
async def test_a_forged_token_is_nobodys(tenant: Tenant, how: str) -> None:
    forge, why = FORGED[how]
    assert await reason(TeamsSso(tenant.table(), lambda: NOW), forge(tenant)) == why


async def test_a_tenant_that_is_not_listed_is_not_even_asked_for_its_keys(tenant: Tenant) -> None:
    sso = TeamsSso(tenant.table(), lambda: NOW)
    issuer = f"{tenant.url}/{ANOTHER}/v2.0"
    assert await reason(sso, tenant.token(tid=ANOTHER, iss=issuer)) == "tenant"
    assert tenant.fetches == []

    both = TeamsSso(tenant.table(tenants=[ANOTHER]), lambda: NOW)
    found = await both.found(tenant.token(tid=ANOTHER, iss=issuer))
    assert found.account == AccountRef("teams", ANOTHER, "ann-oid")
    # A token of one tenant that calls itself issued by the other is of neither.
    assert await reason(both, tenant.token(iss=issuer)) == "issuer"


async def test_keys_are_kept_and_a_new_one_is_found_but_not_asked_for_all_the_time(tenant: Tenant) -> None:
    ahead_s = 0.0
    sso = TeamsSso(tenant.table(), lambda: time.time() + ahead_s)
    for _ in range(3):
        await sso.found(tenant.token())
    assert tenant.fetches == [TENANT]

    tenant.key = new_key("second")
    assert await reason(sso, tenant.token()) == "key"  # asked a moment ago
    ahead_s = AGAIN_S + 1
    assert (await sso.found(tenant.token())).account == ANN
    assert tenant.fetches == [TENANT, TENANT]


async def test_a_whole_shift_that_signs_in_at_once_asks_for_the_keys_once(tenant: Tenant) -> None:
    sso = TeamsSso(tenant.table(), time.time)
    found = await asyncio.gather(*(sso.found(tenant.token(f"agent-{number}")) for number in range(30)))
    assert len({one.account for one in found}) == 30
    assert tenant.fetches == [TENANT]


async def test_keys_that_cannot_be_read_are_no_answer_and_nobodys_fault(tenant: Tenant) -> None:
    tenant.answers = PlainTextResponse("<html>maintenance</html>")
    sso = TeamsSso(tenant.table(), time.time)
    with pytest.raises(ProviderDown):
        await sso.found(tenant.token())
    tenant.answers = None
    assert (await sso.found(tenant.token())).account == ANN


# ---- over HTTP ---------------------------------------------------------------------------------------------


def office(folder: Path, *tables: SignInTable) -> DoorOffice:
    folder.mkdir(exist_ok=True)
    platform = ScriptedPlatform([account("ann")], time.time)
    console = ConsoleTable(frame_ancestors=("teams",))
    return DoorOffice(folder, platform, sign_in=tables, links={"ann": ANN}, console=console)


async def ask(door: Door, token: object, language: str = "en", tab: object = TAB) -> httpx2.Response:
    body = {"token": token, "tab_secret": tab}
    return await door.browser.post("/sign-in/teams", json=body, headers={"Accept-Language": language})


async def test_a_tab_in_teams_gets_a_token_of_its_own_like_any_other(
    tmp_path: Path, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "atdesk_core")
    caplog.set_level(logging.DEBUG, "httpx2")
    sso_token = tenant.token()
    async with office(tmp_path, tenant.table()).at_work() as door:
        said = (await ask(door, sso_token)).json()
        own = {"Authorization": f"Bearer {said['token']}", "X-Atdesk-Tab": TAB}
        me = await door.browser.get("/api/me", headers=own)
        elsewhere = await door.browser.get("/api/me", headers=own | {"X-Atdesk-Tab": "another tab"})
        who = await door.pages.guard.check_token(said["token"], TAB, Role.AGENT)
        offered = await door.browser.get("/sign-in/providers")

    assert (said["name"], me.json()["person"]["name"]) == ("Ann Agent", "Ann Agent")
    assert said["expires_at"] == who.expires_at
    assert elsewhere.status_code == 401
    assert offered.json() == []
    assert not {part for part in sso_token.split(".") if part in caplog.text}
    assert "ann-oid" not in caplog.text


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        (
            {"tid": ANOTHER},
            401,
            {"en": "an organisation that", "es": "una organización", "fr": "une organisation"},
        ),
        ({"exp": 1}, 401, {"en": "out of date", "es": "ha caducado", "fr": "plus valable"}),
        ({"aud": "another"}, 401, {"en": "another app", "es": "otra aplicación", "fr": "autre application"}),
        ({"scp": ""}, 401, {"en": "another app"}),
        (
            {"oid": None},
            401,
            {"en": "could not be verified", "es": "No se pudo", "fr": "pas pu être vérifié"},
        ),
        (
            {"oid": "eve"},
            403,
            {"en": f"teams:{TENANT}:eve", "es": "no es de nadie", "fr": "celui de personne"},
        ),
    ],
)
async def test_whoever_cannot_come_in_is_told_politely_in_their_language(
    tmp_path: Path,
    tenant: Tenant,
    caplog: pytest.LogCaptureFixture,
    changed: dict[str, Any],
    status: int,
    says: dict[str, str],
) -> None:
    async with office(tmp_path, tenant.table()).at_work() as door:
        for language, sentence in says.items():
            answer = await ask(door, tenant.token(**changed), language)
            assert answer.status_code == status
            assert sentence in answer.json()["error"]["message"]
    assert "eve" not in caplog.text


async def test_where_teams_is_not_set_up_or_entra_is_down_it_is_said(tmp_path: Path, tenant: Tenant) -> None:
    async with office(tmp_path / "none").at_work() as door:
        nobody = await ask(door, tenant.token())
    tenant.answers = PlainTextResponse("no", status_code=500)
    async with office(tmp_path / "down", tenant.table()).at_work() as door:
        down = await ask(door, tenant.token())
        broken = [await ask(door, 7), await ask(door, tenant.token(), tab=""), await ask(door, None)]
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "not_offered")
    assert (down.status_code, down.json()["error"]["code"]) == (502, "platform_failed")
    assert [one.status_code for one in broken] == [400, 400, 400]


async def test_the_hosts_of_teams_may_frame_the_page_only_where_teams_is_configured(tmp_path: Path) -> None:
    async with office(tmp_path / "with").at_work() as door:
        with_teams = (await door.browser.get("/me/")).headers["content-security-policy"]
    async with DoorOffice(tmp_path, ScriptedPlatform([account("ann")], time.time)).at_work() as door:
        without = (await door.browser.get("/me/")).headers["content-security-policy"]
    hosts = "https://teams.microsoft.com https://*.teams.microsoft.com https://*.cloud.microsoft"
    assert f"frame-ancestors {hosts}" in with_teams
    assert "frame-ancestors 'none'" in without


def test_a_configuration_that_cannot_be_meant_is_refused() -> None:
    one = SignInTable(provider="teams", tenant=TENANT, client_id=CLIENT)
    with pytest.raises(ConfigError, match="keep one"):
        check_pages("127.0.0.1", "", False, [one, one.model_copy(update={"id": "more"})], "atdesk.toml")
    with pytest.raises(ValidationError, match="tenant"):
        SignInTable(provider="teams", client_id=CLIENT)
    with pytest.raises(ValidationError, match="client_secret"):
        SignInTable(provider="teams", tenant=TENANT, client_id=CLIENT, client_secret="env:X")
