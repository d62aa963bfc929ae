"""Which frames are taken, and how a sender that sends others is told and in the end closed."""

from collections import Counter

import pytest

from atdesk_core.web.frames.allowance import Allowance, Pacing
from atdesk_core.web.frames.protocol import CloseCode, Closing, Drop, Header, pack
from atdesk_core.web.frames.taking import DROPS_AT_ONCE, Left, Taken, Taking
from tests.core.web.frames.pictures import claims, jpeg

PICTURE = jpeg()


def frame(look: int, seq: int, picture: bytes = PICTURE, width: int = 320, height: int = 240) -> bytes:
    return pack(Header(width, height, look, seq, seq * 1_000_000, len(picture))) + picture


@pytest.fixture
def taking() -> Taking:
    taking = Taking(Counter())
    taking.begin("a-look", fps=1.0, max_frames=3)
    return taking


def why(result: Taken | Left) -> Drop:
    assert isinstance(result, Left)
    return result.why


def test_a_frame_that_was_asked_for_is_taken(taking: Taking) -> None:
    assert taking.take(frame(1, 5), 10.0) == Taken("a-look", 5, PICTURE, 5.0)


def test_without_a_look_nothing_is_taken() -> None:
    taking = Taking(Counter())
    assert why(taking.take(frame(0, 1), 0.0)) is Drop.NO_LOOK
    assert why(taking.take(frame(1, 2), 0.0)) is Drop.NO_LOOK


def test_a_look_of_somebody_else_is_no_look_here(taking: Taking) -> None:
    assert why(taking.take(frame(2, 1), 0.0)) is Drop.NO_LOOK


def test_after_its_end_nothing_of_a_look_is_taken(taking: Taking) -> None:
    assert taking.end("a-look")
    assert not taking.is_looking
    assert why(taking.take(frame(1, 1), 0.0)) is Drop.ENDED
    assert not taking.end("a-look")


def test_looks_are_told_apart(taking: Taking) -> None:
    taking.end("a-look")
    number = taking.begin("another", fps=1.0, max_frames=1)
    assert why(taking.take(frame(1, 1), 0.0)) is Drop.ENDED
    taken = taking.take(frame(number, 2), 0.0)
    assert isinstance(taken, Taken)
    assert taken.look_id == "another"


def test_numbers_rise_and_what_is_left_out_is_counted() -> None:
    counts: Counter[str] = Counter()
    taking = Taking(counts)
    taking.begin("a-look", fps=1.0, max_frames=9)
    assert isinstance(taking.take(frame(1, 4), 0.0), Taken)
    assert why(taking.take(frame(1, 4), 1.0)) is Drop.REPEATED
    assert why(taking.take(frame(1, 3), 2.0)) is Drop.REPEATED
    assert isinstance(taking.take(frame(1, 8), 3.0), Taken)
    assert counts == {"dropped_repeated": 2, "left_out": 3}


def test_no_more_than_the_look_asked_for(taking: Taking) -> None:
    assert all(isinstance(taking.take(frame(1, n), float(n)), Taken) for n in range(3))
    assert why(taking.take(frame(1, 3), 9.0)) is Drop.BEYOND


def test_a_frame_may_be_early_by_half_an_interval(taking: Taking) -> None:
    assert isinstance(taking.take(frame(1, 0), 0.0), Taken)
    assert why(taking.take(frame(1, 1), 0.4)) is Drop.TOO_EARLY
    assert isinstance(taking.take(frame(1, 2), 0.6), Taken)


def test_the_pace_as_a_whole_is_kept() -> None:
    pacing = Pacing(1.0)
    taken = sum(pacing.take(tenth / 10) for tenth in range(101))
    assert 10 <= taken <= 12


def test_the_server_sets_another_pace(taking: Taking) -> None:
    taking.pace(10.0)
    assert isinstance(taking.take(frame(1, 0), 0.0), Taken)
    assert isinstance(taking.take(frame(1, 1), 0.1), Taken)


@pytest.mark.parametrize(
    ("picture", "size", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), (320, 240), Drop.NOT_A_JPEG),
        (b"", (320, 240), Drop.NOT_A_JPEG),
        (b"\xff\xd8\xff", (320, 240), Drop.NOT_A_JPEG),
        (PICTURE[: len(PICTURE) // 2], (320, 240), Drop.NOT_A_JPEG),
        (PICTURE, (321, 240), Drop.SIZE),
        (claims(PICTURE, 1400, 240), (1400, 240), Drop.SIZE),
        (claims(PICTURE, 60_000, 60_000), (320, 240), Drop.NOT_A_JPEG),
        (claims(PICTURE, 60_000, 60_000), (60_000, 60_000), Drop.SIZE),
        (claims(PICTURE, 8, 8), (8, 8), Drop.NOT_A_JPEG),
    ],
    ids=["png", "empty", "three-bytes", "cut-off", "other-size", "too-wide", "bomb", "bomb-told", "tiny"],
)
def test_what_is_no_picture_of_a_camera_is_not_taken(
    taking: Taking, picture: bytes, size: tuple[int, int], expected: Drop
) -> None:
    assert why(taking.take(frame(1, 1, picture, *size), 0.0)) is expected


def test_a_wrong_picture_does_not_use_up_the_turn_of_the_next(taking: Taking) -> None:
    taking.take(frame(1, 1, b"no"), 0.0)
    assert isinstance(taking.take(frame(1, 2), 0.1), Taken)


def test_too_many_frames_that_nobody_asked_for_close(taking: Taking) -> None:
    taking.end("a-look")
    for seq in range(DROPS_AT_ONCE):
        taking.take(frame(1, seq), 0.0)
    with pytest.raises(Closing) as caught:
        taking.take(frame(1, 99), 0.0)
    assert caught.value.code is CloseCode.TOO_FAST


def test_a_few_now_and_then_do_not(taking: Taking) -> None:
    taking.end("a-look")
    for seq in range(200):
        taking.take(frame(1, seq), seq * 0.5)


def test_an_allowance_is_saved_up_to_its_bound() -> None:
    allowance = Allowance(2, 1.0)
    assert [allowance.spend(0.0) for _ in range(3)] == [True, True, False]
    assert [allowance.spend(100.0) for _ in range(3)] == [True, True, False]
    assert allowance.spend(101.0)
