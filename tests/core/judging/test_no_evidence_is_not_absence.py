"""Promise 1: what could not be judged never becomes a finding, and gaps break the window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.judging import JudgingRules, begin, interrupt, suspicion, verdict
from atdesk_sdk.detector import Observation, Obstacle, Skipped
from atdesk_sdk.findings import CouldNotTell, FindingKind
from tests.core.judging.scripted import (
    CARRIED,
    CARRIED_FACE,
    COVERED,
    DARK,
    EMPTY,
    FACE,
    FROZEN,
    MURKY,
    OTHER,
    RULES,
    SAME,
    UNMATCHED,
    UNREADABLE,
    UNSURE,
    run,
    seen,
)

NOT_SEARCHED = seen()
MOVED = seen(body=0.0, moved=True)
USELESS = [DARK, COVERED, FROZEN, UNREADABLE, MOVED, CARRIED, NOT_SEARCHED, MURKY]
ANYTHING = [*USELESS, EMPTY, SAME, OTHER, UNSURE, UNMATCHED, CARRIED_FACE]
ACCUSING = {FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON}


def test_nothing_is_known_before_the_first_frame() -> None:
    said = verdict(begin(7.0))
    assert (said.finding, said.reason, said.since) == (None, CouldNotTell.NO_SIGNAL, 7.0)
    assert said.undecided


@pytest.mark.parametrize("useless", USELESS)
def test_frames_that_cannot_be_judged_never_become_absence(useless: Observation) -> None:
    state = run([SAME, *[useless] * 30])
    assert verdict(state).finding is not FindingKind.ABSENT


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        (Obstacle.TOO_DARK, CouldNotTell.TOO_DARK),
        (Obstacle.COVERED, CouldNotTell.COVERED),
        (Obstacle.FROZEN, CouldNotTell.FROZEN),
        (Obstacle.BLURRED, CouldNotTell.BLURRED),
        (Obstacle.UNREADABLE, CouldNotTell.NO_SIGNAL),
    ],
)
def test_a_run_of_obstacles_is_dated_back_to_its_first_frame(
    obstacle: Obstacle, reason: CouldNotTell
) -> None:
    said = verdict(run([SAME] * 3 + [seen(obstacle=obstacle)] * 4))
    assert (said.reason, said.since, said.decided_at) == (reason, 4.0, 5.0)


def test_one_obstacle_alone_changes_nothing() -> None:
    said = verdict(run([SAME] * 3 + [DARK]))
    assert said.finding is FindingKind.PRESENT
    assert said.undecided


def test_empty_frames_on_both_sides_of_an_obstacle_are_not_added() -> None:
    state = run([SAME, EMPTY, EMPTY, EMPTY, DARK, EMPTY])
    assert verdict(state).finding is not FindingKind.ABSENT


def test_evidence_from_before_a_gap_is_not_added() -> None:
    before = run([SAME, EMPTY, EMPTY, EMPTY])
    after = run([EMPTY, EMPTY, EMPTY], state=before, start=4.0 + 3.1)
    assert verdict(after).finding is not FindingKind.ABSENT
    assert suspicion(after) is FindingKind.ABSENT
    settled = run([EMPTY], state=after, start=10.1)
    assert verdict(settled).finding is FindingKind.ABSENT
    assert verdict(settled).since == pytest.approx(7.1)


def test_a_gap_within_the_rule_is_none() -> None:
    before = run([SAME, EMPTY, EMPTY, EMPTY])
    assert verdict(run([EMPTY], state=before, start=7.0)).finding is FindingKind.ABSENT


def test_nobody_counts_matches_across_a_gap_either() -> None:
    before = run([SAME, OTHER, OTHER])
    after = run([OTHER, OTHER], state=before, start=6.2)
    assert verdict(after).finding is not FindingKind.DIFFERENT_PERSON


def test_what_stood_before_a_gap_does_not_stand_after_it() -> None:
    before = run([SAME, SAME])
    said = verdict(run([DARK], state=before, start=60.0))
    assert (said.reason, said.since) == (CouldNotTell.NO_SIGNAL, 2.0)


def test_the_gap_of_the_rules_cannot_be_made_longer() -> None:
    with pytest.raises(ValueError, match="gap_s"):
        JudgingRules(gap_s=3.5)


@pytest.mark.parametrize(
    "reason", [CouldNotTell.STREAM_PAUSED, CouldNotTell.CAMERA_OFF, CouldNotTell.ADAPTER_DOWN]
)
def test_an_interruption_drops_the_evidence(reason: CouldNotTell) -> None:
    stopped = interrupt(run([SAME, EMPTY, EMPTY, EMPTY]), reason, 4.5)
    assert (verdict(stopped).reason, verdict(stopped).since) == (reason, 4.5)
    assert suspicion(stopped) is None
    assert verdict(run([EMPTY] * 3, state=stopped, start=5.0)).finding is not FindingKind.ABSENT


def test_nothing_moved_carries_present_on_for_a_few_seconds_only() -> None:
    carried = run([SAME] + [CARRIED_FACE] * 5)
    assert verdict(carried).finding is FindingKind.PRESENT
    said = verdict(run([CARRIED_FACE] * 2, state=carried, start=7.0))
    assert (said.finding, said.reason, said.undecided) == (None, CouldNotTell.UNSURE, True)


def test_nothing_moved_leaves_a_settled_absence() -> None:
    assert verdict(run([EMPTY] * 4 + [CARRIED] * 6)).finding is FindingKind.ABSENT


def test_a_moved_view_says_so_until_the_agent_is_seen() -> None:
    moved = run([SAME] + [MOVED] * 6)
    assert verdict(moved).reason is CouldNotTell.VIEW_MOVED
    there = seen(face=FACE, band=SAME.match.band if SAME.match else None, moved=True)
    assert verdict(run([there], state=moved, start=8.0)).finding is FindingKind.PRESENT


def test_a_body_search_that_did_not_run_is_not_an_empty_seat() -> None:
    skipped = seen(body=0.0, skipped=(Skipped("people", "nothing moved"),))
    assert verdict(run([SAME] + [skipped] * 8)).finding is not FindingKind.ABSENT


@given(
    st.lists(
        st.tuples(st.sampled_from(ANYTHING), st.sampled_from([0.2, 1.0, 2.0, 2.9, 3.2, 20.0])), max_size=40
    )
)
def test_absence_takes_enough_empty_frames_in_one_unbroken_window(
    steps: list[tuple[Observation, float]],
) -> None:
    state, now, empty, was = begin(0.0), 0.0, 0, False
    for frame, step in steps:
        now += step
        state = run([frame], state=state, start=now)
        if step > RULES.gap_s:
            empty = 0
        empty = empty + 1 if frame is EMPTY else empty if frame in (CARRIED, NOT_SEARCHED, MURKY) else 0
        is_absent = verdict(state).finding is FindingKind.ABSENT
        assert not (is_absent and not was) or empty >= RULES.absent_k
        was = is_absent


@given(
    st.lists(st.sampled_from([SAME, EMPTY, OTHER, UNSURE, UNMATCHED]), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from([DARK, COVERED, FROZEN, UNREADABLE])), max_size=8),
)
def test_obstacles_put_between_never_make_an_accusation(
    frames: list[Observation], obstacles: list[tuple[int, Observation]]
) -> None:
    mixed = list(frames)
    for place, obstacle in obstacles:
        mixed.insert(min(place, len(mixed)), obstacle)
    assert _accusations(mixed) <= _accusations(frames)


def _accusations(frames: list[Observation]) -> set[FindingKind]:
    state, said = begin(0.0), set()
    for number, frame in enumerate(frames):
        state = run([frame], state=state, start=1.0 + number)
        finding = verdict(state).finding
        if finding in ACCUSING and finding is not None:
            said.add(finding)
    return said
