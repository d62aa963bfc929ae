"""A service with the real store and sessions, a scripted platform, and pictures that say what they show.

Real time with short rules: a whole story takes a few seconds.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from atdesk_core.agreements import Approval, Content, Desk, put_in_force, site_scope
from atdesk_core.identity import (
    Consent,
    FileKeyRing,
    Known,
    Site,
    Vouching,
    declare_sites,
    import_roster,
    read_roster,
    record_consent,
)
from atdesk_core.identity.signing import Signer
from atdesk_core.judging import JudgingRules
from atdesk_core.policy import AbsenceRule, DifferentPersonRule, LookRules, MeetingRule, SitePolicy
from atdesk_core.policy.levels import Level, LevelKind, level_of
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.broker import Eyes
from atdesk_core.runtime.config import Config, ServiceTable, ShiftsTable, SiteTable, StateTable, VisionTable
from atdesk_core.runtime.outbox import Delivery
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.service import Service, Wiring
from atdesk_core.runtime.stills import Artist
from atdesk_core.session import Record, Wanted
from atdesk_core.store import Store
from atdesk_sdk import AccountRef, AdapterConfig, AdapterSpec, Capabilities, Frame, Meeting, Observation
from atdesk_sdk.testing import ScriptedAdapter, ScriptedPlatform, VideoEnds, VideoStarts
from tests.core.session.desk import observation

MEETING = Meeting("900", "900", participants=8, outside_guests=False, people_told=True)
POLICY = SitePolicy(
    site="home",
    accountable="A. Person",
    absence=AbsenceRule(agent_first_s=1.0, min_flag_s=2.0),
    different_person=DifferentPersonRule(agent_first_s=1.0),
    looks=LookRules(watch_every_s=0.6, alert_interval_s=0.5, returning_every_s=0.6),
    meetings=(MeetingRule(id="900", purpose="team room"),),
)
# Two frames decide, so that a story takes seconds; the rules themselves have tests of their own.
JUDGING = JudgingRules(
    window_n=2, absent_k=2, other_k=2, present_k=1, back_k=1, blocked_k=2, step_s=0.0, gap_s=2.0
)


def no_caps(jurisdiction: str) -> Level:
    """A place without limits, so that a story takes seconds; the presets have tests of their own."""
    return Level(LevelKind.JURISDICTION, jurisdiction, {})


def account(agent_id: str) -> AccountRef:
    """The agent's account on the scripted platform."""
    return AccountRef("scripted", "scripted", agent_id)


class ReadingEyes:
    """A picture's bytes say what it shows."""

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        return observation(bytes(frame.data).decode(), frame.look_id, frame.received_at)


@dataclass
class Office:
    """One service and the platform it works on."""

    folder: Path
    platform: ScriptedPlatform
    agents: tuple[str, ...] = ("ann",)
    policy: SitePolicy = POLICY
    signed: bool = True
    capabilities: Capabilities = field(default_factory=Capabilities)
    make_delivery: Callable[[Delivery], Delivery] = lambda delivery: delivery
    integrator_webhook: str | None = None
    eyes: Eyes = field(default_factory=ReadingEyes)
    artist: Artist | None = None
    judging: JudgingRules = JUDGING
    shifts: ShiftsTable = field(default_factory=ShiftsTable)
    records: list[tuple[str, Record]] = field(default_factory=list)
    clock: Callable[[], float] = time.time
    adapter_type: type[ScriptedAdapter] = ScriptedAdapter

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Service]:
        """The service, started; opened again on the same folder it is the same service after a restart."""
        adapter = self.adapter_type(self.platform, capabilities=self.capabilities)
        async with await Store.open(self.folder / "atdesk.db") as store:
            if not (await store.load_sessions()):
                await self._fill(store)
            if self.signed:
                await self.sign(store)
            service = await Service.create(
                Wiring(
                    config=self._config(adapter),
                    store=store,
                    eyes=self.eyes,
                    plugins=PluginCaller([]),
                    now=self.clock,
                    ring=FileKeyRing("test", bytes(32)),
                    on_record=lambda agent_id, record: self.records.append((agent_id, record)),
                    make_delivery=self.make_delivery,
                    judging=self.judging,
                    caps=no_caps,
                    artist=self.artist,
                )
            )
            try:
                await service.start()
                yield service
            finally:
                await service.aclose()

    @property
    def config(self) -> Config:
        """What the service is configured with."""
        return self._config(ScriptedAdapter(self.platform, capabilities=self.capabilities))

    async def sign(self, store: Store) -> None:
        """Put the office's policy in force, as `atdesk policy sign` does; a running service takes it up."""
        config = self.config
        signer = Signer.for_service(config.service.signing_key)
        content = Content(level_of(self.policy, LevelKind.SITE, "home"), (config.sites[0].jurisdiction,))
        desk = Desk(store, signer, declared_of(config), no_caps)
        await put_in_force(desk, {site_scope("home"): content}, Approval("H. R.", "a test", time.time()))

    def show(self, what: str, agent_id: str = "ann") -> None:
        """From now on this is before the agent's camera."""
        self.show_pictures((what.encode(),), agent_id)

    def show_pictures(self, pictures: tuple[bytes, ...], agent_id: str = "ann") -> None:
        """The same with pictures that real eyes can read, over and over."""
        self.platform.happen(VideoStarts(agent_id, account(agent_id), MEETING, pictures))

    def hide(self, reason: str, agent_id: str = "ann") -> None:
        """The agent's video ends."""
        self.platform.happen(VideoEnds(agent_id, reason))  # type: ignore[arg-type]  # a reason's value

    def _config(self, adapter: ScriptedAdapter) -> Config:
        spec = AdapterSpec("scripted", "1", AdapterConfig, self.capabilities, lambda _table: adapter)
        return Config(
            path=self.folder / "atdesk.toml",
            service=ServiceTable(
                database=self.folder / "atdesk.db",
                signing_key=self.folder / "atdesk.sign.key",
                public_url="https://desk.example",
                integrator_webhook=self.integrator_webhook,
            ),
            state=StateTable(authority="scripted"),
            vision=VisionTable(),
            sites=(
                SiteTable(
                    id="home",
                    jurisdiction="PE",
                    time_zone="UTC",
                    policy=Path("policy.toml"),
                    shifts=self.shifts,
                ),
            ),
            policies={"home": self.policy},
            adapters=((spec, AdapterConfig(name="scripted", tenant="scripted")),),
        )

    async def _fill(self, store: Store) -> None:
        site = Site("home", "PE", "UTC")
        await declare_sites(store, [site])
        known = Known(sites={"home": site}, tenants={"scripted": ("scripted",)})
        lines = [
            "agent_id,name,email,team,site,lead,shift,scripted",
            "lee,Lee Lead,,support,home,,,lee",
        ]
        always = "Mon-Sun 00:00-23:59 | Mon-Sun 23:59-00:00"
        lines += [
            f"{one},{one.title()} Agent,{one}@example.com,support,home,lee,{always},{one}"
            for one in self.agents
        ]
        refs = iter(f"ref{number:02d}" for number in range(100))
        rows = read_roster("\n".join(lines), known)
        await import_roster(store, rows, known, Vouching("H. R.", time.time()), lambda: next(refs))
        for number, one in enumerate(self.agents):
            consent = Consent(f"c{number}", one, "v1", "en", "a scheduled call", time.time())
            await record_consent(store, consent)


async def until(is_so: Callable[[], bool], timeout_s: float = 12.0) -> None:
    """Wait for something that comes about by itself."""
    async with asyncio.timeout(timeout_s):
        while not is_so():  # noqa: ASYNC110  (what is waited for has no event of its own)
            await asyncio.sleep(0.02)
