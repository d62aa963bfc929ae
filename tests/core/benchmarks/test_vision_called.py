"""What an event was called is read from the document alone, edges apart."""

from typing import Any

import pytest
from benchmarks.vision import after
from benchmarks.vision.activity import alone, badly
from benchmarks.vision.called import (
    Seen,
    but,
    by_label,
    core,
    found,
    labelled,
    never,
    precision,
    seen,
    wrongly,
)
from benchmarks.vision.company import figures as company_figures
from benchmarks.vision.company import things_in_quiet, touches
from benchmarks.vision.material import MORE_PEOPLE
from benchmarks.vision.plays import Played

PHONE = {"label": "phone_in_hand", "start_s": 10.0, "end_s": 16.0, "photo": "a.jpg"}
NEAR = {"label": "second_person_near", "start_s": 20.0, "end_s": 30.0}
PASSING = {"label": "background_person", "start_s": 50.0, "end_s": 55.0}


def finding(kind: str, start_s: float, end_s: float, decided_s: float) -> dict[str, Any]:
    return {"kind": kind, "start_s": start_s, "end_s": end_s, "decided_s": decided_s, "confidence": 1.0}


def document(*findings: dict[str, Any]) -> dict[str, Any]:
    return {"duration_s": 3600.0, "cpu_s": 1.0, "findings": list(findings), "could_not_tell": [], "flags": []}


def one(label: str, *called: str, photo: str = "a.jpg") -> Seen:
    return Seen(label, photo, frozenset(), frozenset(called), frozenset(called), "present")


def test_the_core_of_an_event_leaves_a_frame_out_at_each_end() -> None:
    assert core(PHONE) == pytest.approx((11.05, 14.95))
    assert core({"start_s": 4.0, "end_s": 6.0, "label": "x"}) == (5.0, 5.0)


@pytest.mark.parametrize(
    ("start_s", "end_s", "decided_s", "called", "in_time"),
    [
        (10.0, 16.0, 13.0, True, True),  # as it was
        (10.0, 16.0, 17.0, True, True),  # known a frame after it was over
        (10.0, 16.0, 17.1, True, False),  # known too late
        (4.0, 11.0, 8.0, False, False),  # the photo before hangs over by a frame
        (4.0, 12.0, 8.0, True, True),  # ... by more
        (15.0, 22.0, 18.0, False, False),  # the photo after was dated back by a frame
    ],
)
def test_an_event_is_called_by_what_covers_its_core(
    start_s: float, end_s: float, decided_s: float, called: bool, in_time: bool
) -> None:
    told = seen("one", document(finding("phone", start_s, end_s, decided_s)), PHONE)
    assert ("phone" in told.called, "phone" in told.in_time) == (called, in_time)
    assert (told.label, told.photo, told.said) == ("phone_in_hand", "a.jpg", "")


def test_findings_may_stand_beside_each_other() -> None:
    both = document(finding("present", 0.0, 20.0, 1.0), finding("phone", 10.0, 16.0, 12.0))
    told = seen("one", both, PHONE)
    assert told.called == {"present", "phone"}
    assert told.said == "present"


def test_rates_are_of_the_events_with_the_label_alone() -> None:
    shown = [*([one("phone", "phone")] * 15), *([one("phone")] * 5), *([one("desk", "phone", photo="b")] * 2)]
    shown += [one("desk", photo="c")] * 38
    hits = found("found", shown, labelled("phone"), "phone", at_least=0.65)
    assert (hits.value, hits.n, hits.reached, hits.note) == (0.75, 20, True, "15 of 20; 1 different")
    false = wrongly("false", shown, but("phone"), "phone", at_most=0.03)
    assert (false.value, false.n, false.reached, false.note) == (0.05, 40, False, "2 of 40; 2 different")
    right = precision("right", shown, labelled("phone"), "phone")
    assert (right.n, right.note) == (17, "15 of 17; 2 different")
    assert right.shown == "not measurable"


def test_what_must_never_be_counts_from_the_first_time_on() -> None:
    shown = [one("mask", "absent", photo="m.jpg"), *([one("mask")] * 9)]
    count, bound = never("absent", shown, labelled("mask"), "absent")
    assert (count.value, count.n, count.reached, count.note) == (1, 10, False, "m.jpg 1")
    assert bound.value == pytest.approx(0.394, abs=1e-3)
    none, _ = never("absent", shown[1:], labelled("mask"), "absent")
    assert none.reached is True


def test_each_way_to_be_seen_badly_has_its_own_count_and_few_of_them_give_no_rate() -> None:
    shown = [
        one("from_behind", "absent"),
        *([one("from_behind")] * 19),
        one("asleep_at_desk", "different_person"),
    ]
    told = {row.what: row for row in after.figures(shown)}
    behind = told["from_behind after an enrolled agent, called absent"]
    assert (behind.value, behind.n) == (0.05, 20)
    asleep = told["asleep_at_desk after an enrolled agent, called different_person"]
    assert (asleep.shown, asleep.note) == ("not measurable", "1 of 1; 1 different")
    assert [row.n for row in badly(shown, "activity")] == [20, 1, 0, 0, 0]


def test_whoever_is_alone_in_a_photo_and_called_company_is_counted_apart_from_mislabelled_photos() -> None:
    company = Seen("eating", "b.jpg", frozenset({MORE_PEOPLE}), frozenset({"extra_person"}), frozenset(), "")
    shown = [company, one("eating", "extra_person"), *([one("drinking")] * 19)]
    shown += [
        one("second_person_near", "extra_person"),
        one("empty_room"),
        one("spoof_print", "extra_person"),
    ]
    known, labelled_so = alone(shown, "activity")
    assert (known.value, known.n) == (0.05, 20)
    assert (labelled_so.n, labelled_so.note) == (21, "2 of 21; 2 different")


def test_every_label_is_told_with_what_it_was_called() -> None:
    told = by_label([one("a", "phone"), one("a", photo="b.jpg"), one("b", "absent")])
    assert list(told) == ["a", "b"]
    assert (told["a"]["n"], told["a"]["different"], told["a"]["called"]) == (2, 2, {"phone": 1})


def test_company_is_found_while_there_and_a_passer_is_nobodys_business() -> None:
    kind = "extra_person"
    found_near = Played("a", [NEAR, PASSING], document(finding(kind, 20.5, 30.5, 24.0)))
    too_late = Played("b", [NEAR], document(finding(kind, 29.0, 33.0, 31.0)))
    flagged = Played("c", [PASSING], document(finding(kind, 51.0, 54.0, 54.0)))
    near, wait, passing, beyond, bound = company_figures([found_near, too_late, flagged])
    assert (near.note, wait.value, passing.note) == ("1 of 2", 4.0, "1 of 2")
    assert (beyond.value, beyond.note) == (2, "in 3.00 h")
    assert bound.value == pytest.approx(6.296 / 3, abs=1e-3)


def test_a_finding_that_only_borders_on_an_event_does_not_touch_it() -> None:
    said = document(finding("extra_person", 40.0, 50.0, 44.0))
    assert not touches(said, "extra_person", PASSING)
    assert touches(said, "extra_person", PASSING | {"start_s": 49.9})


def test_things_found_in_recordings_without_any_are_counted_an_hour() -> None:
    quiet = [Played("a", (), document(finding("phone", 1.0, 5.0, 3.0))), Played("b", (), document())]
    phone, phone_bound, food, *_ = things_in_quiet(quiet)
    assert (phone.value, phone.note, food.value) == (1, "in 2.00 h", 0)
    assert phone_bound.value == pytest.approx(4.7439 / 2, abs=1e-3)
