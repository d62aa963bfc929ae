"""The minutes that an Away of ours covered: begin, end, why, and whether it was wrong."""

import asyncio
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from atdesk_core.cli.away_minutes import Asked, export_away
from atdesk_core.identity import load_directory
from atdesk_core.ledger import LedgerKind, Value, entry
from atdesk_core.ledger.away import away_stretches
from atdesk_core.store import GENESIS, LedgerEntry, Store, Unit, chained
from atdesk_sdk import ConfigError
from tests.core.identity.town import fill

K = LedgerKind
AT = 1_795_424_400.0  # 2026-11-23, 10:00 in Madrid


def row(kind: LedgerKind, at: float, ref: str = "ref1", **data: Value) -> LedgerEntry:
    return entry(kind, AT + at, "madrid", ref, data)


def an_away(ref: str = "ref1") -> list[LedgerEntry]:
    return [
        row(K.EPISODE, 0, ref, what="begun", finding="absent", since=AT - 20),
        row(K.CLAIM, 60, ref, what="made", expires_at=AT + 9000),
        row(K.FLAG, 300, ref, what="raised", number="K7Q2AB", rule="absence", since=AT - 20),
        row(K.CLAIM, 660, ref, what="restored"),
    ]


def test_begin_end_and_the_flag_that_came_of_it() -> None:
    (away,) = away_stretches(chained(an_away(), 0, GENESIS))
    assert (away.begins_at, away.ends_at, away.ended_by) == (AT + 60, AT + 660, "restored")
    assert (away.absent_since, away.flag, away.disputed, away.outcome) == (AT - 20, "K7Q2AB", False, "raised")


def test_a_flag_that_was_overturned_says_that_the_record_is_wrong() -> None:
    later = [
        row(K.FLAG, 700, what="disputed", number="K7Q2AB"),
        row(K.FLAG, 800, what="overturned", number="K7Q2AB"),
    ]
    (away,) = away_stretches(chained([*an_away(), *later], 0, GENESIS))
    assert (away.disputed, away.outcome, away.was_wrong) == (True, "overturned", True)


def test_what_was_dropped_says_why_and_what_stands_has_no_end() -> None:
    dropped = [*an_away()[:2], row(K.CLAIM, 90, what="dropped", why="changed_by_another")]
    standing = [row(K.CLAIM, 1000, what="made", expires_at=AT + 9000)]
    first, second = away_stretches(chained([*dropped, *standing], 0, GENESIS))
    assert (first.ends_at, first.ended_by, first.flag) == (AT + 90, "changed_by_another", "")
    assert (second.ends_at, second.ended_by) == (None, "")


def test_two_agents_are_not_mixed_up() -> None:
    mixed = [one for pair in zip(an_away("ref1"), an_away("ref2"), strict=True) for one in pair]
    found = away_stretches(chained(mixed, 0, GENESIS))
    assert [(one.agent_ref, one.ends_at) for one in found] == [("ref1", AT + 660), ("ref2", AT + 660)]


claims = st.lists(st.sampled_from(["made", "restored", "dropped", "undone"]), max_size=30)


@given(claims)
def test_whatever_the_log_says_no_two_stretches_of_one_agent_overlap(whats: list[str]) -> None:
    rows = [row(K.CLAIM, 10.0 * number, what=what) for number, what in enumerate(whats)]
    found = away_stretches(chained(rows, 0, GENESIS))
    ends = [one.ends_at for one in found]
    assert all(end is not None for end in ends[:-1])
    begins = [one.begins_at for one in found[1:]]
    assert all(end is not None and end <= begin for end, begin in zip(ends, begins, strict=False))


def test_the_list_is_csv_in_local_time(tmp_path: Path) -> None:
    database, out, said = tmp_path / "atdesk.db", tmp_path / "away.csv", io.StringIO()
    console = Console(file=said, width=300)

    async def write() -> None:
        async with await Store.open(database) as store:
            await fill(store)
            ref = (await load_directory(store)).people["ana"].agent_ref
            await store.commit(Unit(ledger=tuple(an_away(ref))))

    asyncio.run(write())
    asked = Asked("ana", "2026-11-23", "2026-11-23", out)
    assert export_away(database, asked, now=lambda: AT, console=console) == 0
    (line,) = csv.DictReader(out.read_text().splitlines())
    assert (line["agent_id"], line["begin"], line["minutes"], line["flag"], line["was_wrong"]) == (
        "ana",
        "2026-11-23T10:01:00+01:00",
        "10.0",
        "K7Q2AB",
        "no",
    )
    assert "1 Aways of ours" in said.getvalue()
    later = Asked(None, "2026-11-24", None, out)
    assert export_away(database, later, now=lambda: AT, console=console) == 0
    assert len(out.read_text().splitlines()) == 1
    with pytest.raises(ConfigError, match="--to 'soon' is no date"):
        export_away(database, Asked(None, None, "soon", out), now=lambda: AT, console=console)
