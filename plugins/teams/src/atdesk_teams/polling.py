"""The usual source of presences: everybody read once a period, spread evenly, by the app alone.

Change notifications would be another `PresenceFeed`: Graph gives them in the name of a signed-in person only,
and asking is fresher than they are.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, Protocol

from atdesk_sdk.condition import Condition
from atdesk_sdk.errors import AdapterError, CredentialsBad, GiveUp, TryLater
from atdesk_sdk.health import HealthStatus
from atdesk_teams import protocol
from atdesk_teams.client import Call, GraphClient
from atdesk_teams.errors import READ
from atdesk_teams.pacing import Lane
from atdesk_teams.presence import Shown

log = logging.getLogger(__name__)

#: Longest rest after a failure, seconds; what a person has to mend is looked at this often as well.
_LONGEST_REST_S: Final = 30.0
#: Refusals of single ids in one turn that are believed; beyond it something else may be wrong: it is said.
_MOST_REFUSED: Final = 8
#: Somebody of whom Graph will have nothing is asked for again after so long, seconds.
_REFUSED_S: Final = 600.0


class PresenceFeed(Protocol):
    """Tells how people are shown, whichever way it learns it."""

    async def follow(self, users: Collection[str]) -> None:
        """Tell of exactly these from now on, and of the new ones at once."""
        ...

    def doubt(self) -> None:
        """What was told may stand no more: nothing is in touch before everybody was heard again."""
        ...

    async def run(self) -> None:
        """Go on until cancelled; troubles are said, not raised. After what nobody foresaw it is run again."""
        ...


class Listener(Protocol):
    """Who is told."""

    def take(self, asked: Iterable[str], told: Iterable[tuple[str, Shown]], began_at: float) -> None:
        """An answer: whom it was about, what it says, and when it was asked for."""
        ...

    def lose(self, user: str) -> None:
        """Graph itself says that there is no such user."""
        ...


class Poller:
    """A `PresenceFeed` by bulk reads.

    Args:
        graph: Reads.
        listener: Is told.
        condition: Learns of troubles.
        poll_s: A whole round takes so long.
        clock: Monotonic seconds.
        now: Engine's clock.
        chance: Jitter.
    """

    def __init__(
        self,
        graph: GraphClient,
        listener: Listener,
        condition: Condition,
        *,
        poll_s: float,
        clock: Callable[[], float],
        now: Callable[[], float],
        chance: random.Random,
    ) -> None:
        self._graph = graph
        self._listener = listener
        self._condition = condition
        self._poll_s = poll_s
        self._clock = clock
        self._now = now
        self._chance = chance
        self._batches: list[list[str]] = []
        self._followed: frozenset[str] = frozenset()
        self._refused: dict[str, float] = {}
        self._asked: set[int] = set()
        self._failing: dict[int, AdapterError] = {}
        self._failures = 0
        self._rest_until = float("-inf")
        self._heard_at = clock()
        self._changed = asyncio.Event()

    async def follow(self, users: Collection[str]) -> None:
        """See `PresenceFeed`. What fails now is tried again by `run`."""
        new = sorted(set(users) - self._followed)
        self._followed = frozenset(users)
        self._refused.clear()
        self._arrange()
        for batch in split(new):
            await self._poll(-1, batch)

    def doubt(self) -> None:
        """See `PresenceFeed`."""
        if self._batches:
            self._all_unheard(TryLater("everybody is asked again"))
            self._say_failing(HealthStatus.DEGRADED, self._now())

    async def run(self) -> None:
        """See `PresenceFeed`. A slow answer holds nobody else up; a batch is asked for once at a time."""
        turn, due = 0, self._clock()
        async with asyncio.TaskGroup() as answers:
            while True:
                self._changed.clear()
                due = max(due + self._poll_s / max(len(self._batches), 1), self._clock())
                if not await self._pause(max(due, self._rest_until) - self._clock()):
                    continue
                self._ask_again()
                turn = (turn + 1) % max(len(self._batches), 1)
                if self._batches and turn not in self._asked:
                    answers.create_task(self._poll(turn, self._batches[turn]))

    async def _pause(self, seconds: float) -> bool:
        """Wait; False when somebody else is followed meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return True
        return False

    def _ask_again(self) -> None:
        """Whom Graph refused may be there now."""
        due = [user for user, until in self._refused.items() if until <= self._clock()]
        if due:
            self._refused = {user: until for user, until in self._refused.items() if user not in due}
            self._arrange()
            self._changed.clear()

    def _arrange(self) -> None:
        self._batches = split(sorted(self._followed - self._refused.keys()))
        if self._failing:
            self._all_unheard(next(iter(self._failing.values())))
        self._changed.set()

    def _all_unheard(self, problem: AdapterError) -> None:
        """Whatever failed, everybody has to be heard again before we are in touch with all of them."""
        self._failing = dict.fromkeys(range(max(len(self._batches), 1)), problem)

    async def _poll(self, number: int, batch: Sequence[str]) -> None:
        self._asked.add(number)
        refused: list[str] = []
        try:
            await self._read(batch, refused)
        except AdapterError as problem:
            # Whom it was refused for is out of the way at the next turn, however many there are.
            self._leave_out(refused)
            self._fail(problem)
        except Exception as unforeseen:
            log.exception("presences could not be taken in")
            self._fail(TryLater(f"something unforeseen, a {type(unforeseen).__name__}; the log says more"))
        else:
            if self._is_still(number, batch):
                self._failing.pop(number, None)
            self._failures, self._heard_at = 0, self._clock()
            if not self._failing:
                self._condition.over("poll")
            self._leave_out(refused)
        finally:
            self._asked.discard(number)

    def _is_still(self, number: int, batch: Sequence[str]) -> bool:
        """Whether these are the people of that turn: they may have been divided anew meanwhile."""
        return 0 <= number < len(self._batches) and self._batches[number] is batch

    async def _read(self, batch: Sequence[str], refused: list[str]) -> None:
        """Read some people. Where Graph refuses all of them for one, the one is found by halving.

        Args:
            batch: Whom.
            refused: Of whom Graph will have nothing is added here.

        Raises:
            AdapterError: Not for an id's sake, or for more ids than are believed at a time.
        """
        began_at = self._now()
        call = Call(READ, "POST", protocol.READ_PATH, Lane.POLL, json=protocol.read_body(batch))
        try:
            body: Any = await self._graph.read(call)
        except GiveUp:
            if len(batch) == 1:
                refused.append(batch[0])
                if len(refused) > _MOST_REFUSED:
                    raise
                return
            half = len(batch) // 2
            await self._read(batch[:half], refused)
            await self._read(batch[half:], refused)
        else:
            self._listener.take(batch, protocol.entries(body), began_at)

    def _leave_out(self, refused: Sequence[str]) -> None:
        """Say that these are not known, and do not let the others wait for them."""
        for user in refused:
            self._refused[user] = self._clock() + _REFUSED_S
            self._listener.lose(user)
        if refused:
            self._arrange()

    def _fail(self, problem: AdapterError) -> None:
        """Say it, and rest: longer each time, and longer at once where a person has to mend it.

        What is said stays the same as long as the failure is of the same kind: it is one outage.
        """
        needs_person = isinstance(problem, CredentialsBad)
        self._failures += 1
        times = 6 if needs_person else 2 ** min(self._failures, 10)
        asked = problem.retry_after_s if isinstance(problem, TryLater) else None
        rest = max(asked or 0.0, min(_LONGEST_REST_S, self._poll_s * times) * self._chance.uniform(0.5, 1.0))
        self._rest_until = self._clock() + rest
        silent = self._clock() - self._heard_at > max(_LONGEST_REST_S, 3 * self._poll_s)
        first = next((one for one in self._failing.values() if type(one) is type(problem)), problem)
        self._all_unheard(first)
        status = HealthStatus.DOWN if needs_person or silent else HealthStatus.DEGRADED
        self._say_failing(status, self._now() + rest)

    def _say_failing(self, status: HealthStatus, again_at: float) -> None:
        message = f"no presences: {next(iter(self._failing.values()))}"
        self._condition.trouble("poll", status, message, again_at, in_touch=False)


def split(users: Sequence[str]) -> list[list[str]]:
    """Divide into as few parts of equal size as Graph allows."""
    count = -(-len(users) // protocol.AT_ONCE)
    return [list(users[number::count]) for number in range(count)]
