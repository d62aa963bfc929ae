"""Hard caps on a shift: opened frames, and seconds with a look open, whatever the look is for."""

from dataclasses import replace

import pytest

from atdesk_core.policy import LookRules, SitePolicy
from atdesk_core.runtime.planning import unit_of
from atdesk_core.runtime.profile import Profile
from atdesk_core.runtime.rehearsal import Rehearsal
from atdesk_core.session import Facts, FactsChanged, OpenLook, RecordKind, Recovered, ShiftNow
from atdesk_sdk import VideoOpened
from tests.core.session.desk import FACTS, KEY, MEETING, POLICY, ZOOM, rehearse, scene

LEAVES = scene((0, "agent"), (60, "nobody"))
PROFILE = Profile("ann", "ref1", "Ann Agent", "en", "north", "home", "UTC", {}, (), ())


def facts(**looks: float) -> Facts:
    policy = POLICY.model_copy(update={"looks": LookRules.model_validate(looks)})
    return replace(FACTS, policy=policy)


def seconds_open(run: Rehearsal) -> float:
    """From each `OpenLook` to its end in the log, by the clock of the rehearsal."""
    opened = {command.look_id: at for at, command in run.commands if isinstance(command, OpenLook)}
    ended = {str(row.data["look_id"]): row.at for row in run.records if row.kind is RecordKind.LOOK_ENDED}
    return sum(ended.get(look_id, run.now) - at for look_id, at in opened.items())


@pytest.mark.parametrize("cap_s", [0.0, 0.5, 2.0, 7.25, 30.0])
@pytest.mark.parametrize("at_desk", [LEAVES, scene((0, "agent")), scene((0, "dark"))])
def test_the_seconds_with_the_indicator_on_never_go_over_the_cap(cap_s: float, at_desk: object) -> None:
    run, _ = rehearse(at_desk, facts(indicator_s_per_shift=cap_s))  # type: ignore[arg-type]
    run.run(3000)
    assert seconds_open(run) == pytest.approx(run.session.spent.open_s)
    assert seconds_open(run) <= cap_s + 1e-6
    assert run.session.look is None or cap_s > seconds_open(run)


def test_a_look_is_cut_short_at_the_cap_and_the_log_says_why() -> None:
    run, _ = rehearse(LEAVES, facts(indicator_s_per_shift=4.5))
    run.run(3000)
    ended = [row for row in run.records if row.kind is RecordKind.LOOK_ENDED]
    assert ended[-1].data["why"] == "no_budget"
    assert sum(float(row.data["seconds"] or 0) for row in ended) == pytest.approx(4.5)
    skipped = [row.data["because"] for row in run.records if row.kind is RecordKind.LOOK_SKIPPED]
    assert skipped[-1] == "no_budget"


def test_looks_for_the_return_count_too() -> None:
    run, _ = rehearse(LEAVES, facts(indicator_s_per_shift=40.0))
    run.run(3000)
    reasons = {command.reason.value for _, command in run.commands if isinstance(command, OpenLook)}
    assert "returning" in reasons
    assert run.session.spent.open_s <= 40.0 + 1e-6


def test_a_look_that_is_asked_for_is_no_longer_than_what_is_left() -> None:
    run, _ = rehearse(LEAVES, facts(indicator_s_per_shift=3.5))
    run.run(3000)
    asked = [command.max_s for _, command in run.commands if isinstance(command, OpenLook)]
    assert max(asked) <= 3.5
    assert asked[-1] < asked[0]


@pytest.mark.parametrize("cap", [0, 1, 5, 12])
def test_the_frames_never_go_over_their_cap(cap: int) -> None:
    run, _ = rehearse(scene((0, "agent"), (60, "other")), facts(frames_per_shift=cap))
    run.run(2000)
    assert run.session.spent.frames == cap


def test_a_new_shift_has_its_own_budget() -> None:
    run, _ = rehearse(scene((0, "agent")), facts(indicator_s_per_shift=2.0))
    run.run(1000)
    assert run.session.spent.open_s == pytest.approx(2.0)
    run.facts = replace(run.facts, shift=ShiftNow("s2", 1000.0, 9000.0))
    run.take(FactsChanged(1000.0))
    run.run(1100)
    assert run.session.spent.shift_id == "s2"
    assert 0.0 < run.session.spent.open_s <= 2.0 + 1e-6


def test_a_shift_that_comes_back_has_not_got_its_budget_anew() -> None:
    run, _ = rehearse(scene((0, "agent")), facts(indicator_s_per_shift=2.0, frames_per_shift=6))
    run.run(1000)
    spent, first = run.session.spent, run.facts.shift
    for number in range(2, 5):
        run.facts = replace(run.facts, shift=ShiftNow(f"s{number}", 0.0, 50_000.0))
        run.take(FactsChanged(run.now))
        run.run(run.now + 100)
    run.facts = replace(run.facts, shift=first)
    run.take(FactsChanged(run.now))
    assert run.session.spent == spent
    assert run.session.look is None


def test_a_look_that_a_crash_ended_counts_with_all_that_it_may_have_been_open() -> None:
    run, _ = rehearse(scene((0, "agent")), facts(indicator_s_per_shift=1000.0))
    run.run(16.0)
    assert run.session.look is not None
    before = run.session.spent.open_s
    run.now = 5000.0
    run.take(Recovered(5000.0))
    assert run.session.look is None
    assert 5.0 <= run.session.spent.open_s - before <= 40.0


def test_the_budget_of_a_shift_is_kept_whenever_a_look_ends() -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.run(20.0)
    ended = next(row for row in run.records if row.kind is RecordKind.LOOK_ENDED)
    (row,) = unit_of(run.session, 1, [ended], PROFILE, "v", lambda _account: None).budgets
    spent = run.session.spent
    assert (row.agent_id, row.shift_id, row.ends_at) == ("ann", "s1", 50_000.0)
    assert (row.looks, row.frames, row.video_s) == (2, spent.frames, spent.open_s)
    assert row.video_s > 0
    assert unit_of(run.session, 1, [], PROFILE, "v", lambda _account: None).budgets == ()


def test_a_video_that_opens_late_finds_the_same_budget() -> None:
    policy: SitePolicy | None = facts(indicator_s_per_shift=2.0).policy
    run, _ = rehearse(scene((0, "agent")), replace(FACTS, policy=policy))
    run.send_at(500.0, VideoOpened(KEY, ZOOM, MEETING, 500.0, 500.0))
    run.run(1000)
    assert seconds_open(run) == pytest.approx(2.0)
