"""Whether the other side still answers."""

from atdesk_core.web.frames.timing import Timing
from atdesk_core.web.frames.watch import Watch

TIMING = Timing(ping_s=3.0, silent_s=8.0)


def test_nothing_is_asked_while_nothing_goes_on() -> None:
    watch = Watch(TIMING)
    assert watch.due_in(0.0) == float("inf")
    assert not watch.pings(1e6)
    assert not watch.is_silent(1e6)


def test_from_a_look_on_pings_go_out_and_silence_counts() -> None:
    watch = Watch(TIMING)
    watch.asked(100.0)
    assert watch.due_in(100.0) == 3.0
    assert not watch.pings(102.9)
    assert watch.pings(103.0)
    assert not watch.pings(103.1)
    assert watch.due_in(106.5) == 0.0
    assert not watch.is_silent(107.9)
    assert watch.is_silent(108.0)


def test_any_message_ends_the_silence() -> None:
    watch = Watch(TIMING)
    watch.asked(0.0)
    watch.heard(7.0, busy=True)
    assert not watch.is_silent(14.0)
    assert watch.pings(14.0)
    assert watch.is_silent(22.0)


def test_after_the_look_an_answer_brings_peace() -> None:
    watch = Watch(TIMING)
    watch.asked(0.0)
    assert watch.pings(3.0)
    watch.heard(3.1, busy=False)
    assert watch.due_in(4.0) == float("inf")


def test_looks_that_come_and_go_do_not_hide_that_nobody_answers() -> None:
    watch = Watch(TIMING)
    for second in range(8):
        watch.asked(float(second))
    assert watch.is_silent(8.0)
