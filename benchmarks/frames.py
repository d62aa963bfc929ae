"""How many frames a second come in over `atdesk.frames.v1`, what one costs, and what holds up the loop.

Everything from the socket to the session is the real thing: uvicorn, tokens, looks that the sessions ask
for, the checks of each frame, the mailbox, the broker, a JPEG decoder in a process of its own, steps and
commits. Vision alone is left out: what is decoded counts as the agent at the desk. 120 senders in a second
process send pictures of the footage that ships with the Zoom simulator, each at two a second.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import as_file, files
from multiprocessing import get_context
from pathlib import Path

import cv2
import httpx2

from atdesk_core.identity import FileKeyRing
from atdesk_core.policy import LookRules, MeetingRule, SitePolicy
from atdesk_core.runtime.config import ForwarderTable
from atdesk_core.runtime.garbage import search_seldom
from atdesk_core.runtime.live import Running
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.pool import VisionPool
from atdesk_core.runtime.service import Service, Wiring
from atdesk_core.session import Wanted
from atdesk_core.store import Store
from atdesk_core.vision.decode import decode_bytes
from atdesk_core.vision.memory import Enrolment
from atdesk_core.web.frames import routes
from atdesk_core.web.frames.protocol import Header, pack
from atdesk_core.web.frames.taking import Taken, Taking
from atdesk_core.web.pages import build_pages, context_of
from atdesk_core.web.server import serving
from atdesk_sdk import Frame, Observation
from benchmarks.cameras import MEETING, observation
from benchmarks.figures import Figure, median, percentile
from benchmarks.footage import pictures
from benchmarks.loop_watch import Holdups, holdups
from benchmarks.results import CannotMeasure, Options, Result
from benchmarks.stage import Agent, Stage, agree, no_caps, stage

SENDERS = 120
INTERVAL_S = 0.5
SECONDS = 30.0
WIDTH, HEIGHT, QUALITY, KEPT = 480, 360, 70, 40
SITE = "frames"

NOTES = (
    "Offered: 120 senders at two frames a second, in looks of up to 60 frames one after the other. Taken: "
    "measured by the service's own counter, after the first five seconds. Senders, decoder and service share "
    "the machine's two cores, and so do both simulators of the stage, which are idle.",
    "Held up: one callback on the service's event loop, from begin to end. By the clock it includes what "
    "other processes took of the core meanwhile; by the CPU time of the thread it is what we do ourselves.",
)


@dataclass(slots=True)
class DecodingEyes:
    """Decode each frame in a process, as the vision pool does, and find the agent in it."""

    pool: ProcessPoolExecutor
    decoded_s: list[float] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """Measure one frame."""
        began, loop = time.perf_counter(), asyncio.get_running_loop()
        self.decoded_s.append(await loop.run_in_executor(self.pool, _decode, bytes(frame.data)))
        self.waited_s.append(time.perf_counter() - began)
        return observation(frame.look_id, frame.received_at, there=True)


def _decode(jpeg: bytes) -> float:
    """CPU seconds."""
    began = time.process_time()
    decode_bytes(jpeg)
    return time.process_time() - began


def run(options: Options) -> Result:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="atdesk-frames-") as folder:
        shown = _pictures(Path(folder))
        taking_s = _checks(shown)
        return asyncio.run(_measure(shown, taking_s, options.seconds or SECONDS))


def _pictures(folder: Path) -> list[Path]:
    """JPEGs as a page sends them, from the shipped footage."""
    made = []
    with as_file(files("atdesk_zoom.simulator") / "footage" / "person_a.mp4") as film:
        for number, picture in zip(range(KEPT), pictures(film), strict=False):
            small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
            data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
            made.append(folder / f"{number}.jpg")
            made[-1].write_bytes(data.tobytes())
    return made


def _checks(shown: list[Path]) -> list[float]:
    """Seconds for every check of a frame before it is decoded."""
    took, taking = [], Taking(Counter())
    look = taking.begin("a-look", fps=1.0, max_frames=10**6)
    for seq in range(2_000):
        jpeg = shown[seq % len(shown)].read_bytes()
        data = pack(Header(WIDTH, HEIGHT, look, seq, 0, len(jpeg))) + jpeg
        began = time.perf_counter()
        taken = taking.take(data, float(seq))
        took.append(time.perf_counter() - began)
        if not isinstance(taken, Taken):
            raise CannotMeasure(f"a picture of the footage is not taken: {taken.why}")
    return took


async def _measure(shown: list[Path], taking_s: list[float], seconds: float) -> Result:
    agents = [Agent(f"{number + 1}", "frames", SITE, {}) for number in range(SENDERS)]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        eyes = DecodingEyes(pool)
        await asyncio.wrap_future(pool.submit(_decode, await asyncio.to_thread(shown[0].read_bytes)))
        async with _running(agents, eyes) as (scene, service, url):
            tokens = await _tokens(scene, url)
            sending = _senders(url, tokens, shown)
            try:
                await asyncio.sleep(5)
                seen = await _stretch(service, eyes, seconds)
            finally:
                await asyncio.to_thread(sending.communicate, "")
            return _result(service, seen, taking_s, shown)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was seen while it was measured."""

    seconds: float
    taken: int
    cpu_s: float
    decoded_s: list[float]
    waited_s: list[float]
    held: Holdups


async def _stretch(service: Service, eyes: DecodingEyes, seconds: float) -> Stretch:
    eyes.decoded_s.clear()
    eyes.waited_s.clear()
    taken, began, cpu = service.page.counts["taken"], time.perf_counter(), time.process_time()
    with holdups() as held:
        await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    now = service.page.counts["taken"]
    cpu_s = time.process_time() - cpu
    return Stretch(took, now - taken, cpu_s, list(eyes.decoded_s), list(eyes.waited_s), held)


@asynccontextmanager
async def _running(agents: list[Agent], eyes: DecodingEyes) -> AsyncIterator[tuple[Stage, Service, str]]:
    """The service, its pages, and where they are."""
    secret = secrets.token_hex(32)
    os.environ["ATDESK_BENCH_FORWARDER"] = secret
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(stage(agents, {SITE: _policy()}))
        table = ForwarderTable(
            name="bench",
            secret="env:ATDESK_BENCH_FORWARDER",  # noqa: S106  (where it lies)
            platform="zoom",
            tenant=scene.zoom.credentials.account_id,
        )
        config = replace(scene.config, forwarders=(table,))
        store = await Store.open(config.service.database)
        stack.push_async_callback(store.aclose)
        await agree(config, store)
        ring = await FileKeyRing.for_store(config.service.key_file, store)
        wiring = Wiring(config, store, eyes, PluginCaller([]), time.time, ring, caps=no_caps)
        service = await Service.create(wiring)
        stack.push_async_callback(service.aclose)
        await service.start()
        search_seldom()
        context = context_of(Running(service, VisionPool(1, _nobody)), config, time.time)
        app = build_pages(context, rooms=[routes])
        port = await stack.enter_async_context(serving(app, "127.0.0.1", 0))
        yield scene, service, f"http://127.0.0.1:{port}"


async def _nobody(_agent_id: str) -> Enrolment | None:
    return None


def _policy() -> SitePolicy:
    """Looks as dense as a policy allows."""
    looks = LookRules(
        watch_every_s=0,
        watch_frames=60,
        max_frames=60,
        max_s=60,
        alert_interval_s=INTERVAL_S,
        frames_per_shift=1_000_000,
    )
    meetings = (MeetingRule(id=MEETING, purpose="benchmark"),)
    return SitePolicy(site=SITE, accountable="Bench", looks=looks, meetings=meetings, needs_consent=False)


async def _tokens(scene: Stage, url: str) -> list[str]:
    headers = {"Authorization": f"Bearer {os.environ['ATDESK_BENCH_FORWARDER']}"}
    meeting = {"id": MEETING, "participants": SENDERS, "outside_guests": False, "people_told": True}
    tenant, tokens = scene.zoom.credentials.account_id, []
    async with httpx2.AsyncClient(base_url=url, headers=headers) as client:
        for agent in scene.agents.values():
            account = {"platform": "zoom", "tenant": tenant, "external_id": agent.zoom}
            answer = await client.post("/frames/tokens", json={"account": account, "meeting": meeting})
            tokens.append(answer.json()["token"])
    return tokens


def _senders(url: str, tokens: list[str], shown: list[Path]) -> "subprocess.Popen[str]":
    """In a process of their own, until their input ends."""
    task = {
        "url": url.replace("http", "ws", 1) + "/frames",
        "tokens": tokens,
        "pictures": [str(path) for path in shown],
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.frame_senders"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None  # noqa: S101  (a pipe, as asked for)
    child.stdin.write(json.dumps(task) + "\n")
    child.stdin.flush()
    return child


def _result(service: Service, seen: Stretch, taking_s: list[float], shown: list[Path]) -> Result:
    n, held = seen.taken, seen.held
    dropped = sum(count for name, count in service.page.counts.items() if name.startswith("dropped"))
    size = sum(path.stat().st_size for path in shown) / len(shown)
    figures = (
        Figure("frames taken a second", n / seen.seconds, "a second", n, at_least=200.0),
        Figure("... of those, decoded", len(seen.decoded_s) / seen.seconds, "a second", len(seen.decoded_s)),
        Figure("frames dropped or refused", dropped, "", n + dropped),
        Figure(
            "longest hold-up of the loop, CPU", max(held.cpu, default=0) * 1000, "ms", held.ran, at_most=20.0
        ),
        Figure(
            "longest hold-up of the loop, clock",
            max(held.wall, default=0) * 1000,
            "ms",
            held.ran,
            at_most=20.0,
        ),
        Figure("hold-ups of 5 ms or more, clock", sum(one >= 0.005 for one in held.wall), "", held.ran),
        Figure("service's CPU a frame, socket to commit", seen.cpu_s / n * 1000, "ms", n),
        Figure("checks of a frame before decoding, median", median(taking_s) * 1e6, "us", len(taking_s)),
        Figure("decoding, CPU of the other process, median", median(seen.decoded_s) * 1000, "ms", n),
        Figure("from the mailbox to decoded, p95", percentile(seen.waited_s, 0.95) * 1000, "ms", n),
    )
    detail = {
        "picture": [WIDTH, HEIGHT],
        "mean_bytes": round(size),
        "page": dict(service.page.counts),
        "looks": dict(service.broker.counts),
        "slow_ms": {name: round(took * 1000, 1) for name, took in held.slow.items()},
    }
    return Result("frames", figures, NOTES, detail)


def _longest(what: str, took: list[float], ran: int) -> Figure:
    return Figure(what, max(took, default=0.0) * 1000, "ms", ran, at_most=20.0)
