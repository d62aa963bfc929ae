"""The service: everything of one configuration, put together, started in order, stopped in order.

On start: load the snapshots, read the platforms again, then act. What is done meanwhile stands beside this
module: `listening` (what adapters emit), `asking` (what may be done), `owing` (what is owed, and what became
of it), `changes` (what others changed), `rounds` (what the passing of time asks for).
"""

from collections.abc import Mapping, Sequence

from atdesk_core.agreements import LiveAgreements
from atdesk_core.evidence import EvidenceStore, Holds
from atdesk_core.identity import LiveDirectory, Site, declare_sites, declare_sources
from atdesk_core.ledger.retention import newest_at
from atdesk_core.reviewing import FlagLinks, standing_shadows
from atdesk_core.runtime.agreed import declared_of
from atdesk_core.runtime.asking import Asking
from atdesk_core.runtime.authorities import authorities_of, check_authorities
from atdesk_core.runtime.broker import LookBroker, Source
from atdesk_core.runtime.changes import Changes, ClockWatch, Refresher
from atdesk_core.runtime.channels import ChannelWatch
from atdesk_core.runtime.clock import EngineClock
from atdesk_core.runtime.codes import CodeSender
from atdesk_core.runtime.delivery import PlatformDelivery
from atdesk_core.runtime.desk_checks import DeskChecks
from atdesk_core.runtime.draws import Draws
from atdesk_core.runtime.errands import Errands
from atdesk_core.runtime.found import finding_of
from atdesk_core.runtime.keeping import Keeping
from atdesk_core.runtime.leaving import Leavers
from atdesk_core.runtime.listening import Following, Listening, Proposing
from atdesk_core.runtime.log_keeping import LogKeeper, bounds_of
from atdesk_core.runtime.news import News
from atdesk_core.runtime.objections import Objections
from atdesk_core.runtime.owing import Owing
from atdesk_core.runtime.own_desk import OwnDesk
from atdesk_core.runtime.pages.adapter import PageAdapter
from atdesk_core.runtime.pages.indicator import Indicator
from atdesk_core.runtime.pages.screens import Screens
from atdesk_core.runtime.reviews import Reviews
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.runtime.rounds import Rounds
from atdesk_core.runtime.router import Router
from atdesk_core.runtime.showing import FlagShow
from atdesk_core.runtime.sign_ins import SignIns
from atdesk_core.runtime.stills import Stills
from atdesk_core.runtime.supervisor import Supervisor
from atdesk_core.runtime.wiring import DEFAULT_JUDGING, MakeDelivery, OnRecord, Wiring
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.session import FactsChanged, Record
from atdesk_core.store import OutboxRow
from atdesk_sdk import Adapter, HealthReport, Ingress, VideoSource

__all__ = ["DEFAULT_JUDGING", "MakeDelivery", "OnRecord", "Service", "Wiring"]


class Service:
    """Use `Service.create`, then `start`; `aclose` stops it.

    Attributes:
        store: The database.
        ring: Wraps the keys of people.
        room: The sessions.
        broker: The looks.
        outbox: What is owed.
        router: The events.
        rounds: Shifts, draws, leavers, desk checks.
        supervisor: The adapters.
        world: The facts.
        screens: The agents' open pages.
        page: Frames from them, and notices to them.
        own: What agents do by their pages, and what these are told.
        evidence: The stills.
        flag_links: Links to the flags' pages.
        reviews: What people say about flags.
    """

    def __init__(self, wiring: Wiring, directory: LiveDirectory, agreements: LiveAgreements) -> None:
        self.store, self._wiring = wiring.store, wiring
        self.ring = wiring.ring
        self._clock = EngineClock(wiring.now)
        self._errands = Errands()
        self.screens = Screens(self._clock.now, self._screen_changed)
        self.page = PageAdapter(self.screens)
        self._adapters: dict[str, Adapter] = {
            one.name: one for one in (spec.build(table) for spec, table in wiring.config.adapters)
        }
        check_authorities(wiring.config, list(self._adapters.values()))
        self._adapters[self.page.name] = self.page
        self._put_sessions_together(directory, agreements)
        self._put_looks_together()
        self._put_duties_together()
        self._put_events_together(directory, agreements)

    def _put_sessions_together(self, directory: LiveDirectory, agreements: LiveAgreements) -> None:
        """The facts, and the sessions that are told of them."""
        now = self._clock.now
        self._sign_ins = SignIns(self.store, now, self._shift_changed)
        self._draws = Draws(self.store, self._wiring.ring, now, self._shift_changed)
        self.world = LiveWorld(
            directory.current,
            agreements.current,
            list(self._adapters.values()),
            authorities_of(self._wiring.config),
            self._sign_ins,
            self._draws,
            now,
            self._wiring.judging,
        )
        self.world.page_answered_at = self.screens.answered_at
        self.world.reviewers = frozenset(self._wiring.config.roles.reviewers)
        self.room = SessionRoom(
            self.store,
            self.world,
            now,
            self._owed,
            self._storm,
            self._recorded,
        )
        self._asking = Asking(self.room, self.world, self._wiring.plugins, self._clock)
        self._news = News(self.room, self._asking.permits, now, self._errands.run)

    def _put_looks_together(self) -> None:
        """What opens frames, and the stills of those on which a flag was judged."""
        evidence = self.evidence = EvidenceStore(self.store, self._wiring.ring, self._clock.now)
        holds = Holds(self.store, self._clock.now)
        self._stills = self.room.stills = Stills(evidence, holds, self._wiring.artist, self.room)
        self.broker = self.room.looks = LookBroker(
            _sources(self._adapters),
            self._stills.watching(self._wiring.eyes),
            self._asking.permits,
            self.room.send,
            self._clock.now,
            self._asking.vetoes_look,
            self._asking.wanted,
            Indicator(self.screens, self._clock.now),
        )

    def _put_duties_together(self) -> None:
        """What is carried out: notices, state writes, flags, codes."""
        now, table = self._clock.now, self._wiring.config.service
        self._channels = ChannelWatch(self._adapters.values(), self.store, lambda: self.world.directory, now)
        self.flag_links = FlagLinks(self.store, now, table.public_url, table.flag_link_hours * 3600.0)
        flags = FlagShow(self.store, self._asking, self.flag_links, self._channels.is_open, now)
        platforms = PlatformDelivery(self._adapters, flags, self._asking, table.integrator_webhook)
        delivery = self._wiring.make_delivery(platforms)
        self._owing = Owing(
            self.room, platforms, delivery, self.store, self._wiring.plugins, self._errands.run, now
        )
        self.outbox = self._owing.outbox
        self._codes = CodeSender(self.store, delivery, self.world.profile, now)

    def _put_events_together(self, directory: LiveDirectory, agreements: LiveAgreements) -> None:
        """What comes from adapters, from other processes, and with time."""
        store, now, wiring, spawn = self.store, self._clock.now, self._wiring, self._errands.run
        self.router = Router(self.room, self.world, now, Proposing(store, spawn).propose)
        self._changes = Changes(
            store, directory, agreements, self.world, self.router, self._news, wiring.on_directory
        )
        self.reviews = Reviews(store, self.room, self.world, self.router, now)
        objections = Objections(store, self.room, self.reviews, now, spawn)
        self.router.object_to = objections.heard_in_chat
        self.own = OwnDesk(
            store, self.room, self.world, self.router, self.reviews, objections, self._adapters, now
        )
        leavers = Leavers(store, now, self._changes.take_up)
        desk_checks = DeskChecks(store, self.world, now, self._owing.take)
        self.rounds = Rounds(self.world, self._sign_ins, self._draws, leavers, desk_checks)
        self._log_keeper = LogKeeper(store, lambda: bounds_of(agreements.current, directory.current), now)
        self._following = Following(self._adapters.values(), self.world, spawn, now)
        self._listening = Listening(self.world, self.router, self.rounds, wiring.plugins, self._news, spawn)
        self.supervisor = Supervisor(
            list(self._adapters.values()),
            self._listening.take,
            self._listening.health_changed,
            self._following.begin,
            now,
        )
        clock_watch = ClockWatch(self._clock, self.world, self.room, self._news)
        self._refresher = Refresher(
            (
                clock_watch.look,
                self._changes.take_up,
                self._following.try_again,
                self._review,
                self._codes.send_waiting,
                self._channels.look,
                Keeping(self._adapters.values(), self.room).tell,
            )
        )

    @classmethod
    async def create(cls, wiring: Wiring) -> "Service":
        """Put everything together. The store stays its caller's to close.

        Raises:
            StoreError: The database cannot be used.
            ConfigError: An authority cannot be one; the message says what to do.
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
        self._clock.not_before(await newest_at(self.store))
        self.world.doubt_clock(self._clock.behind > 0)
        await self._changes.load()
        await self._channels.load()
        self.world.shadow(await standing_shadows(self.store))
        owed = await self.store.open_outbox()
        self._owing.count(owed)
        self.room.start(await self.store.load_sessions())
        await self.reviews.poll()  # a pause that was asked for meanwhile stands before anything is opened
        await self.own.objections.start()
        await self.rounds.start()
        await self.supervisor.start()
        await self._channels.look()  # before anything goes out: a channel may not be private any more
        self._owing.begin(owed)
        await self._stills.start()
        self._log_keeper.start()
        self._changes.following = self._following
        self._refresher.start()

    def stopping(self) -> None:
        """Say that the service is about to stop, before its pages close: that is nobody's doing."""
        self._listening.stop()

    async def aclose(self) -> None:
        """Stop looks first, then the platforms, then keep what is left. Closing twice is fine."""
        self.stopping()
        await self._refresher.aclose()
        self._changes.following = None
        self._news.stop()
        await self._log_keeper.aclose()
        await self.rounds.aclose()
        await self.broker.aclose()
        await self.outbox.aclose()
        await self.supervisor.aclose()
        await self._errands.aclose()
        await self.room.aclose()
        await self._errands.aclose()  # what the plugins are told of that which was kept last
        await self._stills.aclose()
        await self._wiring.plugins.aclose()

    async def take_up_changes(self) -> None:
        """Read at once what was changed in the directory, and do not wait for the next round."""
        await self._changes.take_up()

    def ingresses(self) -> dict[str, Ingress]:
        """Adapters that take webhooks."""
        return {name: one for name, one in self._adapters.items() if isinstance(one, Ingress)}

    def adapter_counts(self) -> dict[str, Mapping[str, int]]:
        """What each configured adapter counts by closed words of its own, where it counts at all."""
        counted = {name: getattr(one, "counts", None) for name, one in self._adapters.items()}
        return {
            name: counts
            for name, counts in counted.items()
            if isinstance(counts, Mapping) and name != self.page.name
        }

    def health(self) -> dict[str, HealthReport]:
        """How each adapter is."""
        return {name: host.health for name, host in self.supervisor.hosts.items()}

    def _owed(self, rows: Sequence[OutboxRow]) -> None:
        """Handed on at the time of the call: the room is made before what carries out its rows."""
        self._owing.take(rows)

    def _storm(self, group: str, people: int) -> None:
        """See `_owed`."""
        self._owing.storm(group, people)

    def _recorded(self, agent_id: str, record: Record) -> None:
        self._wiring.on_record(agent_id, record)
        self.own.heard(agent_id, record)
        finding = finding_of(agent_id, record)
        if finding is not None:
            self._errands.run(self._wiring.plugins.tell("atdesk_judged", finding=finding))

    def _shift_changed(self, agent_id: str) -> None:
        """A shift by sign-in, or the random looks of one, changed: the session looks again."""
        self.world.forget(agent_id)
        self._draws.ask_again(agent_id)
        if self.room.knows(agent_id):
            self.room.send(agent_id, FactsChanged(self._clock.now()))

    def _screen_changed(self, agent_id: str) -> None:
        """An agent's page began to answer, or was closed: that may allow a look, or forbid one."""
        if self.room.knows(agent_id):
            self.room.send(agent_id, FactsChanged(self._clock.now()))

    async def _review(self) -> None:
        """Do what people asked for by way of the database, and take up what came of it."""
        await self.reviews.poll()
        if self.world.shadow(await standing_shadows(self.store)):
            self._news.tell()


def _sources(adapters: Mapping[str, Adapter]) -> dict[str, Source]:
    return {
        name: Source(one, one.capabilities.looks_per_stream)
        for name, one in adapters.items()
        if isinstance(one, VideoSource)
    }
