"""May the next frame of this session be opened, and how much of the shift's budgets is left."""

from dataclasses import replace

from atdesk_core.policy import (
    Because,
    LookReason,
    Situation,
    may_enrol,
    may_open,
    may_open_anywhere,
    may_test,
)
from atdesk_core.session.facts import Facts
from atdesk_core.session.state import OpenedLook, Session, Video
from atdesk_core.session.turn import Turn
from atdesk_sdk import Interaction, Presence

# Seconds below which a budget of seconds is used up: sums of floats do not meet their bound exactly.
NOTHING_S = 1e-6
# What the agent's page said counts for so long: it answers at least every five seconds.
PAGE_ANSWER_S = 10.0
# A look that a crash ended was open for no longer than this beside its own length: the wait for its turn.
TURN_S = 30.0


def permission(session: Session, facts: Facts, reason: LookReason, video: Video) -> Because:
    """May a frame be opened now? Asked before a look and before each of its frames."""
    return _permission(session, facts, reason, video, session.now)


def permission_anywhere(session: Session, facts: Facts, reason: LookReason) -> Because:
    """The same apart from where the pictures would come from."""
    situation = _situation(session, facts, reason, None, session.now)
    return may_open_anywhere(reason, situation, facts.policy)


def self_test_permission(session: Session, facts: Facts) -> Because:
    """May the agent's own test picture be measured now?"""
    return may_test(_situation(session, facts, LookReason.SELF_TEST, None, session.now), facts.policy)


def enrolment_permission(session: Session, facts: Facts) -> Because:
    """May pictures of the agent's be measured for a template now, and may one be made?"""
    return may_enrol(_situation(session, facts, LookReason.SELF_TEST, None, session.now), facts.policy)


def _permission(session: Session, facts: Facts, reason: LookReason, video: Video, now: float) -> Because:
    return may_open(reason, _situation(session, facts, reason, video, now), facts.policy)


def frame_permission(session: Session, facts: Facts, look_id: str, now: float | None = None) -> Because:
    """The same for the next frame of a look; a look that is not the open one gets none.

    Args:
        session: As it is.
        facts: Of the world, now.
        look_id: Whose frame.
        now: Engine's clock, where it is later than the session's last event.
    """
    look = session.look
    video = video_of(session, look) if look and look.look_id == look_id else None
    if look is None or video is None:
        return Because.ERROR
    at = session.now if now is None else max(now, session.now)
    return _permission(session, facts, look.reason, video, at)


def _situation(
    session: Session, facts: Facts, reason: LookReason, video: Video | None, now: float
) -> Situation:
    return Situation(
        stopped=facts.stopped,
        identified=video is None or _is_theirs(video, facts),
        consent=facts.consent,
        paused=session.is_paused,
        on_shift=facts.shift is not None and facts.shift.starts_at <= now < facts.shift.ends_at,
        presence=session.presence_at(facts.authority),
        away_is_ours=session.claim is not None,
        frames_left=_frames_left(session, facts, reason, now),
        meeting=video.meeting if video is not None else None,
        met=facts.met,
        lapsed=facts.lapsed,
        policy_signed=facts.policy_signed,
        in_meeting=in_meeting(session),
        in_call=session.in_call,
        page_answers=page_answers(facts, now),
        authority_silent=facts.authority_silent,
    )


def _is_theirs(video: Video, facts: Facts) -> bool:
    """Whether the account that it came with still is the agent's: it was when the video came."""
    return facts.accounts is None or video.account in facts.accounts


def in_meeting(session: Session) -> bool:
    """Whether the agent is, or may be, in a meeting, by any account and by any video."""
    by_video = any(video.meeting is not None for video in session.videos) or bool(session.dark_meetings)
    return by_video or any(
        state.interaction is Interaction.MEETING or state.presence is Presence.MEETING
        for state in session.words
    )


def page_answers(facts: Facts, now: float) -> bool:
    """Whether the agent's own page is open and has answered just now: it can show that a look is on."""
    answered_at = facts.page_answered_at
    return answered_at is not None and now - answered_at <= PAGE_ANSWER_S


def _frames_left(session: Session, facts: Facts, reason: LookReason, now: float) -> int:
    """None are left once the seconds are used up: whatever the reason, the indicator is on."""
    if facts.policy is None or seconds_left(session, facts, now) <= NOTHING_S:
        return 0
    looks = facts.policy.looks
    if reason is LookReason.RETURNING:
        return looks.returning_frames_per_shift - session.spent.returning_frames
    return looks.frames_per_shift - session.spent.frames


def seconds_left(session: Session, facts: Facts, now: float) -> float:
    """Seconds for which a look may still be open in this shift; the open one has used some of them."""
    if facts.policy is None:
        return 0.0
    running_s = now - session.look.opened_at if session.look else 0.0
    return facts.policy.looks.indicator_s_per_shift - session.spent.open_s - running_s


def must_end_at(look: OpenedLook, turn: Turn) -> float:
    """When the open look has used up the seconds of the shift."""
    cap_s = turn.facts.policy.looks.indicator_s_per_shift if turn.facts.policy else 0.0
    return look.opened_at + cap_s - turn.session.spent.open_s


def charge(turn: Turn, look: OpenedLook, most_s: float = float("inf")) -> float:
    """Count the time that a look was open against the shift's budget.

    Args:
        turn: Under way.
        look: That ends now.
        most_s: It was open no longer than this.

    Returns:
        Seconds that it was open.
    """
    open_s = min(turn.now - look.opened_at, most_s)
    turn.change(spent=replace(turn.session.spent, open_s=turn.session.spent.open_s + open_s))
    return open_s


def charge_lost(turn: Turn) -> None:
    """A look that a crash ended: nobody knows when, so it counts with all that it may have been open."""
    look, policy = turn.session.look, turn.facts.policy
    if look is not None:
        charge(turn, look, TURN_S + (policy.looks.max_s if policy else 0.0))
        turn.change(look=None)


def video_of(session: Session, look: OpenedLook) -> Video | None:
    """The video that a look looks at; None when it is gone."""
    return next((video for video in session.videos if video.key == look.key), None)
