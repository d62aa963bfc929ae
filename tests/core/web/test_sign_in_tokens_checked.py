"""What is checked of an ID token, against a provider that cheats in every way we know, over real HTTP."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.responses import JSONResponse, Response

from atdesk_core.runtime.sign_in_config import SignInTable
from atdesk_core.web.sign_in.oidc import OidcProvider
from atdesk_core.web.sign_in.provider import Flow, Found, ProviderDown, SignInRefused
from atdesk_sdk import AccountRef
from tests.core.web.crooked import CLIENT, SECRET, TENANT, Claims, Crooked, crooked, unsigned

NOW = int(time.time())
OTHER_TENANT = "99999999-2222-4333-8444-555555555555"


@dataclass
class Place:
    """A provider that cheats, and our side of it."""

    theirs: Crooked
    ours: OidcProvider
    ahead_s: float = 0.0
    signed_in: int = 0

    async def sign_in(self) -> Found:
        self.signed_in += 1
        flow = Flow("https://desk.example/back", "state", f"nonce {self.signed_in}", "v" * 64)
        async with httpx2.AsyncClient() as browser:
            back = await browser.get(await self.ours.begin(flow))
        return await self.ours.finish(flow, httpx2.URL(back.headers["location"]).params["code"])

    async def refusal(self) -> str:
        with pytest.raises(SignInRefused) as refused:
            await self.sign_in()
        return refused.value.reason


def _place(theirs: Crooked, **changes: object) -> Place:
    table = {"provider": "entra", "tenant": TENANT, "client_id": CLIENT, "login_url": theirs.url}
    place: Place
    now: Callable[[], float] = lambda: time.time() + place.ahead_s  # noqa: E731  (the clock is the place's)
    place = Place(theirs, OidcProvider(SignInTable.model_validate(table | changes), SECRET, now))
    return place


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with crooked() as provider:
        yield _place(provider)


async def test_a_token_that_is_in_order_names_the_account_by_its_ids(place: Place) -> None:
    found = await place.sign_in()

    assert found.account == AccountRef("teams", TENANT, "ann-oid")
    assert found.own is None


def _with(**changed: object) -> Callable[[Claims], Claims]:
    return lambda claims: claims | changed


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize(
    ("cheat", "reason"),
    [
        (_with(iss="https://evil.example/v2.0"), "issuer"),
        (_with(aud="another client"), "audience"),
        (_with(aud=["another client", "a third"]), "audience"),
        (_with(azp="another client"), "audience"),
        (_with(tid=OTHER_TENANT), "tenant"),
        (_without("tid"), "tenant"),
        (_with(exp=NOW - 600), "expired"),
        (_with(nbf=NOW + 6000), "not_yet"),
        (_with(iat=NOW + 6000), "not_yet"),
        (_with(nonce="of another sign-in"), "nonce"),
        (_without("nonce"), "claims"),
        (_without("exp"), "claims"),
        (_without("iss"), "claims"),
        (_without("aud"), "claims"),
        (_without("oid"), "no_identity"),
        (_with(oid=["ann-oid"]), "no_identity"),
        (_with(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "claims"),
    ],
)
async def test_claims_that_are_not_as_they_should_be(
    place: Place, cheat: Callable[[Claims], Claims], reason: str
) -> None:
    place.theirs.cheat = cheat

    assert await place.refusal() == reason


async def test_a_token_without_a_signature(place: Place) -> None:
    place.theirs.make = unsigned

    assert await place.refusal() == "algorithm"


async def test_a_token_signed_with_what_everybody_knows_as_if_it_were_a_secret(place: Place) -> None:
    # Said to be no key file, or the library that makes the token for this test refuses to.
    known = OctKey.import_key(place.theirs.key.as_pem(private=False).replace(b"-----", b"====="))
    place.theirs.make = lambda claims: jwt.encode({"alg": "HS256", "kid": "first"}, claims, known)

    assert await place.refusal() == "algorithm"


async def test_a_token_signed_by_somebody_else(place: Place) -> None:
    other = RSAKey.generate_key(2048)
    place.theirs.make = lambda claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, other)

    assert await place.refusal() == "signature"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", "x" * 40_000])
async def test_what_is_no_token_at_all(place: Place, token: str) -> None:
    place.theirs.make = lambda _claims: token

    assert await place.refusal() in ("no_id_token", "algorithm")


async def test_a_new_key_is_fetched_once_when_it_is_first_seen(place: Place) -> None:
    await place.sign_in()
    place.theirs.rotate("second")
    place.ahead_s = 61

    await place.sign_in()
    await place.sign_in()

    assert place.theirs.key_fetches == 2


async def test_made_up_keys_do_not_make_us_ask_over_and_over(place: Place) -> None:
    await place.sign_in()
    place.theirs.make = lambda claims: jwt.encode(
        {"alg": "RS256", "kid": "made up"}, claims, place.theirs.key
    )

    assert [await place.refusal() for _ in range(3)] == ["key"] * 3
    assert place.theirs.key_fetches == 1


async def test_a_key_that_was_withdrawn_is_good_for_a_day_at_the_most(place: Place) -> None:
    await place.sign_in()
    old = place.theirs.key
    place.theirs.rotate("second")
    place.theirs.make = lambda claims: jwt.encode(
        {"alg": "RS256", "kid": "first"}, claims | {"exp": NOW + 10**6}, old
    )
    place.ahead_s = 24 * 3600 + 1

    assert await place.refusal() == "key"


async def test_people_of_several_tenants_may_be_let_in_and_of_no_other() -> None:
    async with crooked() as provider:
        place = _place(provider, tenants=[OTHER_TENANT])
        theirs = f"{provider.url}/{OTHER_TENANT}/v2.0"
        provider.cheat = _with(tid=OTHER_TENANT, iss=theirs)
        assert (await place.sign_in()).account.tenant == OTHER_TENANT

        provider.cheat = _with(tid=OTHER_TENANT)
        assert await place.refusal() == "issuer"
        provider.cheat = _with(tid="a third", iss=f"{provider.url}/a third/v2.0")
        assert await place.refusal() == "tenant"


async def test_a_provider_by_the_standard_is_known_by_its_subject() -> None:
    async with crooked() as provider:
        place = _place(provider, provider="oidc", tenant="corp", issuer=provider.issuer, login_url="")

        assert (await place.sign_in()).account == AccountRef("oidc", "corp", "pairwise-ann-oid")


async def test_a_provider_that_calls_itself_otherwise_is_not_used() -> None:
    async with crooked() as provider:
        described = f"{provider.issuer}/.well-known/openid-configuration"
        place = _place(
            provider, provider="oidc", issuer="https://login.example", metadata_url=described, login_url=""
        )

        with pytest.raises(ProviderDown, match="another issuer"):
            await place.sign_in()


async def test_where_desks_are_shared_the_password_is_asked_for_each_time() -> None:
    async with crooked() as provider:
        flow = Flow("https://desk.example/back", "state", "nonce", "v" * 64)
        plain, asking = _place(provider), _place(provider, prompt="login")

        assert "prompt" not in httpx2.URL(await plain.ours.begin(flow)).params
        assert httpx2.URL(await asking.ours.begin(flow)).params["prompt"] == "login"


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>busy</html>", status_code=503),
        Response("<html>busy</html>", status_code=200),
        JSONResponse(["no object"]),
        JSONResponse({"token_type": "Bearer"}),
    ],
)
async def test_an_answer_that_cannot_be_read_proves_nobody(place: Place, answer: Response) -> None:
    place.theirs.answers = answer

    with pytest.raises(ProviderDown):
        await place.sign_in()


async def test_a_provider_that_is_not_there(place: Place) -> None:
    gone = _place(place.theirs, login_url="http://127.0.0.1:9")

    with pytest.raises(ProviderDown, match="no answer"):
        await gone.sign_in()


async def test_a_code_is_good_once(place: Place) -> None:
    flow = Flow("https://desk.example/back", "state", "nonce", "v" * 64)
    async with httpx2.AsyncClient() as browser:
        back = await browser.get(await place.ours.begin(flow))
    code = httpx2.URL(back.headers["location"]).params["code"]
    await place.ours.finish(flow, code)

    with pytest.raises(SignInRefused, match="code"):
        await place.ours.finish(flow, code)


async def test_a_code_is_worth_nothing_to_whoever_does_not_know_the_verifier(place: Place) -> None:
    flow = Flow("https://desk.example/back", "state", "nonce", "v" * 64)
    async with httpx2.AsyncClient() as browser:
        back = await browser.get(await place.ours.begin(flow))
    code = httpx2.URL(back.headers["location"]).params["code"]

    with pytest.raises(SignInRefused, match="code"):
        await place.ours.finish(Flow(flow.redirect_uri, flow.state, flow.nonce, "w" * 64), code)
