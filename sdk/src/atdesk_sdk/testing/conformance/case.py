"""What an adapter's author gives to the kit, and a started adapter to check."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest

from atdesk_sdk.adapter import (
    Adapter,
    AgentNotice,
    ChannelMembers,
    DigestSink,
    FlagSink,
    Ingress,
    MessageLookup,
    OwnQueue,
    RawRequest,
    StateSource,
    StateWriter,
    VideoSource,
)
from atdesk_sdk.events import AccountRef, Presence, StreamKey
from atdesk_sdk.flags import FlagView, MessageRef
from atdesk_sdk.testing.host import RecordingHost
from atdesk_sdk.testing.samples import sample_flag

Part = TypeVar("Part")


def _no_task_is_the_platforms(task: "asyncio.Task[Any]") -> bool:
    """Right for a platform in another process, and for one whose tasks end with their connections."""
    return False


@dataclass(frozen=True, kw_only=True)
class AdapterCase:
    """An adapter before its platform, and what the kit may do to that platform.

    Only `make` is required. Each part that is left out skips the checks that need it, by name.

    Attributes:
        make: A fresh adapter, not started, against the platform (a simulator, a sandbox tenant).
        make_broken: A fresh adapter that the platform refuses: a wrong secret, a missing permission.
        accounts: Accounts that the platform knows. Each check starts with the first one Available
            and nothing live going on.
        unknown_account: An account that the platform does not know.
        set_state: The person, not we, changes the presence at the platform. Takes the account and
            one of Available, Away and `other_presence`.
        other_presence: What the person changes to where the kit wants neither Available nor Away.
        sign_in: The person signs in at the platform; gives their access token, which is a secret.
        start_call: A customer call begins on the account.
        write_count: How many state writes have reached the platform so far.
        lose_answer: The platform carries out the next write or message, but its answer is lost.
        outage: From now on the platform answers every request with a failure.
        open_video: Somebody's video starts, so that the adapter emits `VideoOpened`.
        camera_off: The person behind the key switches the camera off.
        close_video: The meeting of the key ends, so that the adapter emits `VideoClosed`.
        looks_open: How many looks the platform believes to be open.
        flag: The flag to post; one without details when left out (`sample_flag`), with details when the
            adapter says `flag_private`.
        shown: What people read in a posted message now, as one text.
        told: What the account's person has been told so far, one text for each message.
        genuine_request: A webhook request that the platform would send, correctly signed.
        secrets: Values that may appear in no log line, health report or error message.
        platform_task: Says whether an asyncio task belongs to a simulator in the same loop.
        now: The engine's clock, seconds since the epoch.
        patience_s: How long to wait for something that has to come, seconds.
        quiet_s: How long to wait to see that nothing comes, seconds.
        look_interval_s: Wanted distance between frames in the kit's looks, seconds.
    """

    make: Callable[[], Adapter]
    make_broken: Callable[[], Adapter] | None = None
    accounts: Sequence[AccountRef] = ()
    unknown_account: AccountRef | None = None
    set_state: Callable[[AccountRef, Presence], Awaitable[None]] | None = None
    other_presence: Presence = Presence.BREAK
    sign_in: Callable[[AccountRef], Awaitable[str]] | None = None
    start_call: Callable[[AccountRef], Awaitable[None]] | None = None
    write_count: Callable[[], int] | None = None
    lose_answer: Callable[[], Awaitable[None]] | None = None
    outage: Callable[[], Awaitable[None]] | None = None
    open_video: Callable[[], Awaitable[None]] | None = None
    camera_off: Callable[[StreamKey], Awaitable[None]] | None = None
    close_video: Callable[[StreamKey], Awaitable[None]] | None = None
    looks_open: Callable[[], int] | None = None
    flag: FlagView | None = None
    shown: Callable[[MessageRef], Awaitable[str]] | None = None
    told: Callable[[AccountRef], Awaitable[Sequence[str]]] | None = None
    genuine_request: Callable[[], RawRequest] | None = None
    secrets: Collection[str] = ()
    platform_task: Callable[["asyncio.Task[Any]"], bool] = _no_task_is_the_platforms
    now: Callable[[], float] = time.time
    patience_s: float = 5.0
    quiet_s: float = 0.1
    look_interval_s: float = 0.2

    def account(self) -> AccountRef:
        """The account that the checks work on."""
        if not self.accounts:
            pytest.skip("the case gives no accounts: this check needs one")
        return self.accounts[0]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Running"]:
        """A fresh adapter, started, with a host of its own; closed at the end."""
        run = Running(self, self.make(), RecordingHost(self.now))
        try:
            async with within(self.patience_s, "start()"):
                await run.adapter.start(run.host)
            yield run
        finally:
            await close(run.adapter, self.patience_s)


@asynccontextmanager
async def within(patience_s: float, what: str) -> AsyncIterator[None]:
    """Bound a wait, and fail by name when it runs out."""
    try:
        async with asyncio.timeout(patience_s):
            yield
    except TimeoutError:
        raise AssertionError(f"{what} did not end within {patience_s:g} s") from None


async def close(adapter: Adapter, patience_s: float) -> None:
    """Close an adapter, and fail by name when that hangs."""
    async with within(patience_s, "aclose()"):
        await adapter.aclose()


def given(case: AdapterCase, protocol: type, part: Part | None, name: str) -> Part:
    """A part of the case, or skip the check: first when the adapter lacks the protocol it is about."""
    if not isinstance(case.make(), protocol):
        pytest.skip(f"the adapter is no {protocol.__name__}")
    if part is None:
        pytest.skip(f"the case gives no {name}: this check needs it")
    return part


@dataclass(frozen=True)
class Running:
    """A started adapter. Each property skips the check when the adapter does not have that protocol."""

    case: AdapterCase
    adapter: Adapter
    host: RecordingHost = field(default_factory=RecordingHost)

    @property
    def states(self) -> StateSource:
        """The adapter as a source of states."""
        if not isinstance(self.adapter, StateSource):
            pytest.skip("the adapter is no StateSource")
        return self.adapter

    @property
    def writer(self) -> StateWriter:
        """The adapter as a writer of states."""
        if not isinstance(self.adapter, StateWriter):
            pytest.skip("the adapter is no StateWriter")
        return self.adapter

    @property
    def own_queue(self) -> OwnQueue:
        """The adapter as a way back On Queue."""
        if not isinstance(self.adapter, OwnQueue):
            pytest.skip("the adapter is no OwnQueue")
        return self.adapter

    @property
    def video(self) -> VideoSource:
        """The adapter as a source of video."""
        if not isinstance(self.adapter, VideoSource):
            pytest.skip("the adapter is no VideoSource")
        return self.adapter

    @property
    def sink(self) -> FlagSink:
        """The adapter as a sink of flags."""
        if not isinstance(self.adapter, FlagSink):
            pytest.skip("the adapter is no FlagSink")
        return self.adapter

    @property
    def digests(self) -> DigestSink:
        """The adapter as a sink of several flags in one message."""
        if not isinstance(self.adapter, DigestSink):
            pytest.skip("the adapter is no DigestSink")
        return self.adapter

    @property
    def channel(self) -> ChannelMembers:
        """The adapter as one that knows who reads."""
        if not isinstance(self.adapter, ChannelMembers):
            pytest.skip("the adapter is no ChannelMembers")
        return self.adapter

    @property
    def lookup(self) -> MessageLookup:
        """The adapter as a finder of messages."""
        if not isinstance(self.adapter, MessageLookup):
            pytest.skip("the adapter is no MessageLookup")
        return self.adapter

    @property
    def notices(self) -> AgentNotice:
        """The adapter as a way to reach agents."""
        if not isinstance(self.adapter, AgentNotice):
            pytest.skip("the adapter is no AgentNotice")
        return self.adapter

    @property
    def ingress(self) -> Ingress:
        """The adapter as a taker of webhooks."""
        if not isinstance(self.adapter, Ingress):
            pytest.skip("the adapter is no Ingress")
        return self.adapter

    def flag(self, number: str | None = None) -> FlagView:
        """The flag that the case wants posted, or a sample as core would cut it for this sink."""
        private = self.adapter.capabilities.flag_private
        flag = self.case.flag or sample_flag(since=self.host.now() - 60.0, private=private)
        return replace(flag, number=number) if number else flag

    async def quiet(self) -> None:
        """Give something that must not happen the time to happen."""
        await asyncio.sleep(self.case.quiet_s)
