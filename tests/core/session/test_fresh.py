"""When a frame is measured by itself: where a judging begins that has no answer yet."""

from dataclasses import replace

import pytest

from atdesk_core.judging import begin, interrupt, verdict
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import Session, Wanted, wanted
from atdesk_sdk import CouldNotTell, FindingKind, Observation, Skipped, VideoOpened
from tests.core.session.desk import FACTS, GENESYS, KEY, MEETING, POLICY, ZOOM, observation, rehearse, scene


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


@pytest.mark.parametrize("who", ["nobody", "other"])
def test_what_is_in_doubt_is_measured_until_it_is_decided(who: str) -> None:
    """Vision stops comparing and searching after a few pictures; here they come faster than they count."""
    at_desk, repeated = scene((0, "agent"), (60, who)), 0

    def see(look_id: str, at: float, wanted: Wanted) -> Observation:
        nonlocal repeated
        what = at_desk(at)
        repeated = 0 if what == "agent" or wanted.fresh else repeated + 1
        seen = observation(what, look_id, at)
        return carried(seen) if repeated > 3 else seen

    run = Rehearsal("ann", QUICK, see, Desk(GENESYS))
    run.send_at(1.0, VideoOpened(KEY, ZOOM, MEETING, 1.0, 1.0))
    run.run(70.0)
    assert verdict(run.session.judge).finding is FOUND[who]


LOOKS = POLICY.looks.model_copy(update={"alert_interval_s": 0.5, "watch_every_s": 3.0})
QUICK = replace(FACTS, policy=POLICY.model_copy(update={"looks": LOOKS}))
FOUND = {"nobody": FindingKind.ABSENT, "other": FindingKind.DIFFERENT_PERSON}


def carried(seen: Observation) -> Observation:
    """The same picture as vision tells it once nothing new can come of it."""
    if seen.faces:
        return replace(seen, match=None, skipped=(Skipped("match", "matched already"),))
    return replace(seen, people=None, skipped=(Skipped("faces", "nothing moved"),))
