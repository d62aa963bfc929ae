"""A script happens as it is written, each time the same."""

import asyncio
from contextlib import aclosing

import pytest

from atdesk_sdk import (
    AdapterEvent,
    AgentStateChanged,
    Capabilities,
    CouldNotTell,
    HealthStatus,
    LeadActed,
    LeadAction,
    LookRefused,
    LookRequest,
    Meeting,
    PauseChanged,
    Presence,
    RawRequest,
    StreamKey,
    TryLater,
    VideoClosed,
    VideoOpened,
)
from atdesk_sdk.testing import (
    At,
    Fault,
    LeadPresses,
    Operation,
    PauseSet,
    RecordingHost,
    ReportHealth,
    ScriptedAdapter,
    ScriptedPlatform,
    StateBecomes,
    VideoEnds,
    VideoStarts,
    VirtualClock,
    run_virtual,
    sample_flag,
)
from tests.sdk.story import ANA, BEN, PICTURE

MEETING = Meeting("meeting-1", "series-1")
KEY = StreamKey("scripted", "stream-1", "p1")
SCRIPT = [
    At(600.0, ReportHealth(HealthStatus.DEGRADED, "slow")),
    At(10.0, VideoStarts("p1", ANA, MEETING, (PICTURE,))),
    At(20.0, StateBecomes(ANA, Presence.MEETING)),
    At(25.0, StateBecomes(BEN, Presence.MEAL)),
    At(30.0, PauseSet(ANA, paused=True)),
    At(40.0, LeadPresses("K7Q2", LeadAction.DISMISS, BEN, "working")),
    At(50.0, VideoEnds("p1", CouldNotTell.CAMERA_OFF)),
]


def world(clock: VirtualClock) -> ScriptedPlatform:
    return ScriptedPlatform([ANA, BEN], clock.now)


def play() -> tuple[list[AdapterEvent], RecordingHost, float]:
    clock = VirtualClock()
    host = RecordingHost(clock.now)

    async def story() -> None:
        adapter = ScriptedAdapter(world(clock), SCRIPT)
        await adapter.start(host)
        await adapter.follow([ANA])
        await asyncio.sleep(1_000)
        await adapter.aclose()

    run_virtual(story(), clock)
    return host.events, host, clock.now() - clock.elapsed


def test_everything_happens_at_its_time() -> None:
    events, host, start = play()
    told = [(type(event), event.received_at - start) for event in events]
    assert told == [
        (AgentStateChanged, 0.0),
        (VideoOpened, 10.0),
        (AgentStateChanged, 20.0),
        (PauseChanged, 30.0),
        (LeadActed, 40.0),
        (VideoClosed, 50.0),
    ]
    assert [(report.status, report.at - start) for report in host.reports] == [(HealthStatus.DEGRADED, 600.0)]


def test_a_script_gives_the_same_events_each_time() -> None:
    assert play()[0] == play()[0]


def test_closing_ends_the_script() -> None:
    clock = VirtualClock()
    host = RecordingHost(clock.now)

    async def story() -> None:
        adapter = ScriptedAdapter(world(clock), SCRIPT)
        await adapter.start(host)
        await asyncio.sleep(15)
        await adapter.aclose()
        await asyncio.sleep(1_000)

    run_virtual(story(), clock)
    assert [type(event) for event in host.events] == [VideoOpened]


def test_a_fault_is_slow_then_wrong_then_over() -> None:
    clock = VirtualClock()
    platform = world(clock)
    platform.happen(Fault(Operation.READ, TryLater("busy", 7.0), delay_s=3.0, times=2))

    async def story() -> Presence:
        adapter = ScriptedAdapter(platform)
        for _ in range(2):
            with pytest.raises(TryLater, match="busy"):
                await adapter.read(ANA)
        return (await adapter.read(ANA)).presence

    assert run_virtual(story(), clock) is Presence.AVAILABLE
    assert clock.elapsed == pytest.approx(6.0)


def test_a_fault_of_one_operation_leaves_the_others_alone() -> None:
    clock = VirtualClock()
    platform = world(clock)
    platform.happen(Fault(Operation.POST, TryLater("busy"), times=None))

    async def story() -> None:
        adapter = ScriptedAdapter(platform)
        assert (await adapter.read(ANA)).account == ANA
        for _ in range(3):
            with pytest.raises(TryLater):
                await adapter.post(sample_flag(since=clock.now()))

    run_virtual(story(), clock)
    assert platform.flags == {}


def test_slots_are_limited_as_the_capabilities_say() -> None:
    clock = VirtualClock()
    platform = world(clock)
    platform.happen(VideoStarts("p1", ANA, MEETING, (PICTURE,)))

    async def story(looks_per_stream: int | None) -> int:
        adapter = ScriptedAdapter(platform, capabilities=Capabilities(looks_per_stream=looks_per_stream))
        await adapter.start(RecordingHost(clock.now))
        requests = [LookRequest(f"look-{number}", KEY, 2, 5.0, 1.0) for number in range(2)]
        async with aclosing(adapter.frames(requests[0])) as one, aclosing(adapter.frames(requests[1])) as two:
            await anext(one)
            try:
                await anext(two)
            finally:
                await adapter.aclose()
            return platform.looks_open

    with pytest.raises(LookRefused) as refused:
        run_virtual(story(1))
    assert refused.value.reason is CouldNotTell.NOT_OUR_TURN
    assert run_virtual(story(None)) == 2
    assert platform.looks_open == 0


async def test_a_button_that_is_signed_but_garbage_is_refused() -> None:
    clock = VirtualClock()
    platform = world(clock)
    adapter, host = ScriptedAdapter(platform), RecordingHost(clock.now)
    await adapter.start(host)
    headers = {"x-scripted-signature": platform.signature(b"{}")}
    answer = await adapter.handle(RawRequest("POST", "/button", headers, {}, b"{}", clock.now()))
    assert answer.status == 400
    genuine = await adapter.handle(platform.press("K7Q2", LeadAction.ACKNOWLEDGE, BEN))
    assert genuine.status == 200
    assert [(event.flag_number, event.account) for event in host.of(LeadActed)] == [("K7Q2", BEN)]
    await adapter.aclose()


async def test_waiting_for_what_does_not_come_says_what_came() -> None:
    clock = VirtualClock()
    adapter, host = ScriptedAdapter(world(clock)), RecordingHost(clock.now)
    await adapter.start(host)
    await adapter.follow([ANA])
    with pytest.raises(AssertionError, match=r"no fitting VideoOpened within 0.01 s; what came: AgentState"):
        await host.wait_for(VideoOpened, timeout_s=0.01)
    with pytest.raises(AssertionError, match="what came: nothing"):
        await host.wait_for(AgentStateChanged, since=len(host.events), timeout_s=0.01)
    await adapter.aclose()
