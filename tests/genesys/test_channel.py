"""The notification channel under every fault: silence, loss, order, closing, renewal, limits."""

from __future__ import annotations

import pytest

from atdesk_genesys.simulator import GenesysSimulator, Limits
from atdesk_sdk.errors import CredentialsBad
from atdesk_sdk.events import Interaction, Presence, Routing
from atdesk_sdk.health import HealthStatus
from tests.genesys.conftest import Desk, Open, account, channels_made, still_heard, until


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
    assert channels_made(desk) == 1


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
    assert channels_made(desk) == 1


async def test_socket_closing_is_answered_before_the_close(desk: Desk) -> None:
    """A new socket stands before the announced time is over, on the same channel and its topics."""
    await desk.follow()
    desk.sim.platform.announce_closing()
    await desk.sim.log.wait("streaming", count=2, where=lambda a: a.kind == "socket_open")
    assert channels_made(desk) == 1
    assert len(desk.sim.log.all("^PUT")) == 1
    await still_heard(desk)


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
    await still_heard(desk)


async def test_a_refused_upgrade_makes_a_new_channel(desk: Desk) -> None:
    desk.sim.faults.socket.refuse = 1
    await desk.follow()
    assert channels_made(desk) == 2


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
        await still_heard(desk)


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
