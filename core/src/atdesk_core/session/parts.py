"""What a session is made of: each part a small immutable record, and JSON both ways."""

from dataclasses import dataclass
from typing import Literal

from atdesk_core.judging import Evidence, JudgeState
from atdesk_core.policy import LookReason
from atdesk_sdk import AccountRef, FindingKind, FlagStatus, Meeting, PausedBy, Presence, StreamKey

Rule = Literal[
    "absence",
    "different_person",
    "extra_person",
    "phone",
    "food_or_drink",
    "banned_object",
    "input_idle",
]


@dataclass(frozen=True, slots=True)
class Video:
    """A person's video that can be asked for. Without a meeting it is the agent's own page.

    Attributes:
        key: Where.
        meeting: That carries it.
        account: The agent's, in that meeting; None: kept by an earlier version.
    """

    key: StreamKey
    meeting: Meeting | None
    account: AccountRef | None = None


@dataclass(frozen=True, slots=True)
class DarkMeeting:
    """A meeting that gives no video of the agent any more, while nobody said that they have left it."""

    key: StreamKey
    meeting_id: str


@dataclass(frozen=True, slots=True)
class OpenedLook:
    """The look that is open now; at most one a session."""

    look_id: str
    reason: LookReason
    key: StreamKey
    opened_at: float
    urgent: bool = False
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """A finding that may lead to a write or a flag, from its decision to its end.

    Attributes:
        kind: What was found; any but `present`.
        since: When it began to be so.
        counts_from: From when the rule applied: later than `since` where a call ended in between.
        decided_at: When the engine knew.
        confidence: 0..1.
        notice_id: The notice that told the agent.
        told_at: When a notice was sent successfully, or when holding back ended under `go_on`.
        reached: Whether a notice reached the agent.
        confirm: Judging of its own, begun afresh before anything is done: what acts stands on
            evidence that is not older than the moment it acts in.
        written: Whether the state write was asked for, withdrawn or done: it is tried once.
        evidence: On what it rests; empty where the confidence says it all.
        tries: How many judgings it was put to, each begun afresh, this one included.
        shadow: Decided in shadow mode: nobody is told, nothing is written and nothing is flagged.
        flagged: In shadow mode: whether it was noted that a flag would have been raised.
        disputed: The agent says that it is wrong: the state is not written for it.
    """

    kind: FindingKind
    since: float
    counts_from: float
    decided_at: float
    confidence: float
    notice_id: str
    told_at: float | None = None
    reached: bool = False
    confirm: JudgeState | None = None
    written: bool = False
    evidence: Evidence = ""
    tries: int = 1
    shadow: bool = False
    flagged: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """A state write on its way. What the platform says meanwhile is kept, not acted on."""

    change_id: str
    to: Presence
    asked_at: float


@dataclass(frozen=True, slots=True)
class Claim:
    """The Away that stands is ours.

    Attributes:
        account: Where it stands.
        revision: Of the platform's state after our write; any other one is somebody else's change.
        written_at: When.
        expires_at: After this it is forgotten and nothing is restored.
        retry_at: After an attempt to restore that failed, not again before.
    """

    account: AccountRef
    revision: str
    written_at: float
    expires_at: float
    retry_at: float = 0.0


@dataclass(frozen=True, slots=True)
class OpenFlag:
    """A flag that a lead has, or will have, before them.

    Attributes:
        number: Short, for people to say.
        rule: That raised it.
        finding: What was found.
        since: When it began to be so.
        raised_at: When a lead could first see it.
        expires_at: Unanswered until then, nothing follows from it.
        confidence: 0..1.
        reached: Whether a notice reached the agent first.
        status: See `FlagStatus`.
        returned_at: Since when it is not so any more.
        evidence: On what it rests; empty where the confidence says it all.
        tries: How many judgings it stands on.
        policy: Version that decided.
        reason: Code of the answer that closed it; empty before.
        answered_by: Random id of the person who confirmed it first; empty before.
        paused_since: Since when the agent is paused; None while not.
        closed_at: When it left the open ones.
    """

    number: str
    rule: Rule
    finding: FindingKind
    since: float
    raised_at: float
    expires_at: float
    confidence: float
    reached: bool
    status: FlagStatus = FlagStatus.RAISED
    returned_at: float | None = None
    evidence: Evidence = ""
    tries: int = 1
    policy: str = ""
    reason: str = ""
    answered_by: str = ""
    paused_since: float | None = None
    closed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What of the shift's budgets is used up, and whether its one hint was given. Each shift starts anew.

    Attributes:
        shift_id: Which shift.
        frames: Opened, those of `returning` aside.
        returning_frames: Opened for `returning`.
        random_done: Random draws used up.
        light_told: Whether the hint was given.
        looks: Opened, for every reason.
        open_s: Seconds with a look open, for every reason: the indicator was on.
        ends_at: When the shift ends.
    """

    shift_id: str = ""
    frames: int = 0
    returning_frames: int = 0
    random_done: int = 0
    light_told: bool = False
    looks: int = 0
    open_s: float = 0.0
    ends_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause that stands.

    Attributes:
        by: Who asked for it; `support` has a place of its own.
        account: Of the agent, on the platform where it was asked for; None: kept by an earlier version.
    """

    by: PausedBy
    account: AccountRef | None


@dataclass(frozen=True, slots=True)
class Hearing:
    """What is known of the words of the agent's accounts, beside what they say: see `session.words`.

    Attributes:
        heard: When each was said, engine's clock.
        worked_at: When the agent last went back to work at the authority, of their own accord.
        lapsed: Accounts whose last word says nothing any more.
        carrying: Accounts whose call is the meeting that carries our frames, as far as anybody can tell.
        in_the_dark: The authority is out of touch.
    """

    heard: tuple[tuple[AccountRef, float], ...] = ()
    worked_at: float = 0.0
    lapsed: tuple[AccountRef, ...] = ()
    carrying: tuple[AccountRef, ...] = ()
    in_the_dark: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """No keyboard and no mouse, as one account reports it. `since`: engine's clock, seconds."""

    account: AccountRef
    since: float
