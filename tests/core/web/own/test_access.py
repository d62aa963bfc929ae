"""Nobody reaches anything without a sign-in, with somebody else's tab, or about somebody else."""

from pathlib import Path

import httpx2
import pytest
from starlette.routing import Route

from atdesk_core.web.own import room
from atdesk_core.web.sign_in import Role
from tests.core.web.own.house import Desk, desk
from tests.core.web.serving import TAB


def routes(here: Desk) -> list[tuple[str, str]]:
    """Method and path of every route of the room, with something in each place."""
    found = [one for one in room.routes(here.served.context) if isinstance(one, Route)]
    return [
        (
            method,
            one.path.replace("{notice_id}", "n-1").replace("{number}", "K7Q2AB").replace("{check_id}", "c-1"),
        )
        for one in found
        for method in sorted((one.methods or set()) - {"HEAD"})
    ]


async def refusals(here: Desk, headers: dict[str, str]) -> set[tuple[int, str]]:
    async with httpx2.AsyncClient(base_url=here.served.url, headers=headers) as anybody:
        answers = [await anybody.request(method, path) for method, path in routes(here)]
    assert len(answers) == 18
    return {(one.status_code, one.json()["error"]["code"]) for one in answers}


async def test_nothing_is_there_without_a_sign_in(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert await refusals(here, {}) == {(401, "not_signed_in")}


async def test_a_token_is_good_in_its_own_tab_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        stolen = here.served.as_agent("ann") | {"X-Atdesk-Tab": "a tab of Bob's at the same desk"}
        assert await refusals(here, stolen) == {(401, "not_signed_in")}


async def test_it_is_for_agents_and_no_cookie_opens_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        token = here.served.guard.issue("lee", [Role.LEAD], TAB)
        as_lead = {"Authorization": f"Bearer {token}", "X-Atdesk-Tab": TAB}
        assert await refusals(here, as_lead) == {(403, "not_allowed")}
        by_cookie = here.served.as_person("lee")
        assert await refusals(here, by_cookie) == {(403, "not_allowed")}


async def test_no_route_takes_an_agents_id(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        places = {name for one in room.routes(here.served.context) for name in _places(one)}
    assert places == {"notice_id", "number", "check_id"}


def _places(route: object) -> set[str]:
    return set(route.param_convertors) if isinstance(route, Route) else set()


async def test_what_one_does_changes_nothing_for_the_other(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, here.client() as ann, here.client("bob") as bob:
        await ann.post("/api/me/pause")
        assert (await ann.get("/api/me")).json()["paused"] is not None
        theirs = (await bob.get("/api/me")).json()
        assert theirs["paused"] is None
        assert theirs["person"]["name"] == "Bob Agent"


@pytest.mark.parametrize(
    ("wanted", "begins"),
    [("es-MX,en;q=0.5", "No ha iniciado"), ("fr", "Vous n'êtes"), ("de", "You are not"), ("", "You are not")],
)
async def test_a_refusal_is_in_a_language_that_is_understood(
    tmp_path: Path, wanted: str, begins: str
) -> None:
    async with desk(tmp_path) as here:
        async with httpx2.AsyncClient(base_url=here.served.url) as anybody:
            answer = await anybody.get("/api/me", headers={"Accept-Language": wanted})
        assert answer.json()["error"]["message"].startswith(begins)
