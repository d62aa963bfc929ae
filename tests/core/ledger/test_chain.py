"""Any single change to the log is found, and found where it is."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.ledger import FaultKind
from atdesk_core.store import LedgerRow, link
from tests.core.ledger.chains import chain, faults

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
