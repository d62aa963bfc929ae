"""What an agent reads in the 1:1 chat, the buttons below it, and what a click on one means. Pure.

A button's value says all that a click needs: what it does, which matter it is about, and whose it is. So it
works after a restart, when nothing is remembered, and nobody else's click counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from atdesk_sdk import Notice, NoticeKind
from atdesk_zoom.errors import ProtocolFault

_PREFIX = "my:"
#: A notice is about a shift; nobody means one that is older than this. The limit is ours.
OLD_S = 12 * 3600.0


class Choice(StrEnum):
    """What an agent can say with one click."""

    PAUSE = "pause"
    BACK = "back"
    BREAK = "break"


_LABELS = {Choice.PAUSE: "Pause", Choice.BACK: "I'm back", Choice.BREAK: "It was a break"}
_ABSENCE = frozenset({NoticeKind.ABSENT, NoticeKind.MADE_AWAY, NoticeKind.VIDEO_ENDED_WHILE_AWAY})
#: They tell of what was done, not of what was seen.
_AFTERWARDS = frozenset({NoticeKind.MADE_AWAY, NoticeKind.RESTORED, NoticeKind.VIDEO_ENDED_WHILE_AWAY})
#: Nothing goes on that a click could end.
_PLAIN = frozenset({NoticeKind.MORE_LIGHT, NoticeKind.ENROL_CODE, NoticeKind.DESK_CHECK})

_PAUSED = "You are paused: no picture is opened until you are back. Your lead sees paused, not absent."
_BACK = "You are back: the pause that you asked for here is over."
_BREAK = "Noted: it was a break. A flag for it closes and is not counted, if it is of this shift."
_OLD = (
    "This message is too old to do anything, so nothing was changed. You can pause by stopping the app in "
    "the meeting, and dispute a flag that stands."
)
_EARLIER = (
    "This message is about an earlier absence, so nothing was changed. If a flag for it stands, you can "
    "dispute it."
)


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a notice.

    Attributes:
        choice: What it does.
        matter: When what the notice is about began, milliseconds since the epoch.
        person_id: The Zoom user who was told; nobody else's click is heard.
    """

    choice: Choice
    matter: int
    person_id: str

    @property
    def value(self) -> str:
        """As it stands in the card; see `read_button`."""
        return f"{_PREFIX}{self.choice.value}:{self.matter}:{self.person_id}"


def is_agents(value: str) -> bool:
    """Whether a button belongs to a notice and not to a flag's card."""
    return value.startswith(_PREFIX)


def read_button(value: str) -> Button:
    """The button that has this value.

    Raises:
        ProtocolFault: No notice of ours has it.
    """
    choice, _, rest = value.removeprefix(_PREFIX).partition(":")
    matter, _, person_id = rest.partition(":")
    whole = matter.isascii() and matter.isdigit() and len(matter) <= 15
    if not (is_agents(value) and choice in tuple(Choice) and whole and person_id):
        raise ProtocolFault("button", "a button that no notice of ours has")
    return Button(Choice(choice), int(matter), person_id)


class Stop(StrEnum):
    """What an agent asked for in the chat. `unknown`: nothing since this process started."""

    UNKNOWN = "unknown"
    NONE = "none"
    PAUSED = "paused"
    BREAK = "break"


_STOPPED = (Stop.PAUSED, Stop.BREAK)


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand between one agent and the chat.

    Attributes:
        stop: What was asked for last.
        stopped_at: When that was, milliseconds since the epoch.
        absence: Which absence was told of last, as `Button.matter`; 0 for none.
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
        text: What the message says from now on.
        choices: Its buttons from now on.
    """

    standing: Standing
    done: Choice | None
    text: str
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


def offered(standing: Standing, notice: Notice) -> tuple[Button, ...]:
    """The buttons of a notice that goes out now, `standing` being as `told` says."""
    if notice.kind in _PLAIN:
        return ()
    person_id, restored = notice.account.external_id, notice.kind is NoticeKind.RESTORED
    about_absence = restored or notice.kind in _ABSENCE
    choices: list[Choice] = []
    if standing.stop in _STOPPED:
        choices.append(Choice.BACK)
    elif not restored:
        choices.append(Choice.PAUSE)
    if about_absence and not standing.was_break:
        choices.append(Choice.BREAK)
    matter = standing.absence if about_absence else matter_of(notice)
    return tuple(Button(choice, matter, person_id) for choice in choices)


def answer(standing: Standing, button: Button, now: float) -> Answer:
    """What a click does.

    Args:
        standing: How things stand.
        button: What was clicked, by the agent who was told.
        now: Engine's clock, seconds since the epoch.
    """
    if button.choice is Choice.BACK:
        return _back(standing, button)
    if now - button.matter / 1000 > OLD_S:
        return Answer(standing, None, _OLD)
    act = _pause if button.choice is Choice.PAUSE else _break
    return act(standing, button, int(now * 1000))


def _pause(standing: Standing, button: Button, now: int) -> Answer:
    """Whichever message it is on: who wants to pause, is paused."""
    choices = (Choice.BACK, *_break_left(standing, button))
    if standing.stop is Stop.PAUSED:
        return Answer(standing, None, _PAUSED, choices)
    return Answer(replace(standing, stop=Stop.PAUSED, stopped_at=now), Choice.PAUSE, _PAUSED, choices)


def _back(standing: Standing, button: Button) -> Answer:
    """However old the message is: a pause that stands can always be ended."""
    done = None if standing.stop is Stop.NONE else Choice.BACK
    after = replace(standing, stop=Stop.NONE)
    return Answer(after, done, _BACK, _break_left(standing, button))


def _break(standing: Standing, button: Button, now: int) -> Answer:
    """Only of the absence that was told of last: a click on an earlier one must not close this one."""
    if button.matter < standing.absence:
        return Answer(standing, None, _EARLIER)
    after, done = standing, None
    if not standing.was_break:
        done = Choice.BREAK
        after = replace(standing, absence=standing.absence or button.matter, was_break=True)
        if not (standing.restored or standing.stop is Stop.PAUSED):
            after = replace(after, stop=Stop.BREAK, stopped_at=now)
    return Answer(after, done, _BREAK, (Choice.BACK,) if after.stop in _STOPPED else ())


def _break_left(standing: Standing, button: Button) -> tuple[Choice, ...]:
    about_it = standing.absence == button.matter and not standing.was_break
    return (Choice.BREAK,) if about_it else ()


def message(texts: tuple[str, ...], buttons: tuple[Button, ...]) -> dict[str, Any]:
    """`content` of the chatbot message: each text as it was written, then the buttons [D-CHATBOT]."""
    body: list[dict[str, Any]] = [{"type": "message", "text": text} for text in texts]
    if buttons:
        body.append({"type": "actions", "items": [_item(button) for button in buttons]})
    return {"head": {"text": "atdesk"}, "body": body}


def _item(button: Button) -> dict[str, str]:
    style = "Default" if button.choice is Choice.BREAK else "Primary"
    return {"text": _LABELS[button.choice], "value": button.value, "style": style}
