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
from examples.demo import setting
from examples.demo.beside import beside_routes
from examples.demo.clock import Clock
from examples.demo.consoles.console import HOST, Console, NotReady
from examples.demo.counting import Counting
from examples.demo.ground import Ground, enrol_agent, prepare
from examples.demo.setting import AGENT
from examples.demo.source import Film, OwnWebcam
from examples.demo.telling import Teller

FOOTAGE: Final = Path(__file__).parent / "footage"
STEPS: Final = (
    "{played}",
    "Configuration, policy, directory, consent",
    "Vision models, and enrolment from photos of the agent",
    "The service, connected, and its pages",
    "The first frame through {picture}",
)
_FIRST_FRAME_S: Final = 60.0

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs.

    Attributes:
        console: Where the agent has a state and the lead sees flags.
        feed: What the views are told.
        clock: Of the story.
        teller: Of the decisions.
        url: Of the agent's page and the lead's view, side by side.
        ground: What the service is built on.
        service: Running.
        frames_at: When each frame was measured, seconds of the story; it grows.
    """

    console: Console
    feed: Feed
    clock: Clock
    teller: Teller
    url: str
    ground: Ground
    service: Service
    frames_at: Sequence[float]


@contextlib.asynccontextmanager
async def set_stage(source: Film | OwnWebcam, step: Step, console: Console) -> AsyncIterator[Stage]:
    """Start everything; stop everything when the block is left.

    Args:
        source: Where frames come from.
        step: Told of each of `STEPS` as it begins; without a film there is no last one.
        console: To be opened.

    Raises:
        NotReady: Something did not start.
        ConfigError: An adapter is missing.
        EnrolmentError: No photo is fit.
    """
    feed, clock = Feed(), Clock()
    teller = Teller(feed, clock)
    words = console.words
    names = (one.format(played=words.played, picture=words.picture) for one in STEPS)
    async with AsyncExitStack() as stack:
        step(next(names))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atdesk-demo-")))
        await console.open(stack)
        step(next(names))
        film = source if isinstance(source, Film) else None
        config_file = setting.write_setting(folder, console, _free_port(), own_page=film is None)
        ground = await prepare(stack, config_file, console, agreed=film is not None)
        step(next(names))
        pool = VisionPool(ground.config.vision.workers, _enrolments(ground))
        stack.push_async_callback(pool.aclose)
        await asyncio.gather(pool.start(), *([enrol_agent(ground, film.photos)] if film else []))
        step(next(names))
        eyes = Counting(Seeing(pool, feed, clock), clock)
        service = await _service(stack, ground, pool, eyes, teller)
        running = Running(service, pool)
        url = await _pages(stack, running, ground.config, console, feed, signed_in=film is not None)
        await console.connect(url)
        if film:
            step(next(names))
            await console.meet(stack, film.camera)
            await _first_frame(feed, words.picture)
        yield Stage(console, feed, clock, teller, f"{url}/demo", ground, service, eyes.at_s)


def _free_port() -> int:
    """The platforms are told the address of the pages before these are there."""
    with socket.create_server((HOST, 0)) as listener:
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
    console: Console,
    feed: Feed,
    *,
    signed_in: bool,
) -> str:
    """Serve them; returns their origin."""
    context = context_of(running, config, time.time)
    beside = beside_routes(context.guard, console, signed_in=signed_in)
    app = build_pages(context, [*live_routes(feed), *beside])
    port = await stack.enter_async_context(serving(app, HOST, config.service.port))
    stack.callback(feed.close)
    return f"http://{HOST}:{port}"


async def _first_frame(feed: Feed, picture: str) -> None:
    try:
        async with asyncio.timeout(_FIRST_FRAME_S), contextlib.aclosing(feed.follow()) as events:
            async for event in events:
                if event.topic == "seen":
                    return
    except TimeoutError:
        raise NotReady(f"no frame came through {picture} within {_FIRST_FRAME_S:.0f} s") from None
