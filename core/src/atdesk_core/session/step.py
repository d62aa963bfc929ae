"""One agent: an event in, commands out. Pure: no I/O, no clock and no random of its own.

An event first changes what the session knows; then the session settles: it closes and opens looks,
goes on with what a finding leads to, keeps claims and flags, and asks for one timer. So the order of
events matters only through what is known, and a replay gives the same commands, bit for bit.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from atdesk_core.judging import observe
from atdesk_core.policy import LookReason
from atdesk_core.session.answers import flag_answered, flag_disputed
from atdesk_core.session.commands import Command, RecordKind
from atdesk_core.session.episodes import (
    doubt,
    end_episode,
    keep_episodes,
    notice_disputed,
    notice_settled,
)
from atdesk_core.session.facts import Facts
from atdesk_core.session.findings_log import log_checks, log_verdict
from atdesk_core.session.flags import close_flag, keep_flags
from atdesk_core.session.hints import keep_hints
from atdesk_core.session.inputs import (
    ClockJumped,
    FactsChanged,
    FlagAnswered,
    FlagDisputed,
    FrameDropped,
    Input,
    InputUnknown,
    LookEnded,
    NoticeDisputed,
    NoticeSettled,
    Observed,
    Recovered,
    StormDeclared,
    Woke,
    WriteSettled,
    time_of,
)
from atdesk_core.session.looks import begin_shift, close_look, keep_looks, look_over
from atdesk_core.session.pausing import keep_pause, pause_changed, state_ends_break, turned_into_break
from atdesk_core.session.permitting import charge_lost
from atdesk_core.session.silence import input_activity, learn_silence
from atdesk_core.session.state import Episode, Hearing, Session, Spent
from atdesk_core.session.timers import set_timer
from atdesk_core.session.turn import Turn
from atdesk_core.session.videos import meeting_changed, video_closed, video_opened
from atdesk_core.session.words import keep_words, learn
from atdesk_core.session.writing import keep_claim, settled, undo_since
from atdesk_sdk import (
    AgentState,
    AgentStateChanged,
    CouldNotTell,
    FlagStatus,
    InputActivity,
    Interaction,
    MeetingChanged,
    Observation,
    PauseChanged,
    Presence,
    TurnedIntoBreak,
    VideoClosed,
    VideoOpened,
)


def step(session: Session, event: Input, facts: Facts) -> tuple[Session, tuple[Command, ...]]:
    """Take one event.

    Args:
        session: Before.
        event: What happened. Its time may be older than the session's: time never goes back.
        facts: Of the world, now.

    Returns:
        The session after, and what is to be done, in order.
    """
    now = max(session.now, time_of(event))
    turn = Turn(replace(session, now=now), facts, now)
    before = turn.verdict
    begin_shift(turn)
    _HANDLERS[type(event)](turn, event)
    keep_words(turn)
    keep_pause(turn, session)
    keep_flags(turn)
    keep_claim(turn)
    keep_episodes(turn)
    keep_hints(turn)
    keep_looks(turn)
    log_verdict(turn, before)
    log_checks(turn, session.judge.checks)
    set_timer(turn)
    return turn.session, tuple(turn.commands)


def _state_changed(turn: Turn, event: AgentStateChanged) -> None:
    old = turn.session.state_of(event.state.account)
    learn(turn, event.state)
    turn.record(
        RecordKind.STATE_SEEN,
        account=str(event.state.account),
        presence=event.state.presence.value,
        interaction=event.state.interaction.value,
    )
    learn_silence(turn, event, old.presence if old else Presence.UNKNOWN)
    if event.state.account == turn.facts.authority:  # what any other account says is no reason for a look
        state_ends_break(turn, old, event.state)
        turn.change(trigger=_trigger(turn, old, event.state))


def _trigger(turn: Turn, old: AgentState | None, new: AgentState) -> LookReason | None:
    """A call, or coming into a state in which people are looked at, is a reason for a look at once."""
    call = Interaction.CUSTOMER_CALL
    if new.interaction is call and (old is None or old.interaction is not call):
        return LookReason.CALL_STARTED
    looked = turn.facts.policy.looks.while_presence if turn.facts.policy else frozenset()
    was_looked = old is not None and old.presence in looked
    return LookReason.STATE_CHANGE if new.presence in looked and not was_looked else turn.session.trigger


def _input_unknown(turn: Turn, event: InputUnknown) -> None:
    """No report is neither silence nor input."""
    turn.change(silences=tuple(one for one in turn.session.silences if one.account != event.account))


def _observed(turn: Turn, event: Observed) -> None:
    """A frame of the open look. What belongs to another look is dropped, and counted in the log."""
    session, observation = turn.session, event.observation
    look = session.look
    if look is None or look.look_id != observation.look_id:
        turn.record(RecordKind.DROPPED, look_id=observation.look_id)
        return
    turn.change(
        judge=observe(session.judge, observation, turn.facts.judging, turn.facts.policy),
        seen_at=turn.now,
        look=replace(look, frames=look.frames + 1),
        spent=_one_frame_more(session.spent, look.reason is LookReason.RETURNING),
    )
    turn.change(episodes=tuple(_observed_again(turn, one, observation) for one in turn.session.episodes))


def _one_frame_more(spent: Spent, returning: bool) -> Spent:
    return replace(
        spent, frames=spent.frames + (not returning), returning_frames=spent.returning_frames + returning
    )


def _frame_dropped(turn: Turn, event: FrameDropped) -> None:
    """It was opened, so it counts against the budget, even if nothing came of it."""
    turn.record(RecordKind.DROPPED, look_id=event.look_id)
    turn.change(spent=_one_frame_more(turn.session.spent, returning=False))


def _observed_again(turn: Turn, episode: Episode, observation: Observation) -> Episode:
    if episode.confirm is None:
        return episode
    confirm = observe(episode.confirm, observation, turn.facts.judging, turn.facts.policy)
    return replace(episode, confirm=confirm)


def _look_ended(turn: Turn, event: LookEnded) -> None:
    if turn.session.look is not None and turn.session.look.look_id == event.look_id:
        look_over(turn, event.reason)


def _storm(turn: Turn, event: StormDeclared) -> None:
    turn.record(RecordKind.STORM, since=event.since, until=event.until)
    close_look(turn, "platform_doubt")
    doubt(turn, event.until)
    undo_since(turn, event.since, "platform_doubt")
    for flag in turn.session.flags:
        if flag.raised_at >= event.since:
            close_flag(turn, flag, FlagStatus.EXPIRED)


def _recovered(turn: Turn, _event: Recovered) -> None:
    """Looks and videos were in memory alone; claims, flags, notices and writes were not."""
    charge_lost(turn)
    turn.change(videos=(), dark_meetings=(), looked_at=None)
    turn.change(trigger=None, wake_at=None, states=(), hearing=Hearing(), refusal="", seen_at=None)
    turn.change(silences=())
    turn.lose_sight(CouldNotTell.NO_SIGNAL)


def _clock_jumped(turn: Turn, _event: ClockJumped) -> None:
    """No delay has run out and no silence has lasted by a clock that was set: everything begins anew."""
    close_look(turn, "clock_jumped")
    turn.change(silences=(), seen_at=None, next_look_at=turn.now)
    turn.lose_sight(CouldNotTell.NO_SIGNAL)
    for episode in turn.session.episodes:
        end_episode(turn, episode, "clock_jumped")


def _facts_changed(turn: Turn, _event: FactsChanged) -> None:
    """What stood against a look may be gone: a policy was signed, a precondition was recorded."""
    if turn.session.refusal:
        turn.change(next_look_at=turn.now)


def _nothing(_turn: Turn, _event: Woke) -> None:
    """Time has passed, or the facts are others: settling is all there is to do."""


_HANDLERS: dict[type, Callable[[Turn, Any], None]] = {
    AgentStateChanged: _state_changed,
    VideoOpened: video_opened,
    MeetingChanged: meeting_changed,
    VideoClosed: video_closed,
    PauseChanged: pause_changed,
    InputActivity: input_activity,
    InputUnknown: _input_unknown,
    TurnedIntoBreak: turned_into_break,
    FlagAnswered: flag_answered,
    FlagDisputed: flag_disputed,
    Observed: _observed,
    FrameDropped: _frame_dropped,
    LookEnded: _look_ended,
    NoticeSettled: notice_settled,
    NoticeDisputed: notice_disputed,
    WriteSettled: settled,
    StormDeclared: _storm,
    ClockJumped: _clock_jumped,
    Recovered: _recovered,
    Woke: _nothing,
    FactsChanged: _facts_changed,
}
