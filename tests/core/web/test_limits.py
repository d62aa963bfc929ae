"""How often one may ask, and what a policy of the browser says: the rules by themselves."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.web.headers import Framing, own_page
from atdesk_core.web.limits import LIMITS, Buckets, Limit, RateLimits

PHOTO = next(limit for limit in LIMITS if limit.name == "photo")


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


def test_behind_tls_the_sockets_are_those_of_the_public_address() -> None:
    assert Framing().frame_ancestors == ()
    assert own_page((), ["desk.example"]).count("frame-ancestors 'none'") == 1
    assert "wss://desk.example" in own_page((), ["desk.example"])
