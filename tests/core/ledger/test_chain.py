"""Any single change to the log is found, and found where it is."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.ledger import Anchor, FaultKind
from atdesk_core.store import GENESIS, LedgerBounds, LedgerRow, chained, link
from atdesk_core.store.chain import first_link
from tests.core.ledger.chains import chain, entries, faults

ROWS = 12
places = st.integers(0, ROWS - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
changes = st.one_of(
    st.tuples(st.sampled_from(["site", "kind", "data", "prev_hash", "hash"]), texts),
    st.tuples(st.just("agent_ref"), st.none() | texts),
    st.tuples(st.just("at"), st.floats(allow_nan=False, allow_infinity=False)),
)


def test_a_whole_chain_has_no_fault() -> None:
    assert faults(*chain(ROWS)) == []
    assert faults([], None) == []


@given(place=places, change=changes)
def test_any_change_of_any_field_is_found_at_its_row(place: int, change: tuple[str, Any]) -> None:
    rows, bounds = chain(ROWS)
    field, value = change
    altered = replace(rows[place], **{field: value})
    if altered == rows[place]:
        return
    found = faults([*rows[:place], altered, *rows[place + 1 :]], bounds)
    assert found[0].seq == place + 1


@given(place=places, value=texts)
def test_a_change_with_its_hash_made_anew_breaks_the_link_behind_it(place: int, value: str) -> None:
    rows, bounds = chain(ROWS)
    forged = replace(rows[place], data=value)
    forged = replace(forged, hash=link(forged.seq, forged, forged.prev_hash))
    found = faults([*rows[:place], forged, *rows[place + 1 :]], bounds)
    assert found[0].kind is FaultKind.BROKEN_LINK
    assert found[0].seq == min(place + 2, ROWS)


@given(first=places, count=st.integers(1, ROWS))
def test_missing_rows_are_named(first: int, count: int) -> None:
    rows, bounds = chain(ROWS)
    last = min(first + count, ROWS)
    found = faults(rows[:first] + rows[last:], bounds)
    assert (found[0].kind, found[0].seq) == (FaultKind.REMOVED, first + 1)
    named = f"row {last} is missing" if last == first + 1 else f"rows {first + 1} to {last} are missing"
    assert found[0].message == named


@given(one=places, other=places)
def test_rows_that_changed_places_are_found(one: int, other: int) -> None:
    rows, bounds = chain(ROWS)
    if one == other:
        return
    moved = list(rows)
    moved[one], moved[other] = _at(rows[other], one), _at(rows[one], other)
    assert {one + 1, other + 1} <= {fault.seq for fault in faults(moved, bounds)}


def test_a_row_put_on_without_the_writer_is_found() -> None:
    rows, bounds = chain(ROWS + 1)
    shorter = replace(bounds, last_seq=ROWS, last_hash=rows[-2].hash)
    (fault,) = faults(rows, shorter)
    assert (fault.kind, fault.seq) == (FaultKind.BROKEN_LINK, ROWS + 1)


def _at(row: LedgerRow, index: int) -> LedgerRow:
    return replace(row, seq=index + 1)


@given(place=places, count=st.integers(1, 3))
def test_rows_that_were_put_in_are_named_and_what_is_behind_them_is_not(place: int, count: int) -> None:
    rows, _ = chain(ROWS + 2)
    before = rows[place - 1] if place else None
    forged = chained(entries(count), place, before.hash if before else GENESIS)
    moved = [_at(row, row.seq - 1 + count) for row in rows[place:]]
    last = moved[-1]
    found = faults([*rows[:place], *forged, *moved], LedgerBounds(1, GENESIS, last.seq, last.hash))
    assert (found[0].kind, found[0].seq) == (FaultKind.INSERTED, place + 1 + count)
    first = f"row {place + 1} was" if count == 1 else f"rows {place + 1} to {place + count} were"
    assert found[0].message == f"{first} put in, and the rest renumbered"
    assert len(found) <= 2  # the end may not be where the writer left it


@given(place=places, count=st.integers(1, 3))
def test_rows_that_were_taken_out_with_the_rest_renumbered_are_found(place: int, count: int) -> None:
    rows, bounds = chain(ROWS + count + 2)
    moved = [_at(row, row.seq - 1 - count) for row in rows[place + count :]]
    found = faults([*rows[:place], *moved], replace(bounds, last_seq=bounds.last_seq - count))
    assert (found[0].kind, found[0].seq) == (FaultKind.REMOVED, place + 1)
    assert f"before row {place + 1} " in found[0].message
    assert len(found) <= 2


@given(place=places, kept=places)
def test_a_chain_that_was_written_anew_does_not_meet_an_anchor_from_behind_the_change(
    place: int, kept: int
) -> None:
    rows, _ = chain(ROWS)
    anchor = Anchor(kept + 1, rows[kept].hash, rows[kept].at, 99.0, "kept.json")
    changed = [*entries(ROWS)[:place], replace(entries(1)[0], site="x"), *entries(ROWS)[place + 1 :]]
    anew = chained(changed, 0, GENESIS)
    bounds = LedgerBounds(1, GENESIS, ROWS, anew[-1].hash)
    assert faults(anew, bounds) == []
    found = faults(anew, bounds, [anchor])
    assert [(fault.kind, fault.seq) for fault in found] == (
        [(FaultKind.REWRITTEN, kept + 1)] if kept >= place else []
    )


def test_an_anchor_of_a_row_that_is_gone_is_told() -> None:
    rows, _ = chain(ROWS)
    anchor = Anchor(ROWS, rows[-1].hash, rows[-1].at, 99.0, "kept.json")
    shorter = LedgerBounds(1, GENESIS, 5, rows[4].hash)
    (fault,) = faults(rows[:5], shorter, [anchor])
    assert (fault.kind, fault.seq, fault.at) == (FaultKind.REMOVED, ROWS, rows[-1].at)
    assert fault.message == "row 12, which the anchor kept.json names, is missing"


def test_a_fault_says_time_and_kind_of_its_row() -> None:
    rows, bounds = chain(ROWS)
    (fault,) = faults([*rows[:6], replace(rows[6], data="{}"), *rows[7:]], bounds)
    assert (fault.seq, fault.at, fault.row) == (7, rows[6].at, "finding")


def test_rows_of_the_first_version_are_verified_as_they_were_written() -> None:
    rows: list[LedgerRow] = []
    last = GENESIS
    for seq, one in enumerate(entries(5), 1):
        last_now = first_link(seq, one, last)
        rows.append(LedgerRow(seq, one.at, one.site, one.agent_ref, one.kind, one.data, last, last_now))
        last = last_now
    rows += chained(entries(5), 5, last)
    bounds = LedgerBounds(1, GENESIS, 10, rows[-1].hash)
    assert faults(rows, bounds) == []
    assert faults([replace(rows[0], data="{}"), *rows[1:]], bounds)[0].seq == 1
