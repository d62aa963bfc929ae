"""One session in virtual time, as fast as it goes: for `replay`, and for trying a policy.

The session is the real one, and so is what it decides. The platforms are played by a `Desk`, which
answers at once and keeps what it was asked for.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from atdesk_core.session import (
    CloseLook,
    Command,
    Facts,
    Input,
    LookEnded,
    NoticeSettled,
    NotifyAgent,
    Observed,
    OpenLook,
    PostFlag,
    Record,
    Session,
    SetState,
    UpdateFlag,
    WakeAt,
    Wanted,
    Woke,
    WriteSettled,
    frame_permission,
    new_session,
    step,
    wanted,
)
from atdesk_sdk import (
    AccountRef,
    AgentState,
    AgentStateChanged,
    CouldNotTell,
    Interaction,
    Observation,
    Presence,
    Routing,
    StateReceipt,
)

See = Callable[[str, float, Wanted], Observation | CouldNotTell]
"""What the camera shows for a look at a time, measured for what is wanted; a reason when it shows nothing."""


@dataclass
class Desk:
    """Platforms that do what they are told, at once. Subclass it to make them fail.

    Attributes:
        account: The authority's account.
        state: Its state now.
        notices: (time, command) of what the agent was told.
        states: (time, presence) of what the platform showed.
        flags: (time, command) of what the lead saw.
    """

    account: AccountRef
    state: AgentState = field(init=False)
    notices: list[tuple[float, NotifyAgent]] = field(default_factory=list)
    states: list[tuple[float, Presence]] = field(default_factory=list)
    flags: list[tuple[float, PostFlag | UpdateFlag]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = AgentState(
            account=self.account,
            presence=Presence.AVAILABLE,
            routing=Routing.UNKNOWN,
            interaction=Interaction.NONE,
            since=0.0,
            source="desk",
            revision="start",
        )

    def notify(self, notice: NotifyAgent, at: float) -> bool:
        """Tell the agent; whether a channel took it."""
        self.notices.append((at, notice))
        return True

    def write(self, change: SetState, at: float) -> StateReceipt | None:
        """Change the state, or withdraw when it is not the expected one."""
        if self.state.revision != change.expected:
            return StateReceipt(written=False, state=self.state, reason="changed")
        self.state = replace(self.state, presence=change.to, since=at, revision=change.change_id)
        self.states.append((at, change.to))
        return StateReceipt(written=True, state=self.state)


@dataclass
class _Look:
    command: OpenLook
    frames: int = 0
    first_at: float | None = None


class Rehearsal:
    """Runs one session against a desk and a camera.

    Args:
        agent_id: Whose session.
        facts: The same throughout, unless an event changes them through `facts`.
        see: The camera.
        desk: The platforms.
        start_at: Virtual time of the beginning, seconds.
        on_step: Called with the session after each step.
    """

    def __init__(
        self,
        agent_id: str,
        facts: Facts,
        see: See,
        desk: Desk,
        start_at: float = 0.0,
        on_step: Callable[[Session], None] = lambda _session: None,
    ) -> None:
        self.facts = facts
        self.now = start_at
        self.records: list[Record] = []
        self.commands: list[tuple[float, Command]] = []
        self._see = see
        self._on_step = on_step
        self._desk = desk
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._look: _Look | None = None
        self._last_frame_at: float | None = None
        self._timer = 0
        self.session: Session = new_session(agent_id, start_at)
        self.send_at(start_at, AgentStateChanged(desk.state, start_at, start_at))

    def send_at(self, at: float, event: Input) -> None:
        """Let something happen at a time."""
        self.call_at(at, lambda: self.take(event))

    def send_all(self, events: Iterable[tuple[float, Input]]) -> None:
        """Let several things happen, each at its time."""
        for at, event in events:
            self.send_at(at, event)

    def run(self, until: float) -> None:
        """Let virtual time pass, up to and with `until`."""
        while self._queue and self._queue[0][0] <= until:
            self.now, _, action = heapq.heappop(self._queue)
            action()
        self.now = max(self.now, until)

    def take(self, event: Input) -> None:
        """One step now, with all that follows from it at once."""
        self.session, commands = step(self.session, event, self.facts)
        self._on_step(self.session)
        for command in commands:
            self.commands.append((self.now, command))
            self._carry_out(command)

    def call_at(self, at: float, action: Callable[[], None]) -> None:
        """Let anything be done at a time."""
        self._order += 1
        heapq.heappush(self._queue, (at, self._order, action))

    def _carry_out(self, command: Command) -> None:
        now = self.now
        match command:
            case Record():
                self.records.append(command)
            case OpenLook():
                self._open(command)
            case CloseLook():
                self._look = None
            case NotifyAgent():
                reached = self._desk.notify(command, now)
                self.send_at(now, NoticeSettled(command.notice_id, reached, now))
            case SetState():
                receipt = self._desk.write(command, now)
                self.send_at(now, WriteSettled(command.change_id, receipt, now))
            case PostFlag() | UpdateFlag():
                self._desk.flags.append((now, command))
            case WakeAt():
                self._set_timer(command.at)
            case _:
                pass  # a cancelled write has gone out already; the storm guard needs more than one agent

    def _set_timer(self, at: float | None) -> None:
        self._timer += 1
        number = self._timer
        if at is not None:
            self.call_at(at, lambda: self.take(Woke(at)) if number == self._timer else None)

    def _open(self, command: OpenLook) -> None:
        look = self._look = _Look(command)
        first = self.now
        if self._last_frame_at is not None:
            first = max(first, self._last_frame_at + command.interval_s)
        self.call_at(first, lambda: self._frame(look))

    def _frame(self, look: _Look) -> None:
        if self._look is not look:
            return
        look_id = look.command.look_id
        if frame_permission(self.session, self.facts, look_id, self.now) != "allowed":
            self._end(look, None)
            return
        seen = self._see(look_id, self.now, wanted(self.session, self.facts))
        if isinstance(seen, CouldNotTell):
            self._end(look, seen)
            return
        self._last_frame_at = self.now
        look.first_at = self.now if look.first_at is None else look.first_at
        look.frames += 1
        self.take(Observed(seen))
        self._next_frame(look)

    def _next_frame(self, look: _Look) -> None:
        if self._look is not look:
            return
        next_at = self.now + look.command.interval_s
        over = look.first_at is None or next_at > look.first_at + look.command.max_s
        if look.frames >= look.command.max_frames or over:
            self._end(look, None)
        else:
            self.call_at(next_at, lambda: self._frame(look))

    def _end(self, look: _Look, reason: CouldNotTell | None) -> None:
        self._look = None
        self.take(LookEnded(look.command.look_id, reason, self.now))
