"""A look that comes to nothing is said to have, also where what it saw was undecided until then."""

from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import RecordKind, Wanted
from atdesk_sdk import CouldNotTell, VideoClosed, VideoOpened
from tests.core.session.desk import FACTS, GENESYS, KEY, MEETING, ZOOM, rehearse, scene

OUTCOMES = (RecordKind.FINDING, RecordKind.COULD_NOT_TELL)


def said(run: Rehearsal) -> list[object]:
    return [one.data["what"] for one in run.records if one.kind in OUTCOMES]


def nothing_comes() -> Rehearsal:
    """Every look of a meeting's video is refused."""

    def see(_look_id: str, _at: float, _wanted: Wanted) -> CouldNotTell:
        return CouldNotTell.NO_SIGNAL

    run = Rehearsal("ann", FACTS, see, Desk(GENESYS))
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    return run


def test_a_video_that_is_lost_while_its_newest_picture_decides_nothing_is_said() -> None:
    run, _ = rehearse(scene((0, "agent"), (20, "nobody")))
    at = 20.0
    run.run(at)
    assert set(said(run)) == {"present"}
    while not run.session.judge.verdict.undecided:
        at += 0.1
        run.run(at)
    assert said(run)[-1] == "present", "one picture of an empty chair after a gap is nothing yet"
    run.take(VideoClosed(KEY, CouldNotTell.NO_SIGNAL, at, at))
    assert said(run)[-1] == "no_signal"


def test_a_first_look_that_gives_no_picture_is_said_and_the_next_ones_are_the_same() -> None:
    run = nothing_comes()
    run.run(60.0)
    assert sum(one.kind is RecordKind.LOOK_ENDED for one in run.records) > 3
    assert said(run) == ["no_signal"]


def test_a_video_that_goes_before_any_look_leaves_nothing_to_say() -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.take(VideoOpened(KEY, ZOOM, None, 0.2, 0.2))
    run.take(VideoClosed(KEY, CouldNotTell.NO_SIGNAL, 0.4, 0.4))
    assert said(run) == []
