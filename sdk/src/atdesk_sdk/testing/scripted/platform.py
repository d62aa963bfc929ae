"""The platform behind scripted adapters: it outlives them, and counts what reaches it."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from atdesk_sdk.adapter import LookRequest, RawRequest, StateChange
from atdesk_sdk.errors import GiveUp, LookRefused
from atdesk_sdk.events import AccountRef, AgentState, Interaction, LeadAction, Presence, Routing, StreamKey
from atdesk_sdk.findings import CouldNotTell
from atdesk_sdk.flags import FlagView, Notice
from atdesk_sdk.testing.scripted.timeline import (
    At,
    Fault,
    Happening,
    Operation,
    StateBecomes,
    VideoEnds,
    VideoStarts,
)

BUTTON_PATH = "/button"
SIGNATURE = "x-scripted-signature"
STREAM = "stream-1"


class ScriptedPlatform:
    """A platform in memory. Everybody in it starts Available, off queue, with nothing live going on.

    Args:
        accounts: Who is known.
        now: The clock, seconds since the epoch; `VirtualClock.now` in virtual time.
        signed_with: What webhook requests are signed with.

    Attributes:
        states: The state of each account now.
        writes: Every state change that was carried out, in order.
        sign_ins: Access token -> the person who signed in with it; `sign_in` makes one.
        flags: What each posted message shows now, by its id; ids count up from "1".
        notices: Every notice that was accepted, in order.
        looks: Every look that was opened, in order.
        looks_open: How many are open now.
    """

    def __init__(
        self, accounts: Iterable[AccountRef], now: Callable[[], float], signed_with: str = "scripted"
    ) -> None:
        self.now = now
        self._revision = 0
        self._key = signed_with.encode()
        self._faults: list[Fault] = []
        self._listeners: list[Callable[[Happening], None]] = []
        self._videos: dict[str, VideoStarts | VideoEnds] = {}
        self.states = {account: self._fresh(account) for account in accounts}
        self.writes: list[StateChange] = []
        self.sign_ins: dict[str, AccountRef] = {}
        self.flags: dict[str, FlagView] = {}
        self.notices: list[Notice] = []
        self.looks: list[LookRequest] = []
        self.looks_open = 0

    def happen(self, what: Happening) -> None:
        """Let something happen now, and tell the adapters that are started."""
        match what:
            case Fault():
                self._faults.append(what)
            case StateBecomes():
                self._become(what)
            case VideoStarts() | VideoEnds():
                self._videos[what.participant_id] = what
            case _:
                pass  # nothing to keep: only the adapters are told
        for listener in tuple(self._listeners):
            listener(what)

    async def play(self, script: Sequence[At]) -> None:
        """Let a script happen, counted from now; returns after its last line."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for line in sorted(script, key=lambda line: line.seconds):
            await asyncio.sleep(max(0.0, began + line.seconds - loop.time()))
            self.happen(line.what)

    def attach(self, listener: Callable[[Happening], None]) -> None:
        """Tell a started adapter what happens."""
        self._listeners.append(listener)

    def detach(self, listener: Callable[[Happening], None]) -> None:
        """Stop telling it. Fine when it was never told."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    @asynccontextmanager
    async def request(self, operation: Operation) -> AsyncIterator[None]:
        """One call of an operation, with the fault that the script has for it."""
        fault = self._next_fault(operation)
        if fault:
            await asyncio.sleep(fault.delay_s)
            if fault.error and not fault.carried_out:
                raise fault.error
        yield
        if fault and fault.error:
            raise fault.error

    def state(self, account: AccountRef) -> AgentState:
        """The state of an account.

        Raises:
            GiveUp: The platform does not know it.
        """
        if account not in self.states:
            raise GiveUp(f"{account} is not known to the scripted platform")
        return self.states[account]

    def sign_in(self, account: AccountRef) -> str:
        """The person signs in at the platform; gives their access token."""
        token = f"token-{len(self.sign_ins) + 1}-of-{account.external_id}"
        self.sign_ins[token] = account
        return token

    def set_presence(self, change: StateChange) -> AgentState:
        """Carry out a state write; gives the state after it."""
        self.writes.append(change)
        self.happen(StateBecomes(change.account, change.to))
        return self.states[change.account]

    def pictures(self, key: StreamKey) -> tuple[bytes, ...]:
        """What the video of a key shows.

        Raises:
            LookRefused: Nobody's video is there now.
        """
        video = self._videos.get(key.participant_id) if key.stream_id == STREAM else None
        if isinstance(video, VideoStarts):
            return video.pictures
        reason = video.reason if video else CouldNotTell.NO_SIGNAL
        raise LookRefused(reason, f"no video of {key.participant_id} in {key.stream_id}")

    def press(
        self, flag_number: str, action: LeadAction, account: AccountRef, reason: str | None = None
    ) -> RawRequest:
        """The signed webhook request of a lead who presses a button."""
        pressed = {"flag": flag_number, "action": action, "account": account.external_id, "reason": reason}
        body = json.dumps(pressed).encode()
        return RawRequest("POST", BUTTON_PATH, {SIGNATURE: self.signature(body)}, {}, body, self.now())

    def signature(self, body: bytes) -> str:
        """What a genuine request with this body carries."""
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()

    def _next_fault(self, operation: Operation) -> Fault | None:
        for index, fault in enumerate(self._faults):
            if fault.operation is operation:
                self._use_up(index)
                return fault
        return None

    def _use_up(self, index: int) -> None:
        fault = self._faults[index]
        if fault.times is None:
            return
        if fault.times > 1:
            self._faults[index] = replace(fault, times=fault.times - 1)
        else:
            del self._faults[index]

    def _become(self, what: StateBecomes) -> None:
        old = self.state(what.account)
        self.states[what.account] = replace(
            old,
            presence=what.presence or old.presence,
            routing=what.routing or old.routing,
            interaction=what.interaction or old.interaction,
            since=self.now() if what.presence else old.since,
            revision=self._next_revision(),
        )

    def _fresh(self, account: AccountRef) -> AgentState:
        available, off_queue, nothing = Presence.AVAILABLE, Routing.OFF_QUEUE, Interaction.NONE
        return AgentState(
            account, available, off_queue, nothing, self.now(), "scripted", self._next_revision()
        )

    def _next_revision(self) -> str:
        self._revision += 1
        return f"r{self._revision}"
