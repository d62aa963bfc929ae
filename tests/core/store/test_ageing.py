"""What is kept about people beside the log goes in the log's own time, and nothing that is still needed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, insert, select, update

from atdesk_core.store import Store, Unit, tables
from atdesk_core.store.ageing import age_out
from atdesk_core.store.evidence_tables import still_keys, stills
from atdesk_core.store.review_tables import disputes, flag_reviews, review_requests
from atdesk_core.store.shift_tables import desk_check_answers, desk_checks
from tests.core.identity.town import fill
from tests.core.store.rows import flag_row, outbox_row

THEN = 100.0


async def put(store: Store, table: Table, values: Mapping[str, Any]) -> None:
    await store.run(lambda connection: connection.execute(insert(table).values(dict(values))))


async def ids(store: Store, table: Table, column: str) -> list[object]:
    async with store.reading() as connection:
        return sorted(await connection.scalars(select(table.c[column])))


def dispute(number: str, decided_at: float | None) -> dict[str, Any]:
    decision = {"upheld": True, "reason": "so", "decided_by": "ref3", "decided_at": decided_at}
    return {"flag_number": number, "agent_id": "ana", "at": 5.0} | (decision if decided_at else {})


async def test_flags_go_with_their_reviews_and_disputes_unless_something_waits(store: Store) -> None:
    await fill(store)
    over = {"closed_at": 50.0, "status": "upheld"}
    flags = (
        flag_row("OVER01", **over),
        flag_row("YOUNG1", closed_at=150.0, status="expired"),
        flag_row("OPEN01", rule="phone"),
        flag_row("ASKED1", **over | {"status": "disputed"}),
        flag_row("ASKED2", **over),
        flag_row("HELD01", **over),
    )
    for flag in flags:
        await store.commit(Unit(flags=(flag,)))
    review = {"action": "confirm", "reason": "seen", "by_ref": "ref3", "at": 6.0}
    for number in ("OVER01", "YOUNG1"):
        await put(store, flag_reviews, {"flag_number": number, **review})
    await put(store, disputes, dispute("OVER01", 40.0))
    await put(store, disputes, dispute("ASKED2", None))
    await put(store, still_keys, {"agent_id": "ana", "wrapped": b"k", "wrapped_by": "f", "created_at": 1.0})
    still = {"still_id": "s1", "agent_id": "ana", "flag_number": "HELD01", "finding": "absent"}
    sealed = {"item_key": b"i", "sealed": b"p", "taken_at": 1.0, "expires_at": 2.0}
    await put(store, stills, still | sealed)

    assert await store.run(lambda connection: age_out(connection, THEN)) == 1
    assert await ids(store, tables.flags, "number") == ["ASKED1", "ASKED2", "HELD01", "OPEN01", "YOUNG1"]
    assert await ids(store, flag_reviews, "flag_number") == ["YOUNG1"]
    assert await ids(store, disputes, "flag_number") == ["ASKED2"]
    assert await store.run(lambda connection: age_out(connection, THEN)) == 0


async def test_desk_checks_settled_rows_requests_and_budgets_go(store: Store) -> None:
    await fill(store)
    for name, at in (("old", 50.0), ("young", 150.0)):
        check = {"check_id": name, "agent_id": "ana", "at": at, "scheduled_by": "Luz", "scheduled_at": 1.0}
        done = {"moved": False, "status": "done", "answered_by": "Luz", "answered_at": at}
        await put(store, desk_checks, check | done)
        await put(store, desk_check_answers, {"check_id": name, "item": "phone", "outcome": "seen"})
        asked = {
            "kind": "pause",
            "agent_id": "ana",
            "by_ref": "r",
            "at": at,
            "done_at": at,
            "outcome": "done",
        }
        await put(store, review_requests, asked)
        spent = {"agent_id": "ana", "shift_id": name, "ends_at": at, "looks": 1, "frames": 1, "video_s": 1.0}
        await put(store, tables.budgets, spent)
        await store.commit(Unit(outbox=(outbox_row(name),)))
        this = update(tables.outbox).where(tables.outbox.c.row_id == name).values(settled_at=at)
        await store.run(lambda connection, this=this: connection.execute(this))  # type: ignore[misc]
    await store.commit(Unit(outbox=(outbox_row("owed"),)))

    assert await store.run(lambda connection: age_out(connection, THEN)) == 4
    assert await ids(store, desk_checks, "check_id") == ["young"]
    assert await ids(store, desk_check_answers, "check_id") == ["young"]
    assert await ids(store, review_requests, "at") == [150.0]
    assert await ids(store, tables.budgets, "shift_id") == ["young"]
    assert await ids(store, tables.outbox, "row_id") == ["owed", "young"]
