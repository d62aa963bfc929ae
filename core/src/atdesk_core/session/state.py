"""What a session remembers of one agent: a few kilobytes, immutable, and JSON both ways."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, TypeAdapter

from atdesk_core.judging import JudgeState, begin
from atdesk_core.policy import LookReason
from atdesk_sdk import (
    AccountRef,
    AgentState,
    FindingKind,
    FlagStatus,
    Interaction,
    Meeting,
    PausedBy,
    Presence,
    StreamKey,
)

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
    """A person's video that can be asked for."""

    key: StreamKey
    meeting: Meeting


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
        evidence: What it rests on, in words; empty where the confidence says it all.
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
    evidence: str = ""


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
    """A flag that a lead has, or will have, before them."""

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
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """What of the shift's budgets is used up, and whether its one hint was given. Each shift starts anew."""

    shift_id: str = ""
    frames: int = 0
    returning_frames: int = 0
    random_done: int = 0
    light_told: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """No keyboard and no mouse, as one account reports it. `since`: engine's clock, seconds."""

    account: AccountRef
    since: float


@dataclass(frozen=True, slots=True)
class Session:
    """One agent.

    Attributes:
        agent_id: Whose.
        serial: Numbers looks, notices, changes and flags; never goes back.
        now: Engine's clock at the last event; never goes back.
        states: Last known state of each account.
        videos: What can be asked for.
        paused_by: Who paused; None not paused.
        judge: Judging of what is seen.
        seen_at: When the last observation came; None before the first.
        look: Open now.
        trigger: A reason for a look at once, from a state change or a call.
        next_look_at: When the watch is due.
        refusal: Why no look may be opened, as it was last recorded.
        episodes: In progress, at most one of each kind.
        silences: Accounts that report an idle keyboard.
        write: In flight.
        claim: Standing.
        flags: Not closed.
        owed: A flag that waits for the end of a call.
        cooldowns: (rule, until) after dismissals.
        spent: Of the budgets.
        doubt_until: No decision of this platform is believed before.
        wake_at: The timer that was asked for.
    """

    agent_id: str
    judge: JudgeState
    serial: int = 0
    now: float = 0.0
    states: tuple[AgentState, ...] = ()
    videos: tuple[Video, ...] = ()
    paused_by: PausedBy | None = None
    seen_at: float | None = None
    look: OpenedLook | None = None
    trigger: LookReason | None = None
    next_look_at: float = 0.0
    refusal: str = ""
    episodes: tuple[Episode, ...] = ()
    silences: tuple[Silence, ...] = ()
    write: PendingWrite | None = None
    claim: Claim | None = None
    flags: tuple[OpenFlag, ...] = ()
    owed: OpenFlag | None = None
    cooldowns: tuple[tuple[Rule, float], ...] = ()
    spent: Spent = field(default_factory=Spent)
    doubt_until: float = 0.0
    wake_at: float | None = None

    def state_of(self, account: AccountRef | None) -> AgentState | None:
        """Last known state of an account; None when nothing is known."""
        return next((state for state in self.states if state.account == account), None)

    def presence_at(self, account: AccountRef | None) -> Presence:
        """Presence at an account; `unknown` when nothing is known."""
        state = self.state_of(account)
        return state.presence if state else Presence.UNKNOWN

    @property
    def interacting(self) -> bool:
        """Anything live on any account: a call, its after-call work, or a meeting."""
        return any(state.interaction is not Interaction.NONE for state in self.states)

    @property
    def in_call(self) -> bool:
        """A customer call, or its after-call work, on any account. A meeting is not a call."""
        return any(
            state.interaction in (Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL) for state in self.states
        )

    def episode(self, kind: FindingKind) -> Episode | None:
        """What a finding of this kind leads to, while it does."""
        return next((one for one in self.episodes if one.kind is kind), None)

    @property
    def confirming(self) -> frozenset[FindingKind]:
        """What is about to be acted on, and is looked at once more for that."""
        return frozenset(one.kind for one in self.episodes if one.confirm is not None)

    def open_flag(self, rule: Rule) -> OpenFlag | None:
        """The open flag under a rule; there is at most one."""
        return next((flag for flag in self.flags if flag.rule == rule), None)


def new_session(agent_id: str, at: float) -> Session:
    """A session that has seen nothing yet."""
    return Session(agent_id=agent_id, judge=begin(at), now=at)


def _of_today(kept: dict[str, Any]) -> dict[str, Any]:
    """The first version knew one finding at a time: `episode`, where there are `episodes` now."""
    if "episode" not in kept:
        return kept
    rest = {name: value for name, value in kept.items() if name != "episode"}
    one = kept["episode"]
    return rest | {"episodes": [] if one is None else [one]}


_JSON: TypeAdapter[Session] = TypeAdapter(Annotated[Session, BeforeValidator(_of_today)])


def dump(session: Session) -> str:
    """JSON of a session: numbers, ids and boxes; no name and no picture."""
    return _JSON.dump_json(session).decode()


def load(data: str) -> Session:
    """The session that `dump` wrote, in this version or in an earlier one."""
    return _JSON.validate_json(data)


__all__ = [
    "Claim",
    "Episode",
    "OpenFlag",
    "OpenedLook",
    "PendingWrite",
    "Rule",
    "Session",
    "Silence",
    "Spent",
    "Video",
    "dump",
    "load",
    "new_session",
]
