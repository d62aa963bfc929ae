"""When this session opens a look, and whether it may."""

from dataclasses import dataclass, replace

from atdesk_core.judging import verdict
from atdesk_core.policy import Because, LookReason, Situation, may_open
from atdesk_core.session.commands import CloseLook, OpenLook, RecordKind
from atdesk_core.session.facts import Facts
from atdesk_core.session.sight import OF_THINGS
from atdesk_core.session.state import OpenedLook, Session, Spent, Video
from atdesk_core.session.turn import Turn
from atdesk_sdk import CouldNotTell, FindingKind, Meeting

# A verdict that no look has renewed for this many watch intervals is not believed any more.
STALE_INTERVALS = 4
# After a source refused, the next try; an event of the source asks sooner.
REFUSED_RETRY_S = 5.0


def permission(session: Session, facts: Facts, reason: LookReason, meeting: Meeting) -> Because:
    """May a frame be opened now? Asked before a look and before each of its frames."""
    return may_open(reason, _situation(session, facts, reason, meeting), facts.policy)


def frame_permission(session: Session, facts: Facts, look_id: str) -> Because:
    """The same for the next frame of a look; a look that is not the open one gets none."""
    look = session.look
    video = _video_of(session, look) if look and look.look_id == look_id else None
    if look is None or video is None:
        return Because.ERROR
    return permission(session, facts, look.reason, video.meeting)


def _situation(session: Session, facts: Facts, reason: LookReason, meeting: Meeting) -> Situation:
    return Situation(
        stopped=facts.stopped,
        identified=True,  # a video reaches a session only when it resolves to exactly this agent
        consent=facts.consent,
        paused=session.paused_by is not None,
        on_shift=facts.shift is not None and facts.shift.starts_at <= session.now < facts.shift.ends_at,
        presence=session.presence_at(facts.authority),
        away_is_ours=session.claim is not None,
        frames_left=_frames_left(session, facts, reason),
        meeting=meeting,
    )


def _frames_left(session: Session, facts: Facts, reason: LookReason) -> int:
    if facts.policy is None:
        return 0
    looks = facts.policy.looks
    if reason is LookReason.RETURNING:
        return looks.returning_frames_per_shift - session.spent.returning_frames
    return looks.frames_per_shift - session.spent.frames


def _video_of(session: Session, look: OpenedLook) -> Video | None:
    return next((video for video in session.videos if video.key == look.key), None)


CHECKED = OF_THINGS | {FindingKind.EXTRA_PERSON}

# While one of these stands, nothing is known of who is there.
_STREAM_REASONS = frozenset(
    {
        CouldNotTell.NO_SIGNAL,
        CouldNotTell.CAMERA_OFF,
        CouldNotTell.STREAM_PAUSED,
        CouldNotTell.NOT_OUR_TURN,
        CouldNotTell.PLATFORM_DOUBT,
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the next frame is to be measured for: what no rule asks for is not measured.

    Attributes:
        fresh: Search and compare it by itself, whatever the last frame gave.
        asked: What is looked for beside who is in the seat, now and then.
        urgent: Of that, what is in doubt or about to be acted on: looked for on this frame.
    """

    fresh: bool = False
    asked: frozenset[FindingKind] = frozenset()
    urgent: frozenset[FindingKind] = frozenset()


def wanted(session: Session, facts: Facts) -> Wanted:
    """What the next frame is to be measured for, by what the policy asks and what is in doubt."""
    policy = facts.policy
    if policy is None:
        return Wanted()
    asked = frozenset(kind for kind in CHECKED if policy.asks_for(kind))
    doubtful = {check.kind for check in session.judge.checks if check.doubtful} | session.confirming
    return Wanted(_wants_fresh(session), asked, asked & doubtful)


def _wants_fresh(session: Session) -> bool:
    """Vision leaves steps out that cannot change the answer.

    But a judging that begins anew, to confirm what is about to be done or after a gap, has no answer yet
    that could stay the same. And what is in doubt is searched and compared until it is decided: the judge
    counts frames closer than its step as one, so vision cannot know when there is enough.
    """
    now = verdict(session.judge)
    return bool(session.confirming) or now.undecided or now.reason in _STREAM_REASONS


def keep_looks(turn: Turn) -> None:
    """Close a look that is not allowed any more; open one that is due and allowed."""
    _new_shift(turn)
    _forget_stale(turn)
    if turn.session.look is not None:
        _close_if_forbidden(turn)
    if turn.session.look is not None:
        _close_if_decided(turn)
    if turn.session.look is None and turn.session.videos:
        _open_if_due(turn)


def _new_shift(turn: Turn) -> None:
    shift_id = turn.facts.shift.shift_id if turn.facts.shift else turn.session.spent.shift_id
    if shift_id != turn.session.spent.shift_id:
        turn.change(spent=Spent(shift_id=shift_id))


def _forget_stale(turn: Turn) -> None:
    seen_at = turn.session.seen_at
    if seen_at is not None and turn.now >= seen_at + stale_after_s(turn.facts):
        turn.change(seen_at=None)
        turn.lose_sight(CouldNotTell.NOT_OUR_TURN if turn.session.videos else CouldNotTell.NO_SIGNAL)


def stale_after_s(facts: Facts) -> float:
    """Seconds after the last frame in which its verdict still counts."""
    every = facts.policy.looks.watch_every_s if facts.policy else 15.0
    return max(60.0, STALE_INTERVALS * every)


def _close_if_forbidden(turn: Turn) -> None:
    look = turn.session.look
    assert look is not None  # noqa: S101  (the caller has looked)
    because = frame_permission(turn.session, turn.facts, look.look_id)
    if because is not Because.ALLOWED:
        close_look(turn, because)


def _close_if_decided(turn: Turn) -> None:
    """A look that was opened long because of a doubt ends as soon as the doubt is settled."""
    look, policy = turn.session.look, turn.facts.policy
    assert look is not None and policy is not None  # noqa: S101, PT018  (the look is still allowed)
    settled = not is_urgent(turn.session, turn.verdict.undecided)
    if settled and look.urgent and look.frames >= policy.looks.watch_frames:
        close_look(turn, "decided")
        turn.change(next_look_at=_next_look_at(turn, look, None))


def close_look(turn: Turn, why: str) -> None:
    """Stop the open look at once."""
    look = turn.session.look
    if look is None:
        return
    turn.do(CloseLook(look.look_id))
    turn.record(RecordKind.LOOK_ENDED, look_id=look.look_id, frames=look.frames, why=str(why))
    turn.change(look=None)


def _open_if_due(turn: Turn) -> None:
    reason = _due(turn)
    if reason is None:
        return
    video, because = _choose(turn, reason)
    if because is Because.ALLOWED:
        _open(turn, reason, video)
    else:
        _skip(turn, reason, because)


def _due(turn: Turn) -> LookReason | None:
    session, policy = turn.session, turn.facts.policy
    if turn.now < session.doubt_until:
        return None
    if policy and session.spent.random_done < sum(at <= turn.now for at in turn.facts.random_at):
        return LookReason.RANDOM
    if session.trigger is not None:
        return session.trigger
    if turn.now < session.next_look_at:
        return None
    return LookReason.RETURNING if session.claim else LookReason.WATCH


def _choose(turn: Turn, reason: LookReason) -> tuple[Video, Because]:
    """The first video that may be looked at; else the first one with what stands against it."""
    asked = [
        (video, permission(turn.session, turn.facts, reason, video.meeting)) for video in turn.session.videos
    ]
    return next((pair for pair in asked if pair[1] is Because.ALLOWED), asked[0])


def is_urgent(session: Session, undecided: bool) -> bool:
    """Something may be found that is not known yet; or something is about to be done about it."""
    doubtful = any(check.doubtful for check in session.judge.checks)
    return undecided or doubtful or bool(session.confirming)


def _open(turn: Turn, reason: LookReason, video: Video) -> None:
    assert turn.facts.policy is not None  # noqa: S101  (without a policy nothing is allowed)
    looks, seen = turn.facts.policy.looks, turn.verdict
    quiet = not is_urgent(turn.session, seen.undecided)
    look_id = turn.number("look")
    turn.do(
        OpenLook(
            look_id=look_id,
            reason=reason,
            key=video.key,
            max_frames=min(looks.watch_frames, looks.max_frames) if quiet else looks.max_frames,
            max_s=looks.max_s,
            interval_s=looks.alert_interval_s,
            may_be_absent=not quiet or seen.finding in (FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON),
        )
    )
    turn.record(
        RecordKind.LOOK_OPENED, look_id=look_id, reason=reason.value, policy=turn.facts.policy.version
    )
    turn.change(
        look=OpenedLook(look_id, reason, video.key, turn.now, urgent=not quiet),
        trigger=None,
        refusal="",
        spent=_draw_used(turn.session.spent, reason),
    )


def _draw_used(spent: Spent, reason: LookReason) -> Spent:
    """A random draw is used up by its look, and by a refusal: it is not made up for later."""
    return replace(spent, random_done=spent.random_done + 1) if reason is LookReason.RANDOM else spent


def _skip(turn: Turn, reason: LookReason, because: Because) -> None:
    """Log why there is no look: once for each change of the why, not at every try."""
    if turn.session.refusal != because.value:
        turn.record(RecordKind.LOOK_SKIPPED, reason=reason.value, because=because.value)
    every = turn.facts.policy.looks.watch_every_s if turn.facts.policy else 60.0
    turn.change(
        trigger=None,
        refusal=because.value,
        next_look_at=turn.now + max(every, 1.0),
        spent=_draw_used(turn.session.spent, reason),
    )


def look_over(turn: Turn, reason: CouldNotTell | None) -> None:
    """The source has ended the open look: when is the next one due?"""
    look = turn.session.look
    if look is None:
        return
    turn.record(
        RecordKind.LOOK_ENDED,
        look_id=look.look_id,
        frames=look.frames,
        why=reason.value if reason else "complete",
    )
    turn.change(look=None, next_look_at=_next_look_at(turn, look, reason))
    if reason is not None and reason not in (CouldNotTell.NOT_OUR_TURN, CouldNotTell.ENGINE_BUSY):
        turn.lose_sight(reason)


def _next_look_at(turn: Turn, look: OpenedLook, reason: CouldNotTell | None) -> float:
    looks = turn.facts.policy.looks if turn.facts.policy else None
    if looks is None or reason is not None:
        return turn.now + REFUSED_RETRY_S
    if is_urgent(turn.session, turn.verdict.undecided):
        return turn.now
    return look.opened_at + (looks.returning_every_s if turn.session.claim else looks.watch_every_s)
