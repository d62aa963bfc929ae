"""The running adapter: agent states in, Away out and back, On Queue by the agent's own hand."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from itertools import count
from typing import TypeVar

from atdesk_genesys import protocol
from atdesk_genesys.budget import Lane
from atdesk_genesys.channel import Feed
from atdesk_genesys.client import GenesysClient
from atdesk_genesys.config import CAPABILITIES, PLATFORM, GenesysConfig
from atdesk_genesys.facts import PresenceFact
from atdesk_genesys.link import Patience
from atdesk_genesys.own_queue import OwnQueueWriter
from atdesk_genesys.picture import Picture
from atdesk_genesys.presence import Catalogue, build_catalogue, unmatched
from atdesk_genesys.reading import has_left, read_definitions, read_people
from atdesk_genesys.roster import Roster
from atdesk_genesys.writing import SafeWriter
from atdesk_sdk.adapter import Host, StateChange, StateReceipt
from atdesk_sdk.condition import Condition
from atdesk_sdk.config import resolve_secret
from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, TryLater
from atdesk_sdk.events import AccountGone, AccountRef, AgentState
from atdesk_sdk.health import HealthStatus
from atdesk_sdk.tasks import Kept, Rests, Tasks, came

log = logging.getLogger(__name__)

Result = TypeVar("Result")

#: Several doubts that come together are settled by one read.
_GATHER_S = 0.1
#: A status that is new to us makes the definitions be read again, but not more often than this.
_DEFINITIONS_S = 60.0


class GenesysAdapter:
    """One Genesys Cloud organisation: a `StateSource`, a `StateWriter` and an `OwnQueue`.

    Args:
        config: Its table.
        patience: Times of getting a lost connection back.
        chance: Jitter.
    """

    platform = PLATFORM
    capabilities = CAPABILITIES

    def __init__(
        self, config: GenesysConfig, *, patience: Patience | None = None, chance: random.Random | None = None
    ) -> None:
        self.config = config
        self.name = config.name
        self.tenant = config.tenant
        #: Frames that meant nothing to us, by why.
        self.ignored: Counter[str] = Counter()
        self._patience = patience or Patience()
        self._chance = chance or random.Random()  # noqa: S311 - jitter
        self._now: Callable[[], float] = time.time
        self._feeds: dict[Feed, Kept] = {}
        self._numbers = count(1)
        self._following = asyncio.Lock()
        self._doubt, self._overdue = asyncio.Event(), asyncio.Event()
        self._definitions_at = float("-inf")
        self._open = False
        self._gone: set[str] = set()

    # -- life -----

    async def start(self, host: Host) -> None:
        """See `atdesk_sdk.Adapter`."""
        await self.aclose()
        secret = resolve_secret(self.config.client_secret)
        clock = asyncio.get_running_loop().time
        self._now = host.now
        self._host = host
        self._gone.clear()
        self._clock = clock
        self._condition = Condition(self.name, host)
        self._roster = Roster(host.emit, host.now, self.config.debounce_s)
        self._client = GenesysClient(self.config, secret, clock=clock, chance=self._chance)
        self._writer = SafeWriter(self._client, self.config, self, clock=clock, chance=self._chance)
        rests = Rests(self._patience.first_s, self._patience.longest_s, self._patience.settled_s)
        self._tasks = Tasks(self.name, self._condition, host.now, rests)
        self._open = True
        await self._client.token()
        await self._resolve_definitions()
        self._tasks.repeat(self._resync, "the re-sync", hears=True, anew=self._overdue.set)
        self._tasks.repeat(self._settle_doubts, "the reading of doubts", hears=True, anew=self._doubt.set)
        self._condition.over("start")

    async def aclose(self) -> None:
        """See `atdesk_sdk.Adapter`."""
        if not self._open:
            return
        self._open = False
        self._roster.close()
        try:
            await self._tasks.aclose()
        finally:
            self._feeds.clear()
            await self._client.aclose()

    # -- states -----

    async def follow(self, accounts: Collection[AccountRef]) -> None:
        """See `atdesk_sdk.StateSource`."""
        mine = [a for a in accounts if (a.platform, a.tenant) == (self.platform, self.tenant)]
        async with self._following:
            self._roster.follow(mine)
            left = set(self._roster.users)
            for feed in [*self._feeds]:
                left -= await self._keep(feed, left)
            while left:
                some = sorted(left)[: self.config.agents_per_channel]
                left -= set(some)
                await self._new_feed(some)

    async def _keep(self, feed: Feed, wanted: set[str]) -> frozenset[str]:
        """Let a feed go on with those of its users still wanted, and take new ones while there is room."""
        stays = feed.users & wanted
        others = frozenset().union(*(f.users for f in self._feeds if f is not feed))
        new = sorted(wanted - stays - others)[: self.config.agents_per_channel - len(stays)]
        users = stays | set(new)
        if not users:
            await self._tasks.end(self._feeds.pop(feed))
            self._condition.over(feed)
            self._condition.over((feed, "topics"))
        elif users != feed.users:
            await feed.follow(users)
            if feed.live:
                await self.snapshot(new, Lane.SNAPSHOT)
        return frozenset(users)

    async def _new_feed(self, users: Collection[str]) -> None:
        feed = Feed(
            self._client,
            self.config,
            self,
            clock=self._clock,
            now=self._now,
            chance=self._chance,
            patience=self._patience,
        )
        await feed.follow(users)
        self._feeds[feed] = self._tasks.keep(
            feed.run,
            f"channel {next(self._numbers)}",
            hears=True,
            anew=lambda: self.condition(feed, TryLater("the channel is opened again")),
        )

    async def read(self, account: AccountRef) -> AgentState:
        """See `atdesk_sdk.StateSource`."""
        picture = await self._minded(self.look(account.external_id))
        state = picture.state(account, self.catalogue, "read")
        if state is None:
            raise TryLater("read the state: Genesys gave no presence")
        return state

    # -- writing -----

    async def write(self, change: StateChange, still_wanted: Callable[[], bool]) -> StateReceipt:
        """See `atdesk_sdk.StateWriter`."""
        return await self._minded(self._writer.write(change, still_wanted))

    async def back_on_queue(self, account: AccountRef, access_token: str) -> AgentState:
        """See `atdesk_sdk.OwnQueue`."""
        if (account.platform, account.tenant) != (self.platform, self.tenant):
            raise GiveUp(f"go back on queue: {account} is not of this organisation")
        return await OwnQueueWriter(self._client, self).back(account, access_token)

    async def _minded(self, work: Awaitable[Result]) -> Result:
        """Say so when the platform asks us to wait for long."""
        try:
            result = await work
        except TryLater as busy:
            asked = busy.retry_after_s or 0.0
            if asked > self.config.longest_wait_s:
                self._condition.trouble("wait", HealthStatus.DEGRADED, str(busy), self._now() + asked)
            raise
        self._condition.over("wait")
        return result

    # -- what the writer needs -----

    @property
    def catalogue(self) -> Catalogue:
        """What the definitions mean."""
        return self._roster.catalogue

    async def look(self, user: str) -> Picture:
        """Read one person from the platform.

        Raises:
            GiveUp: The platform does not know them.
        """
        began_at = self._now()
        facts = (await read_people(self._client, [user], Lane.WRITE)).get(user)
        if facts is None:
            raise GiveUp(f"read agents: the organisation has no user {user}; check the directory")
        if user in self._roster.users:
            self._roster.read(user, facts, began_at)
            return self._roster.picture(user)
        picture = Picture()
        picture.read(facts, began_at)
        return picture

    def note(self, user: str, picture: Picture, fact: PresenceFact) -> None:
        """Take the answer to a write into a picture, and tell it."""
        picture.hear(fact, self._now())
        self._roster.read(user, (fact,), self._now())

    async def echo(self, user: str, fact: PresenceFact, longest_s: float) -> None:
        """Wait for the socket to tell of a write; without a live socket there is nothing to wait for."""
        if any(feed.live and user in feed.users for feed in self._feeds):
            await self._roster.echo(user, fact, longest_s)

    # -- what the feeds need -----

    def told(self, frame: protocol.Told) -> None:
        """Take in facts about a person."""
        self._roster.hear(frame)
        strange = any(
            isinstance(fact, PresenceFact) and fact.definition_id not in self.catalogue.meanings
            for fact in frame.facts
        )
        if strange or self._roster.picture(frame.user).read_again:
            self._doubt.set()

    def ignored_frame(self, why: str) -> None:
        """Count a frame that meant nothing."""
        self.ignored[why] += 1

    async def snapshot(self, users: Collection[str], lane: Lane) -> None:
        """Read these people afresh."""
        began_at = self._now()
        asked = sorted(users)
        found = await read_people(self._client, asked, lane)
        for user, facts in found.items():
            self._roster.read(user, facts, began_at)
        missing = [user for user in asked if user not in found]
        for user in missing:
            self._roster.picture(user).read_again = False
        if missing:
            log.warning("the organisation has no users %s; check the directory", ", ".join(missing))
        for user in missing:
            await self._tell_if_gone(user, lane)

    async def _tell_if_gone(self, user: str, lane: Lane) -> None:
        """Whoever the platform itself says it has no more, has left; once for each user."""
        if user in self._gone or not await has_left(self._client, user, lane):
            return
        self._gone.add(user)
        now = self._now()
        self._host.emit(AccountGone(AccountRef(self.platform, self.tenant, user), now, now))

    def refused(self, feed: Feed, topics: Mapping[str, frozenset[str]]) -> None:
        """Note what the platform will not tell, and say so: without it some agents cannot be looked at."""
        self._roster.set_unheard(topics)
        names = sorted(frozenset().union(*topics.values()))
        if not names:
            self._condition.over((feed, "topics"))
            return
        concerned = sum(bool(lasts) for lasts in topics.values())
        message = (
            f"Genesys refuses the topics {', '.join(names)} of {concerned} agents; they are not looked at "
            "where a break or a call could be missed; give the client's role the permissions for them"
        )
        log.warning("%s", message)
        self._condition.trouble((feed, "topics"), HealthStatus.DEGRADED, message)

    def condition(self, feed: Feed, problem: AdapterError | None) -> None:
        """Note that a feed works (None), or why it does not."""
        if problem is None:
            self._condition.over(feed)
            return
        refused = isinstance(problem, CredentialsBad | GiveUp)
        status = HealthStatus.DOWN if refused else HealthStatus.DEGRADED
        self._condition.trouble(feed, status, f"no events: {problem}", in_touch=False)

    # -- own tasks -----

    async def _resolve_definitions(self) -> None:
        self._definitions_at = self._clock()
        definitions = await read_definitions(self._client)
        config = self.config
        self._roster.catalogue = catalogue = build_catalogue(
            definitions, config.statuses, config.away_status, plain_away=config.plain_away
        )
        self._say("away", catalogue.problem and f"no state is written: {catalogue.problem}")
        wrong = ", ".join(map(repr, unmatched(definitions, config.statuses)))
        self._say("statuses", wrong and f"statuses: the organisation has no presence called {wrong}")
        self._roster.tell_all()

    def _say(self, name: str, trouble: str) -> None:
        if trouble:
            self._condition.trouble(name, HealthStatus.DEGRADED, trouble)
        else:
            self._condition.over(name)

    async def _resync(self) -> None:
        """Read everything again every so often, in case an event was lost; at once after this has failed."""
        await came(self._overdue, self.config.resync_s)
        self._overdue.clear()
        try:
            await self._resolve_definitions()
            await self.snapshot(self._roster.users, Lane.POLL)
        except AdapterError as problem:
            self._condition.trouble("resync", HealthStatus.DEGRADED, f"re-sync: {problem}")
        else:
            self._condition.over("resync")

    async def _settle_doubts(self) -> None:
        """Read again whom an event left in doubt, a few at a time."""
        await self._doubt.wait()
        await asyncio.sleep(_GATHER_S)
        self._doubt.clear()
        try:
            if self._clock() - self._definitions_at > _DEFINITIONS_S:
                await self._resolve_definitions()
            doubtful = self._roster.doubtful
            if doubtful:
                await self.snapshot(doubtful, Lane.SNAPSHOT)
        except AdapterError as problem:
            log.info("a doubt could not be settled, the re-sync will: %s", problem)
