"""Events of the engine itself, beside those that adapters emit."""

from dataclasses import dataclass

from atdesk_sdk import (
    AccountRef,
    AgentStateChanged,
    CouldNotTell,
    InputActivity,
    LeadAction,
    MeetingChanged,
    Observation,
    PauseChanged,
    StateReceipt,
    TurnedIntoBreak,
    VideoClosed,
    VideoOpened,
)


@dataclass(frozen=True, slots=True)
class Observed:
    """A frame was opened and measured."""

    observation: Observation


@dataclass(frozen=True, slots=True)
class FrameDropped:
    """A frame was opened and not measured to its end: its look was closed, or the pool was too slow."""

    look_id: str
    at: float


@dataclass(frozen=True, slots=True)
class LookEnded:
    """A look is over. `reason` is None when it gave all the frames that were asked for."""

    look_id: str
    reason: CouldNotTell | None
    at: float


@dataclass(frozen=True, slots=True)
class NoticeSettled:
    """A notice was accepted by the agent's channel, or no channel took it."""

    notice_id: str
    reached: bool
    at: float


@dataclass(frozen=True, slots=True)
class NoticeDisputed:
    """The agent says of a notice, before a lead can see anything, that it is wrong."""

    notice_id: str
    at: float


@dataclass(frozen=True, slots=True)
class InputUnknown:
    """What reported on keyboard and mouse is gone: of its account nothing is known any more."""

    account: AccountRef
    at: float


@dataclass(frozen=True, slots=True)
class FlagAnswered:
    """A person who may answer for this agent said something about a flag.

    Attributes:
        flag_number: Which.
        action: What they said.
        reason: A `DismissReason` or `ConfirmReason`; anything else is refused.
        by: The person's random id: two accounts of one person are one person.
        at: When.
    """

    flag_number: str
    action: LeadAction
    reason: str | None
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class FlagDisputed:
    """The agent disputes a flag, in time. What they say is kept elsewhere."""

    flag_number: str
    at: float


@dataclass(frozen=True, slots=True)
class WriteSettled:
    """What became of a state write; `receipt` is None when it failed for good or became stale."""

    change_id: str
    receipt: StateReceipt | None
    at: float


@dataclass(frozen=True, slots=True)
class Woke:
    """A timer that the session asked for."""

    at: float


@dataclass(frozen=True, slots=True)
class FactsChanged:
    """Policy, consent, shift or a stop order changed: look again at what is allowed."""

    at: float


@dataclass(frozen=True, slots=True)
class StormDeclared:
    """Too many people turned absent or different at once: the platform is doubted, not the people."""

    since: float
    until: float
    at: float


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """The machine's clock was set: what was measured by it before does not count after."""

    at: float


@dataclass(frozen=True, slots=True)
class Recovered:
    """The process starts from a snapshot: what was in memory alone is gone."""

    at: float


Input = (
    AgentStateChanged
    | VideoOpened
    | MeetingChanged
    | VideoClosed
    | PauseChanged
    | TurnedIntoBreak
    | InputActivity
    | NoticeDisputed
    | InputUnknown
    | FlagAnswered
    | FlagDisputed
    | Observed
    | FrameDropped
    | LookEnded
    | NoticeSettled
    | WriteSettled
    | Woke
    | FactsChanged
    | StormDeclared
    | ClockJumped
    | Recovered
)
"""Everything that a session takes."""


_OF_ADAPTERS = (
    AgentStateChanged,
    VideoOpened,
    MeetingChanged,
    VideoClosed,
    PauseChanged,
    TurnedIntoBreak,
    InputActivity,
)


def time_of(event: Input) -> float:
    """Engine's clock at the event, seconds since the epoch."""
    if isinstance(event, Observed):
        return event.observation.received_at
    if isinstance(event, _OF_ADAPTERS):
        return event.received_at
    return event.at
