"""Draws on the disk: sealed before, revealed after, across restarts, late imports and clocks that jump."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atdesk_core.identity import FileKeyRing, ShiftWindow, load_directory
from atdesk_core.identity.shifts_draws import committed, set_nonce, unused_seeds
from atdesk_core.ledger import LedgerKind, entry
from atdesk_core.looking import check, default_nonce, nonce_of
from atdesk_core.runtime.drawn import DrawsUnknownError, record_of
from atdesk_core.runtime.draws import LEAD_S, Coming, Draws, bound_row
from atdesk_core.store import Store, Unit
from tests.core.identity.town import fill

SHIFT = ShiftWindow("2026-11-23T09:00", 1_000_000.0, 1_030_000.0)
NEXT = ShiftWindow("2026-11-24T09:00", 1_086_400.0, 1_116_400.0)


class Day:
    """One agent, one clock, and a service that can be stopped and started."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.store = store
        self.database = folder / "atdesk.db"
        self.key_file = folder / "atdesk.keys"
        self.now = SHIFT.starts_at - 2 * LEAD_S
        self.windows: tuple[ShiftWindow, ...] = (SHIFT,)
        self.count = 5
        self.changed: list[str] = []
        self.draws: Draws

    async def start(self) -> None:
        ring = await FileKeyRing.for_store(self.key_file, self.store)
        self.draws = Draws(self.store, ring, lambda: self.now, self.changed.append)
        await self.draws.load()

    async def tick(self, at: float | None = None) -> None:
        self.now = self.now if at is None else at
        self.draws.ask_again("ana")
        directory = await load_directory(self.store)
        await self.draws.tick(directory, lambda one: self._coming(one == "ana"))

    def _coming(self, mine: bool) -> Coming:
        running = [one for one in self.windows if one.ends_at > self.now]
        return Coming(self.count, tuple(running[:2])) if mine and self.count else Coming(0)

    def times(self, shift: ShiftWindow = SHIFT, count: int = 24) -> tuple[float, ...]:
        return self.draws.times("ana", shift.shift_id, count)

    async def look(self, at: float, look_id: str = "ann-look-1") -> None:
        data = {"look_id": look_id, "reason": "random", "policy": "0123456789ab"}
        row = entry(LedgerKind.LOOK_OPENED, at, "madrid", await ref_of(self.store), data)
        await self.store.commit(Unit(ledger=(row,)))

    async def log(self) -> list[tuple[str, dict[str, object]]]:
        return [(row.kind, json.loads(row.data)) for row in await self.store.ledger_page(0)]


@pytest.fixture
async def day(tmp_path: Path) -> AsyncIterator[Day]:
    async with await Store.open(tmp_path / "atdesk.db") as store:
        await fill(store)
        opened = Day(tmp_path, store)
        await opened.start()
        yield opened


async def _said(day: Day, said: str) -> None:
    """As `atdesk draws nonce` does it."""
    ref = await ref_of(day.store)
    async with day.store.reading() as connection:
        seed = (await unused_seeds(connection, ["ana"]))["ana"]
    rows = {"bound": bound_row(seed, nonce_of(said), "madrid", ref, day.now)}
    await set_nonce(day.store, seed, nonce_of(said), day.now, rows)


async def ref_of(store: Store) -> str:
    return (await load_directory(store)).people["ana"].agent_ref


async def test_nothing_is_drawn_before_it_is_committed_to(day: Day) -> None:
    await day.tick()
    assert (day.times(), await day.log()) == ((), [])
    await day.tick(SHIFT.starts_at - LEAD_S)
    assert len(day.times()) == 5
    assert all(SHIFT.starts_at <= at < SHIFT.ends_at for at in day.times())
    assert day.changed == ["ana"]
    kinds = [(kind, data["what"]) for kind, data in await day.log()]
    assert kinds == [("draws_committed", what) for what in ("sealed", "committed", "sealed")]


async def test_the_log_holds_no_seed_before_the_end_and_the_disk_none_in_the_clear(day: Day) -> None:
    await day.tick(SHIFT.starts_at)
    written = str(await day.log())
    await day.tick(SHIFT.ends_at)
    seed = next(str(data["seed"]) for kind, data in await day.log() if kind == "draws_revealed")
    assert seed not in written
    files = b"".join(path.read_bytes() for path in day.folder.glob("atdesk.db*"))
    assert bytes.fromhex(seed) not in files
    assert day.times() == ()


async def test_a_restart_draws_the_same_and_commits_to_nothing_twice(day: Day) -> None:
    await day.tick(SHIFT.starts_at)
    before, rows = day.times(), len(await day.log())
    await day.start()
    assert day.times() == before
    await day.tick()
    assert len(await day.log()) == rows


async def test_a_shift_that_is_known_late_is_drawn_for_its_rest_alone(day: Day) -> None:
    await day.tick(SHIFT.starts_at + 20_000)
    assert all(SHIFT.starts_at + 20_000 <= at < SHIFT.ends_at for at in day.times())
    await day.tick(SHIFT.ends_at)
    assert check(await record_of(day.store, await ref_of(day.store), SHIFT.shift_id)).faults == ()


@pytest.mark.parametrize("jump", [-86_400.0, -3_600.0, 3_600.0])
async def test_a_clock_that_jumps_makes_no_second_draw(day: Day, jump: float) -> None:
    await day.tick(SHIFT.starts_at)
    await day.tick(SHIFT.ends_at + 60)
    await day.tick(SHIFT.ends_at + jump)
    await day.start()
    await day.tick()
    commitments = [data for _, data in await day.log() if data.get("what") == "committed"]
    assert len(commitments) == 1
    assert day.times() == ()


async def test_a_policy_that_allows_fewer_takes_draws_away_and_one_that_allows_more_adds_none(
    day: Day,
) -> None:
    await day.tick(SHIFT.starts_at)
    assert set(day.times(count=2)) < set(day.times())
    assert len(day.times(count=24)) == 5
    assert day.times(count=0) == ()


async def test_without_random_looks_nothing_is_sealed(day: Day) -> None:
    day.count = 0
    await day.tick(SHIFT.starts_at)
    assert await day.log() == []


async def test_a_nonce_said_in_mid_shift_counts_from_the_next_and_nobody_could_choose_then(day: Day) -> None:
    day.windows = (SHIFT, NEXT)
    await day.tick(SHIFT.starts_at)
    drawn = day.times()
    await _said(day, "my cat is called Mia")
    assert day.times() == drawn
    await day.tick(SHIFT.ends_at)
    await day.tick(NEXT.starts_at)
    await day.tick(NEXT.ends_at)
    ref = await ref_of(day.store)
    first, second = [await record_of(day.store, ref, one.shift_id) for one in (SHIFT, NEXT)]
    assert first.nonce == default_nonce(SHIFT.shift_id)
    assert second.nonce == nonce_of("my cat is called Mia")
    assert check(first).faults == check(second).faults == ()
    assert "nobody could choose" in check(second).nonce
    assert "Mia" not in str(await day.log())


async def test_a_key_file_that_is_lost_draws_nothing(day: Day) -> None:
    await day.tick(SHIFT.starts_at)
    ring = FileKeyRing("another", bytes(32))
    day.draws = Draws(day.store, ring, lambda: day.now, day.changed.append)
    await day.draws.load()
    assert day.times() == ()


async def test_a_look_that_was_not_drawn_is_found_in_the_log(day: Day) -> None:
    await day.tick(SHIFT.starts_at)
    ref, (first, *_) = await ref_of(day.store), day.times()
    await day.look(first + 0.5, "ana-look-1")
    await day.tick(SHIFT.ends_at)
    record = await record_of(day.store, ref, SHIFT.shift_id)
    assert [look.look_id for look in record.looks] == ["ana-look-1"]
    assert check(record).faults == ()
    await day.look(SHIFT.starts_at - 30, "ana-look-2")  # before the shift: belongs to it all the same
    faults = check(await record_of(day.store, ref, SHIFT.shift_id)).faults
    assert any("ana-look-2 was opened at a time that was not drawn" in fault for fault in faults)


async def test_the_record_says_what_is_missing(day: Day) -> None:
    ref = await ref_of(day.store)
    with pytest.raises(DrawsUnknownError, match="nothing was committed to for the shift 2026-11-23T09:00"):
        await record_of(day.store, ref, SHIFT.shift_id)
    await day.tick(SHIFT.starts_at)
    with pytest.raises(DrawsUnknownError, match="its seed is revealed when it is over"):
        await record_of(day.store, ref, SHIFT.shift_id)


async def test_rows_of_seeds_go_two_days_after_they_were_revealed_and_the_log_keeps_them(day: Day) -> None:
    day.windows = (SHIFT, NEXT)
    await day.tick(SHIFT.starts_at)
    await day.tick(SHIFT.ends_at)
    await day.tick(NEXT.starts_at)
    await day.tick(NEXT.ends_at)
    assert len(await committed(day.store)) == 2
    later = ShiftWindow("2026-11-27T09:00", NEXT.ends_at + 3 * 86_400, NEXT.ends_at + 3 * 86_400 + 600)
    day.windows = (later,)
    await day.tick(later.starts_at)
    await day.tick(later.ends_at)
    assert [one.plan.shift_id for one in await committed(day.store)] == [later.shift_id]
    ref = await ref_of(day.store)
    assert check(await record_of(day.store, ref, SHIFT.shift_id)).faults == ()
