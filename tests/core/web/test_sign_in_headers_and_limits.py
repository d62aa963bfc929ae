"""What every answer says about itself, and how often one may ask."""

import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.runtime.sign_in_config import ConsoleTable, SignInTable
from atdesk_core.web.headers import Framing, own_page
from atdesk_core.web.limits import LIMITS, Buckets, Limit, RateLimits
from atdesk_core.web.sign_in import tab_hash
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import account
from tests.core.web.door import Door, DoorOffice

PHOTO = next(limit for limit in LIMITS if limit.name == "photo")


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    office = DoorOffice(
        tmp_path,
        ScriptedPlatform([account("ann")], time.time),
        agents=("ann", "bob"),
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
    ann, bob = door.pages.as_agent("ann"), door.pages.as_agent("bob")
    await ask_until_refused(door, ann)

    assert (await door.browser.post("/api/me/self-test", headers=bob)).status_code != 429


async def test_another_tab_of_the_same_person_does_not_ask_for_more(door: Door) -> None:
    one, other = door.pages.as_agent("ann", "one tab"), door.pages.as_agent("ann", "another tab")
    await ask_until_refused(door, one)
    found = [(await door.browser.post("/api/me/self-test", headers=other)).status_code for _ in range(5)]

    assert 429 in found


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/sign-in/genesys/start", "sign_in_start"),
        ("GET", "/sign-in/genesys/callback", "sign_in_callback"),
        ("POST", "/sign-in/exchange", "sign_in_exchange"),
        ("POST", "/api/me/enrolment", "photo"),
        ("POST", "/api/me/enrolment/photo", "photo"),
        ("POST", "/api/me/self-test", "photo"),
        ("POST", "/api/me/flags/7/dispute", "answer"),
        ("POST", "/flags/7/answer", "answer"),
        ("DELETE", "/api/me/consent", "answer"),
        ("GET", "/api/me", None),
        ("GET", "/me/", None),
        ("POST", "/ingress/zoom/webhook", None),
    ],
)
def test_what_is_limited(method: str, path: str, name: str | None) -> None:
    fits = [limit.name for limit in LIMITS if limit.method == method and limit.path.fullmatch(path)]

    assert (fits[0] if fits else None) == name


def test_a_bucket_fills_again_with_time() -> None:
    now = [0.0]
    buckets = Buckets(lambda: now[0])
    limit = Limit("x", "GET", PHOTO.path, per_minute=60, burst=2)

    assert [buckets.take(limit, "a") for _ in range(3)] == [0.0, 0.0, pytest.approx(1.0)]
    now[0] = 1.0
    assert [buckets.take(limit, "a") for _ in range(2)] == [0.0, pytest.approx(1.0)]


@given(st.lists(st.integers(0, 10_000), max_size=300))
def test_the_memory_of_who_asked_is_bounded(asking: list[int]) -> None:
    buckets = Buckets(lambda: 0.0, most=50)

    for one in asking:
        buckets.take(PHOTO, f"address:{one}")

    assert len(buckets) <= 50


async def test_whoever_is_signed_out_is_counted_by_address() -> None:
    refused: Counter[str] = Counter()
    limit = Limit("x", "GET", PHOTO.path, per_minute=1, burst=1)
    asked = []

    async def app(scope: object, receive: object, send: object) -> None:
        asked.append(scope)

    limits = RateLimits(app, lambda _connection: None, lambda: 0.0, refused, [limit])
    sent: list[int] = []

    async def send(message: dict[str, object]) -> None:
        if "status" in message:
            sent.append(int(str(message["status"])))

    for address in ("198.51.100.1", "198.51.100.2", "198.51.100.1"):
        scope = {"type": "http", "method": "GET", "path": "/api/me/self-test", "headers": []}
        await limits(scope | {"client": (address, 1)}, None, send)  # type: ignore[arg-type]  # nothing is read

    assert len(asked) == 2
    assert sent == [429]
    assert refused == {"x": 1}


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "x'y", ""])
async def test_a_strange_host_does_not_get_into_the_policy(door: Door, host: str) -> None:
    answer = await door.browser.get("/me/", headers={"Host": host})

    if answer.status_code != 400:  # the server refuses some of them itself
        assert directives(answer)["connect-src"] == ["'self'"]


def test_behind_tls_the_sockets_are_those_of_the_public_address() -> None:
    assert Framing().frame_ancestors == ()
    assert own_page((), ["desk.example"]).count("frame-ancestors 'none'") == 1
    assert "wss://desk.example" in own_page((), ["desk.example"])


async def test_a_start_by_many_at_once_is_let_through(door: Door) -> None:
    """Nine o'clock: everybody of a site signs in from one address."""
    query = {"tab": tab_hash("a tab")}
    statuses = {(await door.browser.get("/sign-in/demo/start", params=query)).status_code for _ in range(100)}

    assert statuses == {303}
