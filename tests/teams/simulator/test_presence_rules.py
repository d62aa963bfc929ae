"""How Graph makes one presence of many sessions and a preferred state: the rules of the reference, pure."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_teams.simulator.presence import (
    AVAILABLE,
    AWAY,
    FADING,
    IN_CALL,
    OFFLINE,
    PREFERRED_PAIRS,
    SESSION_PAIRS,
    Pair,
    PresenceState,
    Rules,
    next_change,
    preferred_life_s,
    shown,
)

RULES = Rules()
AT_DESK = PresenceState().with_client("desktop", AVAILABLE, 0.0)
DAY_S = 86_400.0


def at(state: PresenceState, now: float, rules: Rules = RULES) -> Pair:
    return shown(state, now, rules)


# -- the consequences (a) to (f) of the reference -----


def test_a_an_apps_away_loses_to_a_client_that_is_available() -> None:
    assert at(AT_DESK.with_app("app", AWAY, 1.0, 300.0), 2.0) == AVAILABLE


def test_b_an_apps_away_loses_to_a_call() -> None:
    in_call = PresenceState().with_client("desktop", IN_CALL, 0.0)
    assert at(in_call.with_app("app", AWAY, 1.0, 300.0), 2.0) == IN_CALL


def test_c_an_apps_away_shows_when_no_client_is_left() -> None:
    state = AT_DESK.with_app("app", AWAY, 1.0, 300.0)
    assert at(state.without_client("desktop"), 2.0) == AWAY


def test_d_a_preferred_away_beats_a_client_that_is_available() -> None:
    assert at(AT_DESK.with_preferred(AWAY, 1.0, 600.0), 2.0) == AWAY


def test_e_a_preferred_away_shows_nothing_once_the_client_signs_out() -> None:
    state = AT_DESK.with_preferred(AWAY, 1.0, 600.0)
    assert at(state.without_client("desktop"), 2.0) == OFFLINE
    assert at(state.without_client("desktop").with_client("web", AVAILABLE, 3.0), 3.0) == AWAY


def test_f_what_an_agent_prefers_outlives_every_session_of_an_app() -> None:
    busy = Pair("Busy", "Busy")
    state = AT_DESK.with_preferred(busy, 1.0).with_app("app", AVAILABLE, 2.0, 300.0)
    assert at(state, 3.0) == busy
    assert at(state, 302.0) == busy
    assert at(state, DAY_S) == busy
    assert at(state, 1.0 + DAY_S) == AVAILABLE


# -- each rule -----


def test_nobody_signed_in_is_offline() -> None:
    assert at(PresenceState(), 0.0) == OFFLINE


def test_do_not_disturb_beats_busy_beats_available_beats_away() -> None:
    ladder = [AWAY, AVAILABLE, Pair("Busy", "InAMeeting"), Pair("DoNotDisturb", "Presenting")]
    state = PresenceState()
    for number, pair in enumerate(ladder):
        state = state.with_client(f"device {number}", pair, 10.0 - number)
        assert at(state, 20.0) == pair


def test_of_equal_rank_the_latest_wins() -> None:
    state = PresenceState().with_client("desktop", Pair("Busy", "Busy"), 1.0)
    assert at(state.with_client("mobile", IN_CALL, 2.0), 3.0) == IN_CALL
    assert at(state.with_client("mobile", IN_CALL, 0.5), 3.0) == Pair("Busy", "Busy")


@pytest.mark.parametrize(
    ("now", "pair"),
    [(299.9, AVAILABLE), (300.0, FADING), (599.9, FADING), (600.0, AWAY), (3599.9, AWAY), (3600.0, OFFLINE)],
)
def test_an_apps_available_fades_in_two_steps_and_ends(now: float, pair: Pair) -> None:
    assert at(PresenceState().with_app("app", AVAILABLE, 0.0, 3600.0), now) == pair


def test_a_refresh_begins_the_fade_anew() -> None:
    state = PresenceState().with_app("app", AVAILABLE, 0.0, 3600.0)
    assert at(state.with_app("app", AVAILABLE, 290.0, 3600.0), 580.0) == AVAILABLE


@pytest.mark.parametrize("pair", sorted(SESSION_PAIRS - {AVAILABLE}, key=str))
def test_nothing_but_available_fades(pair: Pair) -> None:
    assert at(PresenceState().with_app("app", pair, 0.0, 3600.0), 3599.0) == pair


def test_clearing_a_session_that_is_not_there_or_over_is_an_error() -> None:
    state = AT_DESK.with_app("app", AWAY, 0.0, 300.0)
    assert at(state.without_app("app", 299.0), 299.0) == AVAILABLE
    with pytest.raises(KeyError):
        state.without_app("app", 300.0)
    with pytest.raises(KeyError):
        state.without_app("another", 0.0)


def test_clearing_the_only_session_leaves_the_user_offline() -> None:
    state = PresenceState().with_app("app", AVAILABLE, 0.0, 300.0)
    assert at(state.without_app("app", 1.0), 1.0) == OFFLINE


@pytest.mark.parametrize("pair", sorted(PREFERRED_PAIRS, key=str))
def test_how_long_a_preferred_state_stands_when_nobody_says(pair: Pair) -> None:
    life_s = DAY_S if pair.availability in ("Busy", "DoNotDisturb") else 7 * DAY_S
    assert preferred_life_s(pair) == life_s
    state = PresenceState().with_client("desktop", IN_CALL, 0.0).with_preferred(pair, 0.0)
    assert at(state, life_s - 1) == pair
    assert at(state, life_s) == IN_CALL


def test_resetting_the_status_shows_the_sessions_again() -> None:
    assert at(AT_DESK.with_preferred(AWAY, 0.0).without_preferred(), 1.0) == AVAILABLE


def test_whether_a_preferred_state_beats_a_call_is_a_switch() -> None:
    state = PresenceState().with_client("desktop", IN_CALL, 0.0).with_preferred(AWAY, 0.0)
    assert at(state, 1.0) == AWAY
    other = Rules(preferred_beats_calls=False)
    assert at(state, 1.0, other) == IN_CALL
    assert at(AT_DESK.with_preferred(AWAY, 0.0), 1.0, other) == AWAY


def test_a_client_without_a_hand_on_it_turns_away_where_that_is_on() -> None:
    rules = Rules(client_idle_s=900.0)
    assert [at(AT_DESK, now, rules) for now in (899.0, 900.0)] == [AVAILABLE, AWAY]
    assert at(AT_DESK, 900.0) == AVAILABLE
    in_call = PresenceState().with_client("desktop", IN_CALL, 0.0)
    assert at(in_call, 900.0, rules) == IN_CALL


# -- for whatever happens -----

_pairs = st.sampled_from(sorted(SESSION_PAIRS, key=str))
_times = st.integers(0, 4000).map(float)


@st.composite
def _states(draw: st.DrawFn) -> PresenceState:
    state = PresenceState()
    for device in draw(st.sets(st.sampled_from(["desktop", "web", "mobile"]))):
        state = state.with_client(device, draw(_pairs), draw(_times))
    for app in draw(st.sets(st.sampled_from(["app", "another"]))):
        state = state.with_app(app, draw(_pairs), draw(_times), draw(st.integers(300, 3600)))
    if draw(st.booleans()):
        preferred = draw(st.sampled_from(sorted(PREFERRED_PAIRS, key=str)))
        state = state.with_preferred(preferred, draw(_times), draw(st.integers(1, 3600)))
    return state


_rules = st.builds(Rules, client_idle_s=st.sampled_from([None, 600.0]), preferred_beats_calls=st.booleans())


@given(_states(), _times, _rules)
def test_nothing_changes_before_the_time_that_is_named(
    state: PresenceState, now: float, rules: Rules
) -> None:
    until = next_change(state, now, rules)
    assert until > now
    last = min(until, now + 5000.0)
    for part in (0.1, 0.5, 0.999):
        assert at(state, now + (last - now) * part, rules) == at(state, now, rules)


@given(_states(), _times, _rules)
def test_without_a_session_the_user_is_offline_whatever_is_preferred(
    state: PresenceState, now: float, rules: Rules
) -> None:
    assert at(replace(state, clients={}, apps={}), now, rules) == OFFLINE


@given(_states(), _times)
def test_the_preferred_state_is_the_result_while_it_stands_and_anybody_is_there(
    state: PresenceState, now: float
) -> None:
    bare = at(replace(state, preferred=None), now)
    stands = state.preferred is not None and state.preferred.expires_at > now
    if state.preferred is not None and stands and bare != OFFLINE:
        assert at(state, now) == state.preferred.pair
    else:
        assert at(state, now) == bare


@given(_states(), _rules)
def test_in_the_end_only_clients_are_left(state: PresenceState, rules: Rules) -> None:
    end = 1e9
    assert at(state, end, rules) == at(replace(state, apps={}, preferred=None), end, rules)
    assert next_change(state, end, rules) == math.inf
