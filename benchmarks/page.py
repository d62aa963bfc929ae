"""What 500 open pages of agents cost one process, and how soon a click on Pause stops the frames.

Service, sessions, store, uvicorn, sign-ins and sockets are the real ones; the pages are in a second process
and answer as a browser does. For the pause one agent's page gives frames: the click is an HTTP request.
"""

import asyncio
import base64
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import cv2
import httpx2
import numpy as np

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
from benchmarks.figures import Figure, median, percentile
from benchmarks.page_clients import Camera
from benchmarks.results import Options, Result
from benchmarks.stage import Agent, agree, no_caps, stage

PAGES, FIRST, PAUSES, IDLE_S = 500, 20, 15, 20.0
MOST_KB, MOST_MS = 50.0, 100.0
SITE, TAB = "pages", "the tab of a benchmark, with a secret that is long enough"
JPEG = b"\xff\xd8\xff\xe0" + bytes(4000)

NOTES = (
    "Memory: growth of the service's resident memory from 20 open pages to 520, by 500, after a collection: "
    "socket, page, session, and what the allocator keeps. Each page has its object and answers every 4 s. "
    "Where policy lets its camera be used it says so, and waits; a second socket, for frames, opens with a "
    "look and closes soon after the last one.",
    "After a look: each page was looked at through its camera once it was open, ten pages a second, and has "
    "been idle since its second socket closed. Nothing of that socket is held any more; what it adds is what "
    "the allocator keeps for the next ones: as much as with both sockets, if all were open at once. "
    "With both sockets: the second one is held open, as while looks keep coming.",
    "From being asked: the page is told to open its second socket, and is ordered the look over it. One page "
    "after the other, on loopback; on a network it is four round trips more (TCP, TLS, upgrade, hello).",
    "The click: from before the request leaves its client to the moment in which the look is closed at the "
    "source, where the next frame is refused. Client and service share one event loop; 520 pages are open.",
)


class Eyes:
    """Everybody is at the desk: vision has benchmarks of its own."""

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """See `Eyes`."""
        return observation(frame.look_id, frame.received_at, there=True)


@dataclass
class Source:
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
        asked: Seconds from a page asked for its socket to the look over it.
    """

    kb: float
    cpu: float
    took: list[float]
    asked: list[float]


def run(_options: Options) -> Result:
    """Measure, each way in a process of its own: what one leaves free the other would be given."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as fresh:
        return _result({camera: fresh.submit(_fresh, camera).result() for camera in Camera})


def _fresh(camera: Camera) -> Measured:
    return asyncio.run(_measure(camera))


async def _measure(camera: Camera) -> Measured:
    agents = [Agent(f"{number + 1}", "pages", SITE, {}) for number in range(PAGES + FIRST)]
    async with _running(agents, _policy(camera)) as (service, guard, url):
        tokens = [guard.issue(one.agent_id, [Role.AGENT], TAB) for one in agents]
        child, told = await _clients(url, tokens, camera), ""
        try:
            await asyncio.to_thread(_say_open, child)
            before = _resident_kb()
            _go_on(child)
            await asyncio.to_thread(_say_open, child)
            after = _resident_kb()
            cpu = await _idle_cpu()
            is_none = camera is Camera.NONE
            took = await _pauses(service, url, tokens[0], agents[0].agent_id) if is_none else []
        finally:
            told, _ = await asyncio.to_thread(child.communicate, "")
    return Measured((after - before) / PAGES, cpu, took, json.loads(told))


@asynccontextmanager
async def _running(agents: list[Agent], policy: SitePolicy) -> AsyncIterator[tuple[Service, LiveGuard, str]]:
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(stage(agents, {SITE: policy}))
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


def _policy(camera: Camera) -> SitePolicy:
    """Looks without a pause, for the clicks on Pause; one a page, where one is to come; else none is due."""
    looked_at = frozenset(Presence) - {Presence.BREAK, Presence.MEAL}
    looks = {
        Camera.NONE: LookRules(page=True, watch_every_s=0, watch_frames=60, max_frames=60, max_s=60),
        Camera.LOOKED: LookRules(page=True, watch_every_s=86_400),
    }.get(camera)
    if looks is None:
        looks = LookRules(page=True, while_presence=frozenset({Presence.TRAINING}))
    else:
        looks = looks.model_copy(update={"while_presence": looked_at})
    return SitePolicy(site=SITE, accountable="Bench", looks=looks, needs_consent=False)


async def _clients(url: str, tokens: list[str], camera: Camera) -> "subprocess.Popen[str]":
    address = url.replace("http", "ws", 1)
    shown = base64.b64encode(_picture()).decode()
    task = {
        "url": address,
        "tab": TAB,
        "tokens": tokens,
        "first": FIRST,
        "camera": camera.value,
        "jpeg": shown,
    }
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


def _picture() -> bytes:
    """As large as a page's camera sends them: nobody looks at what it shows."""
    noise = np.random.default_rng(1).integers(0, 255, (45, 60, 3), np.uint8)
    picture = cv2.resize(noise, (480, 360), interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes())


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
    camera, took = Source(), []
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


def _result(by: Mapping[Camera, Measured]) -> Result:
    none, waits, looked, both = (by[one] for one in (Camera.NONE, Camera.WAITS, Camera.LOOKED, Camera.OPEN))
    ms = [one * 1000 for one in none.took]
    asked_ms = [one * 1000 for one in looked.asked]
    figures = (
        Figure("memory of one open page", none.kb, "kB", PAGES, at_most=MOST_KB),
        Figure("... whose camera policy lets be used", waits.kb, "kB", PAGES, at_most=MOST_KB),
        Figure("... idle again after a look through it", looked.kb, "kB", PAGES, at_most=MOST_KB),
        Figure("... with both sockets, while looks come", both.kb, "kB", PAGES),
        Figure("CPU of 520 idle pages, share of one core", none.cpu * 100, "%", PAGES + FIRST),
        Figure("... whose camera policy lets be used", waits.cpu * 100, "%", PAGES + FIRST),
        Figure("socket for frames, asked to look, median", median(asked_ms), "ms", len(asked_ms)),
        Figure("socket for frames, asked to look, p95", percentile(asked_ms, 0.95), "ms", len(asked_ms)),
        Figure("click on Pause to the look closed, median", median(ms), "ms", len(ms)),
        Figure("click on Pause to the look closed, longest", max(ms), "ms", len(ms), at_most=MOST_MS),
    )
    return Result("page", figures, NOTES, {"pauses_ms": [round(one, 2) for one in ms]})
