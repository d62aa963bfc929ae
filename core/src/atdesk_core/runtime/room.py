"""Where the sessions live: one owner for each agent, one step at a time, and nothing done that is not kept.

A step's snapshot, outbox rows, flags and log rows are one transaction. What leaves the process comes
out of the outbox afterwards; what stays inside (a look, a timer) is done at once.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from atdesk_core.judging.storm import WINDOW_S, StormGuard
from atdesk_core.runtime.planning import is_durable, merged, notice_channels, unit_of
from atdesk_core.runtime.profile import Profile
from atdesk_core.session import (
    CloseLook,
    Command,
    Facts,
    Input,
    NoticeSettled,
    NotifyAgent,
    OpenFlag,
    OpenLook,
    PostFlag,
    Record,
    Recovered,
    Session,
    StormDeclared,
    Turned,
    WakeAt,
    Woke,
    load,
    new_session,
    step,
)
from atdesk_core.store import FlagRow, OutboxRow, SessionSnapshot, Unit

log = logging.getLogger(__name__)


class World(Protocol):
    """What the sessions are told of the world."""

    def facts(self, agent_id: str) -> Facts:
        """Of this agent, now."""
        ...

    def profile(self, agent_id: str) -> Profile:
        """Names and addresses."""
        ...

    def ref_of_account(self, account: str) -> str | None:
        """The random id of the person behind an account."""
        ...

    def groups(self) -> dict[str, frozenset[str]]:
        """Everybody who is watched, by meeting, team and adapter."""
        ...


class Keeper(Protocol):
    """What keeps a unit: the store."""

    async def commit(self, unit: Unit) -> None:
        """Write it; returning means that it is on the disk."""
        ...


class Looks(Protocol):
    """What opens and closes looks."""

    def open(self, agent_id: str, command: OpenLook) -> None:
        """Begin a look."""
        ...

    def close(self, look_id: str) -> None:
        """End a look at once."""
        ...


class JudgedFrames(Protocol):
    """What keeps the frame that a flag was judged on, until the flag is kept."""

    def flagged(self, agent_id: str, flag: OpenFlag) -> None:
        """A flag was raised."""
        ...

    def settle(self, session: Session) -> None:
        """A step was taken: let go of what it ended."""
        ...

    def kept(self, rows: Sequence[FlagRow]) -> None:
        """Flags are on the disk."""
        ...

    def forget(self) -> None:
        """Let go of every frame."""
        ...


@dataclass(slots=True)
class _Seat:
    """One agent's session in memory."""

    session: Session
    version: int
    timer: asyncio.TimerHandle | None = None


class SessionRoom:
    """All sessions of this process.

    Args:
        keeper: Where units go.
        world: What sessions are told.
        now: Engine's clock.
        on_owed: Called with rows of the outbox once they are kept.
        on_storm: Called once for each storm, with its group and how many people it holds.
        on_record: Called with each row of the log as it is decided: for metrics and live views.

    Attributes:
        stepped: Called with an agent whose session has taken a step: the agent's own page may show it.
        closing: Called before the last of it is kept: what a page has open ends by it, and the log says so.
    """

    def __init__(
        self,
        keeper: Keeper,
        world: World,
        now: Callable[[], float],
        on_owed: Callable[[Sequence[OutboxRow]], None],
        on_storm: Callable[[str, int], None],
        on_record: Callable[[str, Record], None],
    ) -> None:
        self.looks: Looks | None = None
        self.stills: JudgedFrames | None = None
        self.stepped: Callable[[str], None] = lambda _agent_id: None
        self.closing: Callable[[], None] = lambda: None
        self.dropped: Counter[str] = Counter()
        self._keeper = keeper
        self._world = world
        self._now = now
        self._on_owed = on_owed
        self._on_storm = on_storm
        self._on_record = on_record
        self._seats: dict[str, _Seat] = {}
        self._storms = StormGuard()
        self._stormy: dict[str, float] = {}
        self._units: asyncio.Queue[Unit | asyncio.Future[None] | None] = asyncio.Queue()
        self._committer: asyncio.Task[None] | None = None
        self.failed = asyncio.Event()

    def start(self, snapshots: Sequence[SessionSnapshot]) -> None:
        """Take up the sessions where they were left."""
        self._committer = asyncio.create_task(self._commit_all(), name="atdesk-room-committer")
        for snapshot in snapshots:
            self._seats[snapshot.agent_id] = _Seat(load(snapshot.data), snapshot.version)
        for snapshot in snapshots:
            self.send(snapshot.agent_id, Recovered(self._now()))

    def session(self, agent_id: str) -> Session:
        """The session of an agent as it is now."""
        return self._seat(agent_id).session

    def facts(self, agent_id: str) -> Facts:
        """What the session of an agent would be told now."""
        return self._world.facts(agent_id)

    @property
    def agent_ids(self) -> tuple[str, ...]:
        """Everybody who has a session."""
        return tuple(self._seats)

    def knows(self, agent_id: str) -> bool:
        """Whether this agent has a session."""
        return agent_id in self._seats

    def send(self, agent_id: str, event: Input, also: Unit | None = None) -> None:
        """One step of one agent. `also` is kept in the same transaction."""
        if self.failed.is_set():
            self.dropped["store_failed"] += 1
            return
        seat = self._seat(agent_id)
        facts = self._world.facts(agent_id)
        seat.session, commands = step(seat.session, event, facts)
        policy = facts.policy.version if facts.policy else ""
        self._keep(agent_id, seat, commands, policy, also)
        for command in commands:
            self._act(agent_id, command)
        if self.stills is not None:
            self.stills.settle(seat.session)
        self.stepped(agent_id)

    def keep(self, unit: Unit) -> None:
        """Keep something that no session has to be told of."""
        self._units.put_nowait(unit)

    async def flushed(self) -> None:
        """Wait until all that the sessions have decided so far is kept. After the end there is no wait."""
        if self._committer is None or self._committer.done():
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._units.put_nowait(done)
        await done

    def follow(self, unit: Unit) -> None:
        """What comes of a unit once it is on the disk."""
        if unit.outbox:
            self._on_owed(unit.outbox)
        if unit.flags and self.stills is not None:
            self.stills.kept(unit.flags)

    async def aclose(self) -> None:
        """Keep what was decided, then stop. Closing twice is fine."""
        self.closing()
        for seat in self._seats.values():
            if seat.timer is not None:
                seat.timer.cancel()
        if self._committer is not None:
            self._units.put_nowait(None)
            await self._committer
            self._committer = None

    def _seat(self, agent_id: str) -> _Seat:
        if agent_id not in self._seats:
            self._seats[agent_id] = _Seat(new_session(agent_id, self._now()), 0)
        return self._seats[agent_id]

    def _keep(
        self, agent_id: str, seat: _Seat, commands: Sequence[Command], policy: str, also: Unit | None
    ) -> None:
        if also is None and not any(is_durable(command) for command in commands):
            return
        seat.version += 1
        unit = unit_of(
            seat.session,
            seat.version,
            commands,
            self._world.profile(agent_id),
            policy,
            self._world.ref_of_account,
        )
        if also is not None:
            unit = merged(unit, also)
        self._units.put_nowait(unit)

    async def _commit_all(self) -> None:
        """Commits in order; all that waits goes to the store together, which writes it in one transaction.

        What comes while the last of it is written is written too.
        """
        is_closing = False
        while not (is_closing and self._units.empty()):
            batch = [await self._units.get()]
            while not self._units.empty():
                batch.append(self._units.get_nowait())
            units = [one for one in batch if isinstance(one, Unit)]
            results = await asyncio.gather(*map(self._keeper.commit, units), return_exceptions=True)
            self._after_commit(units, results)
            for one in batch:
                if isinstance(one, asyncio.Future) and not one.done():
                    one.set_result(None)
            is_closing = is_closing or None in batch

    def _after_commit(self, units: Sequence[Unit], results: Sequence[object]) -> None:
        for unit, result in zip(units, results, strict=True):
            if isinstance(result, BaseException):
                self._stop_all_work(result)
            else:
                self.follow(unit)

    def _stop_all_work(self, error: BaseException) -> None:
        """What cannot be kept is not done: no look and no write until somebody has mended the disk."""
        if not self.failed.is_set():
            log.critical(
                "the store failed, and every look has stopped: %s. Make room or mend the disk, then start "
                "the service again: nothing that was written is lost",
                error,
            )
        self.failed.set()
        for seat in self._seats.values():
            if seat.session.look is not None and self.looks is not None:
                self.looks.close(seat.session.look.look_id)
        if self.stills is not None:
            self.stills.forget()

    def _act(self, agent_id: str, command: Command) -> None:
        match command:
            case OpenLook() if self.looks is not None:
                self.looks.open(agent_id, command)
            case CloseLook() if self.looks is not None:
                self.looks.close(command.look_id)
            case PostFlag() if self.stills is not None:
                self.stills.flagged(agent_id, command.flag)
            case WakeAt():
                self._set_timer(agent_id, command.at)
            case Turned():
                self._storms = self._storms.add(agent_id, command.at)
                asyncio.get_running_loop().call_soon(self._check_storms)
            case Record():
                self._on_record(agent_id, command)
            case NotifyAgent() if not notice_channels(command, self._world.profile(agent_id)):
                event = NoticeSettled(command.notice_id, reached=False, at=self._now())
                asyncio.get_running_loop().call_soon(self.send, agent_id, event)
            case _:
                pass  # it is in the outbox

    def _set_timer(self, agent_id: str, at: float | None) -> None:
        seat = self._seats[agent_id]
        if seat.timer is not None:
            seat.timer.cancel()
            seat.timer = None
        if at is not None:
            delay_s = max(0.0, at - self._now())
            seat.timer = asyncio.get_running_loop().call_later(delay_s, self._wake, agent_id, at)

    def _wake(self, agent_id: str, at: float) -> None:
        """A timer may come a little early by the engine's clock: the session gets the time it asked for."""
        self._seats[agent_id].timer = None
        self.send(agent_id, Woke(max(at, self._now())))

    def _check_storms(self) -> None:
        now = self._now()
        self._stormy = {group: until for group, until in self._stormy.items() if until > now}
        storms = [one for one in self._storms.storms(self._world.groups()) if one.group not in self._stormy]
        if not storms:
            return
        until = now + WINDOW_S
        self._stormy.update({storm.group: until for storm in storms})
        since = {agent_id: storm.since for storm in storms for agent_id in storm.agent_ids}
        largest = max(storms, key=lambda storm: len(storm.agent_ids))
        self._on_storm(largest.group, len(since))  # one notice, however many groups the people share
        for agent_id, first in sorted(since.items()):
            self.send(agent_id, StormDeclared(first, until, now))
