"""When this session opens a look, and when it closes one."""

from dataclasses import replace

from atdesk_core.looking import LATE_S
from atdesk_core.policy import Because, LookReason, LookRules
from atdesk_core.session.commands import CloseLook, LookSource, OpenLook, RecordKind
from atdesk_core.session.facts import Facts
from atdesk_core.session.permitting import charge, frame_permission, permission, seconds_left, video_of
from atdesk_core.session.state import OpenedLook, Session, Spent, Video
from atdesk_core.session.turn import Turn
from atdesk_sdk import CouldNotTell, FindingKind

# A verdict that no look has renewed for this many watch intervals is not believed any more.
STALE_INTERVALS = 4
# After a source refused, the next try; an event of the source asks sooner.
REFUSED_RETRY_S = 5.0
# So many earlier shifts are remembered with what they have spent.
SHIFTS_KEPT = 4


def keep_looks(turn: Turn) -> None:
    """Close a look that is not allowed any more; open one that is due and allowed."""
    _forget_stale(turn)
    _pass_draws(turn)
    if turn.session.look is not None:
        _close_if_forbidden(turn)
    if turn.session.look is not None:
        _close_if_decided(turn)
    if turn.session.look is None and turn.session.videos:
        _open_if_due(turn)


def begin_shift(turn: Turn) -> None:
    """A shift that was not there before begins with budgets of its own, and what comes now is its own."""
    shift, spent = turn.facts.shift, turn.session.spent
    if shift is None or shift.shift_id == spent.shift_id:
        return
    known = {one.shift_id: one for one in turn.session.spent_before}
    # A shift that was moved and moved back has not got its budget anew.
    again = known.pop(shift.shift_id, None)
    before = (spent, *known.values()) if spent.shift_id else tuple(known.values())
    turn.change(
        spent=again or Spent(shift_id=shift.shift_id, ends_at=shift.ends_at),
        spent_before=before[:SHIFTS_KEPT],
        dark_meetings=(),  # of meetings of yesterday nobody may ever say that they are over
    )


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
    _end(turn, look, str(why))


def _end(turn: Turn, look: OpenedLook, why: str) -> None:
    open_s = charge(turn, look)
    turn.record(
        RecordKind.LOOK_ENDED, look_id=look.look_id, frames=look.frames, why=why, seconds=round(open_s, 3)
    )
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


def _pass_draws(turn: Turn) -> None:
    """A random draw whose moment has passed is used up: a look later would not be the one that was drawn."""
    spent = turn.session.spent
    missed = sum(at < turn.now - LATE_S for at in turn.facts.random_at)
    if missed > spent.random_done:
        turn.change(spent=replace(spent, random_done=missed))


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
    """The first video that may be looked at; else the first one with what stands against it.

    A meeting that is running anyway goes before the agent's own page.
    """
    videos = sorted(turn.session.videos, key=lambda video: video.meeting is None)
    asked = [(video, permission(turn.session, turn.facts, reason, video)) for video in videos]
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
    _change_source(turn, video)
    source = LookSource.PAGE if video.meeting is None else LookSource.MEETING
    turn.do(
        OpenLook(
            look_id=look_id,
            reason=reason,
            key=video.key,
            max_frames=min(looks.watch_frames, looks.max_frames) if quiet else looks.max_frames,
            max_s=min(looks.max_s, seconds_left(turn.session, turn.facts, turn.now)),
            interval_s=looks.alert_interval_s,
            may_be_absent=not quiet or seen.finding in (FindingKind.ABSENT, FindingKind.DIFFERENT_PERSON),
            source=source,
            page_must_show=video.meeting is None or not video.meeting.people_told,
        )
    )
    turn.record(
        RecordKind.LOOK_OPENED,
        look_id=look_id,
        reason=reason.value,
        source=source.value,
        policy=turn.facts.policy.version,
    )
    turn.change(
        look=OpenedLook(look_id, reason, video.key, turn.now, urgent=not quiet),
        trigger=None,
        refusal="",
        spent=_draw_used(replace(turn.session.spent, looks=turn.session.spent.looks + 1), reason),
    )


def _change_source(turn: Turn, video: Video) -> None:
    """What one camera saw is never added to what another one sees."""
    before = turn.session.looked_at
    if before is not None and before != video.key:
        turn.lose_sight(CouldNotTell.NOT_OUR_TURN)
    turn.change(looked_at=video.key)


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
    _end(turn, look, reason.value if reason else "complete")
    turn.change(next_look_at=_next_look_at(turn, look, reason))
    if reason is not None and reason not in (CouldNotTell.NOT_OUR_TURN, CouldNotTell.ENGINE_BUSY):
        turn.lose_sight(reason)


def _next_look_at(turn: Turn, look: OpenedLook, reason: CouldNotTell | None) -> float:
    looks = turn.facts.policy.looks if turn.facts.policy else None
    if looks is None:
        return turn.now + REFUSED_RETRY_S
    if reason is not None:
        return turn.now + _retry_s(turn, look, looks)
    if is_urgent(turn.session, turn.verdict.undecided):
        return turn.now
    return look.opened_at + (looks.returning_every_s if turn.session.claim else looks.watch_every_s)


def _retry_s(turn: Turn, look: OpenedLook, looks: LookRules) -> float:
    """A page that refused is asked again at the next watch look: its indicator goes up at each try."""
    video = video_of(turn.session, look)
    of_page = video is not None and video.meeting is None
    return max(REFUSED_RETRY_S, looks.watch_every_s) if of_page else REFUSED_RETRY_S
