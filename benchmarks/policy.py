"""From the signature under a policy to its effect for 20,000 agents, without a restart.

A whole service on a real store, with real signatures; every agent has an open look, and the new version
forbids it, or allows it again. The signature is made as the command makes it, by a connection of its own.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from atdesk_core.agreements import Approval, Content, Desk, put_in_force, site_scope
from atdesk_core.identity import (
    FileKeyRing,
    Known,
    Site,
    Vouching,
    declare_sites,
    import_roster,
    read_roster,
)
from atdesk_core.identity.signing import Signer
from atdesk_core.policy import LookRules, MeetingRule, SitePolicy
from atdesk_core.policy.levels import LevelKind, level_of
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.config import Config, ServiceTable, SiteTable, StateTable, VisionTable
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.service import Service, Wiring
from atdesk_core.session import OpenLook, Wanted
from atdesk_core.store import Store
from atdesk_sdk import (
    AccountRef,
    AdapterConfig,
    AdapterSpec,
    AgentState,
    AgentStateChanged,
    Capabilities,
    Frame,
    Interaction,
    Meeting,
    Observation,
    Presence,
    Routing,
    StreamKey,
    VideoOpened,
)
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform
from benchmarks.figures import Figure, median
from benchmarks.results import CannotMeasure, Options, Result
from benchmarks.stage import no_caps

AGENTS, CHANGES, TARGET_S, PATIENCE_S = 20_000, 3, 2.0, 180.0
MEETING = Meeting("900", "900", participants=6, outside_guests=False, people_told=True)
ALLOWS = SitePolicy(
    site="home",
    accountable="Bench",
    looks=LookRules(watch_every_s=600),
    meetings=(MeetingRule(id="900", purpose="benchmark"),),
    needs_consent=False,
)
FORBIDS = ALLOWS.model_copy(update={"camera": False})

NOTES = (
    "Counted from before the signature is made. The service looks for changes once a second, which is in it.",
    "`no frame`: from then on the question that is asked for every frame is answered by the new version. "
    "`looks closed`: the last of them. What the sessions log of it follows as fast as the disk takes it.",
)


@dataclass
class Camera:
    """Takes the place of the looks: which are open."""

    open_now: set[str] = field(default_factory=set)

    def open(self, agent_id: str, command: OpenLook) -> None:
        """A look begins; no frame of it ever comes."""
        self.open_now.add(command.look_id)

    def close(self, look_id: str) -> None:
        """A look is over."""
        self.open_now.discard(look_id)


class _NoEyes:
    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        raise AssertionError("no frame is opened here")


def run(options: Options) -> Result:
    """Measure."""
    no_frame, closed = asyncio.run(_changes())
    figures = (
        Figure("no frame under the old version, median", median(no_frame), "s", len(no_frame)),
        Figure(
            "no frame under the old version, longest", max(no_frame), "s", len(no_frame), at_most=TARGET_S
        ),
        Figure("all looks closed, median", median(closed), "s", len(closed)),
        Figure("all looks closed, longest", max(closed), "s", len(closed)),
    )
    return Result("policy", figures, NOTES, {"agents": AGENTS, "no_frame_s": no_frame, "closed_s": closed})


async def _changes() -> tuple[list[float], list[float]]:
    no_frame: list[float] = []
    closed: list[float] = []
    with tempfile.TemporaryDirectory(prefix="atdesk-bench-") as folder:
        async with _service(Path(folder)) as (service, config, camera):
            for number in range(CHANGES):
                await _until(lambda: len(camera.open_now) == AGENTS)
                began = time.perf_counter()
                await _sign(config, FORBIDS, number)
                await _until(lambda: not _allows(service))
                no_frame.append(time.perf_counter() - began)
                await _until(lambda: not camera.open_now)
                closed.append(time.perf_counter() - began)
                await _until(lambda: _looks(service) == 0, every_s=0.5)
                await _sign(config, ALLOWS, number)
                await asyncio.sleep(0.37)  # so that the next change does not follow the service's beat
    return no_frame, closed


def account_of(agent_id: str) -> AccountRef:
    """Of an agent on the scripted platform."""
    return AccountRef("scripted", "scripted", agent_id)


def _looks(service: Service) -> int:
    """How many sessions have a look open, as they see it."""
    room = service.room
    return sum(room.session(agent_id).look is not None for agent_id in room.agent_ids)


def _allows(service: Service) -> bool:
    policy = service.world.facts("a0").policy
    return policy is not None and policy.camera


@asynccontextmanager
async def _service(folder: Path) -> AsyncIterator[tuple[Service, Config, Camera]]:
    agents, camera = [f"a{number}" for number in range(AGENTS)], Camera()
    platform = ScriptedPlatform([account_of(one) for one in agents], time.time)
    spec = AdapterSpec(
        "scripted", "1", AdapterConfig, Capabilities(), lambda _table: ScriptedAdapter(platform)
    )
    config = Config(
        path=folder / "atdesk.toml",
        service=ServiceTable(database=folder / "atdesk.db", signing_key=folder / "atdesk.sign.key"),
        state=StateTable(authority="scripted"),
        vision=VisionTable(),
        sites=(SiteTable(id="home", jurisdiction="PE", time_zone="UTC", policy=folder / "home.toml"),),
        policies={"home": ALLOWS},
        adapters=((spec, AdapterConfig(name="scripted", tenant="scripted")),),
    )
    async with AsyncExitStack() as stack:
        store = await Store.open(config.service.database)
        stack.push_async_callback(store.aclose)
        await _fill(store, agents)
        await _sign(config, ALLOWS, 0)
        ring = FileKeyRing("bench", bytes(32))
        wiring = Wiring(config, store, _NoEyes(), PluginCaller([]), time.time, ring, caps=no_caps)
        service = await Service.create(wiring)
        stack.push_async_callback(service.aclose)
        await service.start()
        service.room.looks = camera
        await _sit_down(service, agents)
        yield service, config, camera


async def _fill(store: Store, agents: Sequence[str]) -> None:
    site = Site("home", "PE", "UTC")
    await declare_sites(store, [site])
    known = Known(sites={"home": site}, tenants={"scripted": ("scripted",)})
    always = "Mon-Sun 00:00-23:59 | Mon-Sun 23:59-00:00"
    lines = ["agent_id,name,team,site,shift,scripted"]
    lines += [f"{one},Agent {one},t{number % 400},home,{always},{one}" for number, one in enumerate(agents)]
    refs = (f"ref{number}" for number in range(len(agents)))
    rows = read_roster("\n".join(lines), known)
    await import_roster(store, rows, known, Vouching("Bench", 0.0), lambda: next(refs))


async def _sit_down(service: Service, agents: Sequence[str]) -> None:
    """Everybody is available, with a camera on in a meeting that may be looked into."""
    for number, one in enumerate(agents):
        account, now = account_of(one), time.time()
        state = AgentState(
            account, Presence.AVAILABLE, Routing.UNKNOWN, Interaction.NONE, now, "event", revision="1"
        )
        service.room.send(one, AgentStateChanged(state, now, now))
        service.room.send(one, VideoOpened(StreamKey("scripted", "s", one), account, MEETING, now, now))
        if number % 200 == 0:
            await service.room.flushed()


async def _sign(config: Config, policy: SitePolicy, number: int) -> None:
    """As `atdesk policy sign`: through a connection of its own."""
    async with await Store.open(config.service.database) as store:
        desk = Desk(store, Signer.for_service(config.service.signing_key), declared_of(config), no_caps)
        content = Content(level_of(policy, LevelKind.SITE, "home"), ("PE",))
        approval = Approval("Bench", f"change {number}", time.time())
        await put_in_force(desk, {site_scope("home"): content}, approval)


async def _until(is_so: Callable[[], bool], every_s: float = 0.005) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():  # noqa: ASYNC110  (what is waited for has no event of its own)
                await asyncio.sleep(every_s)
    except TimeoutError:
        raise CannotMeasure(f"the change did not come about within {PATIENCE_S:g} s") from None
