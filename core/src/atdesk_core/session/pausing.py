"""The agent's own stop: a pause, with a reason only where the policy takes one, and a need that was a break.

There is no quota. What an agent typed is never in here: a session and the decision log know a category
at the most, and only one that the policy lists.
"""

from dataclasses import replace

from atdesk_core.policy import PauseReason, SitePolicy
from atdesk_core.session.commands import RecordKind
from atdesk_core.session.episodes import end_episode
from atdesk_core.session.flags import close_flag, forget_owed, replace_flag
from atdesk_core.session.looks import close_look
from atdesk_core.session.state import OpenFlag, Session, Stop
from atdesk_core.session.turn import Turn
from atdesk_core.session.words import back_at_work
from atdesk_core.session.writing import drop_claim
from atdesk_sdk import (
    AgentState,
    CouldNotTell,
    FindingKind,
    FlagStatus,
    PauseChanged,
    PausedBy,
    Presence,
    TurnedIntoBreak,
)

# What may have been just a need: nobody at the desk, and a keyboard that nobody used.
NEEDS = (FindingKind.ABSENT, FindingKind.INPUT_IDLE)
# Whose "it is over" ends a break that the agent spoke of: the agent's, or of who acts for the agent.
_OWN_WORD = (PausedBy.AGENT, PausedBy.SUPPORT)
LONGEST_TEXT = 500


def allowed_code(policy: SitePolicy | None, code: str | None) -> str | None:
    """The category of a pause, where the policy takes one and lists it; else None."""
    if policy is None or policy.pause.reason is PauseReason.NONE:
        return None
    return code if code in policy.pause.categories else None


def allowed_text(policy: SitePolicy | None, text: str | None) -> str | None:
    """What the agent typed, cut to a bounded length, where the policy takes text; else None."""
    if policy is None or policy.pause.reason is not PauseReason.TEXT:
        return None
    return (text or "").strip()[:LONGEST_TEXT] or None


def pause_changed(turn: Turn, event: PauseChanged) -> None:
    """A stop, or its end. Looks end with this very step, and no frame is opened any more."""
    turn.record(
        RecordKind.PAUSE,
        paused=event.paused,
        by=event.by.value,
        category=allowed_code(turn.facts.policy, event.reason_code) if event.paused else None,
    )
    if event.by is PausedBy.SUPPORT:
        turn.change(support_pause=event.paused)
    else:
        turn.change(stops=stops_after(turn.session, event))
    if event.paused:
        _stop_looking(turn)
        return
    turn.change(next_look_at=turn.now)
    if event.by in _OWN_WORD:
        turn.change(break_since=None)


def stops_after(session: Session, event: PauseChanged) -> tuple[Stop, ...]:
    """The pauses that stand after one more, or after the end of one.

    One platform does not lift what was asked for on another. The agent does, from wherever they say it, as
    far as it was their own.
    """
    if event.by is PausedBy.SUPPORT:
        return session.stops
    if event.paused:
        new = Stop(event.by, event.account)
        return (*(one for one in session.stops if one != new), new)
    return tuple(one for one in session.stops if not _lifts(event, one))


def _lifts(event: PauseChanged, stop: Stop) -> bool:
    own = event.by is PausedBy.AGENT and stop.by is PausedBy.AGENT
    return own or stop.account is None or stop.account == event.account


def keep_pause(turn: Turn, before: Session) -> None:
    """End a break with its shift; say on the open flags that the agent is paused, or no longer is."""
    began, shift = turn.session.break_since, turn.facts.shift
    if began is not None and shift is not None and began < shift.starts_at:
        turn.change(break_since=None)
    is_paused = _has_stopped(turn, turn.session)
    if is_paused != _has_stopped(turn, before) and (not is_paused or _by_choice(turn, before)):
        for flag in turn.session.flags:
            replace_flag(turn, replace(flag, paused_since=turn.now if is_paused else None))


def _has_stopped(turn: Turn, session: Session) -> bool:
    """Paused, or in an Away that is not ours."""
    away = session.presence_at(turn.facts.authority) is Presence.AWAY
    return session.is_paused or (away and session.claim is None and session.write is None)


def _by_choice(turn: Turn, before: Session) -> bool:
    """A pause is a choice; an Away is one when it came just now, and not when a claim of ours ran out."""
    old, new = before.state_of(turn.facts.authority), turn.session.state_of(turn.facts.authority)
    return turn.session.is_paused or (old is not None and new is not None and old.revision != new.revision)


def state_ends_break(turn: Turn, old: AgentState | None, new: AgentState) -> None:
    """Who puts themselves into a state of work again has ended the break."""
    policy = turn.facts.policy
    changed = old is not None and old.revision != new.revision
    if changed and policy is not None and new.presence in policy.looks.while_presence:
        turn.change(break_since=None)
        back_at_work(turn)


def turned_into_break(turn: Turn, event: TurnedIntoBreak) -> None:
    """It was just a need: the flag closes uncounted, and what goes on because of it ends."""
    flag = _flag_of(turn, event.flag_number)
    why = _why_not(turn, flag, event.flag_number)
    number = flag.number if flag is not None else event.flag_number
    what = "break" if why is None else "no_break"
    turn.record(RecordKind.PAUSE, what=what, number=number, why=why, by=PausedBy.AGENT.value)
    if why is None:
        goes_on = _goes_on(turn, flag)
        _close(turn, flag)
        if goes_on:
            turn.change(break_since=turn.now)
            _stop_looking(turn)


def _flag_of(turn: Turn, number: str | None) -> OpenFlag | None:
    if number is None:
        return turn.session.open_flag("absence")
    return next((one for one in turn.session.flags if one.number == number), None)


def _why_not(turn: Turn, flag: OpenFlag | None, number: str | None) -> str | None:
    """Why the click changes nothing; None when it does."""
    shift = turn.facts.shift
    if flag is None and (number is not None or not _stands(turn)):
        return "not_open"
    if flag is not None and flag.finding not in NEEDS:
        return "no_absence"
    if shift is None or (flag is not None and flag.raised_at < shift.starts_at):
        return "other_shift"
    return None


def _stands(turn: Turn) -> bool:
    return turn.session.claim is not None or turn.session.live_episode(FindingKind.ABSENT) is not None


def _goes_on(turn: Turn, flag: OpenFlag | None) -> bool:
    """Whether the agent is still away, as far as is known."""
    return _stands(turn) or (flag is not None and flag.returned_at is None)


def _close(turn: Turn, flag: OpenFlag | None) -> None:
    if flag is not None:
        close_flag(turn, flag, FlagStatus.WITHDRAWN, "break")
    owed = turn.session.owed
    if owed is not None and owed.finding in NEEDS:
        forget_owed(turn, "break")
    for kind in NEEDS:
        episode = turn.session.episode(kind)
        if episode is not None:
            end_episode(turn, episode, "break")
    if turn.session.claim is not None:
        drop_claim(turn, "break")  # the Away is the agent's own from now on


def _stop_looking(turn: Turn) -> None:
    close_look(turn, "paused")
    turn.lose_sight(CouldNotTell.STREAM_PAUSED)
