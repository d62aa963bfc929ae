"""The protocol without sockets: captured samples, hostile input, and what goes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_genesys import protocol, wire
from atdesk_genesys.errors import verdict
from atdesk_genesys.facts import (
    ConversationFact,
    Leg,
    OutOfOfficeFact,
    PresenceFact,
    RoutingFact,
    Stage,
    SummaryFact,
)
from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, OutcomeUnknown, TryLater
from atdesk_sdk.events import Interaction, Routing
from atdesk_sdk.findings import FindingKind
from atdesk_sdk.flags import FlagDetails
from atdesk_sdk.testing import sample_flag

USER = "e40f28ea-fa86-493f-a5b8-d559c8533c96"

#: The capture of the reference, section 3 [BLOG].
ACTIVITY = {
    "topicName": f"v2.users.{USER}.activity",
    "version": "2",
    "eventBody": {
        "id": USER,
        "routingStatus": {"status": "OFF_QUEUE", "startTime": "2021-05-14T09:03:17.067Z"},
        "presence": {
            "presenceDefinition": {
                "id": "6a3af858-942f-489d-9700-5f9bcdcdae9b",
                "systemPresence": "AVAILABLE",
            },
            "presenceMessage": "optional",
            "modifiedDate": "2021-05-14T09:03:17.047Z",
        },
        "outOfOffice": {"active": False, "modifiedDate": "2018-04-02T01:42:52.505Z"},
        "activeQueueIds": ["4750048b-1994-41d4-8410-a5760c49a6cd"],
        "dateActiveQueuesChanged": "2021-03-25T04:15:44.913Z",
    },
    "metadata": {"CorrelationId": "9e8067c7-8b35-4e54-add9-db24e7d6f086"},
}


def _told(frame: dict[str, Any]) -> tuple[object, ...]:
    parsed = protocol.parse_frame(json.dumps(frame))
    assert isinstance(parsed, protocol.Told)
    assert parsed.user == USER
    return parsed.facts


def test_the_captured_activity() -> None:
    assert _told(ACTIVITY) == (
        PresenceFact("6a3af858-942f-489d-9700-5f9bcdcdae9b", 1620982997047),
        RoutingFact(Routing.OFF_QUEUE, 1620982997067),
        OutOfOfficeFact(False, 1522633372505),
    )


def test_the_published_presence_without_a_time() -> None:
    body = {
        "source": "PURECLOUD",
        "presenceDefinition": {"id": "d", "systemPresence": "AVAILABLE"},
        "primary": True,
    }
    (fact,) = _told({"topicName": f"v2.users.{USER}.presence", "version": "2", "eventBody": body})
    assert fact == PresenceFact("d", None, primary=True, pending=False)


def _conversation(*people: dict[str, Any]) -> dict[str, Leg]:
    body = {"id": "c", "participants": list(people)}
    (fact,) = _told({"topicName": f"v2.users.{USER}.conversations", "eventBody": body})
    assert isinstance(fact, ConversationFact)
    return dict(fact.legs)


def _agent(state: str, media: str = "calls", **more: Any) -> dict[str, Any]:
    return {"id": "p", "purpose": "agent", "userId": USER, media: [{"state": state}]} | more


CUSTOMER = {"id": "k", "purpose": "customer", "calls": [{"state": "connected"}]}


@pytest.mark.parametrize(
    ("person", "stage"),
    [
        (_agent("alerting"), Stage.RINGING),
        (_agent("dialing"), Stage.LIVE),
        (_agent("connected"), Stage.LIVE),
        (_agent("connected", "emails"), Stage.LIVE),
        (_agent("a state of next year"), Stage.LIVE),
        (_agent("disconnected"), Stage.DONE),
        (
            _agent("disconnected", endTime="2026-01-01T00:00:00Z", startAcwTime="2026-01-01T00:00:00Z"),
            Stage.AFTER_CALL,
        ),
        (_agent("connected", endTime="2026-01-01T00:00:00Z"), Stage.DONE),
    ],
)
def test_the_stage_of_a_leg(person: dict[str, Any], stage: Stage) -> None:
    assert _conversation(CUSTOMER, person)["p"].stage is stage


def test_after_call_work_of_the_medium() -> None:
    person = _agent("disconnected", endTime="2026-01-01T00:00:00Z")
    person["calls"][0]["afterCallWork"] = {"state": "pending"}
    assert _conversation(CUSTOMER, person)["p"].stage is Stage.AFTER_CALL


def test_only_the_agents_own_legs_count() -> None:
    other = _agent("connected") | {"userId": "somebody else", "id": "q"}
    assert set(_conversation(CUSTOMER, other, _agent("alerting"))) == {"p"}


def test_a_video_between_people_is_a_meeting_and_with_a_customer_a_call() -> None:
    assert _conversation(_agent("connected", "videos"))["p"].meeting
    assert not _conversation(CUSTOMER, _agent("connected", "videos"))["p"].meeting


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_garbage_is_ignored(raw: bytes | str) -> None:
    assert isinstance(protocol.parse_frame(raw), protocol.Ignored)


anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=10,
)
topics = st.sampled_from(["activity", "presence", "routingStatus", "conversations", "outofoffice", "x"])
keys = [
    "presence",
    "routingStatus",
    "presenceDefinition",
    "participants",
    "outOfOffice",
    "modifiedDate",
    "id",
]
bodies = st.one_of(anything, st.dictionaries(st.sampled_from(keys), anything))


@given(topics, bodies)
def test_json_that_is_not_what_the_protocol_says_never_raises(topic: str, body: Any) -> None:
    frame = {"topicName": f"v2.users.{USER}.{topic}", "eventBody": body}
    assert isinstance(protocol.parse_frame(json.dumps(frame)), protocol.Told | protocol.Ignored)


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ({"topicName": "channel.metadata", "eventBody": {"message": "WebSocket Heartbeat"}}, protocol.Alive),
        ({"topicName": "channel.metadata", "eventBody": {"message": "pong"}}, protocol.Alive),
        ({"topicName": "v2.system.socket_closing", "eventBody": {}}, protocol.Closing),
        ({"topicName": "v2.system.no_longer_subscribed.c", "eventBody": {}}, protocol.ChannelLost),
        ({"topicName": "v2.system.token_revoked.c", "eventBody": {}}, protocol.ChannelLost),
        ({"topicName": "v2.system.subscription_changed.c", "eventBody": {}}, protocol.Ignored),
        ({"result": "200", "status": "subscribed"}, protocol.Ignored),
    ],
)
def test_what_the_platform_says_of_itself(frame: dict[str, Any], kind: type[object]) -> None:
    assert isinstance(protocol.parse_frame(json.dumps(frame)), kind)


@pytest.mark.parametrize(
    ("summary", "interaction"),
    [
        ({}, Interaction.NONE),
        ({"call": {"contactCenter": {"active": 1, "acw": 0}}}, Interaction.CUSTOMER_CALL),
        ({"email": {"enterprise": {"active": 2}}}, Interaction.CUSTOMER_CALL),
        ({"call": {"contactCenter": {"active": 0, "acw": 1}}}, Interaction.AFTER_CALL),
        ({"video": {"enterprise": {"active": 1}}}, Interaction.MEETING),
        ({"video": {"contactCenter": {"active": 1}}}, Interaction.CUSTOMER_CALL),
    ],
)
def test_the_counts_of_a_snapshot(summary: dict[str, Any], interaction: Interaction) -> None:
    user = wire.User.model_validate({"id": USER, "conversationSummary": summary})
    assert protocol.user_facts(user) == (SummaryFact(interaction),)


# -- the group chat -----


def test_the_message_never_says_what_was_found() -> None:
    """Even if core handed the details over: name, time, number and link, and nothing else."""
    flag = sample_flag(since=1_767_225_600.0, private=True)
    body = protocol.chat_message(flag)
    assert set(body) == {"message", "metadata"}
    said = body["message"].casefold()
    assert flag.details == FlagDetails(
        FindingKind.ABSENT, "away from desk", 0.9, "policy-1", agent_reached=True
    )
    for secret in ("absent", "away", "desk", "0.9", "policy"):
        assert secret not in said.replace("https://atdesk.example", "")
    assert "00:00" in said
    assert flag.link.casefold() in said


@given(st.text(max_size=40))
def test_a_name_is_shown_as_it_is(name: str) -> None:
    """No character of a name starts markup, a link, a mention or a new line."""
    shown = protocol.escape(name)
    assert "\n" not in shown
    assert shown.replace("\\", "") == " ".join(name.split()).replace("\\", "")
    bare = [
        c for before, c in zip(" " + shown, shown, strict=False) if c in "*_[]()<>`#@~|" and before != "\\"
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("zone", "said"), [("Europe/Lisbon", "00:00"), ("Asia/Tokyo", "09:00"), ("No/Where", "00:00 UTC")]
)
def test_the_time_is_the_readers(zone: str, said: str) -> None:
    assert protocol.clock_time(1_767_225_600.0, zone) == said


# -- verdicts -----


@pytest.mark.parametrize(
    ("status", "writes", "kind"),
    [
        (400, True, GiveUp),
        (401, False, CredentialsBad),
        (403, True, CredentialsBad),
        (404, False, GiveUp),
        (408, True, OutcomeUnknown),
        (409, True, TryLater),
        (429, True, TryLater),
        (500, True, OutcomeUnknown),
        (500, False, TryLater),
        (502, True, OutcomeUnknown),
        (503, True, TryLater),
        (504, False, TryLater),
    ],
)
def test_one_verdict_for_each_answer(status: int, writes: bool, kind: type[AdapterError]) -> None:
    body = b'{"code":"x","message":"why","status":1}'
    assert type(verdict("read agents", status, body, None, writes=writes)).__mro__[:2].count(kind) == 1


@given(
    st.integers(400, 599), st.binary(max_size=50), st.one_of(st.none(), st.text(max_size=10)), st.booleans()
)
def test_any_answer_has_a_verdict(status: int, body: bytes, header: str | None, writes: bool) -> None:
    problem = verdict("read agents", status, body, header, writes=writes)
    assert str(status) in str(problem)
    wait = getattr(problem, "retry_after_s", None)
    assert wait is None or 0 <= wait < float("inf")
