"""What 500 open pages of agents cost one process, and how soon a click on Pause stops the frames.

Service, sessions, store, uvicorn, sign-ins and sockets are the real ones; the pages are in a second process
and answer as a browser does. For the pause one agent's page gives frames: the click is an HTTP request.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import httpx2

from atdesk_core.identity import FileKeyRing
from atdesk_core.policy import LookRules, SitePolicy
from atdesk_core.runtime.garbage import search_seldom
from atdesk_core.runtime.live import Running
from atdesk_core.runtime.pages.link import LookOrder
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.runtime.service import Service, Wiring
from atdesk_core.session import Wanted
from atdesk_core.store import Store
from atdesk_core.vision.memory import Enrolment
from atdesk_core.web.frames import routes as frames
from atdesk_core.web.own.room import routes as own
from atdesk_core.web.pages import build_pages, context_of
from atdesk_core.web.server import serving
from atdesk_core.web.sign_in import LiveGuard, Role
from atdesk_sdk import Frame, Observation, Presence
from benchmarks.cameras import observation
from benchmarks.figures import Figure, median
from benchmarks.results import Options, Result
from benchmarks.stage import Agent, agree, no_caps, stage

PAGES, FIRST, PAUSES, IDLE_S = 500, 20, 15, 20.0
MOST_KB, MOST_MS = 50.0, 100.0
SITE, TAB = "pages", "the tab of a benchmark, with a secret that is long enough"
JPEG = b"\xff\xd8\xff\xe0" + bytes(4000)

NOTES = (
    "Memory: growth of the service's resident memory from 20 open pages to 520, by 500, after a collection: "
    "socket, page, session, and what the allocator keeps. Each page has its object and answers every 4 s; "
    "where its camera may be used it has a second socket, for frames.",
    "The click: from before the request leaves its client to the moment in which the look is closed at the "
    "source, where the next frame is refused. Client and service share one event loop; 520 pages are open.",
)


class Eyes:
    """Everybody is at the desk: vision has benchmarks of its own."""

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """See `Eyes`."""
        return observation(frame.look_id, frame.received_at, there=True)


@dataclass
class Camera:
    """The camera of one page: which look is on, and when the last one ended."""

    look: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    ended_at: float = 0.0

    def start_look(self, order: LookOrder) -> None:
        """See `FrameLink`."""
        if not self.look.done():
            self.look.set_result(order.look_id)

    def end_look(self, look_id: str) -> None:
        """See `FrameLink`."""
        self.ended_at = time.perf_counter()

    def pace(self, fps: float) -> None:
        """See `FrameLink`."""

    def superseded(self) -> None:
        """See `FrameLink`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one process with all pages open.

    Attributes:
        kb: Memory of one page.
        cpu: Share of one core that all of them take while nothing happens.
        took: Seconds from a click on Pause to the look closed.
    """

    kb: float
    cpu: float
    took: list[float]


def run(_options: Options) -> Result:
    """Measure, each way in a process of its own: what one leaves free the other would be given."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as fresh:
        alone, with_frames = (fresh.submit(_fresh, frames).result() for frames in (False, True))
    return _result(alone, with_frames)


def _fresh(frames: bool) -> Measured:
    return asyncio.run(_measure(frames))


async def _measure(frames: bool) -> Measured:
    agents = [Agent(f"{number + 1}", "pages", SITE, {}) for number in range(PAGES + FIRST)]
    async with _running(agents) as (service, guard, url):
        tokens = [guard.issue(one.agent_id, [Role.AGENT], TAB) for one in agents]
        child = await _clients(url, tokens, frames)
        try:
            await asyncio.to_thread(_say_open, child)
            before = _resident_kb()
            _go_on(child)
            await asyncio.to_thread(_say_open, child)
            after = _resident_kb()
            cpu = await _idle_cpu()
            took = [] if frames else await _pauses(service, url, tokens[0], agents[0].agent_id)
        finally:
            await asyncio.to_thread(child.communicate, "")
    return Measured((after - before) / PAGES, cpu, took)


@asynccontextmanager
async def _running(agents: list[Agent]) -> AsyncIterator[tuple[Service, LiveGuard, str]]:
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(stage(agents, {SITE: _policy()}))
        store = await Store.open(scene.config.service.database)
        stack.push_async_callback(store.aclose)
        await agree(scene.config, store)
        ring = await FileKeyRing.for_store(scene.config.service.key_file, store)
        wiring = Wiring(scene.config, store, Eyes(), PluginCaller([]), time.time, ring, caps=no_caps)
        service = await Service.create(wiring)
        stack.push_async_callback(service.aclose)
        await service.start()
        search_seldom()
        context = context_of(Running(service, VisionPool(1, _nobody)), scene.config, time.time)
        app = build_pages(context, rooms=[own, frames])
        port = await stack.enter_async_context(serving(app, "127.0.0.1", 0))
        yield service, context.guard, f"http://127.0.0.1:{port}"


def _policy() -> SitePolicy:
    looks = LookRules(
        page=True,
        watch_every_s=0,
        watch_frames=60,
        max_frames=60,
        max_s=60,
        while_presence=frozenset(Presence) - {Presence.BREAK, Presence.MEAL},
    )
    return SitePolicy(site=SITE, accountable="Bench", looks=looks, needs_consent=False)


async def _clients(url: str, tokens: list[str], frames: bool) -> "subprocess.Popen[str]":
    address = url.replace("http", "ws", 1)
    task = {"url": address, "tab": TAB, "tokens": tokens, "first": FIRST, "frames": frames}
    child = subprocess.Popen(  # noqa: ASYNC220  (started once, and its pipes are read in threads)
        [sys.executable, "-m", "benchmarks.page_clients"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None  # noqa: S101  (a pipe, as asked for)
    child.stdin.write(json.dumps(task) + "\n")
    child.stdin.flush()
    return child


def _say_open(child: "subprocess.Popen[str]") -> None:
    assert child.stdout is not None  # noqa: S101  (a pipe, as asked for)
    if child.stdout.readline().strip() != "open":
        raise RuntimeError("the pages could not be opened")


def _go_on(child: "subprocess.Popen[str]") -> None:
    assert child.stdin is not None  # noqa: S101  (a pipe, as asked for)
    child.stdin.write("\n")
    child.stdin.flush()


def _resident_kb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


async def _idle_cpu() -> float:
    """Share of one core that the service uses while nothing happens on any page."""
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(IDLE_S)
    return (time.process_time() - cpu) / (time.perf_counter() - began)


async def _pauses(service: Service, url: str, token: str, agent_id: str) -> list[float]:
    camera, took = Camera(), []
    key = service.page.connected(agent_id, camera)
    headers = {"Authorization": f"Bearer {token}", "X-Atdesk-Tab": TAB}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as page:
        for _ in range(PAUSES):
            async with asyncio.timeout(30):
                look_id = await camera.look
            service.page.frame(key, look_id, JPEG, time.time())
            clicked = time.perf_counter()
            answer = await page.post("/api/me/pause")
            if answer.status_code != 204 or service.page.frame(key, look_id, JPEG, time.time()):
                raise RuntimeError("a frame was taken after the pause")
            took.append(camera.ended_at - clicked)
            camera.look = asyncio.get_running_loop().create_future()
            await page.post("/api/me/resume")
    return took


async def _nobody(_agent_id: str) -> Enrolment | None:
    return None


def _result(alone: Measured, with_frames: Measured) -> Result:
    ms = [one * 1000 for one in alone.took]
    figures = (
        Figure("memory of one open page", alone.kb, "kB", PAGES, at_most=MOST_KB),
        Figure("... whose camera policy lets be used", with_frames.kb, "kB", PAGES, at_most=MOST_KB),
        Figure("CPU of 520 idle pages, share of one core", alone.cpu * 100, "%", PAGES + FIRST),
        Figure("... whose camera policy lets be used", with_frames.cpu * 100, "%", PAGES + FIRST),
        Figure("click on Pause to the look closed, median", median(ms), "ms", len(ms)),
        Figure("click on Pause to the look closed, longest", max(ms), "ms", len(ms), at_most=MOST_MS),
    )
    return Result("page", figures, NOTES, {"pauses_ms": [round(one, 2) for one in ms]})
