"""What an adapter implements: small async protocols, each of them alone.

An adapter is one object that implements `Adapter` and as many of `StateSource`, `StateWriter`, `AwayKeeper`,
`OwnQueue`, `VideoSource`, `FlagSink`, `DigestSink`, `MessageLookup`, `ChannelMembers`, `AgentNotice` and
`Ingress` as its platform allows.
Everything raises the errors of `atdesk_sdk.errors`; nothing retries on its own beyond what its
platform's protocol demands.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from atdesk_sdk.detector import Frame
from atdesk_sdk.events import AccountRef, AdapterEvent, AgentState, Presence, StreamKey
from atdesk_sdk.flags import FlagDigest, FlagView, MessageRef, Notice
from atdesk_sdk.health import HealthReport


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an adapter can do beyond the protocols that it implements. The engine adapts to it.

    Attributes:
        looks_per_stream: How many participants of one stream can be looked at at a time; None is
            no limit. Zoom's protocol V1 has one.
        flag_buttons: A lead can answer on the message itself.
        flag_edit: A posted message can be changed.
        flag_private: Only the team's leads see it. Without any of these three the finding is left out
            of what the sink gets: see `shows_findings`.
        flag_language: Of the flags that it shows, such as "es": `FlagDetails.evidence` comes in it, in
            English where core does not speak it. A message has many readers, so it is one for each table.
        video_tells_people: The platform itself shows everyone that video goes to an app.
        reports_idle: Its states tell by themselves when somebody's keyboard and mouse are silent
            (`Presence.IDLE`): then no other source is believed about that.
        calls_may_be_meetings: Its states cannot tell a call from a meeting with many. Then a call of
            somebody in a meeting that carries our frames is that meeting.
        writes_state: False where its table has switched the writing of states off.
        notice_on_desk_screen: A notice shows on the screen at the desk and nowhere else, so one about
            somebody else in the seat does not go there.
    """

    looks_per_stream: int | None = None
    flag_buttons: bool = False
    flag_edit: bool = False
    flag_private: bool = False
    video_tells_people: bool = False
    notice_on_desk_screen: bool = False
    reports_idle: bool = False
    writes_state: bool = True
    calls_may_be_meetings: bool = False
    flag_language: str = "en"

    @property
    def shows_findings(self) -> bool:
        """Whether a finding may be named in this sink.

        Only the leads see it there, they can answer there, and what it says can be taken back: a finding that
        is disputed, overturned or expired must not go on standing somewhere. A one-way or an open sink gets
        name, time and link.
        """
        return self.flag_private and self.flag_edit and self.flag_buttons


class Host(Protocol):
    """What the engine gives a running adapter. All of it may be called from the event loop only."""

    def emit(self, event: AdapterEvent) -> None:
        """Hand over an event. Never blocks, never raises."""
        ...

    def report(self, report: HealthReport) -> None:
        """Say how the adapter is. Repeats of one state are logged once."""
        ...

    def now(self) -> float:
        """The engine's clock, seconds since the epoch."""
        ...


@runtime_checkable
class Adapter(Protocol):
    """Life of an adapter. `aclose` may be called twice, and after a failed `start`."""

    name: str
    platform: str
    tenant: str
    capabilities: Capabilities

    async def start(self, host: Host) -> None:
        """Connect. Returns once events flow or a background task of its own keeps trying.

        Raises:
            AdapterError: With its verdict.
            ConfigError: Something on the platform is not as configured.
        """
        ...

    async def aclose(self) -> None:
        """Stop every task, close every connection."""
        ...


@runtime_checkable
class StateSource(Protocol):
    """Tells the state of accounts as `AgentStateChanged` events."""

    async def follow(self, accounts: Collection[AccountRef]) -> None:
        """Follow exactly these accounts from now on; each one's state is emitted at once."""
        ...

    async def read(self, account: AccountRef) -> AgentState:
        """The state now, from the platform itself, not from a cache."""
        ...


@dataclass(frozen=True, slots=True)
class StateChange:
    """A wish to change one account's presence.

    Attributes:
        change_id: Unique; a repeat of the same wish carries the same one.
        account: Whose.
        to: `Presence.AWAY`, or `Presence.AVAILABLE` to undo an Away of ours. Nothing else is ever asked.
        expected: Revision the decision was made on; another one now means: withdraw.
        sent_before: An earlier attempt went out and its outcome is not known: if the account is now as
            wished, that attempt took effect, and the receipt says written.
        language: The agent's, such as `es`, for what the adapter itself has to tell them about the change.
    """

    change_id: str
    account: AccountRef
    to: Presence
    expected: str
    sent_before: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class StateReceipt:
    """What became of a wish.

    Attributes:
        written: False means withdrawn: nothing was changed.
        state: The state as the platform has it now; its revision is the claim when `written`.
        reason: Why it was withdrawn, for the log; empty when written.
    """

    written: bool
    state: AgentState
    reason: str = ""


@runtime_checkable
class StateWriter(Protocol):
    """Changes presence by read, check, write, verify."""

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """Make the change unless the world has moved on.

        Reads the account, withdraws when its revision is not `change.expected` or something live
        goes on, asks `still_wanted` right before the request goes out (after any wait for budget),
        writes, and verifies. Repeating a change that took effect is a success, not a second write.

        Raises:
            AdapterError: `OutcomeUnknown` only where a fresh read could not settle it.
        """
        ...


@runtime_checkable
class AwayKeeper(Protocol):
    """A `StateWriter` whose Away ends by itself, so that an engine that dies frees everybody."""

    async def keep(self, accounts: Collection[AccountRef]) -> None:
        """Let the Aways of exactly these go on, and every other one end.

        Told every few seconds while the engine runs. Without a word for some minutes, and after a restart
        until the first, none goes on. An Away that somebody else replaced is never set again.
        """
        ...


@runtime_checkable
class OwnQueue(Protocol):
    """Puts an agent back On Queue in the agent's own name: by their own click, with their own sign-in."""

    async def back_on_queue(self, account: AccountRef, access_token: str) -> AgentState:
        """Set On Queue for the person who signed in, and for nobody else.

        Asks the platform first whose token it is. Writes with that token alone, never with the adapter's own
        credentials, and only for `account`. The token is used for this one call: it is not kept, and it is
        in no log line and in no error message.

        Args:
            account: Whose page asked.
            access_token: What the platform gave that person when they signed in.

        Returns:
            The state afterwards, as the platform has it.

        Raises:
            CredentialsBad: The sign-in is over, or does not extend to this; they sign in again.
            GiveUp: It is somebody else's sign-in, or this person may not go On Queue.
            AdapterError: Any other verdict; `OutcomeUnknown` only where a fresh read could not settle it.
        """
        ...


@dataclass(frozen=True, slots=True)
class LookRequest:
    """A bounded wish for frames of one person.

    Attributes:
        look_id: Goes into every frame.
        key: Whose video.
        max_frames: Stop after so many.
        max_s: Stop after so many seconds from the first frame.
        interval_s: Wanted distance between frames, seconds; a source may be slower, never faster.
        first_frame_s: Give up when no frame has come after so many seconds.
        reason: Why it is opened, such as "watch": for a source that tells the agent so.
    """

    look_id: str
    key: StreamKey
    max_frames: int
    max_s: float
    interval_s: float
    first_frame_s: float = 5.0
    reason: str = ""


@runtime_checkable
class VideoSource(Protocol):
    """Gives frames for a look, and announces videos as `VideoOpened` and `VideoClosed`."""

    def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        """Frames of this person only, until the bounds are met or the generator is closed.

        Closing the generator closes the look at the platform.

        Raises:
            LookRefused: Camera off, paused, slot elsewhere, socket down: each with its reason.
        """
        ...


@runtime_checkable
class FlagSink(Protocol):
    """Shows flags where the team lead already works."""

    async def post(self, flag: FlagView) -> MessageRef:
        """Post it. `OutcomeUnknown` when the answer was lost."""
        ...

    async def update(self, ref: MessageRef, flag: FlagView) -> None:
        """Change what was posted; a sink without `flag_edit` does nothing."""
        ...


@runtime_checkable
class DigestSink(Protocol):
    """A `FlagSink` that can show several flags of one team in one message, when many come at once."""

    async def post_digest(self, digest: FlagDigest) -> MessageRef:
        """Post it. `OutcomeUnknown` when the answer was lost."""
        ...

    async def update_digest(self, ref: MessageRef, digest: FlagDigest) -> None:
        """Change what was posted: a flag joined, or stands otherwise. Not called without `flag_edit`."""
        ...


@runtime_checkable
class ChannelMembers(Protocol):
    """A sink that can say who reads its channels."""

    async def members(self) -> Collection[AccountRef] | None:
        """Everybody in the channels that flags go to; None when the platform does not say."""
        ...


@runtime_checkable
class MessageLookup(Protocol):
    """A sink that can find a message whose answer was lost."""

    async def find(self, flag_number: str) -> MessageRef | None:
        """The message of that flag, or None when the platform has none."""
        ...


@runtime_checkable
class AgentNotice(Protocol):
    """Reaches the agent, and nobody else."""

    async def notify(self, notice: Notice) -> MessageRef:
        """Deliver it. Returning means that the platform accepted it."""
        ...


@dataclass(frozen=True, slots=True)
class RawRequest:
    """An HTTP request as it came: signatures need the raw bytes. Header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    received_at: float


@dataclass(frozen=True, slots=True)
class RawResponse:
    """What to answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """A path that core serves for the adapter, below `/ingress/{adapter name}`."""

    method: str
    path: str


@runtime_checkable
class Ingress(Protocol):
    """Takes webhooks. Core owns the server; the adapter verifies, answers, and emits events."""

    def routes(self) -> Sequence[Route]:
        """Where the platform will call."""
        ...

    async def handle(self, request: RawRequest) -> RawResponse:
        """Verify, answer at once; longer work goes to a task of the adapter's own."""
        ...
