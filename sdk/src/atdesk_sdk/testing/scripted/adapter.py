"""The adapter of a `ScriptedPlatform`: the protocols of the contract, nothing behind them."""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncGenerator, Callable, Collection, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from atdesk_sdk.adapter import (
    Capabilities,
    Host,
    LookRequest,
    RawRequest,
    RawResponse,
    Route,
    StateChange,
    StateReceipt,
)
from atdesk_sdk.detector import Frame, PixelFormat
from atdesk_sdk.errors import CredentialsBad, GiveUp, LookRefused
from atdesk_sdk.events import (
    AccountRef,
    AdapterEvent,
    AgentState,
    AgentStateChanged,
    Interaction,
    LeadActed,
    LeadAction,
    PauseChanged,
    Presence,
    StreamKey,
    VideoClosed,
    VideoOpened,
)
from atdesk_sdk.findings import CouldNotTell
from atdesk_sdk.flags import FlagView, MessageRef, Notice
from atdesk_sdk.health import HealthReport
from atdesk_sdk.testing.scripted.platform import BUTTON_PATH, SIGNATURE, STREAM, ScriptedPlatform
from atdesk_sdk.testing.scripted.timeline import (
    At,
    Happening,
    LeadPresses,
    Operation,
    PauseSet,
    ReportHealth,
    StateBecomes,
    VideoEnds,
    VideoStarts,
)

EVERYTHING = Capabilities(
    looks_per_stream=1, flag_buttons=True, flag_edit=True, flag_private=True, video_tells_people=True
)
"""What a scripted adapter can do by default."""

_LIVE = {Interaction.CUSTOMER_CALL, Interaction.AFTER_CALL}


class _Press(BaseModel):
    """Body of a button's webhook request."""

    model_config = ConfigDict(extra="forbid")

    flag: str
    action: LeadAction
    account: str
    reason: str | None


class ScriptedAdapter:
    """Implements every protocol from a script, but for `DigestSink` and `ChannelMembers`.

    Args:
        platform: What it stands for. Several adapters may share one, and it outlives them.
        script: What happens after `start`, played by the adapter.
        name: As in the configuration.
        capabilities: What it says it can do; it keeps to `looks_per_stream`.
    """

    platform = "scripted"
    tenant = "scripted"

    def __init__(
        self,
        platform: ScriptedPlatform,
        script: Sequence[At] = (),
        *,
        name: str = "scripted",
        capabilities: Capabilities = EVERYTHING,
    ) -> None:
        self.name = name
        self.capabilities = capabilities
        self._world = platform
        self._script = script
        self._host: Host | None = None
        self._player: asyncio.Task[None] | None = None
        self._followed: frozenset[AccountRef] = frozenset()
        self._done: dict[str, str] = {}

    async def start(self, host: Host) -> None:
        """Listen to the platform, and let the script begin."""
        async with self._world.request(Operation.START):
            self._host = host
            self._world.attach(self._hear)
        if self._script:
            self._player = asyncio.create_task(self._world.play(self._script), name=f"{self.name}: script")

    async def aclose(self) -> None:
        """Stop listening; the rest of the script does not happen."""
        self._world.detach(self._hear)
        self._host = None
        player, self._player = self._player, None
        if player:
            player.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await player

    async def follow(self, accounts: Collection[AccountRef]) -> None:
        """Emit the state of each account now, and again whenever it changes."""
        self._followed = frozenset(accounts)
        for account in accounts:
            self._emit_state(account)

    async def read(self, account: AccountRef) -> AgentState:
        """The state now."""
        async with self._world.request(Operation.READ):
            return self._world.state(account)

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """Read, check, write. A repeat of what was written is answered from memory."""
        if change.to not in {Presence.AWAY, Presence.AVAILABLE}:
            raise GiveUp(f"an adapter writes away and available, never {change.to}")
        before = await self.read(change.account)
        if change.change_id in self._done:
            return self._repeated(change, before)
        if objection := self._objection(change, before):
            return StateReceipt(False, before, objection)
        return await self._write(change, still_wanted)

    async def back_on_queue(self, account: AccountRef, access_token: str) -> AgentState:
        """On Queue for the person who signed in."""
        async with self._world.request(Operation.OWN_QUEUE):
            person = self._world.sign_ins.get(access_token)
            if person is None:
                raise CredentialsBad("the sign-in is over: sign in again")
            if person != account:
                raise GiveUp("somebody else is signed in")
            self._world.happen(StateBecomes(account, Presence.ON_QUEUE))
            return self._world.state(account)

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        """The pictures of the person's video in turn, one each interval."""
        async with self._world.request(Operation.FRAMES):
            self._open_look(request)
        try:
            for number in range(min(request.max_frames, int(request.max_s / request.interval_s) + 1)):
                if number:
                    await asyncio.sleep(request.interval_s)
                yield self._picture(request, number)
        finally:
            self._world.looks_open -= 1

    async def post(self, flag: FlagView) -> MessageRef:
        """Keep the flag as a message."""
        async with self._world.request(Operation.POST):
            message_id = str(len(self._world.flags) + 1)
            self._world.flags[message_id] = flag
            return self._ref(message_id)

    async def update(self, ref: MessageRef, flag: FlagView) -> None:
        """Change the message.

        Raises:
            GiveUp: No such message was posted.
        """
        async with self._world.request(Operation.UPDATE):
            if ref.external_id not in self._world.flags:
                raise GiveUp(f"there is no message {ref.external_id} to update")
            if self.capabilities.flag_edit:
                self._world.flags[ref.external_id] = flag

    async def find(self, flag_number: str) -> MessageRef | None:
        """The message that shows this flag."""
        async with self._world.request(Operation.FIND):
            ids = [key for key, flag in self._world.flags.items() if flag.number == flag_number]
            return self._ref(ids[0]) if ids else None

    async def notify(self, notice: Notice) -> MessageRef:
        """Keep the notice."""
        async with self._world.request(Operation.NOTIFY):
            self._world.state(notice.account)  # raises for an account nobody knows
            self._world.notices.append(notice)
            return self._ref(f"notice-{len(self._world.notices)}")

    def routes(self) -> Sequence[Route]:
        """Where `ScriptedPlatform.press` calls."""
        return [Route("POST", BUTTON_PATH)]

    async def handle(self, request: RawRequest) -> RawResponse:
        """Verify the signature, then tell who pressed what."""
        signature = request.headers.get(SIGNATURE, "")
        if not hmac.compare_digest(signature.encode(), self._world.signature(request.body).encode()):
            return RawResponse(401, b"the signature does not fit")
        try:
            press = _Press.model_validate_json(request.body)
        except ValidationError:
            return RawResponse(400, b"not a button")
        account = AccountRef(self.platform, self.tenant, press.account)
        self._hear(LeadPresses(press.flag, press.action, account, press.reason))
        return RawResponse(200)

    def _hear(self, what: Happening) -> None:
        if isinstance(what, StateBecomes):
            self._emit_state(what.account)
        elif isinstance(what, ReportHealth) and self._host:
            self._host.report(HealthReport(self.name, what.status, what.message, self._host.now()))
        elif event := self._event(what):
            self._emit(event)

    def _event(self, what: Happening) -> AdapterEvent | None:
        now = self._world.now()
        match what:
            case VideoStarts(participant_id=who, account=account, meeting=meeting):
                return VideoOpened(self._key(who), account, meeting, now, now)
            case VideoEnds(participant_id=who, reason=reason):
                return VideoClosed(self._key(who), reason, now, now)
            case PauseSet(account=account, paused=paused, by=by, reason_code=code, reason_text=text):
                return PauseChanged(account, paused, by, now, now, code, text)
            case LeadPresses(flag_number=number, action=action, reason=why, account=account):
                return LeadActed(number, action, why, account, now, now)
            case _:
                return None

    def _emit_state(self, account: AccountRef) -> None:
        if account in self._followed:
            now = self._world.now()
            self._emit(AgentStateChanged(self._world.state(account), now, now))

    def _emit(self, event: AdapterEvent) -> None:
        if self._host:
            self._host.emit(event)

    def _objection(self, change: StateChange, now: AgentState) -> str:
        if now.revision != change.expected:
            return f"the state has moved on to {now.revision}"
        return f"{now.interaction} goes on" if now.interaction in _LIVE else ""

    def _repeated(self, change: StateChange, now: AgentState) -> StateReceipt:
        ours = now.revision == self._done[change.change_id]
        return StateReceipt(ours, now, "" if ours else "somebody changed the state after it was written")

    async def _write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        async with self._world.request(Operation.WRITE):
            now = self._world.state(change.account)
            # Asked again after the wait: the script may have let something happen meanwhile.
            if objection := self._objection(change, now):
                return StateReceipt(False, now, objection)
            if not still_wanted():
                return StateReceipt(False, now, "no longer wanted")
            written = self._world.set_presence(change)
            self._done[change.change_id] = written.revision
            return StateReceipt(True, written)

    def _open_look(self, request: LookRequest) -> None:
        self._world.pictures(request.key)  # raises when nobody's video is there
        slots = self.capabilities.looks_per_stream
        if slots is not None and self._world.looks_open >= slots:
            raise LookRefused(CouldNotTell.NOT_OUR_TURN, f"the stream's {slots} slots are taken")
        self._world.looks.append(request)
        self._world.looks_open += 1

    def _picture(self, request: LookRequest, number: int) -> Frame:
        if self._host is None:
            raise LookRefused(CouldNotTell.ADAPTER_DOWN, f"{self.name} is closed")
        pictures, now = self._world.pictures(request.key), self._world.now()
        picture = memoryview(pictures[number % len(pictures)])
        return Frame(request.look_id, picture, PixelFormat.JPEG, now, now)

    def _key(self, participant_id: str) -> StreamKey:
        return StreamKey(self.name, STREAM, participant_id)

    def _ref(self, message_id: str) -> MessageRef:
        return MessageRef(self.name, "scripted", message_id)
