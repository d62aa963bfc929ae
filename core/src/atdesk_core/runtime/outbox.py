"""Carries out what is owed to the platforms, in order, each at most as often as is safe.

A row is marked in flight before it goes out and settled after, so a killed process knows what may have
been done. State writes are idempotent. A message whose answer was lost is looked up where the platform
can, else sent at most once more, under the same flag number, and counted.
"""

import asyncio
import heapq
import itertools
import logging
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from atdesk_core.runtime.pages.account import PAGE
from atdesk_core.store import (
    MessageRefRow,
    OutboxEntry,
    OutboxKind,
    OutboxRetry,
    OutboxRow,
    OutboxSettled,
    OutboxStatus,
    Unit,
)
from atdesk_sdk import AdapterError, CredentialsBad, MessageRef, OutcomeUnknown, StateReceipt, TryLater

log = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 60.0
# So long a row waits when the store could not keep it, or a platform could not be asked for a message.
PAUSE_S = 5.0
# How long one request may take altogether; the adapters have shorter limits of their own.
REQUEST_S = 90.0
# So long after its time it is asked what became of a write whose answer was lost. It is not sent any more: an
# Away that stands by it is ours, and is taken back when the agent returns.
RESOLVE_S = 600.0
# A message whose answers are lost goes out at most this often. What was refused did not go out.
MESSAGE_TRIES = 2
# What is shown of a flag is read from the store, so it has to be there before the next message goes out.
OF_FLAGS = (OutboxKind.FLAG_POST, OutboxKind.FLAG_UPDATE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the delivery of one row ended.

    Attributes:
        status: A final status.
        receipt: Of a state write.
        ref: Of a message.
        detail: A code or a short reason.
        also: What else is so by this: of a digest, where the other flags in it stand.
    """

    status: OutboxStatus
    receipt: StateReceipt | None = None
    ref: MessageRef | None = None
    detail: str = ""
    also: Unit = field(default_factory=Unit)


class Delivery(Protocol):
    """How a row reaches its platform."""

    async def deliver(self, row: OutboxRow, *, sent_before: bool) -> Outcome:
        """Do it. Raises the errors of the sdk; `TryLater` also for what must wait for another row."""
        ...

    async def look_up(self, row: OutboxRow) -> MessageRef | None:
        """Find a message whose answer was lost. None when there is none, or the platform cannot tell."""
        ...


class Keeper(Protocol):
    """What keeps the state of the rows."""

    async def commit(self, unit: Unit) -> None:
        """Write it; returning means that it is on the disk."""
        ...


Settle = Callable[[OutboxRow, Outcome, Unit], None]
"""Told of a row's end with the unit that settles it, to be kept with what follows from it."""
Kept = Callable[[], Awaitable[None]]
"""Returns once everything that was settled so far is on the disk."""


async def _at_once() -> None:
    """For a `Settle` that keeps what it is given at once."""


class Outbox:
    """One lane for state writes and one for messages, for each adapter.

    Args:
        delivery: How.
        keeper: Where the rows are kept.
        settle: Who is told.
        now: Engine's clock.
        kept: Waits for what `settle` was given.
    """

    def __init__(
        self,
        delivery: Delivery,
        keeper: Keeper,
        settle: Settle,
        now: Callable[[], float],
        kept: Kept = _at_once,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._delivery = delivery
        self._keeper = keeper
        self._settle = settle
        self._now = now
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._kept = kept
        self._places = itertools.count()
        self._is_closed = False

    def resume(self, entries: Sequence[OutboxEntry]) -> None:
        """Take up what an earlier process left open."""
        for entry in entries:
            self._lane(entry.row).push(
                _Job(entry.row, next(self._places), entry.attempts, entry.status is OutboxStatus.IN_FLIGHT)
            )

    def add(self, rows: Sequence[OutboxRow]) -> None:
        """Rows that have just been kept, in their order. After the end they wait for the next start."""
        for row in () if self._is_closed else rows:
            self._lane(row).push(_Job(row, next(self._places), 0, in_flight=False))

    @property
    def depth(self) -> int:
        """Rows that are waiting."""
        return sum(len(lane.queue) for lane in self._lanes.values())

    async def aclose(self) -> None:
        """Stop; what is in flight stays marked so. Closing twice is fine."""
        self._is_closed = True
        lanes, self._lanes = self._lanes, {}
        for lane in lanes.values():
            lane.task.cancel()
        await asyncio.gather(*(lane.task for lane in lanes.values()), return_exceptions=True)

    def _lane(self, row: OutboxRow) -> "_Lane":
        key = (row.adapter, "state" if row.kind is OutboxKind.STATE_WRITE else "messages")
        if key not in self._lanes:
            self._lanes[key] = _Lane(self._tend, self._now, "-".join(("atdesk-outbox", *key)))
        return self._lanes[key]

    async def _tend(self, job: "_Job") -> "_Job | None":
        """Try one row. Returns it when it has to be tried again; whatever goes wrong, its lane goes on."""
        try:
            again = await self._carry_out(job)
            if again is None and job.row.kind in OF_FLAGS:
                await self._kept()
            return again
        except Exception as error:
            self._note_fault(job.row, error)
            return job.tried().at(self._now() + PAUSE_S, in_flight=True)

    async def _carry_out(self, job: "_Job") -> "_Job | None":
        row, now = job.row, self._now()
        if _is_over(job, now):
            self._end(job, Outcome(OutboxStatus.STALE, detail="too late"))
            return None
        if row.kind is OutboxKind.FLAG_UPDATE:
            await self._overtake(job)
        if job.in_flight and row.kind is OutboxKind.FLAG_POST:
            try:
                found = await self._found(row)
            except (TryLater, OutcomeUnknown, TimeoutError):
                return job.at(now + PAUSE_S, in_flight=True)
            if found is not None:
                self._end(job, Outcome(OutboxStatus.SENT, ref=found, detail="found"))
                return None
        return await self._attempt(job)

    async def _overtake(self, job: "_Job") -> None:
        """End the earlier changes of this flag that still wait: a platform that was busy made them wait.

        That is on the disk before this one goes out: after a restart nothing older is shown over it. Which
        is the earlier one is a matter of their order alone, since clocks stand still, and are set.
        """
        earlier = self._lane(job.row).take_out(job.overtakes)
        for one in earlier:
            self._end(one, Outcome(OutboxStatus.STALE, detail="something newer is shown"))
        if earlier:
            await self._kept()

    async def _found(self, row: OutboxRow) -> MessageRef | None:
        """Look a message up. A look-up that fails for good tells as little as a platform without one."""
        try:
            async with asyncio.timeout(REQUEST_S):
                return await self._delivery.look_up(row)
        except (TryLater, OutcomeUnknown, TimeoutError):
            raise
        except Exception as error:
            self.counts["unexpected"] += 1
            log.error("a message of %s could not be looked up: %s", row.adapter, _place(error))
            return None

    async def _attempt(self, job: "_Job") -> "_Job | None":
        row, sent_before = job.row, job.in_flight
        if sent_before and row.kind is not OutboxKind.STATE_WRITE and job.attempts >= MESSAGE_TRIES:
            self._end(job, Outcome(OutboxStatus.DUPLICATE_POSSIBLE, detail="answer lost twice"))
            return None
        tried = job.tried()
        try:
            await self._mark(tried, OutboxStatus.IN_FLIGHT, self._now())
        except Exception as error:  # not kept, so not sent
            self._note_fault(row, error)
            return job.at(self._now() + PAUSE_S, sent_before)
        return await self._send(tried)

    async def _send(self, job: "_Job") -> "_Job | None":
        row, sent_before = job.row, job.in_flight
        try:
            async with asyncio.timeout(REQUEST_S):
                outcome = await self._delivery.deliver(row, sent_before=sent_before)
        except OutcomeUnknown as error:
            return await self._again(job, error, in_flight=True)
        except TimeoutError:
            return await self._again(job, TryLater("no answer in time"), in_flight=True)
        except TryLater as error:
            return await self._again(job.refused(), error, in_flight=sent_before)
        except AdapterError as error:
            what = "credentials" if isinstance(error, CredentialsBad) else "refused"
            self._end(job, Outcome(OutboxStatus.FAILED, detail=what))
            # A page that is closed is no fault: other channels have the notice, or the delay waits.
            level = logging.INFO if row.adapter == PAGE else logging.ERROR
            log.log(level, "%s of %s was not done: %s", row.kind.value, row.adapter, error)
            return None
        except Exception as error:  # a fault of ours or of an adapter: what has gone out is not known
            self._note_fault(row, error)
            return await self._again(job, TryLater("an unexpected error"), in_flight=True)
        if sent_before and outcome.status is OutboxStatus.SENT and row.kind is not OutboxKind.STATE_WRITE:
            self.counts["duplicate_possible"] += 1
        self._end(job, outcome)
        return None

    async def _again(self, job: "_Job", error: AdapterError, *, in_flight: bool) -> "_Job":
        asked = error.retry_after_s if isinstance(error, TryLater) else None
        wait_s = min(LONGEST_RETRY_S, asked or FIRST_RETRY_S * 2 ** min(job.tries - 1, 10))
        again = job.at(self._now() + wait_s, in_flight)
        status = OutboxStatus.IN_FLIGHT if in_flight else OutboxStatus.PENDING
        self.counts["retries"] += 1
        try:
            await self._mark(again, status, again.due_at)
        except Exception as fault:  # the store has it as in flight, which is the careful word for it
            self._note_fault(job.row, fault)
        return again

    def _note_fault(self, row: OutboxRow, error: Exception) -> None:
        """Say what went wrong and where; a message of it could hold a name or a secret."""
        self.counts["unexpected"] += 1
        log.error("%s of %s is tried again: %s", row.kind.value, row.adapter, _place(error))

    async def _mark(self, job: "_Job", status: OutboxStatus, due_at: float) -> None:
        retry = OutboxRetry(job.row.row_id, due_at, job.attempts, status)
        await self._keeper.commit(Unit(retries=(retry,)))

    def _end(self, job: "_Job", outcome: Outcome) -> None:
        self.counts[outcome.status.value] += 1
        settled = OutboxSettled(job.row.row_id, outcome.status, self._now(), job.attempts, outcome.detail)
        refs: tuple[MessageRefRow, ...] = ()
        if outcome.ref is not None and job.row.kind is OutboxKind.FLAG_POST:
            refs = (_ref_row(job.row, outcome.ref),)
        also = replace(outcome.also, message_refs=(*refs, *outcome.also.message_refs), settled=(settled,))
        self._settle(job.row, outcome, also)


def _is_over(job: "_Job", now: float) -> bool:
    """Whether it comes too late. What became of a write that may have been made is asked even then."""
    not_after = job.row.not_after
    if not_after is None or now < not_after:
        return False
    may_stand = job.in_flight and job.row.kind is OutboxKind.STATE_WRITE
    return not may_stand or now >= not_after + RESOLVE_S


def _place(error: Exception) -> str:
    """The type of an error and where it arose, without its words."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _flag_of(row: OutboxRow) -> tuple[str, str]:
    """The sink, and the number of the flag."""
    return row.adapter, row.row_id.removeprefix("flag-").split("-", 1)[0]


def _ref_row(row: OutboxRow, ref: MessageRef) -> MessageRefRow:
    return MessageRefRow(_flag_of(row)[1], ref.adapter, ref.channel, ref.external_id)


@dataclass(frozen=True, slots=True)
class _Job:
    """A row with what is known of its attempts.

    Attributes:
        row: What is owed.
        place: Among all rows, in the order in which they were decided.
        attempts: Those that may have done it: under way, done, or their answers lost. Kept with the row.
        in_flight: Whether one of them may have.
        due_at: When it is tried again, engine's clock.
        refusals: Attempts that certainly did nothing. They are no reason to give a message up.
    """

    row: OutboxRow
    place: int
    attempts: int
    in_flight: bool
    due_at: float = 0.0
    refusals: int = 0

    @property
    def tries(self) -> int:
        """All attempts of this process, and those that an earlier one left open."""
        return self.attempts + self.refusals

    def tried(self) -> "_Job":
        return replace(self, attempts=self.attempts + 1)

    def refused(self) -> "_Job":
        """The attempt that was just made did nothing."""
        return replace(self, attempts=self.attempts - 1, refusals=self.refusals + 1)

    def at(self, due_at: float, in_flight: bool) -> "_Job":
        return replace(self, due_at=due_at, in_flight=in_flight)

    def overtakes(self, other: "_Job") -> bool:
        """Whether the other one is an earlier change of the same flag in the same sink."""
        of_one = other.row.kind is self.row.kind and _flag_of(other.row) == _flag_of(self.row)
        return of_one and other.place < self.place


class _Lane:
    """Rows of one kind for one adapter: one at a time, in order of when they are due."""

    def __init__(
        self, carry_out: Callable[[_Job], Awaitable[_Job | None]], now: Callable[[], float], name: str
    ) -> None:
        self.queue: list[tuple[float, int, _Job]] = []
        self._carry_out = carry_out
        self._now = now
        self._order = itertools.count()
        self._wake = asyncio.Event()
        self.task = asyncio.create_task(self._serve(), name=name)

    def push(self, job: _Job) -> None:
        heapq.heappush(self.queue, (max(job.due_at, job.row.due_at), next(self._order), job))
        self._wake.set()

    def take_out(self, which: Callable[[_Job], bool]) -> list[_Job]:
        """Take these out of what waits; in their order."""
        taken = [job for _, _, job in self.queue if which(job)]
        self.queue = [one for one in self.queue if one[2] not in taken]
        heapq.heapify(self.queue)
        return sorted(taken, key=lambda job: job.place)

    async def _serve(self) -> None:
        while True:
            job = await self._next()
            again = await self._carry_out(job)
            if again is not None:
                self.push(again)

    async def _next(self) -> _Job:
        while True:
            self._wake.clear()
            wait_s = None if not self.queue else self.queue[0][0] - self._now()
            if wait_s is not None and wait_s <= 0:
                return heapq.heappop(self.queue)[2]
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                continue
