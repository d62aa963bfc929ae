"""Adapters that each do one thing wrong, for `test_kit_catches`."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import replace
from typing import cast

from atdesk_sdk import (
    AccountRef,
    AgentState,
    AgentStateChanged,
    Capabilities,
    CouldNotTell,
    FlagDigest,
    FlagView,
    Frame,
    GiveUp,
    HealthReport,
    HealthStatus,
    Host,
    LookRefused,
    LookRequest,
    MessageRef,
    Notice,
    Presence,
    RawRequest,
    RawResponse,
    Route,
    StateChange,
    StateReceipt,
    TryLater,
    VideoOpened,
)
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform, StateBecomes
from tests.sdk.story import BEN, ListingAdapter

Asked = Callable[[], bool]


class Nameless(ScriptedAdapter):
    def __init__(self, platform: ScriptedPlatform) -> None:
        super().__init__(platform, name="")


class NoLooks(ScriptedAdapter):
    def __init__(self, platform: ScriptedPlatform) -> None:
        super().__init__(platform, capabilities=Capabilities(looks_per_stream=0))


class Blocking(ScriptedAdapter):
    def read(self, account: AccountRef) -> AgentState:  # type: ignore[override]  # the fault itself
        return self._world.state(account)


class LeavesTask(ScriptedAdapter):
    async def start(self, host: Host) -> None:
        await super().start(host)
        self.left = asyncio.create_task(asyncio.sleep(3600), name="left behind")


class LeavesTaskWhenRefused(ScriptedAdapter):
    async def start(self, host: Host) -> None:
        self.left = asyncio.create_task(asyncio.sleep(3600), name="left behind")
        await super().start(host)


class HangsOnSecondClose(ScriptedAdapter):
    closed = False

    async def aclose(self) -> None:
        if self.closed:
            await asyncio.sleep(3600)
        self.closed = True
        await super().aclose()


class ClosesOnlyWhatStarted(ScriptedAdapter):
    async def aclose(self) -> None:
        assert self._host is not None
        await super().aclose()


class StartsWithoutVerdict(ScriptedAdapter):
    async def start(self, host: Host) -> None:
        try:
            await super().start(host)
        except Exception:
            return


class ReportsAsAnother(ScriptedAdapter):
    async def start(self, host: Host) -> None:
        await super().start(host)
        host.report(HealthReport("somebody else", HealthStatus.UP, "", host.now()))


class FollowsTwice(ScriptedAdapter):
    async def follow(self, accounts: Collection[AccountRef]) -> None:
        await super().follow(accounts)
        await super().follow(accounts)


class FollowsForever(ScriptedAdapter):
    async def follow(self, accounts: Collection[AccountRef]) -> None:
        await super().follow(accounts or self._followed)


class EmitsTwice(ScriptedAdapter):
    def _emit_state(self, account: AccountRef) -> None:
        super()._emit_state(account)
        if self._world.state(account).presence is Presence.BREAK:
            super()._emit_state(account)


class Caches(ScriptedAdapter):
    def __init__(self, platform: ScriptedPlatform) -> None:
        super().__init__(platform)
        self.cache: dict[AccountRef, AgentState] = {}

    async def read(self, account: AccountRef) -> AgentState:
        if account not in self.cache:
            self.cache[account] = await super().read(account)
        return self.cache[account]


class OneRevision(ScriptedAdapter):
    async def read(self, account: AccountRef) -> AgentState:
        return replace(await super().read(account), revision="same")


class PresenceAsRevision(ScriptedAdapter):
    """The obvious mistake: a person's own Away then looks like the Away that we wrote."""

    async def read(self, account: AccountRef) -> AgentState:
        state = await super().read(account)
        return replace(state, revision=state.presence)

    async def write(self, change: StateChange, still_wanted: Asked) -> StateReceipt:
        state = self._world.set_presence(change)
        return StateReceipt(True, replace(state, revision=state.presence))


class FreshRevisions(ScriptedAdapter):
    count = 0

    async def read(self, account: AccountRef) -> AgentState:
        self.count += 1
        return replace(await super().read(account), revision=f"read {self.count}")


class DownIsUnknown(ScriptedAdapter):
    async def read(self, account: AccountRef) -> AgentState:
        try:
            return await super().read(account)
        except TryLater:
            return replace(self._world.state(account), presence=Presence.UNKNOWN)


class RaisesKeyError(ScriptedAdapter):
    async def read(self, account: AccountRef) -> AgentState:
        return self._world.states[account]


class PlatformTimeAsReceived(ScriptedAdapter):
    async def follow(self, accounts: Collection[AccountRef]) -> None:
        for account in accounts:
            state = self._world.state(account)
            self._emit(AgentStateChanged(state, state.since, state.since - 600.0))


class TalksAfterClose(ScriptedAdapter):
    async def aclose(self) -> None:
        pass


class Rewrites(ScriptedAdapter):
    """Writes whatever was asked, whenever it was asked."""

    async def write(self, change: StateChange, still_wanted: Asked) -> StateReceipt:
        return StateReceipt(True, self._world.set_presence(change))


class AsksAfterwards(ScriptedAdapter):
    async def write(self, change: StateChange, still_wanted: Asked) -> StateReceipt:
        receipt = await super().write(change, lambda: True)
        still_wanted()
        return receipt


class WithdrawsRepeats(ScriptedAdapter):
    async def write(self, change: StateChange, still_wanted: Asked) -> StateReceipt:
        receipt = await super().write(change, still_wanted)
        self._done.clear()
        return receipt


class WithdrawsSilently(ScriptedAdapter):
    async def write(self, change: StateChange, still_wanted: Asked) -> StateReceipt:
        return replace(await super().write(change, still_wanted), reason="")


class ReceiptOfBefore(ScriptedAdapter):
    async def write(self, change: StateChange, still_wanted: Asked) -> StateReceipt:
        receipt = await super().write(change, still_wanted)
        return replace(receipt, state=replace(receipt.state, revision=change.expected))


class NeverWrites(ScriptedAdapter):
    async def write(self, change: StateChange, still_wanted: Asked) -> StateReceipt:
        return StateReceipt(False, await self.read(change.account), "not today")


class ForeignFrames(ScriptedAdapter):
    def _picture(self, request: LookRequest, number: int) -> Frame:
        return replace(super()._picture(request, number), look_id="another look")


class WritableFrames(ScriptedAdapter):
    def _picture(self, request: LookRequest, number: int) -> Frame:
        frame = super()._picture(request, number)
        return replace(frame, data=memoryview(bytearray(frame.data)))


class Floods(ScriptedAdapter):
    """Ignores the bounds, and the wanted distance."""

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        for number in range(100):
            yield self._picture(request, number)


class NeverCloses(ScriptedAdapter):
    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        self._world.looks_open += 1
        yield self._picture(request, 0)
        if request.max_frames > 1:
            await asyncio.sleep(request.interval_s)
            yield self._picture(request, 1)


class SilentWhenOff(ScriptedAdapter):
    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        try:
            yield self._picture(request, 0)
        except LookRefused:
            return


class AlwaysNoSignal(ScriptedAdapter):
    def _picture(self, request: LookRequest, number: int) -> Frame:
        raise LookRefused(CouldNotTell.NO_SIGNAL, "no")

    def _open_look(self, request: LookRequest) -> None:
        self._world.looks_open += 1


class HangsInLook(ScriptedAdapter):
    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        yield self._picture(request, 0)
        await asyncio.sleep(3600)


class ForeignKey(ScriptedAdapter):
    def _emit(self, event: object) -> None:
        if isinstance(event, VideoOpened):
            event = replace(event, key=replace(event.key, adapter="another"))
        super()._emit(cast("VideoOpened", event))


class NeverTellsTheEnd(ScriptedAdapter):
    def _emit(self, event: object) -> None:
        if isinstance(event, VideoOpened | AgentStateChanged):
            super()._emit(event)


class PostsAsAnother(ScriptedAdapter):
    def _ref(self, message_id: str) -> MessageRef:
        return replace(super()._ref(message_id), adapter="another")


class LeaksTheFinding(ScriptedAdapter):
    async def post(self, flag: FlagView) -> MessageRef:
        return await super().post(replace(flag, agent_name=flag.agent_name + " (absent)"))


class DropsTheName(ScriptedAdapter):
    async def post(self, flag: FlagView) -> MessageRef:
        return await super().post(replace(flag, agent_name="an agent"))


class NeverEdits(ScriptedAdapter):
    async def update(self, ref: MessageRef, flag: FlagView) -> None:
        pass


class FindsNothing(ScriptedAdapter):
    async def find(self, flag_number: str) -> MessageRef | None:
        return None


class FindsAnything(ScriptedAdapter):
    async def find(self, flag_number: str) -> MessageRef | None:
        return self._ref("1")


class EditsAllTheSame(ScriptedAdapter):
    def __init__(self, platform: ScriptedPlatform) -> None:
        super().__init__(platform, capabilities=Capabilities(flag_buttons=True))

    async def update(self, ref: MessageRef, flag: FlagView) -> None:
        self._world.flags[ref.external_id] = flag


class OneDigestForAll(ListingAdapter):
    async def post_digest(self, digest: FlagDigest) -> MessageRef:
        return self._ref("digest")


class ListsOne(ListingAdapter):
    async def post_digest(self, digest: FlagDigest) -> MessageRef:
        return await super().post_digest(replace(digest, flags=digest.flags[:1]))


class ListsFindings(ListingAdapter):
    async def post_digest(self, digest: FlagDigest) -> MessageRef:
        told = [replace(flag, agent_name=f"{flag.agent_name} (absent)") for flag in digest.flags]
        return await super().post_digest(replace(digest, flags=tuple(told)))


class NeverEditsDigests(ListingAdapter):
    async def update_digest(self, ref: MessageRef, digest: FlagDigest) -> None:
        pass


class EditsDigestsAllTheSame(ListingAdapter):
    def __init__(self, platform: ScriptedPlatform) -> None:
        super().__init__(platform, capabilities=Capabilities(flag_buttons=True))

    async def update_digest(self, ref: MessageRef, digest: FlagDigest) -> None:
        self.digests[ref.external_id] = digest


class MembersByName(ListingAdapter):
    async def members(self) -> Collection[AccountRef] | None:
        return ["Ben Brook"]  # type: ignore[list-item]  # the fault itself


class NobodyReads(ListingAdapter):
    async def members(self) -> Collection[AccountRef] | None:
        return []


class SwallowsOutages(ScriptedAdapter):
    async def post(self, flag: FlagView) -> MessageRef:
        return self._ref("1")

    async def notify(self, notice: Notice) -> MessageRef:
        return self._ref("notice-1")

    async def write(self, change: StateChange, still_wanted: Asked) -> StateReceipt:
        return StateReceipt(False, self._world.state(change.account), "the platform is down")


class StaysOffQueue(ScriptedAdapter):
    async def back_on_queue(self, account: AccountRef, access_token: str) -> AgentState:
        return replace(self._world.state(account), presence=Presence.ON_QUEUE)


class PutsAnybodyOnQueue(ScriptedAdapter):
    async def back_on_queue(self, account: AccountRef, access_token: str) -> AgentState:
        self._world.happen(StateBecomes(account, Presence.ON_QUEUE))
        return self._world.state(account)


class LogsTheSignIn(ScriptedAdapter):
    async def back_on_queue(self, account: AccountRef, access_token: str) -> AgentState:
        logging.getLogger("adapter").warning("signed in with %s", access_token)
        return await super().back_on_queue(account, access_token)


class NamesTheSignIn(ScriptedAdapter):
    async def back_on_queue(self, account: AccountRef, access_token: str) -> AgentState:
        if self._world.sign_ins.get(access_token) != account:
            raise GiveUp(f"the token {access_token} is not this person's")
        return await super().back_on_queue(account, access_token)


class TellsEverybody(ScriptedAdapter):
    async def notify(self, notice: Notice) -> MessageRef:
        await super().notify(replace(notice, account=BEN))
        return await super().notify(notice)


class Believes(ScriptedAdapter):
    async def handle(self, request: RawRequest) -> RawResponse:
        return RawResponse(200)


class BelievesNobody(ScriptedAdapter):
    async def handle(self, request: RawRequest) -> RawResponse:
        return RawResponse(401)


class NoRoutes(ScriptedAdapter):
    def routes(self) -> Sequence[Route]:
        return []
