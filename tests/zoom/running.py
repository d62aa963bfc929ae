"""A simulated Zoom, an adapter before it, and a real HTTP server between them, as core would be."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import cv2
import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atdesk_sdk import AccountRef, Frame, LookRequest, RawRequest, StreamKey, VideoOpened
from atdesk_sdk.tasks import Rests
from atdesk_sdk.testing import RecordingHost
from atdesk_zoom.adapter import build
from atdesk_zoom.config import ZoomConfig
from atdesk_zoom.connection import ZoomAdapter
from atdesk_zoom.link_settings import Patience
from atdesk_zoom.simulator import Participant, Timing, ZoomSimulator
from atdesk_zoom.simulator.http import serve_http

ANN, BEN, LEA = "aGeNtAnn0000000000001", "aGeNtBen0000000000002", "lEaDLea00000000000003"
CHANNEL = "leads@conference.xmpp.zoom.us"
#: Zoom's waits and ours, short: what takes a minute there takes a second here.
TIMING: dict[str, Any] = {
    "keep_alive": 0.2,
    "signaling_return": 3.0,
    "media_return": 3.0,
    "webhook_retries": (0.1, 0.1, 0.1),
}
PATIENCE = Patience(
    handshake=5.0,
    answer=3.0,
    quiet=1.0,
    signal=0.6,
    fresh=0.15,
    backoff=(0.1, 0.2, 0.4),
    duplicate=(0.1, 0.2, 0.4),
    lost=2.0,
    rests=Rests(first_s=0.05, longest_s=0.2, steady_s=0.5),
)
_numbers = count(1)


def jpeg(shade: int, width: int = 64, height: int = 48) -> bytes:
    """A plain picture of one grey: tells whose camera a frame is from."""
    return bytes(cv2.imencode(".jpg", np.full((height, width, 3), shade, np.uint8))[1])


def shade(frame: Frame) -> int:
    """The grey of a picture, to within what JPEG does to it."""
    image = cv2.imdecode(np.frombuffer(frame.data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return int(image.mean())


def config_for(sim: ZoomSimulator, **changes: Any) -> ZoomConfig:
    """The configuration of an adapter before `sim`; secrets come from the environment (see `conftest`)."""
    mine = sim.credentials
    table: dict[str, Any] = {
        "name": "zoom-test",
        "tenant": mine.account_id,
        "app": {
            "client_id": mine.client_id,
            "client_secret": "env:ZOOM_TEST_APP",
            "webhook_secret": "env:ZOOM_TEST_EVENTS",
        },
        "server": {"client_id": mine.s2s_client_id, "client_secret": "env:ZOOM_TEST_SERVER"},
        "chatbot": {
            "client_id": mine.chatbot_client_id,
            "client_secret": "env:ZOOM_TEST_CHATBOT",
            "webhook_secret": "env:ZOOM_TEST_EVENTS",
            "robot_jid": mine.robot_jid,
            "user_jid": mine.bot_user_jid,
            "lead_channel": CHANNEL,
            "channels_private": True,
        },
        "fps": 5,
        "simulator": {"base_url": sim.base_url, "ca_file": str(sim.ca_file)},
    }
    for key, value in changes.items():
        old = table.get(key)
        table[key] = old | value if isinstance(old, dict) and isinstance(value, dict) else value
    return ZoomConfig.model_validate(table)


@dataclass
class World:
    """Everything a test needs."""

    sim: ZoomSimulator
    adapter: ZoomAdapter
    host: RecordingHost
    shades: dict[int, int] = field(default_factory=dict)

    async def join(
        self, name: str, person_id: str | None, grey: int, *, camera_on: bool = True
    ) -> Participant:
        """Somebody with a camera of one grey enters."""
        pictures = [jpeg(grey)]
        return await self.sim.room.join(name, pictures, person_id=person_id, camera_on=camera_on)

    async def opened(self, who: Participant, account: str | None) -> VideoOpened:
        """Wait until the engine was told of this person's video, with this account."""
        ref = AccountRef("zoom", self.sim.credentials.account_id, account) if account else None
        number = str(who.user_id)
        return await self.host.wait_for(
            VideoOpened, lambda event: event.key.participant_id == number and event.account == ref
        )

    async def on_air(self) -> tuple[Participant, StreamKey]:
        """Ann is in the meeting and can be looked at."""
        ann = await self.join("Ann Agent", ANN, 100)
        self.sim.room.start_stream()
        return ann, (await self.opened(ann, ANN)).key

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what neither the host's events nor the simulator's journal tell; at most 5 s."""
        async with asyncio.timeout(5):
            while not holds():  # noqa: ASYNC110  (what is waited for has no event of its own)
                await asyncio.sleep(0.01)

    async def look(self, key: StreamKey, frames: int = 2, **bounds: float) -> list[Frame]:
        """All frames of one look."""
        async with aclosing(self.adapter.frames(request(key, frames, **bounds))) as found:
            return [frame async for frame in found]


def request(key: StreamKey, frames: int = 2, **bounds: float) -> LookRequest:
    wanted: dict[str, Any] = {"max_s": 5.0, "interval_s": 0.0, "first_frame_s": 3.0} | bounds
    return LookRequest(f"look-{next(_numbers)}", key, frames, **wanted)


@asynccontextmanager
async def world(
    *,
    timing: dict[str, Any] | None = None,
    secure: bool = False,
    scopes: frozenset[str] = frozenset({"video"}),
    **config: Any,
) -> AsyncIterator[World]:
    """A running simulator and a started adapter; webhooks and clicks arrive over real HTTP."""
    async with (
        ZoomSimulator(timing=Timing(**(TIMING | (timing or {}))), secure=secure, scopes=scopes) as sim,
        contextlib.AsyncExitStack() as stack,
    ):
        adapter = build(config_for(sim, **config), PATIENCE)
        port = await serve_http(bridge(adapter), 0, stack)
        sim.webhooks.url = f"http://127.0.0.1:{port}/events"
        sim.bot.url = f"http://127.0.0.1:{port}/bot"
        host = RecordingHost()
        await adapter.start(host)
        try:
            yield World(sim, adapter, host)
        finally:
            await adapter.aclose()


def bridge(adapter: ZoomAdapter | Callable[[], ZoomAdapter]) -> Starlette:
    """What core does with an `Ingress`; of several adapters, with whichever is asked for."""
    now = adapter if callable(adapter) else (lambda: adapter)

    async def endpoint(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = RawRequest(
            request.method,
            request.url.path,
            headers,
            dict(request.query_params),
            await request.body(),
            time.time(),
        )
        answer = await now().handle(raw)
        return Response(answer.body, answer.status, dict(answer.headers))

    return Starlette(routes=[Route(route.path, endpoint, methods=[route.method]) for route in now().routes()])
