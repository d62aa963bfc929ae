"""What an agent can answer to a notice in a 1:1 chat, and what a click means: on every platform. Pure.

The message itself holds what a click needs: which choice, which matter. So a click works after a restart,
when nothing is remembered. An adapter keeps one `Standing` an agent, in memory, and says the words.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from atdesk_sdk.flags import Notice, NoticeKind

OLD_S = 12 * 3600.0
"""A notice is about a shift; nobody means one that is older than this. The limit is ours."""


class Choice(StrEnum):
    """What an agent can say with one click."""

    PAUSE = "pause"
    BACK = "back"
    BREAK = "break"
    WRONG = "wrong"


class Said(StrEnum):
    """What a message says after a click."""

    PAUSED = "paused"
    BACK = "back"
    BREAK = "break"
    WRONG = "wrong"
    OLD = "old"
    EARLIER = "earlier"


class Stop(StrEnum):
    """What an agent asked for in the chat. `unknown`: nothing since this process started."""

    UNKNOWN = "unknown"
    NONE = "none"
    PAUSED = "paused"
    BREAK = "break"


_ABSENCE = frozenset({NoticeKind.ABSENT, NoticeKind.MADE_AWAY, NoticeKind.VIDEO_ENDED_WHILE_AWAY})
#: They tell of what was done, not of what was seen.
_AFTERWARDS = frozenset({NoticeKind.MADE_AWAY, NoticeKind.RESTORED, NoticeKind.VIDEO_ENDED_WHILE_AWAY})
#: Nothing goes on that a click could end.
_PLAIN = frozenset({NoticeKind.MORE_LIGHT, NoticeKind.ENROL_CODE, NoticeKind.DESK_CHECK})
_STOPPED = (Stop.PAUSED, Stop.BREAK)


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand between one agent and the chat.

    Attributes:
        stop: What was asked for last.
        stopped_at: When that was, milliseconds since the epoch.
        absence: Which absence was told of last, as `matter_of`; 0 for none.
        restored: The agent was told that it is over.
        was_break: The agent has said that it was a break.
    """

    stop: Stop = Stop.UNKNOWN
    stopped_at: int = 0
    absence: int = 0
    restored: bool = False
    was_break: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a click leads to.

    Attributes:
        standing: How things stand from now on.
        done: What the engine has to be told; None for nothing.
        said: What the message says from now on.
        choices: Its buttons from now on.
    """

    standing: Standing
    done: Choice | None
    said: Said
    choices: tuple[Choice, ...] = ()


def told(standing: Standing, notice: Notice) -> Standing:
    """How things stand when this notice goes out. A repeat of it changes nothing.

    What follows an absence (the Away, its end) is about the same absence until the agent was told that it is
    over. Nobody who is paused is looked at: what began after a pause says that it is over, wherever it ended.
    """
    at = matter_of(notice)
    if notice.kind is NoticeKind.RESTORED:
        over = standing.stop is Stop.BREAK
        stop = Stop.NONE if over else standing.stop
        return replace(standing, stop=stop, absence=standing.absence or at, restored=True)
    seen = notice.kind not in _PLAIN | _AFTERWARDS
    if seen and standing.stop in _STOPPED and at > standing.stopped_at:
        standing = replace(standing, stop=Stop.NONE)
    if notice.kind not in _ABSENCE:
        return standing
    anew = at > standing.absence if notice.kind is NoticeKind.ABSENT else standing.restored
    if anew or not standing.absence:
        return replace(standing, absence=at, restored=False, was_break=False)
    return standing


def matter_of(notice: Notice) -> int:
    """When what a notice is about began, milliseconds since the epoch."""
    return max(0, int(notice.since * 1000))


def offered(standing: Standing, notice: Notice) -> tuple[int, tuple[Choice, ...]]:
    """The matter of a notice that goes out now, and its buttons, `standing` being as `told` says.

    `WRONG` is among them where something was seen; an adapter that cannot tell the engine so leaves it out.
    """
    if notice.kind in _PLAIN:
        return matter_of(notice), ()
    restored = notice.kind is NoticeKind.RESTORED
    about_absence = restored or notice.kind in _ABSENCE
    choices: list[Choice] = []
    if standing.stop in _STOPPED:
        choices.append(Choice.BACK)
    elif not restored:
        choices.append(Choice.PAUSE)
    if about_absence and not standing.was_break:
        choices.append(Choice.BREAK)
    if notice.kind not in _AFTERWARDS:
        choices.append(Choice.WRONG)
    return standing.absence if about_absence else matter_of(notice), tuple(choices)


def answer(standing: Standing, choice: Choice, matter: int, now: float) -> Answer:
    """What a click does.

    Args:
        standing: How things stand.
        choice: What was clicked, by the agent who was told.
        matter: Of the notice, as `offered` said.
        now: Engine's clock, seconds since the epoch.
    """
    if choice is Choice.BACK:
        return _back(standing, matter)
    if now - matter / 1000 > OLD_S:
        return Answer(standing, None, Said.OLD)
    if choice is Choice.WRONG:
        return Answer(standing, Choice.WRONG, Said.WRONG, _pause_left(standing))
    act = _pause if choice is Choice.PAUSE else _break
    return act(standing, matter, int(now * 1000))


def _pause(standing: Standing, matter: int, now: int) -> Answer:
    """Whichever message it is on: who wants to pause, is paused."""
    choices = (Choice.BACK, *_break_left(standing, matter))
    if standing.stop is Stop.PAUSED:
        return Answer(standing, None, Said.PAUSED, choices)
    return Answer(replace(standing, stop=Stop.PAUSED, stopped_at=now), Choice.PAUSE, Said.PAUSED, choices)


def _back(standing: Standing, matter: int) -> Answer:
    """However old the message is: a pause that stands can always be ended."""
    done = None if standing.stop is Stop.NONE else Choice.BACK
    return Answer(replace(standing, stop=Stop.NONE), done, Said.BACK, _break_left(standing, matter))


def _break(standing: Standing, matter: int, now: int) -> Answer:
    """Only of the absence that was told of last: a click on an earlier one must not close this one."""
    if matter < standing.absence:
        return Answer(standing, None, Said.EARLIER)
    after, done = standing, None
    if not standing.was_break:
        done = Choice.BREAK
        after = replace(standing, absence=standing.absence or matter, was_break=True)
        if not (standing.restored or standing.stop is Stop.PAUSED):
            after = replace(after, stop=Stop.BREAK, stopped_at=now)
    return Answer(after, done, Said.BREAK, (Choice.BACK,) if after.stop in _STOPPED else ())


def _break_left(standing: Standing, matter: int) -> tuple[Choice, ...]:
    about_it = standing.absence == matter and not standing.was_break
    return (Choice.BREAK,) if about_it else ()


def _pause_left(standing: Standing) -> tuple[Choice, ...]:
    return (Choice.BACK,) if standing.stop in _STOPPED else (Choice.PAUSE,)
