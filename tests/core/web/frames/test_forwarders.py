"""Forwarders: a token for one stream of one meeting, and what becomes of it when the meeting changes."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from atdesk_core.identity.leaving import Departure, Why, leave
from atdesk_core.runtime.config import ForwarderTable
from atdesk_core.web.frames.granting import GUESSES_AT_ONCE, MAX_BODY_BYTES
from atdesk_core.web.frames.tokens import OPEN_WITHIN_S, STREAM_S, StreamTokens, read_forwarders
from atdesk_sdk import AccountRef, ConfigError, Meeting
from tests.core.web.frames.desk import QUICK, SECRET, Desk, eventually, opened

ACCOUNT = {"platform": "scripted", "tenant": "scripted", "external_id": "ann"}
MEETING = {"id": "900", "participants": 4, "outside_guests": False, "people_told": True}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, "ann", "bob") as desk:
        yield desk


async def ask(
    desk: Desk, body: object = None, secret: str = SECRET, content: bytes | None = None
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {secret}"}
    given: dict[str, Any] = {"json": body or {"account": ACCOUNT, "meeting": MEETING}}
    if content is not None:
        given = {"content": content}
    async with httpx2.AsyncClient(base_url=desk.pages.url) as client:
        return await client.post("/frames/tokens", headers=headers, **given)


async def token_of(desk: Desk, **meeting: object) -> str:
    answer = await ask(desk, {"account": ACCOUNT, "meeting": MEETING | meeting})
    assert answer.status_code == 201
    return str(answer.json()["token"])


async def test_a_participant_of_a_running_meeting_is_seen_without_a_page(desk: Desk) -> None:
    """The platform itself tells the people, so the agent's page need not be open."""
    answer = await ask(desk)
    assert (answer.json()["expires_in_s"], answer.json()["stream_s"]) == (60, 3300)
    assert answer.headers["cache-control"] == "no-store"
    async with desk.sender(source="forwarder", token=answer.json()["token"]) as sender:
        look = await sender.told("look_start")
        await sender.send(look["look"])
        await eventually(lambda: bool(desk.eyes.seen))
    assert desk.eyes.seen[0][0] == "ann"


async def test_a_token_opens_one_stream_once(desk: Desk) -> None:
    token = await token_of(desk)
    async with desk.sender(source="forwarder", token=token), desk.socket() as second:
        await second.say(t="hello", v=1, source="forwarder", token=token)
        assert await second.closed() == (4401, "token")


async def test_a_token_that_was_not_used_in_time_opens_nothing(desk: Desk) -> None:
    token = await token_of(desk)
    desk.clock.ahead_s += OPEN_WITHIN_S
    async with desk.socket() as sender:
        await sender.say(t="hello", v=1, source="forwarder", token=token)
        assert await sender.closed() == (4401, "token")


async def test_a_token_of_a_stream_is_none_of_a_page(desk: Desk) -> None:
    async with desk.socket() as sender:
        await sender.say(t="hello", v=1, source="page", token=await token_of(desk), tab="a tab")
        assert await sender.closed() == (4401, "token")


async def test_the_stream_of_somebody_who_has_left_closes(desk: Desk) -> None:
    async with desk.sender(source="forwarder", token=await token_of(desk)) as sender:
        await sender.told("look_start")
        await leave(desk.service.store, Departure("ann", time.time(), Why.DECLARED, "H. R."))
        assert await sender.closed() == (4403, "not_allowed")
    assert desk.nobody_is_harmed()


async def test_a_guest_who_comes_ends_the_look(desk: Desk) -> None:
    async with desk.sender(source="forwarder", token=await token_of(desk)) as sender:
        await sender.told("look_start")
        await sender.say(t="token", token=await token_of(desk, participants=5, outside_guests=True))
        await sender.told("look_end")
        await eventually(lambda: len(desk.ended()) == 1)
    assert desk.eyes.seen == []


def is_in_a_meeting(desk: Desk) -> bool:
    """By what the session knows: beside a meeting that may go on the page's camera stays off."""
    session = desk.service.room.session("ann")
    return bool(session.videos or session.dark_meetings)


async def test_whoever_is_lost_in_a_meeting_counts_as_in_it_until_somebody_says_otherwise(desk: Desk) -> None:
    async with desk.sender(source="forwarder", token=await token_of(desk)) as sender:
        await sender.told("look_start")
        sender.socket.transport.abort()
        await eventually(lambda: desk.ended() == ["adapter_down"])
    assert is_in_a_meeting(desk)
    async with desk.sender(source="forwarder", token=await token_of(desk)) as sender:
        await sender.told("look_start")
        assert is_in_a_meeting(desk)
    await eventually(lambda: not is_in_a_meeting(desk))


@pytest.mark.parametrize("reason", ["camera_off", "effect_disabled", "lost"])
async def test_a_gap_in_a_meeting_is_no_leaving_and_a_goodbye_is(desk: Desk, reason: str) -> None:
    async with desk.sender(source="forwarder", token=await token_of(desk)) as sender:
        await sender.told("look_start")
        await sender.say(t="gap", reason=reason)
        await sender.told("look_end")
        await eventually(lambda: bool(desk.ended()))
        assert desk.ended() == ["camera_off" if reason == "camera_off" else "adapter_down"]
        assert is_in_a_meeting(desk)
    await eventually(lambda: not is_in_a_meeting(desk))


@pytest.mark.parametrize("unknown", [{"participants": None}, {"outside_guests": None}])
async def test_a_meeting_that_is_not_known_is_not_looked_into(desk: Desk, unknown: dict[str, None]) -> None:
    """The look at somebody else's meeting shows that there was time for one."""
    async with desk.sender(source="forwarder", token=await token_of(desk, **unknown)) as sender:
        body = {"account": ACCOUNT | {"external_id": "bob"}, "meeting": MEETING}
        token = (await ask(desk, body)).json()["token"]
        async with desk.sender(source="forwarder", token=token) as other:
            await other.told("look_start")
        await sender.send(1)
        assert (await sender.told("dropped"))["why"] == "no_look"
    assert desk.ended("ann") == []


async def test_a_newer_token_of_another_meeting_closes(desk: Desk) -> None:
    async with desk.sender(source="forwarder", token=await token_of(desk)) as sender:
        await sender.say(t="token", token=await token_of(desk, id="901"))
        assert await sender.closed() == (4403, "not_allowed")


async def test_before_a_stream_ends_another_token_is_asked_for(desk: Desk) -> None:
    async with desk.sender(source="forwarder", token=await token_of(desk)) as sender:
        await sender.told("look_start")
        desk.clock.ahead_s += STREAM_S - QUICK.reauth_s / 2
        await sender.told("reauth")
        await sender.say(t="token", token=await token_of(desk))
        await sender.told("look_end")
        assert desk.counts["closed_token"] == 0


@pytest.mark.parametrize("secret", ["x", "another secret", SECRET[:-1]])
async def test_without_the_secret_there_is_no_token(desk: Desk, secret: str) -> None:
    answer = await ask(desk, secret=secret)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "secret")


@pytest.mark.parametrize(
    ("account", "status", "code"),
    [
        ({"platform": "zoom"}, 403, "other_tenant"),
        ({"tenant": "another"}, 403, "other_tenant"),
        ({"external_id": "nobody"}, 404, "not_identified"),
    ],
)
async def test_an_account_that_is_not_its_own_gets_no_token(
    desk: Desk, account: dict[str, str], status: int, code: str
) -> None:
    answer = await ask(desk, {"account": ACCOUNT | account, "meeting": MEETING})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"account": ACCOUNT}, "meeting"),
        ({"account": ACCOUNT, "meeting": MEETING | {"participants": "4"}}, "meeting.participants"),
        ({"account": ACCOUNT, "meeting": MEETING | {"participants": 0}}, "meeting.participants"),
        ({"account": ACCOUNT, "meeting": MEETING | {"people_told": 1}}, "meeting.people_told"),
        ({"account": ACCOUNT, "meeting": MEETING, "more": 1}, "the body"),
        ([1], "the body"),
    ],
)
async def test_a_body_that_is_wrong_names_the_field(desk: Desk, body: object, field: str) -> None:
    answer = await ask(desk, body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "malformed"
    assert answer.json()["error"]["message"].startswith(field + ":")


async def test_what_is_no_json_or_too_long_is_told(desk: Desk) -> None:
    assert (await ask(desk, content=b"\xff{")).status_code == 422
    assert (await ask(desk, content=bytes(MAX_BODY_BYTES + 1))).status_code == 413


async def test_whoever_guesses_is_slowed_down_and_the_forwarder_is_not(desk: Desk) -> None:
    async with httpx2.AsyncClient(base_url=desk.pages.url) as client:
        for _ in range(2 * GUESSES_AT_ONCE):
            await client.post("/frames/tokens", headers={"Authorization": "Bearer guess"})
    answer = await ask(desk, secret="guess")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many")
    assert (await ask(desk)).status_code == 201


ANN, STANDUP = AccountRef("scripted", "scripted", "ann"), Meeting("900", "900")


def test_tokens_that_wait_are_bounded_and_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atdesk_core.web.frames.tokens.MOST", 3)
    tokens = StreamTokens(lambda: 0.0)
    given = [tokens.issue(ANN, STANDUP) for _ in range(5)]
    assert [tokens.redeem(token) is not None for token in given] == [False, False, True, True, True]
    assert len(tokens) == 0


def test_tokens_are_kept_as_hashes_alone() -> None:
    tokens = StreamTokens(lambda: 0.0)
    token = tokens.issue(ANN, STANDUP)
    assert token not in repr(vars(tokens))
    assert len(token) >= 43


def test_a_secret_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short", "utf-8")
    table = ForwarderTable(name="bot", secret=f"file:{tmp_path / 'secret'}", platform="teams", tenant="t")
    with pytest.raises(ConfigError, match="'bot' is shorter than 32 characters"):
        read_forwarders([table])
