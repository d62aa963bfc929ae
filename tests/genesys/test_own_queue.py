"""Back On Queue: the agent's own click, with the agent's own sign-in, and no other way."""

from __future__ import annotations

import asyncio
import gc
import logging

import pytest

from atdesk_genesys.client import Token
from atdesk_sdk.adapter import OwnQueue
from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import AccountRef, Presence, Routing
from tests.genesys.conftest import Desk, account

READ_ONLY = frozenset({"user-basic-info", "presence:readonly"})


def signed_in(desk: Desk, user: str | None = None, scopes: frozenset[str] | None = None) -> str:
    """A token of a person; how they come by it over HTTP is in test_sign_in.py."""
    client, tokens = desk.sim.sign_in.client, desk.sim.platform.tokens
    granted = frozenset(client.scopes) if scopes is None else scopes
    return tokens.issue(client.id, 60.0, user_id=user or desk.user, scopes=granted).value


async def refused(desk: Desk, token: str, kind: type[AdapterError], says: str) -> None:
    """Ask, and fail unless it is refused in these words and nobody is moved."""
    before = {uid: agent.modified for uid, agent in desk.sim.world.agents.items()}
    with pytest.raises(kind, match=says) as why:
        await desk.adapter.back_on_queue(account(desk.user), token)
    assert not token or token not in str(why.value)
    assert {uid: agent.modified for uid, agent in desk.sim.world.agents.items()} == before


async def test_after_an_away_of_ours_the_agent_goes_back_by_their_own_hand(desk: Desk) -> None:
    await desk.follow()
    assert (await desk.write(await desk.wish())).written
    mark = len(desk.host.events)
    state = await desk.adapter.back_on_queue(account(desk.user), signed_in(desk))
    assert state.presence is Presence.ON_QUEUE
    told = await desk.state(Presence.ON_QUEUE, since=mark, where=lambda s: s.routing is Routing.IDLE)
    assert told.revision == state.revision


async def test_who_signed_in_is_asked_first_and_the_write_is_theirs(desk: Desk) -> None:
    mark = len(desk.sim.log.all())
    await desk.adapter.back_on_queue(account(desk.user), signed_in(desk))
    asked = [arrival.what for arrival in desk.sim.log.all()[mark:]]
    assert asked[:2] == [
        "GET /api/v2/users/me",
        f"PATCH /api/v2/users/{desk.user}/presences/purecloud",
    ]


async def test_our_own_token_puts_nobody_on_queue(desk: Desk) -> None:
    """Neither by the platform's rules, with every permission there is, nor by ours."""
    desk.sim.settings.permissions |= {"routing:agent:onqueue"}
    ours = (await desk.adapter._client.token()).value
    await refused(desk, ours, GiveUp, "only an agent's own sign-in")
    assert desk.sim.log.all("^PATCH") == []


async def test_the_agent_has_to_be_the_one_who_signed_in(desk: Desk) -> None:
    colleague = list(desk.sim.world.agents)[1]
    await refused(desk, signed_in(desk, colleague), GiveUp, "somebody else is signed in")
    assert desk.sim.log.all("^PATCH") == []


async def test_an_account_of_another_organisation_is_refused(desk: Desk) -> None:
    other = AccountRef("genesys", "other", desk.user)
    with pytest.raises(GiveUp, match="not of this organisation"):
        await desk.adapter.back_on_queue(other, signed_in(desk))
    assert desk.sim.log.all("users/me") == []


async def test_a_sign_in_that_is_over(desk: Desk) -> None:
    token = signed_in(desk)
    desk.sim.platform.expire_people()
    await refused(desk, token, CredentialsBad, "sign in to Genesys again")


@pytest.mark.parametrize("token", ["", "two words", "a\r\nheader: of one's own", "\N{SNOWMAN}"])
async def test_what_is_no_token_is_not_sent(desk: Desk, token: str) -> None:
    await refused(desk, token, CredentialsBad, "no sign-in of Genesys")
    assert desk.sim.log.all("users/me") == []


async def test_what_the_sign_in_does_not_extend_to_says_the_way_out(desk: Desk) -> None:
    await refused(desk, signed_in(desk, scopes=READ_ONLY), CredentialsBad, "user-basic-info and presence")
    await refused(desk, signed_in(desk, scopes=frozenset({"presence"})), CredentialsBad, "the scopes")
    desk.sim.settings.agent_permissions.clear()
    await refused(desk, signed_in(desk), GiveUp, "routing:agent:onqueue")


async def test_a_lost_answer_is_settled_by_a_read(desk: Desk) -> None:
    desk.sim.faults.add("^PATCH", cut="after")
    state = await desk.adapter.back_on_queue(account(desk.user), signed_in(desk))
    assert state.presence is Presence.ON_QUEUE
    assert len(desk.sim.log.all("^PATCH")) == 1


async def test_an_answer_lost_for_good_is_unknown(desk: Desk) -> None:
    desk.sim.faults.add("^PATCH", cut="before")
    await refused(desk, signed_in(desk), OutcomeUnknown, "no answer came")


@pytest.mark.parametrize("status", [409, 429, 503])
async def test_a_busy_platform_says_later(desk: Desk, status: int) -> None:
    desk.sim.faults.add("^PATCH", status=status, retry_after=3600)
    await refused(desk, signed_in(desk), TryLater, str(status))


async def test_a_person_who_is_asked_to_wait_does_not_hold_our_own_requests(desk: Desk) -> None:
    desk.sim.faults.add("users/me", status=429, retry_after=3600)
    await refused(desk, signed_in(desk), TryLater, "429")
    async with asyncio.timeout(20):
        assert (await desk.write(await desk.wish())).written


async def test_a_persons_requests_count_apart_from_ours(desk: Desk) -> None:
    """300 a minute for the client, 300 for each person with it [COMM:api-limits]: two theirs, one ours."""
    limiter, person = desk.sim.platform.limiter, f"{desk.sim.sign_in.client.id} {desk.user}"
    before = limiter.count(desk.sim.client_id).count
    await desk.adapter.back_on_queue(account(desk.user), signed_in(desk))
    assert limiter.count(person).count == 2 + 1
    assert limiter.count(desk.sim.client_id).count == before + 1 + 1


async def test_an_organisation_without_the_status(desk: Desk) -> None:
    desk.sim.world.remove_definition("On Queue")
    await desk.adapter._resolve_definitions()
    await refused(desk, signed_in(desk), GiveUp, "no status On Queue")


async def test_the_token_is_in_no_log_and_is_not_kept(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = signed_in(desk)
    await desk.adapter.back_on_queue(account(desk.user), token)
    desk.sim.faults.add("^PATCH", status=500)
    desk.sim.world.set_presence(desk.user, "Break")
    with pytest.raises(OutcomeUnknown):
        await desk.adapter.back_on_queue(account(desk.user), token)
    ours = "\n".join(logging.Formatter().format(r) for r in caplog.records if r.name != "uvicorn.error")
    assert "/api/v2/users/me" in ours, "the log was not captured"
    assert token not in ours
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, Token) and one.value == token]


def test_the_adapter_says_so(desk: Desk) -> None:
    assert isinstance(desk.adapter, OwnQueue)
