"""What falls due by the mere passing of time: one timer for all of it."""

from atdesk_core.session import shadow, words
from atdesk_core.session.commands import WakeAt
from atdesk_core.session.episodes import CONFIRM_LEAD_S, times_due
from atdesk_core.session.looks import stale_after_s
from atdesk_core.session.permitting import must_end_at
from atdesk_core.session.sight import idle_since
from atdesk_core.session.turn import Turn


def set_timer(turn: Turn) -> None:
    """Ask for the one timer that this session needs next, if it is another one than before."""
    wake_at = min((at for at in _times(turn) if at > turn.now), default=None)
    if wake_at != turn.session.wake_at:
        turn.change(wake_at=wake_at)
        turn.do(WakeAt(wake_at))


def _times(turn: Turn) -> list[float]:
    """Everything that falls due by the mere passing of time."""
    session = turn.session
    times = [flag.expires_at for flag in session.flags]
    times += shadow.times(turn)
    times += words.times(turn)
    times += turn.facts.random_at
    times.append(session.doubt_until)
    if session.claim is not None:
        times += [session.claim.expires_at, session.claim.retry_at]
    if session.videos and session.look is None:
        times.append(session.next_look_at)
    if session.look is not None:
        times.append(must_end_at(session.look, turn))
    if session.seen_at is not None:
        times.append(session.seen_at + stale_after_s(turn.facts))
    if turn.facts.shift is not None:
        times += [turn.facts.shift.starts_at, turn.facts.shift.ends_at]
    for due in times_due(turn):
        times += [due - CONFIRM_LEAD_S, due]
    silent_since = idle_since(session, turn.facts.idle_accounts)
    if silent_since is not None and turn.facts.policy is not None:
        times.append(silent_since + turn.facts.policy.input_idle.idle_s)
    return times
