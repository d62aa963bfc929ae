"""What others changed, taken up by a running service: directory, policies, stop orders, the clock."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from atdesk_core.agreements import LiveAgreements
from atdesk_core.identity import Directory, LiveDirectory
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.runtime.clock import EngineClock
from atdesk_core.runtime.listening import Following
from atdesk_core.runtime.news import News
from atdesk_core.runtime.room import SessionRoom
from atdesk_core.runtime.router import Router
from atdesk_core.runtime.world import LiveWorld
from atdesk_core.session import ClockJumped
from atdesk_core.store import ALL_SITES, Store, Unit

log = logging.getLogger(__name__)

# The directory and the stop orders may be changed by another process; this is how soon it is seen.
REFRESH_S = 1.0
# So long a look at what others changed may go on when the service is closed.
CLOSE_S = 5.0

Step = Callable[[], Awaitable[None]]


class Changes:
    """What other processes wrote into the database.

    Args:
        store: The database.
        directory: As it was read last.
        agreements: As they were read last.
        world: Told of it first.
        router: Told that people may have new accounts.
        news: Tells the sessions.
        on_directory: Told of a directory that has changed.

    Attributes:
        following: Told of a directory that has changed; None while the adapters are not up.
    """

    def __init__(
        self,
        store: Store,
        directory: LiveDirectory,
        agreements: LiveAgreements,
        world: LiveWorld,
        router: Router,
        news: News,
        on_directory: Callable[[Directory], None],
    ) -> None:
        self.following: Following | None = None
        self._store = store
        self._directory = directory
        self._agreements = agreements
        self._world = world
        self._router = router
        self._news = news
        self._on_directory = on_directory
        self._one_at_a_time = asyncio.Lock()
        self._not_followed = False

    async def load(self) -> None:
        """What stands before anybody is told anything of the world.

        Raises:
            StoreError: The database cannot be read.
        """
        self._world.update(self._directory.current, await self._store.stop_orders())

    async def take_up(self) -> None:
        """Read the directory, the policies, the preconditions and the stop orders again.

        One reading at a time: one that began earlier and took longer would put back what was replaced since,
        a consent that was withdrawn in between for one.
        """
        async with self._one_at_a_time:
            await self._read_again()

    async def _read_again(self) -> None:
        if await self._directory.refresh():
            self._not_followed = True
            self._on_directory(self._directory.current)
        lapsed = await self._agreements.refresh()
        orders = await self._store.stop_orders()
        if self._world.update(self._directory.current, orders, self._agreements.current) or lapsed:
            self._router.directory_changed()
            self._news.tell()
        # Kept until somebody follows it: what fails above, or a start under way, makes it wait for the next.
        if self._not_followed and self.following is not None:
            self._not_followed = False
            self.following.again()


class ClockWatch:
    """Watches the machine's clock.

    Args:
        clock: Engine's clock.
        world: Told whether times can be trusted.
        room: Keeps the row about a jump.
        news: Tells the sessions.
    """

    def __init__(self, clock: EngineClock, world: LiveWorld, room: SessionRoom, news: News) -> None:
        self._clock = clock
        self._world = world
        self._room = room
        self._news = news

    async def look(self) -> None:
        """A clock that was set is logged; what was measured by it before counts for nothing any more."""
        jumped_s, behind_s = self._clock.take_jump(), self._clock.behind
        if jumped_s is not None:
            log.critical("the machine's clock jumped by %.0f s: every look was closed", jumped_s)
            about = {"jump_s": round(jumped_s, 3)}
            row = entry(LedgerKind.CLOCK_JUMPED, self._clock.now(), ALL_SITES, None, about)
            self._room.keep(Unit(ledger=(row,)))
            self._news.tell(ClockJumped)
        if self._world.doubt_clock(behind_s > 0):
            if behind_s:
                log.critical("the clock is %.0f s behind what was written: no look until then", behind_s)
            self._news.tell()


class Refresher:
    """Goes through steps again and again, in their order; what fails is said, and tried again.

    Args:
        steps: Each goes on from what the one before it took up.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = tuple(steps)
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Go on by itself from now on."""
        self._task = asyncio.create_task(self._forever(), name="atdesk-refresh")

    async def aclose(self) -> None:
        """Stop: a request that is being done is done to its end. Closing twice is fine."""
        if self._task is not None:
            self._closing.set()
            with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await self._task
            self._task = None

    async def _forever(self) -> None:
        while not await self._closes_within(REFRESH_S):
            try:
                for step in self._steps:
                    await step()
            except Exception:
                log.exception("what another process changed could not be read")

    async def _closes_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        return self._closing.is_set()
