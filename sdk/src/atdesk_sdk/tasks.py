"""The tasks that an adapter lives by: one that ends unforeseen is said once, and begun again after a rest.

While it is down nothing is made up for it: a task without which the adapter does not hear how its accounts
are costs it the touch with them, so nobody is looked at and nothing is written for what it said before.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

from atdesk_sdk.condition import Condition
from atdesk_sdk.errors import TryLater
from atdesk_sdk.health import HealthStatus

log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]

#: A task that is told to end has so long, and is told so often: one word can be lost in a wait that is over
#: at the same moment.
_END_S: Final = 5.0
_TOLD: Final = 2
#: So many places in the code are named of an error, the innermost first.
_PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class Rests:
    """When a task is begun again, in seconds.

    Attributes:
        first_s: After the first failure; twice as long after each one more.
        longest_s: No rest is longer.
        steady_s: What has run for so long, and for as long as the rest before it, is well again.
    """

    first_s: float = 1.0
    longest_s: float = 60.0
    steady_s: float = 10.0

    def after(self, failures: int) -> float:
        """The rest after so many failures in a row."""
        doubled = float(2 ** min(max(failures, 1) - 1, 16))
        return min(self.longest_s, self.first_s * doubled)


def _outcome(task: asyncio.Task[None]) -> BaseException | None:
    """What a task failed by. Asking is what keeps Python from complaining that nobody did."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _say_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s failed: %s", task.get_name(), _kind_and_place(error))


@dataclass(eq=False, slots=True)
class Kept:
    """Something that is kept running. `Tasks.end` ends it alone."""

    name: str
    hears: bool
    anew: Callable[[], None]
    failures: int = 0
    said: str = ""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


Attempt = Callable[[Kept], Coroutine[Any, Any, None]]


class Tasks:
    """Owns tasks until `aclose`. Made anew for each start of an adapter.

    Args:
        adapter: The adapter's name.
        condition: Is told of a task that ended unforeseen, once, and once that it is well again.
        now: Engine's clock, seconds since the epoch.
        rests: See `Rests`.
        sleep: Waits, seconds.
    """

    def __init__(
        self,
        adapter: str,
        condition: Condition,
        now: Callable[[], float],
        rests: Rests | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._adapter, self._condition, self._now = adapter, condition, now
        self._rests, self._sleep = rests or Rests(), sleep
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def keep(self, work: Work, name: str, *, hears: bool, anew: Callable[[], None] = lambda: None) -> Kept:
        """Run something that goes on by itself. Work that returns is done.

        Args:
            work: Begins it; called again after an unforeseen error.
            name: For the log and the health, such as `presences`.
            hears: Without it the adapter does not hear how its accounts are.
            anew: Called right before each new attempt, to doubt what was known.

        Raises:
            TryLater: `aclose` was called.
        """

        async def attempt(kept: Kept) -> None:
            steady = self._own(self._watch(kept), f"{name}, watched", kept.tasks) if kept.failures else None
            try:
                await work()
            finally:
                if steady is not None:
                    steady.cancel()

        return self._begin(Kept(name, hears, anew), attempt)

    def repeat(self, turn: Work, name: str, *, hears: bool, anew: Callable[[], None] = lambda: None) -> Kept:
        """Run something again and again. It is well again when one turn of it has returned.

        Args:
            turn: One turn; it has to wait for something.
            name: See `keep`.
            hears: See `keep`.
            anew: See `keep`. Where a turn waits for long, this is the place to cut that short.

        Raises:
            TryLater: `aclose` was called.
        """

        async def attempt(kept: Kept) -> None:
            while True:
                await turn()
                self._is_well(kept)

        return self._begin(Kept(name, hears, anew), attempt)

    def do(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do something once; an unforeseen error is logged. After `aclose` it is not done."""
        if self._closed:
            work.close()
        else:
            self._own(work, name, set())

    async def end(self, kept: Kept) -> None:
        """End one of them, and what was wrong with it. Twice is fine."""
        await _end(kept.tasks)
        self._condition.over(kept)

    async def aclose(self) -> None:
        """End all of them, in bounded time. Twice is fine."""
        self._closed = True
        await _end(self._tasks)

    def _begin(self, kept: Kept, attempt: Attempt) -> Kept:
        if self._closed:
            raise TryLater(f"{self._adapter} is closed")
        self._own(self._keep(kept, attempt), f"{kept.name}, kept", kept.tasks)
        return kept

    def _own(
        self,
        work: Coroutine[Any, Any, None],
        name: str,
        beside: set[asyncio.Task[None]],
        ended: Callable[[asyncio.Task[None]], object] = _say_failed,
    ) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=f"{self._adapter}: {name}")
        for owned in (self._tasks, beside):
            owned.add(task)
            task.add_done_callback(owned.discard)
        task.add_done_callback(ended)
        return task

    async def _keep(self, kept: Kept, attempt: Attempt) -> None:
        while (error := await self._attempted(kept, attempt)) is not None:
            self._say(kept, error)
            await self._sleep(self._rests.after(kept.failures))
        self._is_well(kept)

    async def _attempted(self, kept: Kept, attempt: Attempt) -> BaseException | None:
        """Try it once. Returns what it failed by; None: it is done.

        It runs in a task of its own, so that who ends us is never mistaken for a cancellation that came from
        within, such as that of a future that it waited for, nor the other way round.
        """
        if kept.failures:
            try:
                kept.anew()
            except Exception as error:
                return error
        task = self._own(attempt(kept), kept.name, kept.tasks, _outcome)
        await asyncio.wait((task,))
        return _outcome(task)

    async def _watch(self, kept: Kept) -> None:
        await self._sleep(max(self._rests.steady_s, self._rests.after(kept.failures)))
        self._is_well(kept)

    def _say(self, kept: Kept, error: BaseException) -> None:
        """Where, and of which kind: what an error says may hold what it was working on."""
        kept.failures += 1
        known = kept.failures > 1
        level = logging.INFO if known else logging.ERROR
        log.log(level, "%s of %s ended: %s", kept.name, self._adapter, _kind_and_place(error))
        if not known:
            kind = type(_inner(error)).__name__
            kept.said = f"{kept.name} stopped unexpectedly ({kind}) and will be begun again; see the log"
        again_at = self._now() + self._rests.after(kept.failures)
        self._condition.trouble(kept, HealthStatus.DEGRADED, kept.said, again_at, in_touch=not kept.hears)

    def _is_well(self, kept: Kept) -> None:
        if kept.failures:
            log.info("%s of %s runs again", kept.name, self._adapter)
            kept.failures = 0
            self._condition.over(kept)


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    left = {task for task in tasks if task is not asyncio.current_task()}
    for _ in range(_TOLD):
        for task in left:
            task.cancel()
        if left:
            _, left = await asyncio.wait(left, timeout=_END_S)
    if left:
        log.error("did not end: %s", ", ".join(sorted(task.get_name() for task in left)))


async def came(event: asyncio.Event, longest_s: float) -> bool:
    """Wait for an event, at most so long, seconds. False: it did not come."""
    try:
        async with asyncio.timeout(longest_s):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _inner(error: BaseException) -> BaseException:
    """What a group was made of; the first of several."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _kind_and_place(error: BaseException) -> str:
    inner = _inner(error)
    places = traceback.extract_tb(inner.__traceback__)[: -_PLACES - 1 : -1]
    where = ", called at ".join(f"{PurePath(place.filename).name}:{place.lineno}" for place in places)
    return f"{type(inner).__name__} at {where or 'no place in the code'}"
