"""A scripted platform with everything that the conformance kit can make use of."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any

from atdesk_sdk import (
    AccountRef,
    CouldNotTell,
    CredentialsBad,
    FlagDigest,
    FlagView,
    Interaction,
    LeadAction,
    Meeting,
    MessageRef,
    OutcomeUnknown,
    Presence,
    StreamKey,
    TryLater,
)
from atdesk_sdk.testing import AdapterCase, VirtualTimeLoop
from atdesk_sdk.testing.scripted import (
    Fault,
    Operation,
    ScriptedAdapter,
    ScriptedPlatform,
    StateBecomes,
    VideoEnds,
    VideoStarts,
)

ANA = AccountRef("scripted", "scripted", "ana")
BEN = AccountRef("scripted", "scripted", "ben")
STRANGER = AccountRef("scripted", "scripted", "stranger")
SIGNING_KEY = "not-to-be-logged"
PICTURE = b"\xff\xd8\xff\xd9"
BAD_SECRET = CredentialsBad("the secret of [[scripted]] is refused: renew env:SCRIPTED_SECRET")


class ListingPlatform(ScriptedPlatform):
    """A scripted platform that keeps messages of several flags, by their ids."""

    def __init__(self, accounts: Collection[AccountRef], now: Callable[[], float], signed_with: str) -> None:
        super().__init__(accounts, now, signed_with)
        self.digests: dict[str, FlagDigest] = {}


class ListingAdapter(ScriptedAdapter):
    """The scripted adapter, with digests and with members of its channel: BEN leads."""

    def __init__(self, platform: ScriptedPlatform, **more: Any) -> None:
        assert isinstance(platform, ListingPlatform)
        super().__init__(platform, **more)
        self.digests = platform.digests

    async def post_digest(self, digest: FlagDigest) -> MessageRef:
        async with self._world.request(Operation.POST):
            key = f"digest-{len(self.digests) + 1}"
            self.digests[key] = digest
            return self._ref(key)

    async def update_digest(self, ref: MessageRef, digest: FlagDigest) -> None:
        async with self._world.request(Operation.UPDATE):
            if self.capabilities.flag_edit:
                self.digests[ref.external_id] = digest

    async def members(self) -> Collection[AccountRef] | None:
        async with self._world.request(Operation.READ):
            return [BEN]


class Story:
    """What the kit may do to a scripted platform."""

    def __init__(self, world: ListingPlatform, make: Callable[[ScriptedPlatform], ScriptedAdapter]) -> None:
        self.world = world
        self.make = make

    def broken(self) -> ScriptedAdapter:
        self.world.happen(Fault(Operation.START, BAD_SECRET))
        return self.make(self.world)

    async def set_state(self, account: AccountRef, presence: Presence) -> None:
        self.world.happen(StateBecomes(account, presence))

    async def sign_in(self, account: AccountRef) -> str:
        return self.world.sign_in(account)

    async def start_call(self, account: AccountRef) -> None:
        self.world.happen(StateBecomes(account, interaction=Interaction.CUSTOMER_CALL))

    async def lose_answer(self) -> None:
        for operation in (Operation.WRITE, Operation.POST):
            self.world.happen(Fault(operation, OutcomeUnknown("the answer was lost"), carried_out=True))

    async def outage(self) -> None:
        for operation in Operation:
            self.world.happen(Fault(operation, TryLater("the platform is down"), times=None))

    async def open_video(self) -> None:
        self.world.happen(VideoStarts("p1", ANA, Meeting("meeting-1", "series-1"), (PICTURE,)))

    async def camera_off(self, key: StreamKey) -> None:
        self.world.happen(VideoEnds(key.participant_id, CouldNotTell.CAMERA_OFF))

    async def close_video(self, key: StreamKey) -> None:
        self.world.happen(VideoEnds(key.participant_id, CouldNotTell.NO_SIGNAL))

    async def shown(self, ref: MessageRef) -> str:
        if ref.external_id in self.world.digests:
            return "\n".join(self._line(flag) for flag in self.world.digests[ref.external_id].flags)
        return self._line(self.world.flags[ref.external_id])

    def _line(self, flag: FlagView) -> str:
        finding = flag.details.finding if flag.details else ""
        return f"{flag.number} {flag.status}: {flag.agent_name} {finding} {flag.link}"

    async def told(self, account: AccountRef) -> Sequence[str]:
        return [notice.text for notice in self.world.notices if notice.account == account]


def scripted_case(make: Callable[[ScriptedPlatform], ScriptedAdapter] = ListingAdapter) -> AdapterCase:
    """A case in which no check has to be skipped. Needs a `VirtualTimeLoop`."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    world = ListingPlatform([ANA, BEN], loop.clock.now, SIGNING_KEY)
    story = Story(world, make)
    return AdapterCase(
        make=lambda: make(world),
        make_broken=story.broken,
        accounts=[ANA, BEN],
        unknown_account=STRANGER,
        set_state=story.set_state,
        sign_in=story.sign_in,
        start_call=story.start_call,
        write_count=lambda: len(world.writes),
        lose_answer=story.lose_answer,
        outage=story.outage,
        open_video=story.open_video,
        camera_off=story.camera_off,
        close_video=story.close_video,
        looks_open=lambda: world.looks_open,
        shown=story.shown,
        told=story.told,
        genuine_request=lambda: world.press("K7Q2", LeadAction.ACKNOWLEDGE, BEN),
        secrets=[SIGNING_KEY],
        now=loop.clock.now,
    )
