"""What a replay said is compared with the timeline as the issue words it."""

from typing import Any

import pytest
from benchmarks.scoring import Score, add, said_at

AWAY = {"label": "away", "start_s": 10.0, "end_s": 25.0}
OTHER = {"label": "other_person", "start_s": 40.0, "end_s": 50.0}
DARK = {"label": "dark", "start_s": 60.0, "end_s": 70.0}


def finding(kind: str, start_s: float, end_s: float, decided_s: float) -> dict[str, Any]:
    return {"kind": kind, "start_s": start_s, "end_s": end_s, "decided_s": decided_s, "confidence": 1.0}


def document(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    empty = {"duration_s": 100.0, "cpu_s": 1.0, "could_not_tell": [], "flags": []}
    return empty | {"findings": list(findings)} | more


def score(said: dict[str, Any], *events: dict[str, Any], hurried: dict[str, Any] | None = None) -> Score:
    result = Score()
    add(result, "one", said, events, hurried)
    return result


def test_away_counts_beyond_the_first_five_seconds_and_what_was_known_only_from_the_decision() -> None:
    found = score(document(finding("absent", 12.0, 25.5, 17.0)), AWAY)
    assert (found.away_s, found.away_covered_s, found.away_known_s) == (10.0, 10.0, 8.0)
    assert found.decided_after_s == [7.0]
    assert found.false_absent == []


def test_an_absence_that_nobody_found_counts_as_missed() -> None:
    found = score(document(), AWAY)
    assert (found.aways, found.away_s, found.away_covered_s, found.decided_after_s) == (1, 10.0, 0.0, [])


@pytest.mark.parametrize(
    ("start_s", "end_s", "false"),
    [(11.0, 25.0, False), (9.0, 26.0, False), (8.0, 25.0, True), (11.0, 27.0, True), (30.0, 35.0, True)],
)
def test_a_finding_is_false_unless_it_lies_in_an_event_of_its_kind(
    start_s: float, end_s: float, false: bool
) -> None:
    absent = score(document(finding("absent", start_s, end_s, start_s)), AWAY)
    other = score(document(finding("different_person", start_s, end_s, start_s)), AWAY)
    assert bool(absent.false_absent) is false
    assert len(other.false_other) == 1


def test_somebody_else_has_to_be_found_within_six_seconds() -> None:
    in_time = score(document(finding("different_person", 41.0, 50.0, 46.0)), OTHER)
    late = score(document(finding("different_person", 41.0, 50.0, 46.5)), OTHER)
    short = score(document(), OTHER | {"end_s": 47.9})
    assert (in_time.others, in_time.others_late) == (1, [])
    assert (late.others_found_after_s, len(late.others_late)) == ([6.5], 1)
    assert (short.others, short.others_late) == (0, [])


def test_a_blocked_stretch_is_right_by_its_reason_at_its_end() -> None:
    dark = [{"reason": "too_dark", "start_s": 62.0, "end_s": 70.0}]
    right = score(document(could_not_tell=dark), DARK)
    wrong = score(document(could_not_tell=[dark[0] | {"reason": "covered"}]), DARK)
    none = score(document(finding("present", 0.0, 100.0, 1.0)), DARK)
    assert [one.blocked[0].right for one in (right, wrong, none)] == [True, False, False]
    assert none.blocked[0].said == "present"


def test_flags_are_counted_where_they_were_raised() -> None:
    flags = [{"kind": "absent", "raised_s": at, "told_agent_s": at} for at in (20.0, 65.0)]
    found = score(document(), DARK, hurried=document(flags=flags))
    assert (found.blocked[0].flags, found.flags) == (1, {"absent": 2})


def test_what_held_at_a_time_is_the_newest() -> None:
    said = document(finding("present", 0.0, 10.0, 1.0), finding("absent", 10.0, 20.0, 14.0))
    assert (said_at(said, 9.0), said_at(said, 10.0), said_at(said, 21.0)) == ("present", "absent", "")


def test_what_stands_beside_the_seat_does_not_hide_who_is_in_it() -> None:
    said = document(finding("present", 0.0, 20.0, 1.0), finding("phone", 10.0, 20.0, 12.0))
    assert said_at(said, 15.0) == "present"
