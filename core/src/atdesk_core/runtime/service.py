"""The service: everything of one configuration, put together, started in order, stopped in order.

On start: load the snapshots, read the platforms again, then act.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass

from atdesk_core.agreements import Caps, LiveAgreements
from atdesk_core.evidence import EvidenceStore, Holds
from atdesk_core.identity import (
    Directory,
    KeyRing,
    LinkHow,
    LiveDirectory,
    Site,
    declare_sites,
    declare_sources,
    propose_link,
)
from atdesk_core.judging import JudgingRules
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.ledger.retention import newest_at
from atdesk_core.policy.jurisdictions import cap_of
from atdesk_core.reviewing import standing_shadows
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.broker import Eyes, LookBroker, Source
from atdesk_core.runtime.clock import EngineClock
from atdesk_core.runtime.codes import CodeSender
from atdesk_core.runtime.config import Config
from atdesk_core.runtime.delivery import PlatformDelivery
from atdesk_core.runtime.desk_checks import DeskChecks
from atdesk_core.runtime.draws import Draws
from atdesk_core.runtime.found import finding_of
from atdesk_core.runtime.integrator import storm_notice
from atdesk_core.runtime.leaving import Leavers
from atdesk_core.runtime.log_keeping import LogKeeper
from atdesk_core.runtime.news import News
from atdesk_core.runtime.outbox import Delivery, Outbox, Outcome
from atdesk_core.runtime.planning import FLAG, NOTICE
from atdesk_core.runtime.plugin_calls import PluginCaller
from atdesk_core.runtime.profile import Profile
from atdesk_core.runtime.reviews import Reviews
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.runtime.rounds import Rounds
from atdesk_core.runtime.router import Router
from atdesk_core.runtime.sign_ins import SignIns
from atdesk_core.runtime.stills import Artist, Stills
from atdesk_core.runtime.supervisor import Supervisor
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.session import (
    ClockJumped,
    FactsChanged,
    NoticeSettled,
    OpenFlag,
    OpenLook,
    Record,
    Wanted,
    WriteSettled,
    frame_permission,
    wanted,
    write_wanted,
)
from atdesk_core.store import ALL_SITES, OutboxKind, OutboxRow, OutboxStatus, Store, Unit
from atdesk_sdk import (
    AccountRef,
    Adapter,
    AdapterEvent,
    AgentStateChanged,
    HealthReport,
    Ingress,
    StateChange,
    StateSource,
    VideoSource,
)

log = logging.getLogger(__name__)

# The directory and the stop orders may be changed by another process; this is how soon it is seen.
REFRESH_S = 1.0
# So long a look at what others changed may go on when the service is closed.
CLOSE_S = 5.0
DEFAULT_JUDGING = JudgingRules()

OnRecord = Callable[[str, Record], None]
MakeDelivery = Callable[[Delivery], Delivery]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a service is put together from.

    Attributes:
        config: Checked.
        store: Open.
        eyes: The vision pool.
        plugins: Asked before a look and a write, told of what happens.
        now: Engine's clock, seconds since the epoch.
        ring: Wraps the seeds of the random looks.
        on_record: Told of every row of the decision log as it is decided.
        make_delivery: Puts something in front of the platforms, or in their place.
        judging: How observations become findings.
        artist: Makes the pictures of stills; None: there are none, whatever policy allows.
        on_directory: Told of the directory whenever it has changed.
        caps: What each jurisdiction allows at the most; `atdesk run` knows the shipped presets alone.
    """

    config: Config
    store: Store
    eyes: Eyes
    plugins: PluginCaller
    now: Callable[[], float]
    ring: KeyRing
    on_record: OnRecord = lambda _agent_id, _record: None
    make_delivery: MakeDelivery = lambda delivery: delivery
    judging: JudgingRules = DEFAULT_JUDGING
    artist: Artist | None = None
    on_directory: Callable[[Directory], None] = lambda _directory: None
    caps: Caps = cap_of


class Service:
    """Use `Service.create`, then `start`; `aclose` stops it.

    Attributes:
        room: The sessions.
        broker: The looks.
        outbox: What is owed.
        router: The events.
        supervisor: The adapters.
        world: The facts.
    """

    def __init__(self, wiring: Wiring, directory: LiveDirectory, agreements: LiveAgreements) -> None:
        self._clock = EngineClock(wiring.now)
        config, now = wiring.config, self._clock.now
        self._store = wiring.store
        self._plugins = wiring.plugins
        self._on_record = wiring.on_record
        self._on_directory = wiring.on_directory
        self._directory = directory
        self._agreements = agreements
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._open_notices: dict[str, int] = {}
        self._refresher: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        adapters = [spec.build(table) for spec, table in config.adapters]
        self._adapters: Mapping[str, Adapter] = {one.name: one for one in adapters}
        self._sign_ins = SignIns(self._store, now, self._shift_changed)
        self._draws = Draws(self._store, wiring.ring, now, self._shift_changed)
        self.world = LiveWorld(
            directory.current,
            agreements.current,
            adapters,
            config.state.authority,
            self._sign_ins,
            self._draws,
            now,
            wiring.judging,
        )
        self.room = SessionRoom(self._store, self.world, now, self._owed, self._storm, self._recorded)
        evidence = EvidenceStore(self._store, wiring.ring, now)
        self._stills = Stills(evidence, Holds(self._store, now), wiring.artist, self.room)
        self.room.stills = self._stills
        self.broker = LookBroker(
            _sources(adapters),
            self._stills.watching(wiring.eyes),
            self._permit,
            self.room.send,
            now,
            self._vetoed,
            self._wanted,
        )
        self.room.looks = self.broker
        self._news = News(self.room, self._permit, now, self._spawn)
        self._delivery = PlatformDelivery(
            self._adapters, self._store, self, config.service.public_url, config.service.integrator_webhook
        )
        delivery = wiring.make_delivery(self._delivery)
        self.outbox = Outbox(delivery, self._store, self._settled, now)
        self._codes = CodeSender(self._store, delivery, self.profile, now)
        self.router = Router(self.room, self.world, now, self._propose)
        self._reviews = Reviews(self._store, self.room, self.world, self.router, now)
        leavers = Leavers(self._store, now, self._refresh)
        desk_checks = DeskChecks(self._store, self.world, now, self._owed)
        self.rounds = Rounds(self.world, self._sign_ins, self._draws, leavers, desk_checks)
        self._log_keeper = LogKeeper(self._store, self.world.policies, now)
        self.supervisor = Supervisor(adapters, self._took, self._health_changed, self._adapter_up, now)

    @classmethod
    async def create(cls, wiring: Wiring) -> "Service":
        """Put everything together. The store stays its caller's to close.

        Raises:
            StoreError: The database cannot be used.
        """
        sites = [Site(one.id, one.jurisdiction, one.time_zone) for one in wiring.config.sites]
        await declare_sites(wiring.store, sites)
        await declare_sources(wiring.store, [one.shift_source for one in wiring.config.sites])
        key_file, declared = wiring.config.service.signing_key, declared_of(wiring.config)
        agreements = LiveAgreements(wiring.store, declared, key_file, wiring.now, wiring.caps)
        await agreements.refresh()
        return cls(wiring, await LiveDirectory.load(wiring.store), agreements)

    async def start(self) -> None:
        """Take up the sessions, connect the platforms, then carry out what is owed."""
        await self.rounds.load()
        self._clock.not_before(await newest_at(self._store))
        self.world.doubt_clock(self._clock.behind > 0)
        self.world.update(self._directory.current, await self._store.stop_orders())
        self.world.shadow(await standing_shadows(self._store))
        owed = await self._store.open_outbox()
        for one in owed:
            self._count_notice(one.row, 1)
        self.room.start(await self._store.load_sessions())
        await self._reviews.poll()  # a pause that was asked for meanwhile stands before anything is opened
        await self.rounds.start()
        await self.supervisor.start()
        self.outbox.resume(owed)
        self._stills.start()
        self._log_keeper.start()
        self._refresher = asyncio.create_task(self._refresh_forever(), name="atdesk-refresh")

    async def aclose(self) -> None:
        """Stop looks first, then the platforms, then keep what is left. Closing twice is fine."""
        if self._refresher is not None:
            self._closing.set()  # a request that is being done is done to its end
            with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await self._refresher
            self._refresher = None
        self._news.stop()
        await self._log_keeper.aclose()
        await self.rounds.aclose()
        await self.broker.aclose()
        await self.outbox.aclose()
        await self.supervisor.aclose()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.room.aclose()
        await self._stills.aclose()
        await self._plugins.aclose()

    @property
    def store(self) -> Store:
        """The database."""
        return self._store

    def ingresses(self) -> dict[str, Ingress]:
        """Adapters that take webhooks."""
        return {name: one for name, one in self._adapters.items() if isinstance(one, Ingress)}

    def health(self) -> dict[str, HealthReport]:
        """How each adapter is."""
        return {name: host.health for name, host in self.supervisor.hosts.items()}

    def profile(self, agent_id: str) -> Profile:
        """See `LiveWorld.profile`."""
        return self.world.profile(agent_id)

    def policy_version(self, agent_id: str) -> str:
        """See `LiveWorld.policy_version`."""
        return self.world.policy_version(agent_id)

    def write_wanted(self, agent_id: str, change_id: str) -> bool:
        """Whether a state write is still wanted: nothing is, once the store has failed."""
        return not self.room.failed.is_set() and write_wanted(self.room.session(agent_id), change_id)

    def _permit(self, agent_id: str, look_id: str) -> bool:
        """May the next frame be opened? Anything that goes wrong while asking is a No."""
        try:
            session, facts = self.room.session(agent_id), self.world.facts(agent_id)
            return not (self.room.failed.is_set() or self._clock.behind) and (
                frame_permission(session, facts, look_id, self._now()) == "allowed"
            )
        except Exception:
            log.exception("a permission could not be decided, so it is No")
            return False

    async def vetoes_write(self, change: StateChange) -> bool:
        """Whether a plugin objects to a state write."""
        return bool(await self._plugins.veto("atdesk_before_state_change", change=change))

    def _wanted(self, agent_id: str) -> Wanted:
        """See `atdesk_core.session.wanted`."""
        return wanted(self.room.session(agent_id), self.world.facts(agent_id))

    async def _vetoed(self, agent_id: str, command: OpenLook) -> bool:
        """Whether a plugin objects to a look, or its row could not be written: then it is not opened."""
        await self.room.flushed()
        if self.room.failed.is_set():
            return True
        version = self.world.policy_version(agent_id)
        objections = await self._plugins.veto(
            "atdesk_may_look", agent_id=agent_id, reason=command.reason.value, policy_version=version
        )
        return bool(objections)

    def _recorded(self, agent_id: str, record: Record) -> None:
        self._on_record(agent_id, record)
        finding = finding_of(agent_id, record)
        if finding is not None:
            self._spawn(self._plugins.tell("atdesk_judged", finding=finding))

    def _health_changed(self, report: HealthReport) -> None:
        self._spawn(self._plugins.tell("atdesk_health_changed", report=report))

    def _took(self, event: AdapterEvent) -> None:
        """Events of the adapters, to the sessions first, then to the plugins."""
        self.rounds.hear(event)
        self.router.take(event)
        if isinstance(event, AgentStateChanged) and self.world.directory.agent_of(event.state.account):
            self._spawn(self._plugins.tell("atdesk_agent_state_changed", event=event))

    def _shift_changed(self, agent_id: str) -> None:
        """A shift by sign-in, or the random looks of one, changed: the session looks again."""
        self.world.forget(agent_id)
        self._draws.ask_again(agent_id)
        if self.room.knows(agent_id):
            self.room.send(agent_id, FactsChanged(self._now()))

    def _propose(self, agent_id: str, account: AccountRef) -> None:
        self._spawn(self._propose_link(agent_id, account))

    async def _propose_link(self, agent_id: str, account: AccountRef) -> None:
        if await propose_link(self._store, agent_id, account, LinkHow.VERIFIED_EMAIL):
            log.info(
                "%s may be agent %s's, by its verified address: atdesk agents link",
                account.platform,
                agent_id,
            )

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        """A short task of the service's own; it is waited for at the end."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _owed(self, rows: Sequence[OutboxRow]) -> None:
        for row in rows:
            self._count_notice(row, 1)
        self._tell_of_flags(rows)
        self.outbox.add(rows)

    def _tell_of_flags(self, rows: Sequence[OutboxRow]) -> None:
        """A flag has a row for each sink; the plugins are told of it once."""
        views = {
            (row.kind, view.number): view
            for row in rows
            if row.kind in (OutboxKind.FLAG_POST, OutboxKind.FLAG_UPDATE)
            for view in [self._delivery.view(row, private=True)]
        }
        closed = {flag.number for row in rows for flag in _flags_of(row) if flag.closed_at is not None}
        for (kind, number), view in views.items():
            if kind is OutboxKind.FLAG_POST:
                self._spawn(self._plugins.tell("atdesk_flag_raised", flag=view))
            elif number in closed:
                self._spawn(self._plugins.tell("atdesk_flag_closed", flag=view))

    def _count_notice(self, row: OutboxRow, by: int) -> int:
        """How many channels a notice still tries."""
        if row.kind is not OutboxKind.NOTICE:
            return 0
        notice_id = NOTICE.validate_json(row.payload).notice_id
        self._open_notices[notice_id] = self._open_notices.get(notice_id, 0) + by
        left = self._open_notices[notice_id]
        if left <= 0:
            del self._open_notices[notice_id]
        return left

    def _settled(self, row: OutboxRow, outcome: Outcome, unit: Unit) -> None:
        now, agent_id = self._now(), row.agent_id
        if row.kind is OutboxKind.STATE_WRITE and agent_id is not None:
            event = WriteSettled(row.row_id, outcome.receipt, now)
            self.room.send(agent_id, event, also=unit)
        elif row.kind is OutboxKind.NOTICE and agent_id is not None:
            self._notice_settled(row, agent_id, outcome, unit, now)
        else:
            self.room.keep(unit)

    def _notice_settled(
        self, row: OutboxRow, agent_id: str, outcome: Outcome, unit: Unit, now: float
    ) -> None:
        """The first channel that took it counts; it failed only when all of them have."""
        left = self._count_notice(row, -1)
        reached = outcome.status is OutboxStatus.SENT
        if reached or left <= 0:
            notice_id = NOTICE.validate_json(row.payload).notice_id
            self.room.send(agent_id, NoticeSettled(notice_id, reached, now), also=unit)
        else:
            self.room.keep(unit)

    def _storm(self, group: str, people: int) -> None:
        """The one notice that the integrator gets."""
        log.error(
            "platform_doubt: too many of the %d people in %s turned absent or different within a minute; "
            "nothing was written or flagged. Check the platform's video.",
            people,
            group,
        )
        self.room.keep(Unit(outbox=(storm_notice(group, people, self._now()),)))

    def _adapter_up(self, adapter: Adapter) -> None:
        if isinstance(adapter, StateSource):
            self._spawn(self._follow(adapter))

    async def _follow(self, adapter: Adapter) -> None:
        assert isinstance(adapter, StateSource)  # noqa: S101  (narrowed by the caller)
        accounts = [
            account
            for agent_id in self.world.directory.people
            for account in self.world.directory.accounts_of(agent_id, adapter.platform)
            if account.tenant == adapter.tenant
        ]
        try:
            await adapter.follow(accounts)
        except Exception as error:
            log.warning("%s does not follow its accounts yet: %s", adapter.name, error)

    async def _closes_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        return self._closing.is_set()

    async def _refresh_forever(self) -> None:
        while not await self._closes_within(REFRESH_S):
            try:
                await self._watch_clock()
                await self._refresh()
                await self._review()
                await self._codes.send_waiting()
            except Exception:
                log.exception("what another process changed could not be read")

    async def _watch_clock(self) -> None:
        """A clock that was set is logged; what was measured by it before counts for nothing any more."""
        jumped_s, behind_s = self._clock.take_jump(), self._clock.behind
        if jumped_s is not None:
            log.critical("the machine's clock jumped by %.0f s: every look was closed", jumped_s)
            row = entry(LedgerKind.CLOCK_JUMPED, self._now(), ALL_SITES, None, {"jump_s": round(jumped_s, 3)})
            self.room.keep(Unit(ledger=(row,)))
            self._news.tell(ClockJumped)
        if self.world.doubt_clock(behind_s > 0):
            if behind_s:
                log.critical("the clock is %.0f s behind what was written: no look until then", behind_s)
            self._news.tell()

    async def _review(self) -> None:
        """Do what people asked for by way of the database, and take up what came of it."""
        await self._reviews.poll()
        if self.world.shadow(await standing_shadows(self._store)):
            self._news.tell()

    async def _refresh(self) -> None:
        """Take up what another process changed: the directory, a policy, a precondition, a stop order."""
        changed = await self._directory.refresh()
        if changed:
            self._on_directory(self._directory.current)
        lapsed = await self._agreements.refresh()
        orders = await self._store.stop_orders()
        if not self.world.update(self._directory.current, orders, self._agreements.current) and not lapsed:
            return
        self.router.directory_changed()
        self._news.tell()
        if changed and self._refresher is not None:  # before that, the adapters are not up yet
            for adapter in self._adapters.values():
                self._adapter_up(adapter)


def _flags_of(row: OutboxRow) -> Sequence[OpenFlag]:
    """The flag that a row is about; nothing for a row about something else."""
    about_a_flag = row.kind in (OutboxKind.FLAG_POST, OutboxKind.FLAG_UPDATE)
    return (FLAG.validate_json(row.payload),) if about_a_flag else ()


def _sources(adapters: list[Adapter]) -> dict[str, Source]:
    return {
        one.name: Source(one, one.capabilities.looks_per_stream)
        for one in adapters
        if isinstance(one, VideoSource)
    }
