"""Cameras and eyes that follow a script, for benchmarks in which vision is not what is measured.

The cameras are an adapter like any other; the eyes take the place of the vision pool. Looks, sessions,
commits and deliveries between and behind them are the real ones.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

from atdesk_core.session import Wanted
from atdesk_sdk import (
    AccountRef,
    AdapterConfig,
    AdapterSpec,
    Box,
    Capabilities,
    Face,
    Frame,
    Host,
    LookRequest,
    Match,
    MatchBand,
    Meeting,
    Observation,
    PixelFormat,
    Quality,
    StreamKey,
    VideoOpened,
)

PLATFORM = "cameras"
TENANT = "bench"
MEETING = "900"
_FACE = Face(Box(0.4, 0.2, 0.25, 0.4, 0.95), 160, 0.1)
_QUALITY = Quality(120.0, 50.0, 300.0, 4.0)


class CamerasConfig(AdapterConfig):
    """The table.

    Attributes:
        accounts: Whose videos there are.
        spread_s: They open one after the other over this time, so that looks do not come in herds.
    """

    accounts: tuple[str, ...]
    spread_s: float


class Cameras:
    """One video for each account, each with a slot of its own. Implements `VideoSource`."""

    platform = PLATFORM
    capabilities = Capabilities(video_tells_people=True)

    def __init__(self, config: CamerasConfig) -> None:
        self.name, self.tenant = config.name, config.tenant
        self._config = config
        self._opening: asyncio.Task[None] | None = None

    async def start(self, host: Host) -> None:
        """See `atdesk_sdk.Adapter`."""
        self._opening = asyncio.create_task(self._open_all(host), name="cameras-open")

    async def aclose(self) -> None:
        """See `atdesk_sdk.Adapter`."""
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)

    async def _open_all(self, host: Host) -> None:
        accounts, loop = self._config.accounts, asyncio.get_running_loop()
        began, step_s = loop.time(), self._config.spread_s / len(accounts)
        meeting = Meeting(
            MEETING, MEETING, participants=len(accounts), outside_guests=False, people_told=True
        )
        for number, account in enumerate(accounts):
            await asyncio.sleep(max(0.0, began + number * step_s - loop.time()))
            key, now = StreamKey(self.name, account, account), host.now()
            host.emit(VideoOpened(key, AccountRef(PLATFORM, TENANT, account), meeting, now, now))

    async def frames(self, request: LookRequest) -> AsyncGenerator[Frame, None]:
        """See `atdesk_sdk.VideoSource`. The pictures are empty: the eyes know what is to be seen."""
        for number in range(request.max_frames):
            if number:
                await asyncio.sleep(request.interval_s)
            now = time.time()
            yield Frame(request.look_id, memoryview(b""), PixelFormat.JPEG, now, now)


def spec() -> AdapterSpec:
    """How the stage builds them."""
    return AdapterSpec(PLATFORM, "0", CamerasConfig, Cameras.capabilities, Cameras)


@dataclass(slots=True)
class ScriptedEyes:
    """See what the script says. Implements `atdesk_core.runtime.broker.Eyes`.

    Attributes:
        away: Agent to (from, to), engine's clock: nobody is there; at other times the agent is.
    """

    away: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """Measure one frame."""
        begin, end = self.away.get(agent_id, (float("inf"), float("inf")))
        there = not begin <= frame.received_at < end
        return observation(frame.look_id, frame.received_at, there=there)


def observation(look_id: str, at: float, *, there: bool) -> Observation:
    """The agent at the desk, or an empty room."""
    if there:
        match = Match(0, MatchBand.SAME, 0.3)
        return Observation(look_id, at, at, quality=_QUALITY, faces=(_FACE,), match=match)
    return Observation(look_id, at, at, quality=_QUALITY, people=())
