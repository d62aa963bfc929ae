"""Sets the stage: both platforms, the service with real models, the pages. All is cleared away after."""

import asyncio
import contextlib
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atdesk_core.identity import FileKeyRing
from atdesk_core.runtime.broker import Eyes
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.live import Running
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.pool import EnrolmentOf, VisionPool
from atdesk_core.runtime.service import Service, Wiring
from atdesk_core.vision.encoder import bands
from atdesk_core.vision.memory import Enrolment
from atdesk_core.web.live import Feed, Seeing, live_routes
from atdesk_core.web.pages import build_pages, context_of
from atdesk_core.web.server import serving
from atdesk_genesys.simulator import GenesysSimulator
from atdesk_zoom.simulator import Scripted, ZoomSimulator
from examples.demo import setting
from examples.demo.beside import beside_routes
from examples.demo.clock import Clock
from examples.demo.counting import Counting
from examples.demo.ground import Ground, enrol_agent, prepare
from examples.demo.setting import AGENT, COLLEAGUE, LEAD
from examples.demo.source import Film, OwnWebcam
from examples.demo.telling import Teller

FOOTAGE: Final = Path(__file__).parent / "footage"
STEPS: Final = (
    "Zoom and Genesys, played on this machine",
    "Configuration, policy, directory, consent",
    "Vision models, and enrolment from photos of the agent",
    "The service, connected to both platforms, and its pages",
    "The first frame through Zoom",
)
_FIRST_FRAME_S: Final = 60.0
_HOST: Final = "127.0.0.1"

Step = Callable[[str], None]


class NotReady(Exception):
    """The stage could not be set. The message says what failed, in one line."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs.

    Attributes:
        zoom: The platform with the meeting.
        genesys: The platform with the agent's state.
        feed: What the views are told.
        clock: Of the story.
        teller: Of the decisions.
        seat: The agent's number in the meeting; 0: there is none.
        url: Of the agent's page and the lead's view, side by side.
        ground: What the service is built on.
        service: Running.
        frames_at: When each frame was measured, seconds of the story; it grows.
    """

    zoom: ZoomSimulator
    genesys: GenesysSimulator
    feed: Feed
    clock: Clock
    teller: Teller
    seat: int
    url: str
    ground: Ground
    service: Service
    frames_at: Sequence[float]


@contextlib.asynccontextmanager
async def set_stage(source: Film | OwnWebcam, step: Step) -> AsyncIterator[Stage]:
    """Start everything; stop everything when the block is left.

    Args:
        source: Where frames come from.
        step: Told of each of `STEPS` as it begins; without a film there is no last one.

    Raises:
        NotReady: Something did not start.
        ConfigError: An adapter is missing.
        EnrolmentError: No photo is fit.
    """
    feed, clock = Feed(), Clock()
    teller = Teller(feed, clock)
    names = iter(STEPS)
    async with AsyncExitStack() as stack:
        step(next(names))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atdesk-demo-")))
        zoom = await stack.enter_async_context(ZoomSimulator(people=setting.zoom_people()))
        genesys = await stack.enter_async_context(GenesysSimulator(people=setting.genesys_people()))
        genesys.world.set_presence(AGENT.genesys_id, "On Queue")
        step(next(names))
        film = source if isinstance(source, Film) else None
        config_file = setting.write_setting(folder, genesys, zoom, _free_port(), own_page=film is None)
        ground = await prepare(stack, config_file, zoom.credentials.account_id, agreed=film is not None)
        step(next(names))
        pool = VisionPool(ground.config.vision.workers, _enrolments(ground))
        stack.push_async_callback(pool.aclose)
        await asyncio.gather(pool.start(), *([enrol_agent(ground, film.photos)] if film else []))
        step(next(names))
        eyes = Counting(Seeing(pool, feed, clock), clock)
        service = await _service(stack, ground, pool, eyes, teller)
        url = await _pages(
            stack, Running(service, pool), ground.config, zoom, feed, signed_in=film is not None
        )
        await _hear_zoom(zoom, f"{url}/ingress/zoom")
        seat = 0
        if film:
            step(next(names))
            seat = await _meet(zoom, film.camera)
            await _first_frame(feed)
        yield Stage(zoom, genesys, feed, clock, teller, seat, f"{url}/demo", ground, service, eyes.at_s)


def _free_port() -> int:
    """The platforms are told the address of the pages before these are there."""
    with socket.create_server((_HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def _enrolments(ground: Ground) -> EnrolmentOf:
    async def enrolment_of(agent_id: str) -> Enrolment | None:
        template = await ground.templates.load(agent_id, bands.NAME)
        return Enrolment(template.vector, template.encoder) if template else None

    return enrolment_of


async def _service(
    stack: AsyncExitStack, ground: Ground, pool: VisionPool, eyes: Eyes, teller: Teller
) -> Service:
    config = ground.config
    ring = await FileKeyRing.for_store(config.service.key_file, ground.store)
    plugins = PluginCaller(ground.plugins)
    wiring = Wiring(
        config,
        ground.store,
        eyes,
        plugins,
        time.time,
        ring,
        teller,
        artist=pool,
        on_directory=lambda _directory: pool.forget(AGENT.agent_id),
        caps=setting.shortened,
    )
    service = await Service.create(wiring)
    stack.push_async_callback(service.aclose)
    await service.start()
    return service


async def _pages(
    stack: AsyncExitStack,
    running: Running,
    config: Config,
    zoom: ZoomSimulator,
    feed: Feed,
    *,
    signed_in: bool,
) -> str:
    """Serve them; returns their origin."""
    context = context_of(running, config, time.time)
    beside = beside_routes(context.guard, zoom, signed_in=signed_in)
    app = build_pages(context, [*live_routes(feed), *beside])
    port = await stack.enter_async_context(serving(app, _HOST, config.service.port))
    stack.callback(feed.close)
    return f"http://{_HOST}:{port}"


async def _hear_zoom(zoom: ZoomSimulator, ingress: str) -> None:
    zoom.webhooks.url, zoom.bot.url = f"{ingress}/events", f"{ingress}/bot"
    if not await zoom.webhooks.validate():
        raise NotReady("the service did not answer Zoom's webhook challenge")


async def _meet(zoom: ZoomSimulator, camera: object) -> int:
    """The team meets, cameras of the others off; the meeting's stream is announced to the service."""
    nothing = Scripted(lambda _at_s: b"")
    for colleague in (LEAD, COLLEAGUE):
        await zoom.room.join(colleague.name, nothing, person_id=colleague.zoom_id, camera_on=False)
    agent = await zoom.room.join(AGENT.name, camera, person_id=AGENT.zoom_id)
    zoom.room.start_stream(AGENT.zoom_id)
    return agent.user_id


async def _first_frame(feed: Feed) -> None:
    try:
        async with asyncio.timeout(_FIRST_FRAME_S), contextlib.aclosing(feed.follow()) as events:
            async for event in events:
                if event.topic == "seen":
                    return
    except TimeoutError:
        raise NotReady(f"no frame came through Zoom within {_FIRST_FRAME_S:.0f} s") from None
