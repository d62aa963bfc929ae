"""What every answer says about itself, and how often one may ask."""

import time
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from atdesk_core.runtime.sign_in_config import ConsoleTable, SignInTable
from atdesk_core.web.limits import LIMITS
from atdesk_core.web.sign_in import tab_hash
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import account
from tests.core.web.door import Door, DoorOffice

AGENTS = ("ann", "bob", "cyd", "dee")
PHOTO = next(limit for limit in LIMITS if limit.name == "photo")


# One service for most of them; each test signs in somebody who has not asked for much yet.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    office = DoorOffice(
        tmp_path_factory.mktemp("desk"),
        ScriptedPlatform([account(one) for one in AGENTS], time.time),
        agents=AGENTS,
        sign_in=[SignInTable(provider="demo")],
        service_table={"demo": True},
        console=ConsoleTable(frame_ancestors=("teams", "https://apps.mypurecloud.ie")),
    )
    async with office.at_work() as one:
        yield one


def directives(answer: httpx2.Response) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["content-security-policy"].split(";"))
    return {name: values for name, *values in parts}


async def test_the_agents_page_may_be_framed_by_the_consoles_and_by_nobody_else(door: Door) -> None:
    policy = directives(await door.browser.get("/me/"))

    assert policy["frame-ancestors"] == [
        "https://teams.microsoft.com",
        "https://*.teams.microsoft.com",
        "https://*.cloud.microsoft",
        "https://apps.mypurecloud.ie",
    ]
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["img-src"] == ["'self'", "blob:", "data:"]
    host = door.pages.url.removeprefix("http://")
    assert policy["connect-src"] == ["'self'", f"ws://{host}", f"wss://{host}"]


@pytest.mark.parametrize(
    "path", ["/sign-in?back=/flags/1", "/flags/1", "/healthz", "/nowhere", "/sign-in/demo/start"]
)
async def test_nothing_else_may_be_framed_at_all(door: Door, path: str) -> None:
    policy = directives(await door.browser.get(path))

    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]


@pytest.mark.parametrize("path", ["/me/", "/api/me", "/sign-in/providers", "/metrics", "/nowhere"])
async def test_every_answer_is_kept_by_nobody_and_guessed_at_by_no_browser(door: Door, path: str) -> None:
    headers = (await door.browser.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in headers
    permissions = headers["permissions-policy"].split(", ")
    assert {"camera=(self)", "idle-detection=(self)", "microphone=()", "geolocation=()"} <= set(permissions)
    if path != "/me/":
        assert headers["cache-control"] == "no-store"


async def ask_until_refused(door: Door, headers: dict[str, str]) -> httpx2.Response:
    """The first refusal. The burst comes first; meanwhile some more are allowed again."""
    for number in range(40 * PHOTO.burst):
        answer = await door.browser.post("/api/me/self-test", headers=headers)
        if answer.status_code == 429:
            assert number >= PHOTO.burst
            return answer
    raise AssertionError("never refused")


async def test_a_refusal_for_asking_too_often_has_the_headers_too_and_says_when_again(door: Door) -> None:
    headers = door.pages.as_agent("ann")

    late = await ask_until_refused(door, headers)

    assert int(late.headers["retry-after"]) >= 1
    assert late.json()["error"]["code"] == "too_often"
    assert late.headers["x-content-type-options"] == "nosniff"
    assert door.refused["photo"] == 1


async def test_what_one_person_asks_too_often_is_still_free_to_their_neighbour(door: Door) -> None:
    cyd, bob = door.pages.as_agent("cyd"), door.pages.as_agent("bob")
    await ask_until_refused(door, cyd)

    assert (await door.browser.post("/api/me/self-test", headers=bob)).status_code != 429


async def test_another_tab_of_the_same_person_does_not_ask_for_more(door: Door) -> None:
    one, other = door.pages.as_agent("dee", "one tab"), door.pages.as_agent("dee", "another tab")
    await ask_until_refused(door, one)
    found = [(await door.browser.post("/api/me/self-test", headers=other)).status_code for _ in range(5)]

    assert 429 in found


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "x'y", ""])
async def test_a_strange_host_does_not_get_into_the_policy(door: Door, host: str) -> None:
    answer = await door.browser.get("/me/", headers={"Host": host})

    if answer.status_code != 400:  # the server refuses some of them itself
        assert directives(answer)["connect-src"] == ["'self'"]


async def test_a_start_by_many_at_once_is_let_through(door: Door) -> None:
    """Nine o'clock: everybody of a site signs in from one address."""
    query = {"tab": tab_hash("a tab")}
    statuses = {(await door.browser.get("/sign-in/demo/start", params=query)).status_code for _ in range(100)}

    assert statuses == {303}
