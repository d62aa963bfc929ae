"""What an activity says, in every shape in which Teams sends it. Pure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atdesk_teams.activities import (
    Came,
    Meaning,
    NotReadable,
    Other,
    Pressed,
    Went,
    Wrote,
    meaning_of,
    read_activity,
)
from atdesk_teams.conversation_ids import base_of

CHANNEL = "19:x@thread.tacv2"
TEAM = {"id": f"{CHANNEL};messageid=1", "conversationType": "channel", "tenantId": "t"}
CHAT = {"id": "a:1", "conversationType": "personal", "tenantId": "t"}
ANN = {"id": "29:ann", "aadObjectId": "ann"}
BOT = {"id": "28:bot"}


def said(**activity: Any) -> Meaning:
    whole = {"from": ANN, "recipient": BOT, "conversation": CHAT} | activity
    return meaning_of(read_activity(json.dumps(whole).encode()))


@pytest.mark.parametrize("action", ["add", "add-upgrade"])
def test_the_app_came(action: str) -> None:
    assert said(type="installationUpdate", action=action) == Came("ann", "a:1")
    assert said(type="installationUpdate", action=action, conversation=TEAM) == Came("", CHANNEL)
    added = {"type": "conversationUpdate", "membersAdded": [BOT, ANN]}
    assert said(**added) == Came("ann", "a:1")
    assert said(**added, conversation=TEAM) == Came("", CHANNEL)


def test_the_app_went_and_an_upgrade_is_no_end() -> None:
    assert said(type="installationUpdate", action="remove") == Went("ann", "a:1")
    assert said(type="installationUpdate", action="remove-upgrade") == Other()
    assert said(type="conversationUpdate", membersRemoved=[BOT], conversation=TEAM) == Went("", CHANNEL)


def test_nothing_is_kept_of_other_peoples_coming_and_going() -> None:
    other = {"id": "29:ben"}
    assert said(type="conversationUpdate", membersAdded=[other], conversation=TEAM) == Other()
    assert said(type="conversationUpdate", membersRemoved=[other], conversation=TEAM) == Other()
    renamed = {"channelData": {"eventType": "channelRenamed", "channel": {"id": CHANNEL}}}
    assert said(type="conversationUpdate", conversation=TEAM, **renamed) == Other()


def test_a_message_is_somebody_who_writes_and_its_words_are_nowhere() -> None:
    wrote = said(type="message", text="something private")
    assert wrote == Wrote("ann", "a:1")
    assert "private" not in repr(wrote)
    assert said(type="message", text="<at>bot</at> hi", conversation=TEAM) == Other()


def test_a_press_holds_what_was_chosen_and_does_not_show_it() -> None:
    value = {
        "action": {"verb": "flag.dismiss", "data": {"flag": "K7Q2", "reason": "wrong", "n": 7}},
        "trigger": "manual",
    }
    pressed = said(type="invoke", name="adaptiveCard/action", id="f:1", replyToId="17", value=value)
    assert isinstance(pressed, Pressed)
    assert pressed.data == {"flag": "K7Q2", "reason": "wrong"}, "all that we send is text"
    assert (pressed.verb, pressed.person_id, pressed.message_id) == ("flag.dismiss", "ann", "17")
    assert pressed.answered
    assert "wrong" not in repr(pressed)


def test_what_an_older_client_sends_is_a_press_without_an_answer() -> None:
    pressed = said(type="message", value={"verb": "flag.ack", "flag": "K7Q2"}, conversation=TEAM)
    assert isinstance(pressed, Pressed)
    assert (pressed.verb, pressed.data["flag"], pressed.answered) == ("flag.ack", "K7Q2", False)
    by_invoke = {"action": {"type": "Action.Submit", "data": {"verb": "flag.ack", "flag": "K7Q2"}}}
    again = said(type="invoke", name="adaptiveCard/action", value=by_invoke)
    assert isinstance(again, Pressed)
    assert (again.verb, again.answered) == ("flag.ack", True)


@pytest.mark.parametrize("value", [None, 7, "x", [], {"action": "x"}, {"action": {"data": []}}])
def test_a_press_that_cannot_be_read_is_none(value: Any) -> None:
    with pytest.raises(NotReadable):
        said(type="invoke", name="adaptiveCard/action", value=value)


@pytest.mark.parametrize("name", ["", "composeExtension/query", "task/fetch", "signin/verifyState"])
def test_other_invokes_are_nothing_of_ours(name: str) -> None:
    assert said(type="invoke", name=name, value={}) == Other()


def test_a_tenant_that_is_said_twice_and_differently_is_none() -> None:
    def tenant(conversation: str | None, channel: str | None) -> str:
        body = {
            "type": "event",
            "conversation": {"id": "x", "tenantId": conversation},
            "channelData": {"tenant": {"id": channel}},
        }
        return read_activity(json.dumps(body).encode()).tenant

    assert (tenant("t", "t"), tenant("t", None), tenant(None, "t")) == ("t", "t", "t")
    assert (tenant("t", "u"), tenant(None, None)) == ("", "")


def test_a_thread_is_in_its_channel() -> None:
    assert base_of(f"{CHANNEL};messageid=17") == base_of(CHANNEL) == CHANNEL
    assert base_of("a:1") == "a:1"
