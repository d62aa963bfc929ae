"""When a frame is measured by itself: where a judging begins that has no answer yet."""

from dataclasses import replace

from atdesk_core.judging import begin, interrupt
from atdesk_core.session import Session, wanted
from atdesk_sdk import CouldNotTell, FindingKind
from tests.core.session.desk import FACTS, rehearse, scene


def wants_fresh(session: Session) -> bool:
    return wanted(session, FACTS).fresh


def test_a_quiet_desk_is_not_measured_anew_frame_by_frame() -> None:
    run, _ = rehearse(scene((0, "agent")))
    run.run(20.0)
    assert not wants_fresh(run.session)


def test_before_anything_was_seen_and_after_a_gap_it_is() -> None:
    run, _ = rehearse(scene((0, "agent")))
    assert wants_fresh(run.session)
    run.run(20.0)
    session = replace(run.session, judge=interrupt(run.session.judge, CouldNotTell.CAMERA_OFF, 21.0))
    assert wants_fresh(session)


def test_what_is_about_to_be_done_is_confirmed_by_frames_of_their_own() -> None:
    run, _ = rehearse(scene((0, "agent"), (60, "nobody")))
    run.run(80.0)
    episode = run.session.episode(FindingKind.ABSENT)
    assert episode is not None
    assert not wants_fresh(run.session)
    assert wants_fresh(replace(run.session, episodes=(replace(episode, confirm=begin(80.0)),)))
