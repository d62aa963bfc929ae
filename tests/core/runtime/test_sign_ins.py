"""Shifts by sign-in on the disk: nothing counts before it is kept, and a restart is no new shift."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from atdesk_core.identity import Directory, ShiftSource, declare_sources, load_directory, sign_ins_of
from atdesk_core.runtime.sign_ins import SignIns
from atdesk_core.store import Store
from atdesk_sdk import AccountRef, AgentState, Interaction, Presence, Routing
from tests.core.identity.town import fill

MONDAY_9 = 1_795_424_400.0  # 2026-11-23, 10:00 in Madrid
STATE = AgentState(
    AccountRef("genesys", "acme", "g-ana"),
    Presence.AVAILABLE,
    Routing.UNKNOWN,
    Interaction.NONE,
    MONDAY_9,
    "event",
    "r1",
)


class Site:
    """A site where signing in begins a shift, its clock, and a service that can be stopped and started."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self.store, self.directory, self.now = store, directory, MONDAY_9
        self.changed: list[str] = []
        self.sign_ins = SignIns(store, lambda: self.now, self.changed.append)

    async def restart(self) -> None:
        self.sign_ins = SignIns(self.store, lambda: self.now, self.changed.append)
        await self.sign_ins.load()

    def shows(self, presence: Presence) -> None:
        self.sign_ins.took(self.directory, "ana", replace(STATE, presence=presence))

    @property
    def shift(self) -> str | None:
        window = self.sign_ins.window_at("ana", self.now)
        return window.shift_id if window else None


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with await Store.open(tmp_path / "atdesk.db") as store:
        await fill(store)
        await declare_sources(store, [ShiftSource("madrid", "sign_in", "Mon-Fri 07:00-22:00")])
        yield Site(store, await load_directory(store))


async def test_a_shift_counts_once_it_is_on_the_disk(site: Site) -> None:
    site.shows(Presence.ON_QUEUE)
    assert site.shift is None
    await site.sign_ins.tick(site.directory)
    assert site.shift == "2026-11-23T10:00:00+01:00"
    assert [one.shift_id for one in await sign_ins_of(site.store, "ana")] == [site.shift]


async def test_offline_ends_it_at_once_and_a_short_one_is_the_same_shift_after_a_restart(site: Site) -> None:
    site.shows(Presence.AVAILABLE)
    await site.sign_ins.tick(site.directory)
    begun = site.shift
    site.now += 3600
    site.shows(Presence.OFFLINE)
    assert site.shift is None
    await site.sign_ins.tick(site.directory)
    await site.restart()
    site.now += 200
    site.shows(Presence.BREAK)
    assert site.shift == begun is not None


async def test_a_restart_in_mid_shift_goes_on_with_it(site: Site) -> None:
    site.shows(Presence.AVAILABLE)
    await site.sign_ins.tick(site.directory)
    begun = site.shift
    await site.restart()
    assert site.shift == begun is not None
    site.now += 60
    site.shows(Presence.AVAILABLE)
    await site.sign_ins.tick(site.directory)
    assert len(await sign_ins_of(site.store, "ana")) == 1


async def test_a_service_that_dies_before_it_could_keep_a_shift_never_had_it(site: Site) -> None:
    site.shows(Presence.AVAILABLE)
    await site.restart()
    assert site.shift is None


async def test_five_minutes_later_it_is_another_shift_and_both_are_on_record(site: Site) -> None:
    site.shows(Presence.AVAILABLE)
    await site.sign_ins.tick(site.directory)
    site.now += 60
    site.shows(Presence.OFFLINE)
    await site.sign_ins.tick(site.directory)
    site.now += 300
    site.shows(Presence.AVAILABLE)
    await site.sign_ins.tick(site.directory)
    first, second = await sign_ins_of(site.store, "ana")
    assert first.over_at == MONDAY_9 + 60
    assert second.shift_id == site.shift == "2026-11-23T10:06:00+01:00"


async def test_the_hours_end_and_begin_a_shift_without_any_event(site: Site) -> None:
    site.shows(Presence.AVAILABLE)
    await site.sign_ins.tick(site.directory)
    site.now = MONDAY_9 + 12 * 3600
    await site.sign_ins.tick(site.directory)
    assert site.shift is None
    site.now = MONDAY_9 + 21 * 3600
    await site.sign_ins.tick(site.directory)
    assert site.shift == "2026-11-24T07:00:00+01:00"
