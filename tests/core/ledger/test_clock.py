"""A clock that jumps: rows keep their order, sessions never go back, it is logged, and no look is opened."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.ledger import LedgerKind, entry, verify
from atdesk_core.runtime.clock import JUMP_S, EngineClock
from atdesk_core.runtime.service import Service
from atdesk_core.store import LedgerRow, Unit
from atdesk_sdk import NoticeKind
from atdesk_sdk.testing import ScriptedPlatform
from tests.core.runtime.office import Office, account, until

HOUR = 3600.0


@dataclass
class Machine:
    """A clock that somebody sets, and one that nobody can."""

    at: float = 1_000_000.0
    steady: float = 0.0

    def pass_(self, seconds: float) -> None:
        self.at += seconds
        self.steady += seconds

    def engine(self) -> EngineClock:
        return EngineClock(lambda: self.at, lambda: self.steady)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-1e6, 1e6)), max_size=30))
def test_whatever_is_done_to_the_machine_the_engine_never_goes_back(
    steps: list[tuple[float, float]],
) -> None:
    machine = Machine()
    clock, times = machine.engine(), [machine.at]
    for passed, jumped in steps:
        machine.pass_(passed)
        machine.at += jumped
        times.append(clock.now())
        assert clock.now() >= machine.at
        assert (clock.behind > 0) == (clock.now() - machine.at >= JUMP_S)
    assert times == sorted(times)


def test_a_jump_is_told_once_and_corrections_are_none() -> None:
    machine = Machine()
    clock = machine.engine()
    machine.pass_(1000.0)
    machine.at += 1.5  # as a time server corrects it
    assert clock.take_jump() is None
    machine.at += 2 * HOUR
    assert clock.take_jump() == 2 * HOUR
    assert clock.take_jump() is None
    assert clock.now() == machine.at
    assert clock.behind == 0


def test_a_clock_that_went_back_stands_still_until_it_has_caught_up() -> None:
    machine = Machine()
    clock = machine.engine()
    machine.at -= HOUR
    assert clock.take_jump() == -HOUR
    assert (clock.now(), clock.behind) == (1_000_000.0, HOUR)
    machine.pass_(HOUR + 7)
    assert (clock.now(), clock.behind) == (1_000_007.0, 0)


def make_office(folder: Path, clock: Callable[[], float]) -> Office:
    return Office(folder, ScriptedPlatform([account("ann"), account("lee")], time.time), clock=clock)


class Shifted:
    """The real clock, set by somebody while the service runs."""

    def __init__(self) -> None:
        self.by_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.by_s


async def rows_of(service: Service, kind: LedgerKind) -> list[LedgerRow]:
    return [row for row in await service.store.ledger_page(0) if row.kind == kind]


def is_looked_at(service: Service) -> bool:
    return service.room.session("ann").look is not None


def counted(office: Office, kind: str) -> int:
    return sum(record.kind.value == kind for _, record in office.records)


async def test_a_clock_that_goes_back_stops_every_look_and_is_logged(tmp_path: Path) -> None:
    clock = Shifted()
    office = make_office(tmp_path, clock)
    async with office.open() as service:
        office.show("agent")
        await until(lambda: counted(office, "look_ended") > 1)
        before = service.room.session("ann").now
        clock.by_s = -2 * HOUR
        await until(lambda: service.world.facts("ann").stopped)
        frames = service.broker.counts["frames"]
        office.show("nobody")
        office.show("agent")
        await until(lambda: counted(office, "look_skipped") > 0)
        assert service.broker.counts["frames"] == frames
        assert service.room.session("ann").now >= before
        await service.room.flushed()
        (jump,) = await rows_of(service, LedgerKind.CLOCK_JUMPED)
        assert jump.data.startswith('{"jump_s":-7')
        times = [row.at for row in await service.store.ledger_page(0)]
        assert all(after - before > -1.0 for before, after in pairwise(times))
        assert (await verify(service.store)).faults == ()
        clock.by_s = 0.0  # it has caught up, or somebody has mended it
        await until(lambda: service.broker.counts["frames"] > frames)


async def test_a_delay_does_not_run_out_by_a_clock_that_was_put_forward(tmp_path: Path) -> None:
    clock = Shifted()
    office = make_office(tmp_path, clock)
    async with office.open() as service:
        office.show("nobody")
        await until(lambda: bool(service.room.session("ann").episodes))
        clock.by_s = 2 * HOUR
        await until(lambda: any(row[1].data.get("why") == "clock_jumped" for row in office.records))
        # What is told, written or flagged after it stands on an absence that began after it.
        await until(lambda: bool(office.platform.writes))
    begun = [
        record
        for _, record in office.records
        if record.kind.value == "episode" and record.data["what"] == "begun"
    ]
    asked = next(record for _, record in office.records if record.kind.value == "state_write")
    # More than one where a busy machine lets a gap come between two pictures.
    after_it = [record for record in begun if record.at <= asked.at][1:]
    assert asked.at - after_it[-1].at >= office.policy.absence.agent_first_s
    assert office.platform.notices[0].kind is NoticeKind.ABSENT


async def test_a_restart_does_not_make_time_go_back(tmp_path: Path) -> None:
    """What was written before the restart says that it was later already: nobody is looked at until then."""
    clock = Shifted()
    office = make_office(tmp_path, clock)
    async with office.open() as service:
        office.show("agent")
        await until(lambda: counted(office, "look_ended") > 0)
        await service.store.commit(
            Unit(ledger=(entry(LedgerKind.INPUT, time.time() + HOUR, "home", "ref01", {"idle": False}),))
        )
    office.records.clear()
    async with office.open() as service:
        office.show("agent")
        await until(lambda: counted(office, "look_skipped") > 0)
        assert service.broker.counts["frames"] == 0
        assert not is_looked_at(service)
        clock.by_s = HOUR + 60
        await until(lambda: service.broker.counts["frames"] > 0)
