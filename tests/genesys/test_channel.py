"""The notification channel under every fault: silence, loss, order, closing, renewal, limits."""

from __future__ import annotations

import asyncio
import json

import pytest

from atdesk_genesys.adapter import build
from atdesk_genesys.simulator import GenesysSimulator, Limits
from atdesk_sdk.errors import CredentialsBad
from atdesk_sdk.events import AgentStateChanged, Interaction, Presence, Routing
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.testing import RecordingHost
from tests.genesys.conftest import HASTE, Desk, Open, account, config_for, until


def _channels(desk: Desk) -> int:
    return len(desk.sim.log.all("POST /api/v2/notifications/channels$"))


async def _alive(desk: Desk) -> None:
    """Fail unless what an agent does is heard."""
    presence = "Meal" if desk.shown() != "Meal" else "Break"
    mark = len(desk.host.events)
    desk.sim.world.set_presence(desk.user, presence)
    await desk.state(Presence(presence.lower()), since=mark)


async def test_one_combined_topic_for_each_agent(desk: Desk) -> None:
    users = list(desk.sim.world.agents)[:3]
    await desk.follow(*users)
    body = desk.sim.log.all("^PUT")[0].body
    assert [topic["id"] for topic in body] == [f"v2.users.{u}?activity&conversations&presence" for u in users]


async def test_every_axis_is_told(desk: Desk) -> None:
    await desk.follow()
    world = desk.sim.world
    world.set_presence(desk.user, "On Queue")
    await desk.state(Presence.ON_QUEUE, where=lambda s: s.routing is Routing.IDLE)
    talk = world.start_call(desk.user)
    world.answer(talk)
    await desk.state(where=lambda s: s.interaction is Interaction.CUSTOMER_CALL)
    await desk.state(where=lambda s: s.routing is Routing.INTERACTING)
    world.hang_up(talk)
    await desk.state(where=lambda s: s.interaction is Interaction.AFTER_CALL)
    mark = len(desk.host.events)
    world.finish_acw(talk)
    await desk.state(since=mark, where=lambda s: s.interaction is Interaction.NONE)
    world.request_off_queue(desk.user, "Break")
    await desk.state(where=lambda s: s.change_pending)
    world.set_out_of_office(desk.user, True)
    await desk.state(where=lambda s: s.out_of_office)


async def test_a_missed_offer_and_the_next_one(desk: Desk) -> None:
    """The agent stands in the conversation twice; only the live leg counts."""
    await desk.follow()
    world = desk.sim.world
    world.set_presence(desk.user, "On Queue")
    talk = world.start_call(desk.user)
    world.miss(talk)
    await desk.state(where=lambda s: s.routing is Routing.NOT_RESPONDING)
    world.offer_again(talk, desk.user)
    world.answer(talk)
    await desk.state(where=lambda s: s.interaction is Interaction.CUSTOMER_CALL)


@pytest.mark.parametrize(
    ("label", "presence"),
    [("Coffee", Presence.BREAK), ("Special project", Presence.UNKNOWN), ("Idle", Presence.IDLE)],
)
async def test_secondary_presences_by_the_table(open_desk: Open, label: str, presence: Presence) -> None:
    """One that nobody mapped is unknown, so nobody is looked at; the platform's idle timer is just idle."""
    async with open_desk(statuses={"Coffee": Presence.BREAK}) as desk:
        await desk.follow()
        desk.sim.world.set_presence(desk.user, label)
        await desk.state(presence)


async def test_a_mixed_state_is_not_told_when_it_allows_more(desk: Desk) -> None:
    """To On Queue: presence first, routing 10 to 50 ms later; one event, once it has settled."""
    await desk.follow()
    mark = len(desk.host.events)
    desk.sim.world.set_presence(desk.user, "On Queue")
    await desk.state(Presence.ON_QUEUE)
    assert [s.routing for s in desk.states(mark)] == [Routing.IDLE]


async def test_what_allows_less_is_told_at_once(open_desk: Open) -> None:
    async with open_desk(debounce_s=10.0) as desk:
        await desk.follow()
        desk.sim.world.set_presence(desk.user, "Meal")
        await desk.state(Presence.MEAL)


async def test_a_mute_socket_is_found_and_replaced(desk: Desk) -> None:
    """Open, no frame, no pong: one question, then a new socket to the same address, then a snapshot."""
    await desk.follow()
    desk.sim.faults.socket.mute = True
    desk.sim.world.set_presence(desk.user, "Meal")
    await desk.sim.log.wait("streaming", where=lambda a: a.body == {"message": "ping"})
    await desk.state(Presence.MEAL)
    desk.sim.faults.socket.mute = False
    assert _channels(desk) == 1


async def test_a_quiet_socket_that_answers_stays(open_desk: Open, desk: Desk) -> None:
    """Longer silence than the heart beats, shorter than the answer to a ping: nothing is replaced."""
    async with open_desk(silence_s=0.05) as other:
        await other.follow()
        await other.sim.log.wait("streaming", count=3, where=lambda a: a.body == {"message": "ping"})
        assert len(other.sim.log.all(kind="socket_open")) == 1


@pytest.mark.parametrize("abort", [False, True])
async def test_a_closed_socket_is_opened_again_with_a_snapshot(desk: Desk, abort: bool) -> None:
    await desk.follow()
    desk.sim.platform.close_sockets(1001, abort=abort)
    desk.sim.world.set_presence(desk.user, "Meal")
    await desk.state(Presence.MEAL)
    await desk.sim.log.wait("streaming", count=2, where=lambda a: a.kind == "socket_open")
    await until(lambda: desk.sim.platform.channels.all.popitem()[1].link is not None)
    assert _channels(desk) == 1


async def test_socket_closing_is_answered_before_the_close(desk: Desk) -> None:
    """A new socket stands before the announced time is over, on the same channel and its topics."""
    await desk.follow()
    desk.sim.platform.announce_closing()
    await desk.sim.log.wait("streaming", count=2, where=lambda a: a.kind == "socket_open")
    assert _channels(desk) == 1
    assert len(desk.sim.log.all("^PUT")) == 1
    await _alive(desk)


@pytest.mark.parametrize(
    "losses",
    [["expire_channels"], ["no_longer_subscribed"], ["revoke_tokens"], ["expire_tokens", "expire_channels"]],
)
async def test_a_lost_channel_is_made_anew(desk: Desk, losses: list[str]) -> None:
    await desk.follow()
    for loss in losses:
        getattr(desk.sim.platform, loss)()
    await desk.sim.log.wait("POST /api/v2/notifications/channels$", count=2)
    await until(lambda: any(c.link and c.topics for c in desk.sim.platform.channels.all.values()))
    await desk.healthy(HealthStatus.UP)
    await _alive(desk)


async def test_a_refused_upgrade_makes_a_new_channel(desk: Desk) -> None:
    desk.sim.faults.socket.refuse = 1
    await desk.follow()
    assert _channels(desk) == 2


async def test_channels_lost_again_and_again_make_us_stand_back(desk: Desk) -> None:
    """Two processes with one client would fight for ever; after three losses we say so and wait."""
    await desk.follow()
    for number in range(1, 4):
        await until(lambda: any(c.link and c.topics for c in desk.sim.platform.channels.all.values()))
        desk.sim.platform.no_longer_subscribed()
        if number < 3:
            await desk.sim.log.wait("POST /api/v2/notifications/channels$", count=number + 1)
    report = await desk.healthy(HealthStatus.DEGRADED)
    assert "same OAuth client" in report.message
    await desk.healthy(HealthStatus.UP)


async def test_renewal_makes_before_it_breaks(open_desk: Open, sim: GenesysSimulator) -> None:
    """At 70 % of the token's life: new token, channel, socket and snapshot; only then the old one goes."""
    sim.platform.limits = Limits(token_life_s=2).scaled(0.01)
    async with open_desk() as desk:
        await desk.follow()
        arrived = await desk.sim.log.wait("^DELETE", timeout_s=10)
        order = [a for a in desk.sim.log.all() if a.at_s <= arrived[0].at_s]
        kinds = [a.kind if a.kind.startswith("socket") else a.what.split("/")[-1] for a in order]
        second = len(kinds) - 1 - kinds[::-1].index("socket_open")
        assert kinds.index("socket_close") > second, "the old socket was closed before the new one stood"
        assert "users" in kinds[second:], "no snapshot after the new socket opened"
        assert arrived[0].status == 204
        await _alive(desk)


async def test_a_token_that_runs_out_is_replaced_once(desk: Desk) -> None:
    await desk.adapter.read(account(desk.user))
    desk.sim.platform.expire_tokens()
    await desk.adapter.read(account(desk.user))
    assert [a.status for a in desk.sim.log.all("GET /api/v2/users$")] == [200, 401, 200]
    assert len(desk.sim.log.all("/oauth/token")) == 2


async def test_a_token_refused_even_when_new_is_a_verdict(desk: Desk) -> None:
    desk.sim.faults.add("GET /api/v2/users$", times=9, status=401)
    with pytest.raises(CredentialsBad, match="OAuth client"):
        await desk.adapter.read(account(desk.user))
    assert len(desk.sim.log.all("GET /api/v2/users$")) == 2


# -- delivery -----


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
    await _alive(desk)
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
    await _alive(desk)
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
    assert _channels(desk) == 1
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
    assert _channels(desk) == 2
    await _alive(desk)


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
        assert len(sim.log.all("GET /api/v2/users$")) == 4 + 4 + 1
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
    await _alive(desk)


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
