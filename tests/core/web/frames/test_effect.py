"""Frames of a Teams effect: off until the limit is accepted, and then from this very machine alone."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from atdesk_core.identity import LinkHow, confirm_link, propose_link
from atdesk_core.runtime.config import load_config
from atdesk_core.runtime.teams_effect import CODE, LIMIT, TeamsEffectTable
from atdesk_core.web.frames.proof import Proofs
from atdesk_core.web.frames.protocol import CloseCode, Closing, Hello, Origin
from atdesk_core.web.frames.tokens import StreamTokens
from atdesk_sdk import AccountRef, ConfigError
from tests.core.web.frames.desk import Desk, eventually, opened
from tests.core.web.frames.test_forwarders import token_of

MEETING = {"id": "900", "participants": 4, "outside_guests": False}
ON = TeamsEffectTable.model_validate(
    {"accepted": CODE, "accepted_by": "A. Person, data protection", "meeting": [MEETING]}
)
ANN = AccountRef("teams", "tenant", "ann-oid")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A service on the agent's own machine, whose effect was accepted."""
    async with opened(tmp_path, "ann", effect=ON) as desk:
        await propose_link(desk.service.store, "ann", ANN, LinkHow.VERIFIED_EMAIL)
        await confirm_link(desk.service.store, "ann", ANN, "H. R.", time.time())
        await eventually(lambda: desk.service.world.directory.agent_of(ANN) == "ann")
        yield desk


async def ask(
    desk: Desk, meeting: object = "900", peer: str = "", agent_id: str = "ann"
) -> tuple[int, dict[str, Any]]:
    """`peer`: from where a proxy before the service says that the request came."""
    headers = desk.pages.as_agent(agent_id) | ({"X-Forwarded-For": peer} if peer else {})
    async with httpx2.AsyncClient(base_url=desk.pages.url) as client:
        answer = await client.post("/api/me/effect", json={"meeting_id": meeting}, headers=headers)
    return answer.status_code, answer.json()


async def test_the_agents_own_picture_is_looked_at_with_a_token_of_its_own(desk: Desk) -> None:
    status, said = await ask(desk)
    assert (status, said["stream_s"]) == (201, 3300)
    desk.open_page()  # Teams tells nobody: the look begins once the agent's page shows it
    async with desk.sender(source="teams-effect", token=said["token"]) as sender:
        look = await sender.told("look_start")
        await sender.send(look["look"])
        await eventually(lambda: bool(desk.eyes.seen))
    assert desk.eyes.seen[0][0] == "ann"


async def test_without_a_page_that_shows_it_nothing_is_asked_for(desk: Desk) -> None:
    _, said = await ask(desk)
    async with desk.sender(source="teams-effect", token=said["token"]) as sender:
        with pytest.raises(TimeoutError):
            await sender.told("look_start", within_s=1.5)
    assert desk.nobody_is_harmed()


async def test_no_other_machine_gets_a_token_or_sends_a_frame(desk: Desk) -> None:
    status, said = await ask(desk, peer="192.0.2.7")
    assert (status, said["error"]["code"]) == (403, "other_machine")
    _, said = await ask(desk)
    async with desk.socket({"X-Forwarded-For": "192.0.2.7"}) as sender:
        await sender.say(t="hello", v=1, source="teams-effect", token=said["token"])
        assert await sender.closed() == (4403, "not_allowed")


async def test_the_proof_itself_takes_them_from_this_machine_alone(desk: Desk) -> None:
    world = desk.service.world
    proofs = Proofs(desk.pages.guard, StreamTokens(desk.clock), lambda: world.directory, effect_is_on=True)
    hello = Hello(t="hello", v=1, source=Origin.TEAMS_EFFECT, token="any")
    with pytest.raises(Closing, match="may not leave the machine") as caught:
        await proofs.prove(hello, from_here=False)
    assert caught.value.code is CloseCode.NOT_ALLOWED


async def test_its_token_is_good_for_nothing_else(desk: Desk) -> None:
    """As a forwarder's it could go over the network."""
    _, said = await ask(desk)
    async with desk.socket() as sender:
        await sender.say(t="hello", v=1, source="forwarder", token=said["token"])
        assert await sender.closed() == (4401, "token")


@pytest.mark.parametrize("meeting", ["901", "", 7, None, "9" * 501, "x" * 9_000])
async def test_a_meeting_that_is_not_listed_gives_no_token(desk: Desk, meeting: object) -> None:
    status, said = await ask(desk, meeting)
    assert (status, said["error"]["code"]) == (409, "meeting_not_listed")


async def test_whoever_has_no_teams_account_gets_none(tmp_path: Path) -> None:
    async with opened(tmp_path, "ann", effect=ON) as desk:
        status, said = await ask(desk)
    assert (status, said["error"]["code"]) == (409, "no_account")


async def test_it_is_off_until_somebody_accepts_the_limit(tmp_path: Path) -> None:
    async with opened(tmp_path, "ann") as desk:
        status, said = await ask(desk)
        async with desk.socket() as sender:
            await sender.say(t="hello", v=1, source="teams-effect", token=await token_of(desk))
            assert await sender.closed() == (4403, "not_allowed")
    assert (status, said["error"]["code"]) == (404, "effect_off")


def test_the_code_is_of_the_text_and_names_who_accepted_it() -> None:
    assert "not to be uploaded" in LIMIT
    assert not TeamsEffectTable().is_on
    with pytest.raises(ValidationError, match="atdesk teams effect"):
        TeamsEffectTable(accepted="teams-effect-000000000000", accepted_by="A. Person")
    with pytest.raises(ValidationError, match="accepted_by"):
        TeamsEffectTable(accepted=CODE, accepted_by=" ")


SERVICE = '[service]\nhost = "127.0.0.1"\npublic_url = "https://localhost:8443"\n'
SIGN_IN = '[[sign_in]]\nprovider = "teams"\ntenant = "t"\nclient_id = "c"\n'
EFFECT = f'[teams_effect]\naccepted = "{CODE}"\naccepted_by = "A. Person"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SERVICE.replace("127.0.0.1", "0.0.0.0") + SIGN_IN + EFFECT, "own machine"),  # noqa: S104
        (SERVICE.replace("localhost", "desk.example.com") + SIGN_IN + EFFECT, "own machine"),
        (SERVICE + EFFECT, "provider = "),
        (
            SERVICE + SIGN_IN + EFFECT.replace(CODE, "teams-effect-1"),
            "teams_effect.accepted|atdesk teams effect",
        ),
    ],
)
def test_a_service_that_others_reach_cannot_switch_it_on(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "atdesk.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=says):
        load_config(path, {})


def test_a_service_of_this_machine_can(tmp_path: Path) -> None:
    path = tmp_path / "atdesk.toml"
    path.write_text(SERVICE + SIGN_IN + EFFECT, "utf-8")
    assert load_config(path, {}).teams_effect.is_on
