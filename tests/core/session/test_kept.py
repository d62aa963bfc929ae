"""A session that an earlier version kept goes on where it was: an update loses nothing."""

import json
from dataclasses import replace

import pytest

from atdesk_core.judging import Basis, BasisKind, Evidence
from atdesk_core.runtime.rehearsal import Desk, Rehearsal
from atdesk_core.session import FlagAnswered, RecordKind, Recovered, Session, UpdateFlag, dump, load
from atdesk_sdk import FindingKind, FlagStatus, LeadAction, NoticeKind, Presence, VideoOpened
from tests.core.session.desk import FACTS, GENESYS, KEY, MEETING, ZOOM, Scene, camera, scene
from tests.core.session.kept import kept_by_the_first_version, kept_by_the_second_version

SCENES = ("quiet", "about_to_be_away", "away_and_flagged")


def after_an_update(
    kept: Session, at_desk: Scene, presence: Presence, revision: str
) -> tuple[Rehearsal, Desk]:
    """The kept session, taken up ten seconds later by the version of today."""
    desk, again_at = Desk(GENESYS), kept.now + 10
    desk.state = replace(desk.state, presence=presence, revision=revision)
    run = Rehearsal("ann", FACTS, camera(at_desk), desk, start_at=again_at)
    run.session = kept
    run.take(Recovered(again_at))
    run.send_at(again_at + 1, VideoOpened(KEY, ZOOM, MEETING, again_at + 1, again_at + 1))
    return run, desk


@pytest.mark.parametrize("scene_of", SCENES)
def test_everything_that_was_kept_is_there(scene_of: str) -> None:
    was = json.loads(kept_by_the_first_version(scene_of))
    now = json.loads(dump(load(kept_by_the_first_version(scene_of))))
    episode = was.pop("episode")
    assert _holds(now, was)
    assert len(now["episodes"]) == (0 if episode is None else 1)
    assert episode is None or _holds(now["episodes"][0], episode)


def test_the_episode_goes_on_with_its_beginning() -> None:
    (episode,) = load(kept_by_the_first_version("about_to_be_away")).episodes
    assert (episode.kind, episode.since, episode.told_at) == (FindingKind.ABSENT, 61.0, 64.0)
    assert episode.confirm is not None
    assert load(kept_by_the_first_version("quiet")).episodes == ()


@pytest.mark.parametrize("scene_of", SCENES)
def test_what_was_brought_up_to_date_is_kept_as_any_other(scene_of: str) -> None:
    session = load(kept_by_the_first_version(scene_of))
    assert "episode" not in json.loads(dump(session))
    assert load(dump(session)) == session


def test_what_was_begun_before_the_update_ends_in_the_log_and_begins_anew_with_telling() -> None:
    kept = load(kept_by_the_first_version("about_to_be_away"))
    run, desk = after_an_update(kept, scene((0, "nobody")), Presence.AVAILABLE, "start")
    ended = [record.data for record in run.records if record.kind is RecordKind.EPISODE]
    assert [(data["what"], data["finding"]) for data in ended] == [("ended", "absent")]
    run.run(300)
    (told, notice), *_ = desk.notices
    assert notice.kind is NoticeKind.ABSENT
    ((away, presence),) = desk.states
    assert presence is Presence.AWAY
    assert away >= told + 30


def test_an_away_of_ours_is_taken_back_after_the_update_and_the_flag_waits_for_its_lead() -> None:
    kept = load(kept_by_the_first_version("away_and_flagged"))
    assert kept.claim is not None
    run, desk = after_an_update(kept, scene((0, "agent")), Presence.AWAY, kept.claim.revision)
    run.run(300)
    assert [presence for _, presence in desk.states] == [Presence.AVAILABLE]
    (was,), (flag,) = kept.flags, run.session.flags
    assert flag.returned_at is not None
    assert replace(flag, returned_at=None) == was
    assert run.session.flags[0].number == "OQTU52"


@pytest.mark.parametrize("scene_of", [*SCENES, "paused"])
def test_everything_that_the_second_version_kept_is_there(scene_of: str) -> None:
    was = kept_by_the_second_version(scene_of)
    session = load(was)
    kept = json.loads(was)
    assert session.paused_by == kept.pop("paused_by")  # as the pause that it was, kept with the others now
    assert _holds(json.loads(dump(session)), kept)
    assert load(dump(session)) == session
    assert (session.break_since, session.support_pause, session.spent.open_s) == (None, False, 0.0)


def test_who_was_paused_before_the_update_is_paused_after_it() -> None:
    kept = load(kept_by_the_second_version("paused"))
    assert kept.is_paused
    run, _ = after_an_update(kept, scene((0, "nobody")), Presence.AVAILABLE, "start")
    run.run(kept.now + 600)
    assert not [record for record in run.records if record.kind is RecordKind.LOOK_OPENED]


def test_a_flag_of_the_second_version_is_answered_as_any_other() -> None:
    kept = load(kept_by_the_second_version("away_and_flagged"))
    assert kept.claim is not None
    run, desk = after_an_update(kept, scene((0, "nobody")), Presence.AWAY, kept.claim.revision)
    (flag,) = kept.flags
    assert (flag.tries, flag.policy, flag.answered_by) == (1, "", "")
    run.take(FlagAnswered(flag.number, LeadAction.ACKNOWLEDGE, "as_shown", "lee", run.now))
    last = desk.flags[-1][1]
    assert isinstance(last, UpdateFlag)
    assert last.flag.status is FlagStatus.ACKNOWLEDGED


def test_a_look_that_was_open_at_the_update_is_charged_once() -> None:
    kept = load(kept_by_the_second_version("about_to_be_away"))
    assert kept.look is not None
    run, _ = after_an_update(kept, scene((0, "nobody")), Presence.AVAILABLE, "start")
    assert 10.0 <= run.session.spent.open_s <= 40.0


@pytest.mark.parametrize(
    "evidence",
    ["", "cell phone in 4 of 5 pictures, best score 0.31", Basis(BasisKind.SILENCE_AND_EMPTY_SEAT)],
)
def test_on_what_a_flag_rests_is_kept_and_words_of_an_earlier_version_stay_words(evidence: Evidence) -> None:
    session = load(kept_by_the_second_version("away_and_flagged"))
    session = replace(session, flags=tuple(replace(one, evidence=evidence) for one in session.flags))
    assert [one.evidence for one in load(dump(session)).flags] == [evidence]


def _holds(now: object, was: object) -> bool:
    """Whether all that was there is there, whatever was added since."""
    if isinstance(was, dict):
        return isinstance(now, dict) and all(_holds(now.get(name), was[name]) for name in was)
    if isinstance(was, list):
        return isinstance(now, list) and len(now) == len(was) and all(map(_holds, now, was))
    return now == was
