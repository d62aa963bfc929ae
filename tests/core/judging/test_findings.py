"""Who is there: present, absent, somebody else; thresholds to enter and to leave."""

import pytest
from pydantic import TypeAdapter, ValidationError

from atdesk_core.judging import JudgeState, JudgingRules, interrupt, suspicion, verdict
from atdesk_sdk.detector import Box, Face, MatchBand, Observation, Skipped
from atdesk_sdk.findings import CouldNotTell, FindingKind
from tests.core.judging.scripted import (
    BACK,
    BODY,
    EMPTY,
    FACE,
    MURKY,
    OTHER,
    PATTERN,
    RULES,
    SAME,
    SMALL,
    TINY,
    UNMATCHED,
    UNSURE,
    run,
    seen,
)

PRESENT, ABSENT, DIFFERENT = FindingKind.PRESENT, FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON


def test_one_match_is_present() -> None:
    said = verdict(run([SAME]))
    assert (said.finding, said.since, said.undecided) == (PRESENT, 1.0, False)


@pytest.mark.parametrize("somebody", [UNMATCHED, BODY, BACK])
def test_somebody_who_cannot_be_compared_is_present_after_two_frames(somebody: Observation) -> None:
    assert verdict(run([somebody])).finding is None
    said = verdict(run([somebody] * 2))
    assert (said.finding, said.since) == (PRESENT, 1.0)


@pytest.mark.parametrize("somebody", [BODY, BACK])
def test_bent_down_or_turned_away_is_present(somebody: Observation) -> None:
    assert verdict(run([SAME] * 3 + [somebody] * 20)).finding is PRESENT


def test_absent_is_dated_back_and_knows_when_it_was_decided() -> None:
    said = verdict(run([SAME] * 3 + [EMPTY] * 4))
    assert (said.finding, said.since, said.decided_at, said.confidence) == (ABSENT, 4.0, 7.0, 1.0)


def test_three_empty_frames_are_a_suspicion_and_no_finding() -> None:
    state = run([SAME] * 3 + [EMPTY] * 3)
    assert verdict(state).finding is PRESENT
    assert verdict(state).undecided
    assert suspicion(state) is ABSENT


def test_a_person_among_the_empty_frames_starts_the_count_anew() -> None:
    assert verdict(run([SAME, EMPTY, EMPTY, BODY, EMPTY, EMPTY])).finding is not ABSENT


def test_a_doubtful_shape_is_neither_somebody_nor_an_empty_seat() -> None:
    assert verdict(run([SAME] + [MURKY] * 4)).finding is PRESENT
    said = verdict(run([SAME] + [MURKY] * 5))
    assert (said.finding, said.reason, said.since) == (None, CouldNotTell.UNSURE, 2.0)


def test_one_doubtful_frame_in_five_does_not_hide_an_empty_seat() -> None:
    assert verdict(run([SAME, EMPTY, EMPTY, MURKY, EMPTY, EMPTY])).finding is ABSENT


def test_absent_ends_at_once_with_a_match_and_dates_the_return() -> None:
    said = verdict(run([EMPTY] * 6 + [SAME]))
    assert (said.finding, said.since) == (PRESENT, 7.0)


def test_a_single_shape_does_not_end_absent() -> None:
    assert verdict(run([EMPTY] * 6 + [BODY, EMPTY])).finding is ABSENT


def test_somebody_unmatched_does_not_return_as_the_agent() -> None:
    said = verdict(run([EMPTY] * 6 + [BACK] * 3))
    assert (said.finding, said.reason) == (None, CouldNotTell.FACE_HIDDEN)
    assert verdict(run([EMPTY] * 6 + [BODY] * 2)).finding is PRESENT, "nobody is enrolled here"


def test_who_is_back_under_a_template_that_cannot_be_read_is_not_enrolled() -> None:
    unread = seen(face=FACE, skipped=(Skipped("match", "enrolled with another encoder"),))
    said = verdict(run([EMPTY] * 6 + [unread] * 3))
    assert (said.finding, said.reason) == (None, CouldNotTell.NOT_ENROLLED)


def test_different_person_takes_three_matches_and_is_dated_back() -> None:
    assert verdict(run([SAME, OTHER, OTHER])).finding is PRESENT
    said = verdict(run([SAME, OTHER, OTHER, OTHER]))
    assert (said.finding, said.since, said.decided_at) == (DIFFERENT, 2.0, 4.0)


def test_a_face_that_was_not_compared_again_after_somebody_else_is_not_vouched_for() -> None:
    again = seen(face=FACE, skipped=(Skipped("match", "matched already"),))
    assert verdict(run([SAME, OTHER, OTHER, again])).undecided
    assert not verdict(run([SAME, OTHER, OTHER, again, SAME])).undecided


def test_an_isolated_other_is_a_suspicion_only() -> None:
    state = run([SAME, OTHER])
    assert suspicion(state) is DIFFERENT
    assert verdict(run([SAME, OTHER, SAME, OTHER, SAME, OTHER, SAME, OTHER])).finding is PRESENT


def test_doubt_is_never_somebody_else() -> None:
    assert verdict(run([SAME] + [UNSURE] * 30)).finding is PRESENT
    said = verdict(run([UNSURE] * 5))
    assert (said.finding, said.reason, said.undecided) == (None, CouldNotTell.UNSURE, False)


def test_doubt_ends_absent_because_somebody_is_there() -> None:
    assert verdict(run([EMPTY] * 5 + [UNSURE])).finding is None


@pytest.mark.parametrize(
    "face",
    [
        PATTERN,
        TINY,
        Face(FACE.box, 128, 0.9),
        Face(Box(0.4, 0.3, 0.2, 0.3, 0.9), 40, 0.0),
    ],
)
def test_only_a_real_large_frontal_face_may_be_somebody_else(face: Face) -> None:
    state = run([SAME] + [seen(face=face, band=MatchBand.OTHER)] * 10)
    assert verdict(state).finding is not DIFFERENT


def test_a_pattern_in_an_empty_room_is_not_somebody() -> None:
    faint = Face(Box(0.1, 0.1, 0.1, 0.1, 0.55), 64, 0.0)
    said = verdict(run([seen(face=faint, body=0.0)] * 6))
    assert said.finding is None


def test_somebody_else_leaves_by_two_matches_of_the_agent() -> None:
    there = [SAME] + [OTHER] * 4
    assert verdict(run([*there, SAME])).finding is DIFFERENT
    said = verdict(run([*there, SAME, SAME]))
    assert (said.finding, said.since) == (PRESENT, 6.0)


def test_a_face_not_compared_again_stays_somebody_elses_time() -> None:
    said = verdict(run([SAME] + [OTHER] * 4 + [UNMATCHED] * 2 + [SAME, SAME]))
    assert (said.finding, said.since) == (PRESENT, 8.0)


def test_somebody_else_who_turns_away_stays_somebody_else_for_a_while() -> None:
    state = run([SAME] + [OTHER] * 4 + [BACK] * 8)
    assert verdict(state).finding is DIFFERENT
    said = verdict(run([BACK] * 12, state=state, start=14.0))
    assert (said.finding, said.reason) == (None, CouldNotTell.FACE_HIDDEN)


def test_somebody_too_small_to_compare_is_not_vouched_for() -> None:
    assert verdict(run([SAME] + [SMALL] * 4)).finding is PRESENT
    assert verdict(run([SAME] + [SMALL] * 5)).reason is CouldNotTell.FACE_TOO_SMALL


def test_frames_closer_than_a_step_count_once_and_the_kinder_one() -> None:
    quick = run([EMPTY] * 12, step=0.1)
    assert verdict(quick).finding is None
    assert verdict(run([SAME, OTHER] * 10, step=0.1)).finding is PRESENT


def test_frames_out_of_order_are_ignored() -> None:
    state = run([SAME, SAME, SAME])
    assert run([EMPTY], state=state, start=1.5) == state


def test_two_visits_are_needed_where_the_slot_cannot_stay() -> None:
    rules = JudgingRules(visits_needed=2)
    first = run([SAME, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY], rules=rules, look_id="a")
    assert verdict(first).finding is PRESENT
    assert suspicion(first) is ABSENT
    elsewhere = interrupt(first, CouldNotTell.NOT_OUR_TURN, 6.5)
    second = run([EMPTY] * 3, state=elsewhere, start=30.0, rules=rules, look_id="b")
    assert verdict(second).finding is None
    said = verdict(run([EMPTY], state=second, start=33.0, rules=rules, look_id="b"))
    assert (said.finding, said.since) == (ABSENT, 30.0), "unseen time is never counted as observed"


def test_somebody_seen_between_two_visits_undoes_the_first() -> None:
    rules = JudgingRules(visits_needed=2)
    first = interrupt(run([EMPTY] * 5, rules=rules, look_id="a"), CouldNotTell.NOT_OUR_TURN, 6.0)
    second = interrupt(
        run([SAME], state=first, start=20.0, rules=rules, look_id="b"), CouldNotTell.NOT_OUR_TURN, 21.0
    )
    third = run([EMPTY] * 5, state=second, start=40.0, rules=rules, look_id="c")
    assert verdict(third).finding is not ABSENT


def test_an_old_visit_and_a_pause_do_not_count() -> None:
    rules = JudgingRules(visits_needed=2, visit_span_s=60.0)
    first = run([EMPTY] * 5, rules=rules, look_id="a")
    late = interrupt(first, CouldNotTell.NOT_OUR_TURN, 6.0)
    assert verdict(run([EMPTY] * 5, state=late, start=90.0, rules=rules, look_id="b")).finding is not ABSENT
    paused = interrupt(first, CouldNotTell.STREAM_PAUSED, 6.0)
    assert verdict(run([EMPTY] * 5, state=paused, start=20.0, rules=rules, look_id="b")).finding is not ABSENT


def test_the_state_survives_json() -> None:
    state = run([SAME] * 2 + [OTHER] * 3 + [EMPTY] * 2)
    adapter = TypeAdapter(JudgeState)
    text = adapter.dump_json(state)
    assert adapter.validate_json(text) == state
    assert len(text) < 2000


def test_a_verdict_is_a_finding_or_a_reason() -> None:
    for frames in ([SAME], [EMPTY] * 5, [UNSURE], [OTHER] * 4, [MURKY] * 6, []):
        said = verdict(run(frames))
        assert (said.finding is None) != (said.reason is None)


def test_a_match_that_was_made_before_keeps_the_person() -> None:
    again = seen(face=FACE, skipped=(Skipped("match", "matched already"),))
    assert verdict(run([SAME] + [again] * 20)).finding is PRESENT


def test_rules_refuse_what_cannot_work() -> None:
    with pytest.raises(ValidationError, match="absent_k is 6"):
        JudgingRules(absent_k=6)
    with pytest.raises(ValidationError, match="must not lie above"):
        JudgingRules(body_score=0.1)
    assert RULES.gap_s == 3.0
