"""Who has left and is erased can be forgotten: nothing outside the log's random id says who that was."""

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import Table, insert, select, update

from atdesk_core.cli import leaving as command
from atdesk_core.identity import Refusal, record_refusal
from atdesk_core.identity.forgetting import ForgettingError, forget_person
from atdesk_core.identity.leaving import Departure, Why, leave
from atdesk_core.ledger import LedgerKind, entry, verify
from atdesk_core.store import LedgerEntry, SessionSnapshot, Store, Unit, tables
from atdesk_core.store.evidence_tables import still_keys, stills
from atdesk_core.store.review_tables import disputes, flag_reviews
from atdesk_core.store.shift_tables import desk_check_answers, desk_checks
from tests.core.identity.town import fill
from tests.core.store.rows import flag_row, outbox_row

NOW = 1_000.0
NAMES = ("Ana Ruiz", "ana@example.com", "g-ana", "Z-ana")


async def put(store: Store, table: Table, **values: Any) -> None:
    await store.run(lambda connection: connection.execute(insert(table).values(values)))


async def whole_life(store: Store) -> None:
    """Ana worked here: each table that can hold somebody's id has a row of hers."""
    await fill(store)
    await store.commit(
        Unit(
            snapshots=(SessionSnapshot("ana", 1, "{}"),),
            outbox=(outbox_row("o1"),),
            ledger=(LedgerEntry(10.0, "madrid", "ref1_100", "input", '{"idle":true}'),),
        )
    )
    await store.run(lambda connection: connection.execute(update(tables.outbox).values(settled_at=20.0)))
    flag = flag_row("AAAA01", status="upheld", closed_at=30.0)
    await store.commit(Unit(flags=(flag,)))
    await put(
        store, flag_reviews, flag_number="AAAA01", action="confirm", reason="seen", by_ref="ref3", at=25.0
    )
    await put(
        store,
        disputes,
        flag_number="AAAA01",
        agent_id="ana",
        at=26.0,
        upheld=True,
        reason="so",
        decided_by="ref3",
        decided_at=28.0,
    )
    await put(
        store, tables.budgets, agent_id="ana", shift_id="s", ends_at=50.0, looks=1, frames=2, video_s=3.0
    )
    await put(
        store,
        desk_checks,
        check_id="d1",
        agent_id="ana",
        at=15.0,
        scheduled_by="Luz Vega",
        scheduled_at=5.0,
        moved=False,
        status="done",
        answered_by="Luz Vega",
        answered_at=16.0,
    )
    await put(store, desk_check_answers, check_id="d1", item="phone", outcome="nothing_seen")
    await record_refusal(store, Refusal("ana", "v1", "es", "a call", 40.0))


async def has_left(store: Store) -> None:
    await leave(store, Departure("ana", NOW - 10.0, Why.DECLARED, "Ines Gil"))


async def everything(store: Store) -> list[tuple[str, object]]:
    async with store.reading() as connection:
        return [
            (table.name, value)
            for table in tables.metadata.sorted_tables
            for row in await connection.execute(select(table))
            for value in row
        ]


async def test_nothing_names_them_any_more_and_the_log_is_whole_under_its_random_id(store: Store) -> None:
    await whole_life(store)
    assert sum(value == "ana" for _, value in await everything(store)) > 8
    await has_left(store)
    row = entry(LedgerKind.ERASURE, NOW, "madrid", "ref1_100", {"what": "forgotten"})
    await forget_person(store, "ana", NOW, [row])
    left = await everything(store)
    assert [(table, value) for table, value in left if value == "ana"] == []
    assert [(table, value) for table, value in left if any(name in str(value) for name in NAMES)] == []
    assert [
        one for one in left if one[0] in ("flags", "flag_reviews", "disputes", "desk_check_answers")
    ] == []
    assert ("people", "bo") in left, "only her"
    assert [one.agent_ref for one in await store.ledger_page(0)] == ["ref1_100", "ref1_100"]
    assert not (await verify(store)).faults


async def test_only_who_has_left(store: Store) -> None:
    await whole_life(store)
    with pytest.raises(ForgettingError, match="first atdesk left ana --by NAME"):
        await forget_person(store, "ana", NOW)
    await leave(store, Departure("ana", NOW + 10.0, Why.ENDS_ON, "the roster"))
    with pytest.raises(ForgettingError, match="has not left"):
        await forget_person(store, "ana", NOW)


async def test_a_lead_is_not_taken_from_the_people_they_lead(store: Store) -> None:
    await fill(store)
    await leave(store, Departure("luz", NOW - 10.0, Why.DECLARED, "Ines Gil"))
    with pytest.raises(ForgettingError, match="still leads somebody"):
        await forget_person(store, "luz", NOW)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"closed_at": None, "status": "raised"}, "is open"),
        ({"status": "disputed"}, "waits for an answer"),
    ],
)
async def test_what_is_not_over_keeps_everything(store: Store, values: dict[str, Any], says: str) -> None:
    await whole_life(store)
    await has_left(store)
    await store.run(lambda connection: connection.execute(update(tables.flags).values(values)))
    with pytest.raises(ForgettingError, match=says):
        await forget_person(store, "ana", NOW)
    assert ("people", "Ana Ruiz") in await everything(store)


async def test_what_is_owed_to_a_platform_goes_out_first(store: Store) -> None:
    await whole_life(store)
    await has_left(store)
    await store.commit(Unit(outbox=(outbox_row("o2"),)))
    with pytest.raises(ForgettingError, match="owed to a platform"):
        await forget_person(store, "ana", NOW)


async def test_what_is_sealed_is_erased_first_and_a_hold_stands(store: Store) -> None:
    await whole_life(store)
    await has_left(store)
    await put(store, still_keys, agent_id="ana", wrapped=b"k", wrapped_by="f", created_at=1.0)
    held = {"hold_until": NOW + 99.0, "hold_by": "ref3", "hold_reason": "dispute"}
    about = {"still_id": "s1", "agent_id": "ana", "flag_number": "AAAA01", "finding": "absent"}
    await put(store, stills, **about, **held, item_key=b"i", sealed=b"p", taken_at=1.0, expires_at=2.0)
    with pytest.raises(ForgettingError, match="atdesk erase ana --by NAME; what a dispute holds stays"):
        await forget_person(store, "ana", NOW)


def test_the_command_says_what_stays_and_under_which_id(tmp_path: Path) -> None:
    out, database = io.StringIO(), tmp_path / "atdesk.db"
    console = Console(file=out, width=300)

    async def made() -> None:
        async with await Store.open(database) as store:
            await whole_life(store)
            await has_left(store)

    asyncio.run(made())

    def forget(agent_id: str, by: str = "Ines Gil") -> int:
        return command.forget(database, agent_id, by, now=lambda: NOW, console=console)

    assert [forget("ana", " "), forget("bo"), forget("ana"), forget("ana")] == [1, 1, 0, 1]
    printed = out.getvalue()
    assert "--by: say who orders it" in printed
    assert "bo has not left" in printed
    assert "The decision log keeps its rows, until they reach their time, under ref1_100" in printed
    assert "nobody in the directory has the id ana" in printed
