"""What arrives twice, late, garbled or never; whom we follow; what an outage looks like."""

from __future__ import annotations

import asyncio
import json

import pytest

from atdesk_genesys.adapter import build
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_sdk.events import AgentStateChanged, Interaction, Presence
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.testing import RecordingHost
from tests.genesys.conftest import HASTE, Desk, Open, account, channels_made, config_for, still_heard, until

# -- delivery -----


async def test_what_happens_while_the_snapshot_is_read_is_not_lost(desk: Desk) -> None:
    """The snapshot is taken before the agent acts and answered after: the event, held meanwhile, is newer."""
    desk.sim.faults.add("GET /api/v2/users$", late_s=0.4)
    await desk.adapter.follow([account(desk.user)])
    await desk.sim.log.wait("GET /api/v2/users$")
    desk.sim.world.set_presence(desk.user, "Meal")
    await desk.state(Presence.MEAL)
    assert [state.presence for state in desk.states()] == [Presence.AVAILABLE, Presence.MEAL]


async def test_events_sent_twice_are_told_once(desk: Desk) -> None:
    await desk.follow()
    mark = len(desk.host.events)
    desk.sim.faults.socket.duplicate = 20
    desk.sim.world.set_presence(desk.user, "Meal")
    await desk.state(Presence.MEAL)
    desk.sim.world.set_presence(desk.user, "Break")
    await desk.state(Presence.BREAK)
    told = [state.presence for state in desk.states(mark)]
    assert told == [Presence.MEAL, Presence.BREAK]


async def test_events_in_the_wrong_order_end_in_the_right_state(desk: Desk) -> None:
    await desk.follow()
    desk.sim.faults.socket.reverse = 6
    for presence in ("Meal", "Break", "Training"):
        desk.sim.world.set_presence(desk.user, presence)
    await desk.state(Presence.TRAINING)
    await still_heard(desk)
    presences = [state.presence for state in desk.states()]
    assert presences[:2] == [Presence.AVAILABLE, Presence.TRAINING], (
        "an older state was told after a newer one"
    )


async def test_lost_events_are_found_by_the_slow_poll(open_desk: Open) -> None:
    async with open_desk(resync_s=0.2) as desk:
        await desk.follow()
        desk.sim.faults.socket.drop = 2
        desk.sim.world.set_presence(desk.user, "Meal")
        state = await desk.state(Presence.MEAL)
        assert state.source == "snapshot"


async def test_a_call_whose_end_was_lost_is_found_by_the_slow_poll(open_desk: Open) -> None:
    async with open_desk(resync_s=0.2) as desk:
        await desk.follow()
        talk = desk.sim.world.start_call(desk.user, acw=False)
        desk.sim.world.answer(talk)
        await desk.state(where=lambda s: s.interaction is Interaction.CUSTOMER_CALL)
        mark = len(desk.host.events)
        desk.sim.faults.socket.drop = 1
        desk.sim.world.hang_up(talk)
        await desk.state(since=mark, where=lambda s: s.interaction is Interaction.NONE)


async def test_a_call_that_ran_before_we_came_ends_with_its_event(desk: Desk) -> None:
    """The snapshot counts one call without naming it; its last event makes us read again."""
    talk = desk.sim.world.start_call(desk.user, acw=False)
    desk.sim.world.answer(talk)
    await desk.follow()
    assert desk.states()[-1].interaction is Interaction.CUSTOMER_CALL
    mark = len(desk.host.events)
    desk.sim.world.hang_up(talk)
    await desk.state(since=mark, where=lambda s: s.interaction is Interaction.NONE)


async def test_frames_that_mean_nothing_are_counted_and_harmless(desk: Desk) -> None:
    await desk.follow()
    user = desk.user
    strange: list[object] = [
        {"result": "200", "status": "subscribed"},
        {"topicName": "v2.users.x.newthing", "eventBody": {}},
        {"topicName": "v2.system.subscription_changed.c", "eventBody": {}},
        {"topicName": f"v2.users.{user}.presence", "eventBody": {"presenceDefinition": 7}},
        {"topicName": f"v2.users.{user}.conversations", "eventBody": {"participants": "none"}},
        {"topicName": f"v2.users.{user}.activity", "eventBody": {"routingStatus": {"status": "NAPPING"}}},
        ["not", "an", "object"],
    ]
    mark = len(desk.host.events)
    for frame in strange:
        desk.sim.platform.say(frame)  # type: ignore[arg-type]
    await still_heard(desk)
    assert [s.presence for s in desk.states(mark)] == [Presence.MEAL]
    assert sum(desk.adapter.ignored.values()) == len(strange) - 1


async def test_a_presence_without_a_time_is_read_again(desk: Desk) -> None:
    """The published sample has no modifiedDate; the revision comes from a read."""
    await desk.follow()
    desk.sim.faults.socket.drop = 2
    desk.sim.world.set_presence(desk.user, "Meal")
    meal = desk.sim.world.definition("Meal").id
    body = {"source": "PURECLOUD", "presenceDefinition": {"id": meal, "systemPresence": "MEAL"}}
    desk.sim.platform.say({"topicName": f"v2.users.{desk.user}.presence", "eventBody": body})
    state = await desk.state(Presence.MEAL, where=lambda s: not s.revision.endswith("?"))
    assert state.revision == (await desk.adapter.read(account(desk.user))).revision


# -- who is followed -----


async def test_more_agents_than_a_channel_holds_get_several(open_desk: Open) -> None:
    async with open_desk(agents_per_channel=2) as desk:
        users = list(desk.sim.world.agents)[:5]
        await desk.follow(*users)
        assert sorted(len(a.body) for a in desk.sim.log.all("^PUT")) == [1, 2, 2]
        for user in users:
            desk.sim.world.set_presence(user, "Meal")
        for user in users:
            await desk.state(Presence.MEAL, user=user)


async def test_following_others_changes_the_topics_without_a_new_channel(desk: Desk) -> None:
    first, second, third = list(desk.sim.world.agents)[:3]
    await desk.follow(first, second)
    mark = len(desk.host.events)
    await desk.adapter.follow([account(second), account(third)])
    await desk.state(user=third, since=mark)
    assert channels_made(desk) == 1
    topics = json.dumps(desk.sim.log.all("^PUT")[-1].body)
    assert first not in topics
    assert third in topics


async def test_an_account_that_the_organisation_does_not_have(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """It is named in the log, nothing is told of it, and the others go on."""
    stranger = "7c1f0e52-0000-4a3e-8f6d-000000000000"
    await desk.adapter.follow([account(stranger), account(desk.user)])
    await desk.state()
    assert stranger in caplog.text
    assert {s.account.external_id for s in desk.states()} == {desk.user}


@pytest.mark.parametrize(
    ("refused", "shown", "seen"),
    [
        ({"conversations"}, "Available", Presence.UNKNOWN),
        ({"conversations"}, "On Queue", Presence.ON_QUEUE),
        ({"conversations"}, "Meal", Presence.MEAL),
        ({"activity", "conversations"}, "On Queue", Presence.UNKNOWN),
        ({"activity", "presence"}, "Available", Presence.UNKNOWN),
        ({"activity"}, "Available", Presence.AVAILABLE),
    ],
)
async def test_whom_the_platform_will_not_tell_of_is_not_looked_at(
    desk: Desk, refused: set[str], shown: str, seen: Presence
) -> None:
    """A break or a call that nobody tells us of must not be taken for time at the desk."""
    desk.sim.settings.refused_topics |= refused
    desk.sim.world.set_presence(desk.user, shown)
    await desk.follow()
    await desk.state(seen)
    assert (await desk.healthy(HealthStatus.DEGRADED)).message.count("conversations") == (
        "conversations" in refused
    )


async def test_without_conversations_routing_tells_of_a_call_on_queue(desk: Desk) -> None:
    desk.sim.settings.refused_topics.add("conversations")
    desk.sim.world.set_presence(desk.user, "On Queue")
    await desk.follow()
    desk.sim.world.answer(desk.sim.world.start_call(desk.user))
    await desk.state(Presence.ON_QUEUE, where=lambda s: s.interaction is Interaction.CUSTOMER_CALL)


async def test_topics_that_cannot_be_changed_now_are_changed_later(desk: Desk) -> None:
    first, second = list(desk.sim.world.agents)[:2]
    await desk.follow(first)
    desk.sim.faults.add("^PUT", times=2, status=503)
    await desk.adapter.follow([account(first), account(second)])
    await desk.state(user=second)
    mark = len(desk.host.events)
    desk.sim.world.set_presence(second, "Meal")
    await desk.state(Presence.MEAL, user=second, since=mark)


async def test_a_channel_whose_token_ran_out_is_made_anew_for_new_agents(desk: Desk) -> None:
    first, second = list(desk.sim.world.agents)[:2]
    await desk.follow(first)
    desk.sim.platform.expire_tokens()
    await desk.adapter.follow([account(first), account(second)])
    await desk.state(user=second)
    assert channels_made(desk) == 2
    await still_heard(desk)


async def test_hundreds_of_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above what one channel takes: several channels, a read for every hundred, everybody told of once."""
    people = [(f"7c1f0e52-3a0b-4a3e-8f6d-{number:012d}", f"Agent {number}") for number in range(700)]
    async with GenesysSimulator(people=people) as sim:
        monkeypatch.setenv("GENESYS_SECRET", sim.client_secret)
        adapter, host = build(config_for(sim), HASTE), RecordingHost()
        await adapter.start(host)
        try:
            await adapter.follow([account(user) for user, _ in people])
            await until(lambda: len(host.of(AgentStateChanged)) >= 700, timeout_s=20)
            sim.world.set_presence("Agent 699", "Meal")
            await host.wait_for(AgentStateChanged, lambda event: event.state.presence is Presence.MEAL)
        finally:
            await adapter.aclose()
        assert sorted(len(a.body) for a in sim.log.all("^PUT")) == [40, 330, 330]
        # What is asked for again, since a busy machine took longer than a request may, is the same question.
        assert len({one.query for one in sim.log.all("GET /api/v2/users$")}) == 4 + 4 + 1
        assert len(host.of(AgentStateChanged)) == 701


async def test_an_outage_is_said_and_never_looks_like_absence(desk: Desk) -> None:
    await desk.follow()
    mark = len(desk.host.events)
    desk.sim.faults.add("", times=10_000, status=503)
    desk.sim.platform.close_sockets()
    report = await desk.healthy(HealthStatus.DEGRADED)
    assert "no events" in report.message
    assert desk.states(mark) == []
    desk.sim.faults.clear()
    await desk.healthy(HealthStatus.UP)
    await still_heard(desk)


async def test_an_html_page_in_place_of_an_answer(desk: Desk) -> None:
    """A read is tried again; the page is no state."""
    desk.sim.faults.add("GET /api/v2/users$", html=True)
    state = await desk.adapter.read(account(desk.user))
    assert state.presence is Presence.AVAILABLE


async def test_a_short_retry_after_is_sat_out_by_reads(desk: Desk) -> None:
    desk.sim.faults.add("GET /api/v2/users$", status=429, retry_after=1)
    began = asyncio.get_running_loop().time()
    await desk.adapter.read(account(desk.user))
    assert asyncio.get_running_loop().time() - began >= 0.9


async def test_without_the_permission_the_old_list_of_definitions_serves(
    open_desk: Open, sim: GenesysSimulator
) -> None:
    sim.settings.permissions.discard("presence:presenceDefinition:view")
    async with open_desk() as desk:
        assert desk.sim.log.all("GET /api/v2/presencedefinitions")
        assert (await desk.write(await desk.wish())).written
