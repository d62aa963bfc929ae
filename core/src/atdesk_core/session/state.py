"""What a session remembers of one agent: a few kilobytes, immutable, and JSON both ways."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, TypeAdapter

from atdesk_core.judging import JudgeState, begin
from atdesk_core.policy import LookReason
from atdesk_core.session.parts import (
    Claim,
    DarkMeeting,
    Episode,
    Hearing,
    OpenedLook,
    OpenFlag,
    PendingWrite,
    Rule,
    Silence,
    Spent,
    Stop,
    Video,
)
from atdesk_sdk import AccountRef, AgentState, FindingKind, Interaction, PausedBy, Presence, StreamKey

# Shown on any account of theirs, these are the agent's own stop. An Away may be ours: the claim tells.
OWN_BREAK: Final = frozenset({Presence.BREAK, Presence.MEAL})


@dataclass(frozen=True, slots=True)
class Session:
    """One agent.

    Attributes:
        agent_id: Whose.
        serial: Numbers looks, notices, changes and flags; never goes back.
        now: Engine's clock at the last event; never goes back.
        states: Last known state of each account.
        hearing: Which of them count.
        videos: What can be asked for.
        dark_meetings: Meetings that give no video any more, while nobody said that the agent has left them.
        looked_at: The video of the last look.
        stops: Pauses that stand, each where it was asked for.
        support_pause: Somebody paused for the agent, who had asked for it.
        break_since: Since when an absence is a break, by the agent's own word; None while none is.
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
        spent_before: Of those of earlier shifts, the latest first.
        doubt_until: No decision of this platform is believed before.
        wake_at: The timer that was asked for.
    """

    agent_id: str
    judge: JudgeState
    serial: int = 0
    now: float = 0.0
    states: tuple[AgentState, ...] = ()
    videos: tuple[Video, ...] = ()
    dark_meetings: tuple[DarkMeeting, ...] = ()
    looked_at: StreamKey | None = None
    stops: tuple[Stop, ...] = ()
    support_pause: bool = False
    break_since: float | None = None
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
    spent_before: tuple[Spent, ...] = ()
    doubt_until: float = 0.0
    wake_at: float | None = None
    hearing: Hearing = field(default_factory=Hearing)

    def state_of(self, account: AccountRef | None) -> AgentState | None:
        """Last known state of an account; None when nothing is known."""
        return next((state for state in self.states if state.account == account), None)

    def presence_at(self, account: AccountRef | None) -> Presence:
        """Presence at an account; `unknown` when nothing is known."""
        state = self.state_of(account)
        return state.presence if state else Presence.UNKNOWN

    @property
    def words(self) -> tuple[AgentState, ...]:
        """What the accounts show, without those whose last word has lapsed."""
        lapsed = self.hearing.lapsed
        if not lapsed:
            return self.states
        return tuple(state for state in self.states if state.account not in lapsed)

    @property
    def paused_by(self) -> PausedBy | None:
        """Who paused: first of all somebody whose stop is not the agent's own to lift; None nobody."""
        kinds = [stop.by for stop in self.stops]
        others = [by for by in kinds if by is not PausedBy.AGENT]
        return next(iter([*others, *kinds]), None)

    @property
    def is_paused(self) -> bool:
        """The agent's own stop: asked for, said to be a break, or shown as break or meal anywhere."""
        if self.stops or self.support_pause or self.break_since is not None:
            return True
        return any(state.presence in OWN_BREAK for state in self.words)

    @property
    def interacting(self) -> bool:
        """Anything live on any account: a call, its after-call work, or a meeting."""
        return any(state.interaction is not Interaction.NONE for state in self.words)

    @property
    def in_call(self) -> bool:
        """A customer call, or its after-call work, on any account. A meeting is not a call."""
        return any(
            state.interaction is Interaction.AFTER_CALL
            or (state.interaction is Interaction.CUSTOMER_CALL and state.account not in self.hearing.carrying)
            for state in self.words
        )

    def episode(self, kind: FindingKind) -> Episode | None:
        """What a finding of this kind leads to, while it does."""
        return next((one for one in self.episodes if one.kind is kind), None)

    def live_episode(self, kind: FindingKind) -> Episode | None:
        """The same unless it is decided in shadow mode, where nothing follows from it."""
        episode = self.episode(kind)
        return None if episode is None or episode.shadow else episode

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
    """The first version knew one finding at a time, and until the third platform one pause at a time."""
    rest = {name: value for name, value in kept.items() if name not in ("episode", "paused_by")}
    if "episode" in kept:
        rest["episodes"] = [] if kept["episode"] is None else [kept["episode"]]
    if kept.get("paused_by") is not None:
        rest["stops"] = [{"by": kept["paused_by"], "account": None}]
    return rest


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
    "Hearing",
    "OpenFlag",
    "OpenedLook",
    "PendingWrite",
    "Rule",
    "Session",
    "Silence",
    "Spent",
    "Stop",
    "Video",
    "dump",
    "load",
    "new_session",
]
