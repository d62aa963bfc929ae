"""The tenant over time: it works out anew only what may have changed, and must never be wrong for that."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from atdesk_teams.simulator import Clock, Rules, World
from atdesk_teams.simulator.presence import AVAILABLE, AWAY, PREFERRED_PAIRS, SESSION_PAIRS, Pair, shown
from tests.teams.simulator.conftest import MIRA, NOBODY, TEO

_sessions = st.sampled_from(sorted(SESSION_PAIRS, key=str))
_preferred = st.sampled_from(sorted(PREFERRED_PAIRS, key=str))
_lives = st.sampled_from([1.0, 60.0, 299.0, 300.0, 3600.0])


class Tenant(RuleBasedStateMachine):
    """Whatever people and apps do and however long it takes, one user is shown as the pure rules say."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(clock=Clock(lambda: 1_000_000.0), present=False)
        self.seen: list[tuple[Pair, str]] = []

    @rule(device=st.sampled_from(["desktop", "mobile"]), pair=_sessions)
    def in_client(self, device: str, pair: Pair) -> None:
        self.world.in_client(MIRA, pair, device)

    @rule(device=st.sampled_from(["desktop", "mobile", None]))
    def sign_out(self, device: str | None) -> None:
        self.world.sign_out(MIRA, device)

    @rule(act=st.sampled_from(["start_call", "hang_up", "fall_idle", "reset_status", "sign_in"]))
    def act(self, act: str) -> None:
        getattr(self.world, act)(MIRA)

    @rule(pair=_preferred, life=_lives)
    def pick(self, pair: Pair, life: float) -> None:
        self.world.pick(MIRA, pair.availability, life)

    @rule(pair=_sessions, life=_lives)
    def app_says(self, pair: Pair, life: float) -> None:
        self.world.change(MIRA, lambda state, now: state.with_app("app", pair, now, life))

    @rule(idle=st.sampled_from([None, 120.0]), calls=st.booleans())
    def rules_change(self, idle: float | None, calls: bool) -> None:
        self.world.set_rules(Rules(client_idle_s=idle, preferred_beats_calls=calls))

    @rule(seconds=st.sampled_from([0.0, 0.5, 59.5, 120.0, 300.0, 301.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.skip(seconds)

    @invariant()
    def it_is_shown_as_the_rules_say(self) -> None:
        pure = shown(self.world.state(MIRA), self.world.clock(), self.world.rules)
        assert self.world.shown(MIRA) == pure

    @invariant()
    def each_change_has_a_version_of_its_own_that_sorts_behind(self) -> None:
        now = (self.world.shown(MIRA), self.world.version(MIRA))
        if self.seen and now[1] == self.seen[-1][1]:
            assert now == self.seen[-1]
        else:
            assert all(now[1] > version for _, version in self.seen)
            self.seen.append(now)


TestTenant = Tenant.TestCase


def test_others_are_not_touched() -> None:
    world = World()
    before = [(world.shown(one.id), world.version(one.id)) for one in world.users if one.id != MIRA]
    world.start_call(MIRA)
    world.sign_out(MIRA)
    assert before == [(world.shown(one.id), world.version(one.id)) for one in world.users if one.id != MIRA]


def test_a_user_is_found_by_id_name_and_the_connectors_id() -> None:
    world = World()
    mira = world.user(MIRA)
    assert world.user("Mira Halloran") is world.user(mira.mri) is mira
    assert len({one.mri for one in world.users}) == len(world.users)
    assert mira.address == "mira.halloran@example.invalid"
    with pytest.raises(KeyError, match="no user"):
        world.user(NOBODY)


def test_leads_are_in_the_team_and_are_no_agents() -> None:
    world = World(leads=(TEO, NOBODY))
    assert world.leads == (TEO,)
    assert TEO not in [one.id for one in world.agents]
    assert [one.user_id for one in world.team.members] == [TEO]
    assert world.team.channel(world.team.id) is world.team.channels[0]
    assert world.team.channel("19:another@thread.tacv2") is None


def test_nobody_need_be_there_at_the_start() -> None:
    assert {World(present=False).shown(one.id).availability for one in World().users} == {"Offline"}


@pytest.mark.parametrize("away", [lambda w: w.fall_idle(MIRA), lambda w: w.pick(MIRA, "Away")])
def test_two_ways_to_be_away(away: Callable[[World], None]) -> None:
    world = World()
    away(world)
    assert world.shown(MIRA) == AWAY
    world.sign_in(MIRA, "mobile")
    picked = world.state(MIRA).preferred is not None
    assert world.shown(MIRA) == (AWAY if picked else AVAILABLE)
