"""Several people and the disk at once: what is said is kept before it counts as done, one after the other."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core import reviewing
from atdesk_core.policy import ReviewRules
from atdesk_core.reviewing import Asked, RequestKind, ask, outcome_of, pause_of, pending
from atdesk_core.store import FlagRow, ReviewRow, Store, StoreError, Unit
from atdesk_sdk import FlagStatus, LeadAction, TurnedIntoBreak
from atdesk_sdk.testing import LeadPresses
from tests.core.runtime.office import POLICY, account, until
from tests.core.runtime.test_reviews import about, add_lead, asked, flagged, make_office, ref


@dataclass
class SlowDisk:
    """Units with a pause wait for the disk, which takes them or not."""

    store: Store
    takes: bool = True
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    turns: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._commit = self.store.commit

    async def commit(self, unit: Unit) -> None:
        if unit.pauses:
            self.asked.set()
            await self.turns.wait()
            if not self.takes:
                raise StoreError("the disk is full")
        await self._commit(unit)


async def _written(store: Store) -> None:
    """Wait until all that the writer was given so far is written."""

    async def nothing(_connection: AsyncConnection) -> None:
        pass

    await store.run(nothing)


async def test_a_request_counts_as_done_once_what_was_done_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in between, the pause would be lost, and nobody would ask for it again."""
    async with make_office(tmp_path).open() as service:
        disk = SlowDisk(service.store)
        monkeypatch.setattr(service.store, "commit", disk.commit)
        place = await ask(service.store, Asked(RequestKind.PAUSE, "support", time.time(), "ann"))
        async with asyncio.timeout(12):
            await disk.asked.wait()
        await _written(service.store)
        assert await outcome_of(service.store, place) is None
        disk.turns.set()
        async with asyncio.timeout(12):
            while (outcome := await outcome_of(service.store, place)) is None:  # noqa: ASYNC110 (no event)
                await asyncio.sleep(0.02)
        assert outcome == "done"
        assert await pause_of(service.store, "ann") is not None


async def test_what_the_disk_did_not_take_is_asked_for_still_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office(tmp_path)
    async with office.open() as service:
        disk = SlowDisk(service.store, takes=False)
        disk.turns.set()
        monkeypatch.setattr(service.store, "commit", disk.commit)
        await ask(service.store, Asked(RequestKind.PAUSE, "support", time.time(), "ann"))
        await until(service.room.failed.is_set)
        (waiting,) = await pending(service.store)
        assert waiting.kind is RequestKind.PAUSE
        assert await service.reviews.take(waiting) == "failed"
    async with office.open() as service:
        assert service.room.session("ann").is_paused


async def test_a_dispute_of_a_flag_that_ends_while_it_is_read_is_of_the_flag_as_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent turns the absence into a break and disputes it in one moment: it was a break."""
    office, reads = make_office(tmp_path), list[str]()
    async with office.open() as service:
        number, read = await flagged(office, service, "nobody"), service.store.flag

        async def flag(which: str) -> FlagRow | None:
            found, now = await read(which), time.time()
            reads.append(which)
            if len(reads) == 1:
                service.room.send("ann", TurnedIntoBreak(account("ann"), number, now, now))
            return found

        monkeypatch.setattr(service.store, "flag", flag)
        dispute = Asked(RequestKind.DISPUTE, ref(service, "ann"), time.time(), "ann", number)
        assert await service.reviews.take(dispute) == "not_counted"
        await service.room.flushed()
        kept = await read(number)
        assert kept is not None
        assert kept.status == "withdrawn"


async def test_of_two_people_who_uphold_at_once_the_second_is_the_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would else be the first, and nobody would be left who may decide."""
    office, both = make_office(tmp_path), asyncio.Barrier(2)
    async with office.open() as service:
        mia, lee = await add_lead(service, "ann"), ref(service, "lee")
        number = await flagged(office, service)
        dispute = Asked(RequestKind.DISPUTE, ref(service, "ann"), time.time(), "ann", number)
        assert await asked(service, dispute) == "done"
        read = reviewing.reviews_of

        async def reviews_of(store: Store, which: str) -> Sequence[ReviewRow]:
            found = await read(store, which)
            with contextlib.suppress(TimeoutError, asyncio.BrokenBarrierError):
                async with asyncio.timeout(0.3):  # whoever is alone goes on after a while
                    await both.wait()
            return found

        monkeypatch.setattr(reviewing, "reviews_of", reviews_of)
        said = await asyncio.gather(
            *(service.reviews.take(about(RequestKind.UPHOLD, by, number, "as_shown")) for by in (mia, lee))
        )
        assert said == ["second_person_needed", "done"]
        await until(lambda: office.platform.flags["1"].status is FlagStatus.UPHELD)


async def test_a_rule_that_could_not_be_checked_is_checked_in_the_next_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, faults = make_office(tmp_path), [StoreError("no answer")]
    office.policy = POLICY.model_copy(update={"review": ReviewRules(overturn_share=0.5, overturn_least=1)})
    shares = reviewing.shares_of

    async def shares_of(store: Store, site: str) -> Sequence[reviewing.Share]:
        if faults:
            raise faults.pop()
        return await shares(store, site)

    monkeypatch.setattr(reviewing, "shares_of", shares_of)
    async with office.open() as service:
        number = await flagged(office, service)
        office.platform.happen(LeadPresses(number, LeadAction.DISMISS, account("lee"), "wrong"))
        await until(lambda: "different_person" in service.world.facts("ann").shadow_rules)
    assert faults == []
