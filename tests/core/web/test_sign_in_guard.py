"""The guard over real HTTP: who is behind a request, from which tab, in which shift, and as what."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from atdesk_core.runtime.service import Service
from atdesk_core.web.context import PageContext
from atdesk_core.web.sign_in import NotSignedIn, Role
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from tests.core.runtime.office import Office, account
from tests.core.web.serving import TAB, Served, served


def _room(context: PageContext) -> list[BaseRoute]:
    """A page for each role that says who asked."""

    def asker(role: Role) -> Route:
        async def ask(request: Request) -> Response:
            who = await context.guard.require(request, role)
            return JSONResponse({"person": who.person_id, "csrf": context.guard.csrf(request)})

        return Route(f"/ask/{role.value}", ask, methods=["GET", "POST"])

    return [asker(role) for role in Role]


@dataclass
class Clock:
    """Real time, and what a test adds to it."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@dataclass(frozen=True)
class Place:
    """A service whose pages ask who is there."""

    service: Service
    pages: Served
    client: httpx2.AsyncClient
    clock: Clock

    async def ask(self, headers: dict[str, str], role: Role = Role.AGENT, method: str = "GET") -> int:
        answer = await self.client.request(method, f"/ask/{role.value}", headers=headers)
        return answer.status_code


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    office = Office(
        tmp_path, ScriptedPlatform([account(one) for one in ("ann", "bob")], time.time), agents=("ann", "bob")
    )
    clock = Clock()
    async with office.open() as service:
        config = office._config(ScriptedAdapter(office.platform))
        config = replace(config, service=config.service.model_copy(update={"public_url": ""}))
        async with (
            served(service, config, clock, rooms=[_room]) as pages,
            httpx2.AsyncClient(base_url=pages.url) as client,
        ):
            yield Place(service, pages, client, clock)


async def test_the_agents_page_proves_itself_with_its_token_and_its_tab(place: Place) -> None:
    headers = place.pages.as_agent("ann")

    answer = await place.client.get("/ask/agent", headers=headers)

    assert answer.json()["person"] == "ann"


async def test_without_a_token_nobody_is_signed_in(place: Place) -> None:
    answer = await place.client.get("/ask/agent")

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"
    assert "sign in" in answer.json()["error"]["message"]


async def test_a_token_is_worth_nothing_in_another_tab(place: Place) -> None:
    ann, bob = place.pages.as_agent("ann", TAB), place.pages.as_agent("bob", "Bob's own tab")
    at_bobs = {"Authorization": ann["Authorization"], "X-Atdesk-Tab": bob["X-Atdesk-Tab"]}

    assert await place.ask(at_bobs) == 401
    assert place.pages.guard.refused["tab"] == 1
    assert (await place.ask(ann), await place.ask(bob)) == (200, 200)


async def test_a_token_is_for_the_agents_own_page_alone(place: Place) -> None:
    headers = place.pages.as_agent("lee")

    assert await place.ask(headers, Role.LEAD) == 403


async def test_a_cookie_is_never_good_for_the_agents_page(place: Place) -> None:
    assert await place.ask(place.pages.as_person("lee"), Role.AGENT) == 403
    assert await place.ask(place.pages.as_person("lee"), Role.LEAD) == 200


async def test_whoever_leads_nobody_is_no_lead(place: Place) -> None:
    assert await place.ask(place.pages.as_person("bob"), Role.LEAD) == 403


@pytest.mark.parametrize("change", [{"X-Atdesk-Csrf": "0" * 64}, {"Origin": "https://evil.example"}])
async def test_a_change_has_to_be_asked_for_by_our_own_page(place: Place, change: dict[str, str]) -> None:
    headers = place.pages.as_person("lee")

    assert await place.ask(headers, Role.LEAD, "POST") == 200
    assert await place.ask(headers | change, Role.LEAD, "POST") == 403


@pytest.mark.parametrize("missing", ["X-Atdesk-Csrf", "Origin"])
async def test_a_change_without_its_proof_is_refused(place: Place, missing: str) -> None:
    headers = {name: value for name, value in place.pages.as_person("lee").items() if name != missing}

    assert await place.ask(headers, Role.LEAD, "POST") == 403


async def test_a_csrf_token_is_worth_nothing_in_another_session(place: Place) -> None:
    one, other = place.pages.as_person("lee"), place.pages.as_person("lee")

    assert await place.ask(one | {"X-Atdesk-Csrf": other["X-Atdesk-Csrf"]}, Role.LEAD, "POST") == 403


async def test_a_small_form_may_hold_the_csrf_token(place: Place) -> None:
    headers = place.pages.as_person("lee")
    csrf = headers.pop("X-Atdesk-Csrf")

    answer = await place.client.post("/ask/lead", headers=headers, data={"csrf": csrf})

    assert answer.status_code == 200
    assert answer.json()["csrf"] == csrf


async def test_a_sign_in_ends_with_its_shift(place: Place) -> None:
    headers = place.pages.as_agent("ann")
    shift = place.service.world.shift_at("ann", place.clock())
    assert shift is not None

    place.clock.ahead_s = shift.ends_at - time.time() + 1

    assert await place.ask(headers) == 401


async def test_a_sign_in_off_shift_lasts_for_twelve_hours(place: Place) -> None:
    headers = place.pages.as_agent("lee")

    place.clock.ahead_s = 11.9 * 3600
    assert await place.ask(headers) == 200
    place.clock.ahead_s = 12.1 * 3600
    assert await place.ask(headers) == 401


async def test_a_ninth_sign_in_of_one_person_ends_the_first(place: Place) -> None:
    first, *others = [place.pages.as_agent("ann", f"tab number {number}") for number in range(9)]

    assert await place.ask(first) == 401
    assert [await place.ask(one) for one in others] == [200] * 8


async def test_a_socket_asks_with_token_and_tab(place: Place) -> None:
    guard = place.pages.guard
    token = guard.issue("ann", [Role.AGENT], TAB)

    assert (await guard.check_token(token, TAB, Role.AGENT)).person_id == "ann"
    with pytest.raises(NotSignedIn):
        await guard.check_token(token, "another tab", Role.AGENT)
    with pytest.raises(NotSignedIn):
        await guard.check_token("", TAB, Role.AGENT)


async def test_nothing_that_could_sign_somebody_in_is_kept(place: Place) -> None:
    token = place.pages.guard.issue("ann", [Role.AGENT], TAB)

    kept = repr(place.pages.guard._tabs.__dict__)

    assert token not in kept
    assert TAB not in kept
