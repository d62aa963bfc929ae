"""Cards to leads, notices to agents, and what Zoom's REST may answer to them."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import pytest

from atdesk_sdk import (
    AccountRef,
    CredentialsBad,
    DismissReason,
    FindingKind,
    FlagDetails,
    FlagStatus,
    FlagView,
    GiveUp,
    LeadActed,
    LeadAction,
    OutcomeUnknown,
    TryLater,
)
from atdesk_sdk.testing import sample_flag, sample_notice
from atdesk_zoom.cards import flag_content, plain, pressed
from atdesk_zoom.errors import ProtocolFault
from atdesk_zoom.flow import LIMITS, Flow
from atdesk_zoom.words import words_in
from tests.zoom.running import ANN, BEN, CHANNEL, LEA, World, world

SAY = words_in("en")
OPEN = {FlagStatus.RAISED, FlagStatus.AWAITING_SECOND, FlagStatus.ACKNOWLEDGED}


def flag(number: str = "K7Q2") -> FlagView:
    return sample_flag(number, since=time.time() - 60, private=True)


def account(here: World, person_id: str) -> AccountRef:
    return AccountRef("zoom", here.sim.credentials.account_id, person_id)


async def test_a_lead_acknowledges_and_dismisses_on_the_card() -> None:
    """The whole way: card, button, webhook, event, and the card changes."""
    async with world() as here:
        ref = await here.adapter.post(flag())
        assert ref.channel == CHANNEL
        here.sim.chat.click(ref.external_id, "ack:K7Q2", LEA)
        acted = await here.host.wait_for(LeadActed)
        assert (acted.flag_number, acted.action, acted.reason) == ("K7Q2", LeadAction.ACKNOWLEDGE, None)
        assert acted.account == account(here, LEA)
        await here.adapter.update(ref, replace(flag(), status=FlagStatus.ACKNOWLEDGED))
        card = here.sim.chat.cards[ref.external_id]
        assert "ack:K7Q2" not in [item["value"] for item in card.buttons()]
        here.sim.chat.click(ref.external_id, "dismiss:K7Q2:working", LEA)
        acted = await here.host.wait_for(LeadActed, lambda event: event.action is LeadAction.DISMISS)
        assert acted.reason == DismissReason.WORKING
        await here.adapter.update(ref, replace(flag(), status=FlagStatus.DISMISSED))
        assert card.buttons() == []
        assert card.versions == 3


async def test_a_team_may_have_its_own_channel() -> None:
    claims = "claims@conference.xmpp.zoom.us"
    async with world(chatbot={"team_channels": {"Claims, first line": claims}}) as here:
        here.sim.chat.channels[claims] = "Claims"
        assert (await here.adapter.post(flag())).channel == claims
        assert (await here.adapter.post(replace(flag(), team="Sales"))).channel == CHANNEL


async def test_a_notice_reaches_the_agent_alone() -> None:
    async with world() as here:
        notice = sample_notice(account(here, ANN), since=time.time())
        ref = await here.adapter.notify(notice)
        (card,) = here.sim.chat.cards.values()
        assert card.to_jid == ref.channel == here.sim.people[ANN].jid
        await here.adapter.notify(replace(notice, account=account(here, BEN)))
        await here.adapter.notify(notice)
        assert len(here.sim.journal.find("rest", "GET")) == 2, "an address is asked for once"


async def test_a_token_that_ended_is_renewed() -> None:
    async with world() as here:
        await here.adapter.post(flag())
        here.sim.tokens.revoke_all()
        await here.adapter.post(flag("AAAA"))
        assert [entry.note for entry in here.sim.journal.find("rest", "POST")] == ["201", "401", "201"]


async def test_a_token_is_renewed_before_its_end() -> None:
    async with world(timing={"token_life": 1.0}) as here:
        await here.adapter.post(flag())
        await asyncio.sleep(0.6)  # it lives 1 s, and is renewed half way
        await here.adapter.post(flag("AAAA"))
        assert [entry.note for entry in here.sim.journal.find("rest", "POST")] == ["201", "201"]
        assert len(here.sim.journal.find("token", "client_credentials")) == 2


async def test_a_busy_platform_says_when() -> None:
    async with world() as here:
        here.sim.faults.change({"too_many": 1, "retry_after_s": 42.0})
        with pytest.raises(TryLater) as later:
            await here.adapter.post(flag())
        assert later.value.retry_after_s == 42.0
        await here.adapter.post(flag())


async def test_a_lost_answer_is_unknown_for_a_post_and_harmless_for_a_change() -> None:
    async with world() as here:
        here.sim.faults.lose_answers = 1
        with pytest.raises(OutcomeUnknown):
            await here.adapter.post(flag())
        assert len(here.sim.chat.cards) == 1, "it was carried out"
        ref = await here.adapter.post(flag("AAAA"))
        here.sim.faults.lose_answers = 1
        with pytest.raises(TryLater):
            await here.adapter.update(ref, flag("AAAA"))


async def test_a_card_that_is_gone_is_given_up() -> None:
    async with world() as here:
        ref = await here.adapter.post(flag())
        here.sim.chat.cards.clear()
        with pytest.raises(GiveUp, match="8001"):
            await here.adapter.update(ref, flag())


async def test_a_wrong_channel_is_given_up_with_zooms_number() -> None:
    async with world() as here:
        here.sim.chat.channels.clear()
        with pytest.raises(GiveUp, match="7004"):
            await here.adapter.post(flag())


async def test_refused_credentials_name_the_app() -> None:
    async with world() as here:
        here.sim.tokens.revoke_all()
        here.sim.faults.refuse_tokens = 10
        with pytest.raises(CredentialsBad, match="chatbot"):
            await here.adapter.post(flag())


async def test_a_channel_is_not_flooded() -> None:
    """What would break Zoom's limits goes back to the engine with a time; the channel is never blocked."""
    async with world() as here:
        for _ in range(30):
            await here.adapter.post(flag())
        with pytest.raises(TryLater) as later:
            await here.adapter.post(flag())
        assert later.value.retry_after_s is not None
        assert 2.0 < later.value.retry_after_s <= 10.0
        assert {entry.note for entry in here.sim.journal.find("rest", "POST")} == {"201"}


def test_the_flow_keeps_every_limit() -> None:
    flow, now, times = Flow(), 0.0, []
    for _ in range(100):
        now += flow.wait_s("chat", now)
        flow.sent("chat", now)
        times.append(now)
    for most, seconds in LIMITS:
        for begin in times:
            assert sum(begin <= at < begin + seconds for at in times) <= most


def test_text_from_outside_cannot_mention_or_link() -> None:
    shown = plain("<!channel> @here [x](http://evil)\n\u202eabc\x00" + "y" * 500)
    assert "<!" not in shown
    assert "](" not in shown
    assert "\n" not in shown
    assert "\u202e" not in shown
    assert "\x00" not in shown
    assert len(shown) < 450


def test_a_card_without_details_names_no_finding() -> None:
    text = json.dumps(flag_content(replace(flag(), details=None), SAY))
    assert "absent" not in text
    assert "Check" not in text


def test_a_card_says_when_the_agent_was_not_reached() -> None:
    details = FlagDetails(FindingKind.ABSENT, "desk", 1.0, "1", agent_reached=False, returned_at=0.0)
    text = json.dumps(flag_content(replace(flag(), details=details, time_zone="Nowhere/Land"), SAY))
    assert "agent not reached" in text
    assert "1970-01-01 00:00:00 UTC" in text


def test_a_link_that_is_none_is_left_out() -> None:
    text = json.dumps(flag_content(replace(flag(), link="javascript:alert(1)"), SAY))
    assert "javascript" not in text


def test_every_button_means_what_it_says() -> None:
    items = flag_content(flag(), SAY)["body"][-1]["items"]
    meanings = [pressed(item["value"]) for item in items]
    assert meanings[0] == ("K7Q2", LeadAction.ACKNOWLEDGE, None)
    assert {reason for _, action, reason in meanings if action is LeadAction.DISMISS} == set(DismissReason)


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        (FlagStatus.RAISED, {LeadAction.ACKNOWLEDGE, LeadAction.DISMISS}),
        (FlagStatus.AWAITING_SECOND, {LeadAction.ACKNOWLEDGE, LeadAction.DISMISS}),
        (FlagStatus.ACKNOWLEDGED, {LeadAction.DISMISS}),
        *((status, set()) for status in FlagStatus if status not in OPEN),
    ],
)
def test_a_card_has_the_buttons_that_its_flag_takes(status: FlagStatus, actions: set[LeadAction]) -> None:
    parts = flag_content(replace(flag(), status=status), SAY)["body"]
    buttons = [item for part in parts if part["type"] == "actions" for item in part["items"]]
    assert {pressed(item["value"])[1] for item in buttons} == actions


def test_a_card_shows_paused_as_paused_and_how_often_it_was_judged() -> None:
    details = FlagDetails(
        FindingKind.ABSENT, "desk", 1.0, "1", agent_reached=True, tries=3, paused_since=3600.0
    )
    text = json.dumps(flag_content(replace(flag(), details=details, time_zone="UTC"), SAY))
    assert "Paused since" in text
    assert "1970-01-01 01:00:00 UTC" in text
    assert "3 times" in text


@pytest.mark.parametrize("value", ["", "ack:", "ack:K7Q2:x", "dismiss:K7Q2", "dismiss:K7Q2:fired", "x:y:z"])
def test_other_buttons_mean_nothing(value: str) -> None:
    with pytest.raises(ProtocolFault):
        pressed(value)
