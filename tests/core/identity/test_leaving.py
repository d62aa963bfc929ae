"""Leaving: looks stop at once, everything is gone within a day, and who is back in time keeps it."""

import asyncio
import io
import json
import secrets
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from atdesk_core.cli import leaving as command
from atdesk_core.identity import (
    Consent,
    Directory,
    FileKeyRing,
    KeyDestroyedError,
    PersonKeys,
    Vouching,
    import_roster,
    load_directory,
    read_roster,
    record_consent,
)
from atdesk_core.identity.leaving import (
    ERASED_WITHIN_S,
    MOST_AT_ONCE,
    NEVER,
    Departure,
    LeavingError,
    RosterSays,
    Why,
    come_back,
    departures,
    doubted,
    last_moment,
    leave,
)
from atdesk_core.runtime.leaving import Leavers
from atdesk_core.store import Store, tables
from atdesk_sdk import AccountGone, AccountRef
from tests.core.identity.town import KNOWN, fill

MONDAY = 1_795_424_400.0  # 2026-11-23, 10:00 in Madrid: ana is on shift
ANA = AccountRef("genesys", "acme", "g-ana")
HOUR = 3600.0


class Desk:
    """A store with people, consents and keys; a service's round about leavers; a clock."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, MONDAY
        self.keys = PersonKeys(store, FileKeyRing("test", bytes(32)))
        self.leavers = Leavers(store, lambda: self.now, self._nothing)

    async def directory(self) -> Directory:
        return await load_directory(self.store)

    async def tick(self, after_s: float = 0.0) -> Directory:
        self.now += after_s
        await self.leavers.tick(await self.directory())
        return await self.directory()

    async def has_key(self, agent_id: str = "ana") -> bool:
        try:
            await self.keys.key_of(agent_id)
        except KeyDestroyedError:
            return False
        return True

    async def roster(
        self, *lines: str, header: str = "agent_id,name,team,site", complete: bool = False
    ) -> None:
        rows = read_roster("\n".join([header, *lines]), KNOWN)
        vouching = Vouching("Ines Gil", self.now)
        await import_roster(self.store, rows, KNOWN, vouching, self._new_ref, complete=complete)

    async def log(self) -> list[tuple[str, dict[str, object]]]:
        return [(row.kind, json.loads(row.data)) for row in await self.store.ledger_page(0)]

    def _new_ref(self) -> str:
        return secrets.token_hex(8)

    async def _nothing(self) -> None:
        pass


@pytest.fixture
async def desk(store: Store) -> Desk:
    await fill(store)
    opened = Desk(store)
    await record_consent(store, Consent("c1", "ana", "v1", "es", "a call", 50.0))

    async def key(connection: AsyncConnection) -> None:
        await opened.keys.key_for(connection, "ana", 60.0)

    await store.run(key)
    return opened


async def test_looks_stop_at_once_and_keys_go_within_a_day(desk: Desk) -> None:
    assert (await desk.directory()).on_shift("ana", desk.now)
    await leave(desk.store, Departure("ana", desk.now, Why.DECLARED, "Ines Gil"))
    assert not (await desk.directory()).on_shift("ana", desk.now)
    directory = await desk.tick()
    assert directory.agent_of(ANA) is None
    assert "has left" in directory.why_not_identified(ANA)
    assert not directory.has_consent("ana")
    assert directory.agent_of(AccountRef("genesys", "acme", "g-bo")) == "bo"
    await desk.tick(23 * HOUR)
    assert await desk.has_key()
    await desk.tick(HOUR - 60)
    assert desk.now < MONDAY + ERASED_WITHIN_S
    assert not await desk.has_key()
    assert [(kind, data["what"]) for kind, data in await desk.log()] == [
        ("left", "left"),
        ("erasure", "erased"),
    ]
    assert "Ines" not in str(await desk.log())


async def test_a_service_that_was_down_erases_when_it_is_up_and_only_once(desk: Desk) -> None:
    await leave(desk.store, Departure("ana", desk.now, Why.DECLARED, "Ines Gil"))
    await desk.tick(72 * HOUR)
    assert not await desk.has_key()
    rows = len(await desk.log())
    await desk.tick(HOUR)
    assert len(await desk.log()) == rows


async def test_whoever_is_back_within_the_day_keeps_everything(desk: Desk) -> None:
    await leave(desk.store, Departure("ana", desk.now, Why.DECLARED, "Ines Gil"))
    await desk.tick(10 * HOUR)
    await come_back(desk.store, "ana")
    directory = await desk.tick(20 * HOUR)
    assert directory.agent_of(ANA) == "ana"
    assert directory.has_consent("ana")
    assert await desk.has_key()


async def test_a_dispute_that_waits_holds_the_erasure_until_it_is_answered(desk: Desk) -> None:
    await leave(desk.store, Departure("ana", desk.now, Why.DECLARED, "Ines Gil"))
    await desk.store.run(_disputed_flag)
    await desk.tick(30 * HOUR)
    assert await desk.has_key()
    await desk.store.run(_answered)
    await desk.tick(60)
    assert not await desk.has_key()


async def test_a_complete_roster_without_somebody_and_one_with_them_again(desk: Desk) -> None:
    await desk.roster("bo,Bo,north,madrid", "luz,Luz,leads,lima")
    assert await departures(desk.store) == []  # a file says nothing of those who are not in it
    await desk.roster("bo,Bo,north,madrid", "luz,Luz,leads,lima", complete=True)
    assert [(one.agent_id, one.why) for one in await departures(desk.store)] == [("ana", "roster")]
    await desk.tick(5 * HOUR)
    await desk.roster("ana,Ana,north,madrid")
    directory = await desk.tick(30 * HOUR)
    assert directory.agent_of(ANA) == "ana"
    assert await desk.has_key()


async def test_the_last_day_of_work_ends_a_shift_at_its_midnight(desk: Desk) -> None:
    header = "agent_id,name,team,site,ends_on,shift"
    await desk.roster("ana,Ana,north,madrid,2026-11-23,Mon-Fri 22:00-06:00", header=header)
    midnight = last_moment(date(2026, 11, 23), "Europe/Madrid")
    directory = await desk.tick()
    window = directory.shift_at("ana", midnight - 1)
    assert window is not None
    assert window.ends_at == midnight
    assert not directory.on_shift("ana", midnight)
    assert directory.agent_of(ANA) == "ana"
    directory = await desk.tick(midnight - MONDAY)
    assert directory.agent_of(ANA) is None


async def test_an_emptied_cell_takes_the_last_day_back_and_no_column_leaves_it(desk: Desk) -> None:
    header = "agent_id,name,team,site,ends_on"
    await desk.roster("ana,Ana,north,madrid,2026-11-22", header=header)
    assert (await desk.tick()).has_left("ana")
    await desk.roster("ana,Ana,north,madrid")
    assert (await desk.tick()).has_left("ana")
    await desk.roster("ana,Ana,north,madrid,", header=header)
    assert not (await desk.tick()).has_left("ana")


async def test_a_roster_that_lags_behind_takes_nothing_back_that_a_person_or_a_platform_said(
    desk: Desk,
) -> None:
    await leave(desk.store, Departure("ana", desk.now, Why.DECLARED, "Ines Gil"))
    await desk.leavers.gone(await desk.directory(), AccountGone(AccountRef("genesys", "acme", "g-bo"), 0, 0))
    await desk.roster("ana,Ana,north,madrid", "bo,Bo,north,madrid")
    directory = await desk.tick()
    assert (directory.has_left("ana"), directory.has_left("bo")) == (True, True)
    assert ("left", "genesys") in [(kind, data.get("platform")) for kind, data in await desk.log()]


async def test_an_account_of_nobody_that_is_gone_changes_nothing(desk: Desk) -> None:
    await desk.leavers.gone(await desk.directory(), AccountGone(AccountRef("genesys", "acme", "g-x"), 0, 0))
    assert await departures(desk.store) == []


async def test_a_platform_that_calls_a_crowd_gone_is_doubted_until_a_person_says_so(desk: Desk) -> None:
    crowd = [f"p{number},P{number},north,madrid" for number in range(MOST_AT_ONCE)]
    await desk.roster(*crowd)
    for agent_id in ("ana", *(line.partition(",")[0] for line in crowd)):
        await leave(desk.store, Departure(agent_id, desk.now, Why.PLATFORM, "genesys"))
    directory = await desk.tick(30 * HOUR)
    assert directory.agent_of(ANA) is None
    assert await desk.has_key()
    assert await leave(desk.store, Departure("ana", desk.now, Why.DECLARED, "Ines Gil"))
    await desk.tick(60)
    assert not await desk.has_key()


@given(st.lists(st.floats(0, 100_000), max_size=30))
def test_only_a_crowd_is_doubted(times: list[float]) -> None:
    told = [Departure(str(n), at, Why.PLATFORM, "genesys") for n, at in enumerate(times)]
    others = [Departure(f"d{n}", at, Why.DECLARED, "x") for n, at in enumerate(times)]
    found = doubted([*told, *others])
    assert found <= {one.agent_id for one in told}
    if len(times) <= MOST_AT_ONCE:
        assert not found
    if len(times) > MOST_AT_ONCE and max(times) - min(times) <= 3600:
        assert found == {one.agent_id for one in told}


async def test_what_cannot_be_says_so(desk: Desk) -> None:
    with pytest.raises(LeavingError, match="nobody in the directory has the id zoe"):
        await leave(desk.store, Departure("zoe", desk.now, Why.DECLARED, "Ines Gil"))
    with pytest.raises(LeavingError, match="ana has not left"):
        await come_back(desk.store, "ana")


def test_the_command_says_what_follows_and_how_to_take_it_back(tmp_path: Path) -> None:
    out, database = io.StringIO(), tmp_path / "atdesk.db"
    console = Console(file=out, width=300)

    async def people() -> None:
        async with await Store.open(database) as store:
            await fill(store)

    asyncio.run(people())
    assert command.left(database, "ana", "Ines Gil", now=lambda: MONDAY, console=console) == 0
    assert command.left(database, "ana", "Ines Gil", now=lambda: MONDAY + 1, console=console) == 0
    assert command.back(database, "ana", now=lambda: MONDAY + 2, console=console) == 0
    assert command.back(database, "ana", now=lambda: MONDAY + 3, console=console) == 1
    assert command.left(database, "zoe", "Ines Gil", now=lambda: MONDAY, console=console) == 1
    said = out.getvalue()
    for words in (
        "Template and keys go by 2026-11-24 09:00 UTC",
        "has left already",
        "is back. Nothing was erased",
        "ana has not left",
        "nobody in the directory has the id zoe",
    ):
        assert words in said


ends = st.one_of(st.none(), st.just(NEVER), st.floats(0, 200))
standing = st.builds(
    Departure,
    st.just("ann"),
    st.floats(0, 200),
    st.sampled_from([why.value for why in Why]),
    st.just("x"),
    st.none() | st.floats(0, 100),
    st.none() | st.floats(0, 100),
)


@given(st.none() | standing, ends, st.booleans())
def test_a_roster_never_undoes_an_erasure_by_saying_the_same_again(
    one: Departure | None, end: float | None, missing: bool
) -> None:
    says = RosterSays({} if missing else {"ann": end}, ["ann"] if missing else [], "by", 100.0)
    known = {"ann": one} if one else {}
    back, new = says.changes(known)
    assert len(back) + len(new) <= 1
    if one is not None and one.why in (Why.DECLARED, Why.PLATFORM) and not missing:
        assert (back, new) == ([], [])
    if one is not None and one.left_at <= 100.0 and new:
        assert not missing
        assert new[0].left_at > 100.0  # they are back, until a day to come
    after = {**{a: d for a, d in known.items() if a not in back}, **{d.agent_id: d for d in new}}
    if missing:
        assert after["ann"].left_at <= 100.0


async def _disputed_flag(connection: AsyncConnection) -> None:
    row = {
        "number": "K7Q2AB",
        "agent_id": "ana",
        "rule": "absence",
        "finding": "absent",
        "status": "disputed",
        "since": 1.0,
        "raised_at": 2.0,
        "team": "north",
        "confidence": 1.0,
        "policy_version": "abc",
        "agent_reached": True,
        "reason": "",
    }
    columns = {column.name for column in tables.flags.columns}
    await connection.execute(tables.flags.insert().values({k: v for k, v in row.items() if k in columns}))


async def _answered(connection: AsyncConnection) -> None:
    await connection.execute(text("UPDATE flags SET status = 'upheld', closed_at = 5.0"))
