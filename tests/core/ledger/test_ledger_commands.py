"""`atdesk ledger verify` and `anchor` as a works council meets them."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from atdesk_core.identity.signing import Signer
from atdesk_core.ledger.retention import DAY_S, cut
from atdesk_core.store import GENESIS, Store, chained, tables
from atdesk_core.store.apply import upsert_values
from tests.core.ledger.desk_day import NOON, Desk, make_desk, the_day


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = make_desk(tmp_path)
    made.write(*the_day())
    return made


@pytest.fixture
def kept(desk: Desk) -> Path:
    """An anchor in the works council's drawer."""
    path = desk.folder / "drawer" / "november.json"
    path.parent.mkdir()
    assert desk.run("ledger", "anchor", "--out", str(path)).status == 0
    return path


def tamper(desk: Desk, statement: str) -> None:
    async def run() -> None:
        async with await Store.open(desk.database) as store:
            await store.run(lambda connection: connection.execute(text(statement)))

    asyncio.run(run())


def write_anew(desk: Desk) -> None:
    """What somebody does who knows how the chain is made: every hash fits again, without the flag."""
    rows = [row for row in desk.rows() if row.kind != "flag"]
    anew = chained(rows, 0, GENESIS)  # type: ignore[arg-type]  # rows have all that entries have

    async def run() -> None:
        async with await Store.open(desk.database) as store:
            await store.run(lambda connection: connection.execute(tables.ledger.delete()))
            values = [{name: getattr(row, name) for name in row.__dataclass_fields__} for row in anew]
            await store.run(lambda connection: connection.execute(tables.ledger.insert(), values))
            last = anew[-1]
            bounds = {"one": 1, "first_seq": 1, "first_prev": GENESIS}
            bounds |= {"last_seq": last.seq, "last_hash": last.hash}
            await store.run(lambda connection: upsert_values(connection, tables.ledger_bounds, [bounds]))

    asyncio.run(run())


def test_a_whole_log_is_said_to_be_whole(desk: Desk) -> None:
    ran = desk.run("ledger", "verify")
    assert ran.status == 0
    assert "48 rows, and every one is as it was written" in ran.said
    assert "Without an anchor this says nothing of a log that was written anew" in ran.said


def test_an_altered_row_is_named_with_its_place_time_and_kind(desk: Desk) -> None:
    tamper(desk, "UPDATE ledger SET data = '{}' WHERE seq = 41")
    ran = desk.run("ledger", "verify")
    assert ran.status == 1
    assert "altered (row 41, 2026-11-20 11:06:50 UTC, lead_action): row 41 was altered" in ran.said
    assert "The log is not the one that was written: 1 faults." in ran.said


def test_missing_rows_are_named_with_the_time_before_them(desk: Desk) -> None:
    tamper(desk, "DELETE FROM ledger WHERE seq IN (41, 42)")
    ran = desk.run("ledger", "verify")
    assert "removed (row 41, 2026-11-20 11:06:40 UTC): rows 41 to 42 are missing" in ran.said


def test_a_log_that_was_written_anew_does_not_meet_the_anchor(desk: Desk, kept: Path) -> None:
    assert "All 1 anchors are met" in desk.run("ledger", "verify", "--against", str(kept)).said
    write_anew(desk)
    assert desk.run("ledger", "verify").status == 0
    ran = desk.run("ledger", "verify", "--against", str(kept))
    assert ran.status == 1
    assert "row 48, which the anchor november.json names, is missing" in ran.said
    desk.write(*the_day())
    ran = desk.run("ledger", "verify", "--against", str(kept))
    assert "row 48 is not the one that the anchor november.json names: the log was written anew" in ran.said


def test_a_folder_of_anchors_is_taken_whole(desk: Desk, kept: Path) -> None:
    desk.write(*the_day())
    desk.run("ledger", "anchor", "--out", str(kept.parent / "december.json"))
    assert "All 2 anchors are met" in desk.run("ledger", "verify", "--against", str(kept.parent)).said


def test_what_was_cut_in_its_time_is_said_and_is_no_fault(desk: Desk, kept: Path) -> None:
    later = [
        row.__class__(row.at + 300 * DAY_S, row.site, row.agent_ref, row.kind, row.data) for row in the_day()
    ]
    desk.write(*later)

    async def run() -> int:
        async with await Store.open(desk.database) as store:
            return await cut(store, 200, NOON + 301 * DAY_S)

    assert asyncio.run(run()) == 48
    ran = desk.run("ledger", "verify", "--against", str(kept))
    assert ran.status == 0
    assert "Rows 1 to 48 had reached their time and were cut: they were from before 2027-03-01" in ran.said


def test_an_anchor_that_was_altered_is_refused(desk: Desk, kept: Path) -> None:
    signed = json.loads(kept.read_text("utf-8"))
    signed["document"]["seq"] = 47
    kept.write_text(json.dumps(signed), "utf-8")
    ran = desk.run("ledger", "verify", "--against", str(kept))
    assert ran.status == 2
    assert "the signature does not fit" in ran.said


def test_another_signed_document_is_no_anchor(desk: Desk, kept: Path) -> None:
    signer = Signer.open(desk.folder / "atdesk.sign.key")
    kept.write_text(signer.sign({"document": "atdesk erasure receipt", "seq": 1}).as_json(), "utf-8")
    ran = desk.run("ledger", "verify", "--against", str(kept))
    assert ran.status == 2
    assert "november.json is no anchor of a log" in ran.said


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe", "the anchor"), (b"{}", "no signed document"), (b"", "no signed document")],
)
def test_what_cannot_be_read_is_said(desk: Desk, kept: Path, content: bytes, says: str) -> None:
    kept.write_bytes(content)
    ran = desk.run("ledger", "verify", "--against", str(kept))
    assert ran.status == 2
    assert says in ran.said


def test_an_empty_log_has_no_anchor(tmp_path: Path) -> None:
    ran = make_desk(tmp_path).run("ledger", "anchor", "--out", str(tmp_path / "a.json"))
    assert ran.status == 1
    assert "the log is empty: there is nothing to anchor yet" in ran.said
