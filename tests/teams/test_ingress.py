"""What comes in from Teams: only what the Bot Connector signed for this tenant is taken, and answered."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol, cast

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from atdesk_sdk import strangers
from atdesk_sdk.adapter import RawRequest, RawResponse
from atdesk_sdk.condition import Condition
from atdesk_sdk.errors import ConfigError
from atdesk_sdk.events import LeadActed, LeadAction
from atdesk_sdk.flags import DismissReason, FlagStatus
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.testing import RecordingHost
from atdesk_teams.bot import Bot
from atdesk_teams.config import TeamsConfig
from atdesk_teams.parts import Ground
from atdesk_teams.simulator import TeamsSimulator
from atdesk_teams.simulator.delivery import FORGERIES, Forgery, token_of
from tests.teams.bot_desk import BotDesk, bot_desk_at, bot_table, card_in, facts, flag, texts, verbs
from tests.teams.desk import until


class Opens(Protocol):
    """Starts an adapter with changes to its table."""

    def __call__(self, **changes: object) -> AbstractAsyncContextManager[BotDesk]: ...


@pytest.fixture
def open_bot(sim: TeamsSimulator, tmp_path: Path) -> Opens:
    return partial(bot_desk_at, sim, tmp_path)


@pytest.fixture
async def here(open_bot: Opens) -> AsyncIterator[BotDesk]:
    async with open_bot() as running:
        yield running


def activity(here: BotDesk, **changes: Any) -> dict[str, Any]:
    """A lead's press as Teams sends it."""
    sim = here.sim
    return {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "id": "f:1",
        "channelId": "msteams",
        "serviceUrl": f"{sim.service_url}/",
        "replyToId": "1700000000000",
        "from": {"id": "29:x", "aadObjectId": here.lead},
        "recipient": {"id": f"28:{sim.client_id}"},
        "conversation": {"id": sim.world.team.channels[-1].id, "tenantId": sim.tenant_id},
        "channelData": {"tenant": {"id": sim.tenant_id}},
        "value": {"action": {"type": "Action.Execute", "verb": "flag.ack", "data": {"flag": "K7Q2"}}},
    } | changes


async def deliver(here: BotDesk, body: Any, token: str | None = "genuine") -> RawResponse:  # noqa: S107
    """Hand in a request as core would."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    service_url = body.get("serviceUrl", "") if isinstance(body, dict) else ""
    if token == "genuine":
        token = token_of(here.sim.authority, service_url, None)
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return await here.adapter.handle(RawRequest("POST", "/messages", headers, {}, raw, time.time()))


# ---- whom it believes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("forged", FORGERIES)
async def test_a_forged_activity_is_refused_and_nobody_hears_of_it(
    here: BotDesk, forged: Forgery, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ref = await here.adapter.post(flag())
    for _ in range(3):
        pressed = await here.sim.bot.clicking.press(ref.external_id, "flag.ack", here.lead, forged=forged)
        assert (pressed.shown, pressed.status) == ("error", 401)
    assert here.host.of(LeadActed) == []
    assert here.adapter.counts["activity_forged"] == 3
    said = [one for one in caplog.records if "not signed" in one.message]
    assert len(said) == 1, "said once, however many come"
    assert "not signed" in here.host.reports[-1].message, "and shown while it lasts"
    assert {one.status for one in here.host.reports} == {HealthStatus.UP}, "it hinders nothing"
    assert not [one for one in caplog.records if one.name.startswith("microsoft_teams")]


async def test_forgeries_are_over_after_a_quiet_hour_and_genuine_presses_are_heard_all_the_while(
    here: BotDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(strangers, "QUIET_S", 0.05)
    foreign = {"tenant": {"id": "6b1f0000-0000-4000-8000-000000000000"}}
    assert (await deliver(here, activity(here), "no token")).status == 401
    assert (await deliver(here, activity(here, channelData=foreign))).status == 403
    assert (await deliver(here, b"no activity")).status == 400
    assert (await deliver(here, activity(here))).status == 200
    assert len(here.host.of(LeadActed)) == 1
    await until(lambda: sum("over, 1 of them" in one for one in caplog.messages) == 3)
    assert here.host.reports[-1].message == ""


@pytest.mark.parametrize(
    "service_url",
    [
        "",
        "https://attacker.example/teams",
        "http://localhost.attacker.example/",
        "https://localhost@attacker.example/",
        "ftp://localhost/",
        "https://[",
    ],
)
async def test_our_token_is_for_no_other_place_even_if_the_activity_is_genuine(
    here: BotDesk, service_url: str
) -> None:
    answer = await deliver(here, activity(here, serviceUrl=service_url))
    assert answer.status == 401
    ref = await here.adapter.post(flag())
    assert ref.external_id, "what comes next goes where it was configured"


async def test_another_tenant_is_not_answered(here: BotDesk) -> None:
    foreign = {"id": "19:x@thread.tacv2", "tenantId": "6b1f0000-0000-4000-8000-000000000000"}
    other = activity(here, conversation=foreign, channelData={"tenant": {"id": foreign["tenantId"]}})
    mixed = activity(here, conversation=foreign)
    nobody = activity(here, conversation={"id": "19:x"}, channelData={})
    web_chat = activity(here, channelId="webchat")
    for one in (other, mixed, nobody, web_chat):
        assert (await deliver(here, one)).status == 403
    assert here.host.of(LeadActed) == []


async def test_keys_that_cannot_be_had_mean_later_and_not_forged(
    open_bot: Opens, sim: TeamsSimulator
) -> None:
    async with open_bot(bot_openid_url="https://localhost:9/openidconfiguration") as here:
        answer = await deliver(here, activity(here))
        assert (answer.status, answer.headers["retry-after"]) == (503, "10")
        began = time.monotonic()
        assert (await deliver(here, activity(here))).status == 503
        assert time.monotonic() - began < 1.0, "nobody asks again for a while"
        assert here.adapter.counts["activity_forged"] == 0


@pytest.mark.parametrize("answer", [{"html": True}, {"status": 503}, {"cut": "before"}])
async def test_a_wrong_answer_in_place_of_the_keys_means_later(
    open_bot: Opens, sim: TeamsSimulator, answer: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    sim.faults.add("/botframework/v1/.well-known/keys", times=100, **answer)
    async with open_bot() as here:
        assert (await deliver(here, activity(here))).status == 503
        assert here.adapter.counts["activity_forged"] == 0
        assert here.adapter.counts["task_failed"] == 0
    assert "a task of the bot failed" not in caplog.text


async def test_unknown_keys_that_cannot_be_had_hold_up_nobody_whose_key_is_known(
    here: BotDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody sends a key that nobody has, while Microsoft's are out of reach."""
    await until(lambda: here.adapter._bot.proof._validator.has_keys)
    monkeypatch.setattr(here.adapter._bot.proof._validator._jwks_client, "cooldown_duration", 0)
    here.sim.faults.add("/botframework/v1/.well-known/keys", times=100, status=503)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    strange = jwt.encode({"iss": "x"}, key, "RS256", headers={"kid": "nobody's"})
    assert (await deliver(here, activity(here), strange)).status == 503
    assert (await deliver(here, activity(here))).status == 200


async def test_what_fails_unforeseen_in_a_task_of_the_bot_is_said_and_counted(
    here: BotDesk, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise KeyError("a name")

    here.adapter._bot.later(broken())
    await until(lambda: here.adapter.counts["task_failed"] == 1)
    assert "a task of the bot failed: KeyError" in caplog.text
    assert "a name" not in caplog.text


async def test_a_bot_that_cannot_start_leaves_nothing_open(
    sim: TeamsSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise ConfigError("no keys")

    monkeypatch.setattr("atdesk_teams.bot.Proof", refused)
    bot = Bot(TeamsConfig(**bot_table(sim, tmp_path)), Counter())
    host = RecordingHost()
    ground = cast("Ground", SimpleNamespace(host=host, condition=Condition("teams", host)))
    with pytest.raises(ConfigError, match="no keys"):
        await bot.start(ground)
    assert not bot.is_running
    assert bot.talks._file is None
    assert bot._http.is_closed


async def test_keys_are_there_before_the_first_activity_and_are_not_asked_for_again(here: BotDesk) -> None:
    await here.sim.journal.wait_for(lambda journal: bool(journal.find("", "/keys", "in")))
    for number in range(3):
        await deliver(here, activity(here, id=f"f:{number}", type="event"))
    assert len(here.sim.journal.find("", "/botframework/v1/.well-known/keys", "in")) == 1


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'{"type":7}', b"\xff\xfe"])
async def test_what_is_no_activity_is_a_400(here: BotDesk, body: bytes) -> None:
    assert (await deliver(here, body)).status == 400


async def test_before_the_start_and_after_the_end_it_is_closed(here: BotDesk) -> None:
    await here.adapter.aclose()
    assert (await deliver(here, activity(here))).status == 503


async def test_what_is_still_checked_when_it_closes_is_not_answered_as_if_it_were_heard(
    here: BotDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = here.adapter._bot.proof.check

    async def slow(token: str, service_url: str) -> None:
        await check(token, service_url)
        await here.adapter.aclose()

    monkeypatch.setattr(here.adapter._bot.proof, "check", slow)
    assert (await deliver(here, activity(here))).status == 503
    assert here.host.of(LeadActed) == []


# ---- leads -----------------------------------------------------------------------------------------------


async def test_a_lead_acknowledges_and_the_answer_is_the_new_card(here: BotDesk) -> None:
    """The whole way: card, button, signed invoke, event; what the engine then shows is the answer."""
    ref = await here.adapter.post(flag())
    pressing = asyncio.create_task(here.sim.bot.clicking.press(ref.external_id, "flag.ack", here.lead))
    acted = await here.host.wait_for(LeadActed)
    assert (acted.flag_number, acted.action, acted.reason) == ("K7Q2", LeadAction.ACKNOWLEDGE, None)
    assert acted.account == here.account(here.lead)
    await here.adapter.update(ref, replace(flag(), status=FlagStatus.ACKNOWLEDGED))
    pressed = await pressing
    assert (pressed.shown, pressed.attempts) == ("card", 1)
    assert facts(dict(pressed.card or {}))["Status"] == "Confirmed."
    message = here.message(ref)
    assert facts(card_in(message))["Status"] == "Confirmed.", "and the others see it as well"
    assert verbs(card_in(message)) == ["flag.dismiss", "Action.OpenUrl"]


@pytest.mark.parametrize("reason", list(DismissReason))
async def test_a_lead_dismisses_with_a_reason(here: BotDesk, reason: DismissReason) -> None:
    ref = await here.adapter.post(flag())
    chosen = {"reason": reason.value}
    pressing = asyncio.create_task(
        here.sim.bot.clicking.press(ref.external_id, "flag.dismiss", here.lead, chosen)
    )
    acted = await here.host.wait_for(LeadActed)
    assert (acted.action, acted.reason) == (LeadAction.DISMISS, reason.value)
    await here.adapter.update(ref, replace(flag(), status=FlagStatus.DISMISSED))
    assert (await pressing).shown == "card"


async def test_no_dismissal_without_a_reason(here: BotDesk) -> None:
    ref = await here.adapter.post(flag())
    with pytest.raises(LookupError, match="must be filled in"):
        await here.sim.bot.clicking.press(ref.external_id, "flag.dismiss", here.lead)
    data = {"flag": "K7Q2", "reason": "fired"}
    odd = activity(here, value={"action": {"type": "Action.Execute", "verb": "flag.dismiss", "data": data}})
    answer = json.loads((await deliver(here, odd)).body)
    assert answer["value"] == "That changed nothing: choose a reason."
    assert here.host.of(LeadActed) == []


async def test_who_is_no_lead_is_told_whose_answer_counts(here: BotDesk) -> None:
    """The engine decides who leads whom, and does nothing: so the card stays, and the answer says why."""
    ref = await here.adapter.post(flag())
    pressed = await here.sim.bot.clicking.press(ref.external_id, "flag.ack", here.agent)
    assert pressed.shown == "message"
    assert "An answer counts from a lead of this agent" in pressed.text
    assert here.host.of(LeadActed)[0].account == here.account(here.agent)
    assert here.message(ref).versions == 1


async def test_a_double_click_is_one_press(here: BotDesk) -> None:
    ref = await here.adapter.post(flag())
    press = here.sim.bot.clicking.press
    first, second = await asyncio.gather(
        press(ref.external_id, "flag.ack", here.lead), press(ref.external_id, "flag.ack", here.lead)
    )
    assert len(here.host.of(LeadActed)) == 1
    assert {first.shown, second.shown} == {"message"}
    assert any("One answer is enough" in one.text for one in (first, second))


async def test_what_teams_delivers_again_is_heard_once(here: BotDesk) -> None:
    for _ in range(3):
        assert (await deliver(here, activity(here))).status == 200
    assert len(here.host.of(LeadActed)) == 1
    assert here.adapter.counts["button_repeated"] == 2


async def test_two_leads_are_two_answers(here: BotDesk) -> None:
    ref = await here.adapter.post(flag())
    press = here.sim.bot.clicking.press
    others = [one.id for one in here.sim.world.agents[:2]]
    await asyncio.gather(*(press(ref.external_id, "flag.ack", who) for who in others))
    assert {one.account.external_id for one in here.host.of(LeadActed)} == set(others)


@pytest.mark.parametrize("status", [FlagStatus.EXPIRED, FlagStatus.DISMISSED, FlagStatus.WITHDRAWN])
async def test_a_press_after_the_end_is_answered_kindly_and_at_once(
    here: BotDesk, status: FlagStatus
) -> None:
    ref = await here.adapter.post(flag())
    await here.adapter.update(ref, replace(flag(), status=status))
    answer = json.loads((await deliver(here, activity(here))).body)
    assert answer["value"] == "That changed nothing: the flag K7Q2 is not open any more."


async def test_what_is_confirmed_is_not_confirmed_again(here: BotDesk) -> None:
    ref = await here.adapter.post(flag())
    await here.adapter.update(ref, replace(flag(), status=FlagStatus.ACKNOWLEDGED))
    answer = json.loads((await deliver(here, activity(here))).body)
    assert answer["value"] == "The flag K7Q2 was confirmed already."


async def test_an_older_client_sends_a_message_in_place_of_the_press(here: BotDesk) -> None:
    ref = await here.adapter.post(flag())
    pressed = await here.sim.bot.clicking.press(ref.external_id, "flag.ack", here.lead, old_client=True)
    assert (pressed.shown, pressed.status) == ("nothing", 200)
    assert here.host.of(LeadActed)[0].action is LeadAction.ACKNOWLEDGE


async def test_a_card_is_shown_anew_by_hand(here: BotDesk) -> None:
    ref = await here.adapter.post(flag())
    shown = await here.sim.bot.clicking.refresh(ref.external_id, here.lead, manual=True)
    assert shown.shown == "card"
    assert dict(shown.card or {})["body"] == card_in(here.message(ref))["body"]


async def test_a_card_from_before_a_restart_says_that_it_changes_by_itself(
    open_bot: Opens, sim: TeamsSimulator
) -> None:
    async with open_bot() as here:
        ref = await here.adapter.post(flag())
    async with open_bot() as here:
        shown = await sim.bot.clicking.refresh(ref.external_id, here.lead, manual=True)
        assert shown.shown == "message"
        assert "before a restart" in shown.text
        await sim.bot.clicking.press(ref.external_id, "flag.ack", here.lead)
        assert len(here.host.of(LeadActed)) == 1, "a press counts all the same"


@pytest.mark.parametrize(
    "action",
    [
        {"verb": "flag.fire", "data": {"flag": "K7Q2"}},
        {"verb": "flag.ack", "data": {}},
        {"verb": "flag.ack", "data": {"flag": "k7q2; drop"}},
        {"verb": "flag.ack", "data": {"flag": 7}},
        {"verb": "", "data": {}},
        {"verb": "my.fire", "data": {"matter": "1", "person": "x", "notice": "n"}},
        {"verb": "my.pause", "data": {"matter": "x", "person": "x", "notice": "n"}},
        "nothing",
    ],
)
async def test_a_button_that_no_card_of_ours_has_means_nothing(here: BotDesk, action: Any) -> None:
    answer = await deliver(here, activity(here, value={"action": action}))
    said = json.loads(answer.body)
    assert (answer.status, said["statusCode"]) == (200, 400)
    assert here.host.events == []


async def test_a_press_of_somebody_without_an_id_counts_for_nobody(here: BotDesk) -> None:
    answer = await deliver(here, activity(here, **{"from": {"id": "29:guest"}}))
    assert "somebody else" in json.loads(answer.body)["value"]
    assert here.host.of(LeadActed) == []


async def test_nulls_and_fields_that_nobody_knows_do_no_harm(here: BotDesk) -> None:
    odd = activity(here, entities=None, membersAdded=None, channelData={"tenant": None, "team": None, "x": 1})
    assert (await deliver(here, odd)).status == 200
    assert len(here.host.of(LeadActed)) == 1


async def test_other_activities_are_taken_and_left(here: BotDesk) -> None:
    for kind in ("messageReaction", "event", "typing", "endOfConversation"):
        assert (await deliver(here, activity(here, type=kind))).status == 200
    assert here.host.events == []
    assert here.messages == []


async def test_whoever_writes_is_told_what_the_chat_is_for(
    here: BotDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    here.sim.bot.conversations.installed.add(here.agent)
    assert (await here.sim.bot.clicking.say(here.agent, "my secret is xyzzy")).status == 200
    await until(lambda: len(here.messages) == 1)
    (message,) = here.messages
    assert message.conversation_id == here.sim.bot.conversations.chat(here.agent)
    assert "tells you first" in texts(card_in(message))[0]
    assert here.host.events == []
    assert "xyzzy" not in caplog.text, "what somebody writes is nobody's business"
