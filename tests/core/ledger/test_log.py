"""Rows hold nothing that names a person, and nothing outside the vocabulary."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import atdesk_core
from atdesk_core.ledger import WITHHELD, LedgerKind, RowRefusedError, Value, entry
from atdesk_core.ledger.schema import FIELDS, KEYS, SPECIAL, shape_of
from atdesk_core.session import RecordKind

# Two names, an address, ids of two platforms, and a sentence: what people type into fields.
NAMES = (
    "Ana",
    "Ana Lead",
    "O'Brien",
    "Jo\u00e3o",
    "ana@example.com",
    "3f2c7e0a-11d2-4f0a-9b53-2f6a0c5d1e77",
    "genesys acme 3f2c",
    "went for water",
)
# Fields whose words come from outside, or hold ids: they keep what looks like one.
OPEN = {"by", "second_by", "account", "platform"} | {name for name in FIELDS if name.endswith("_id")}


def data_of(kind: LedgerKind, data: dict[str, Value], **options: object) -> dict[str, Value]:
    row = entry(kind, 1.0, "madrid", "ref", data, **options)  # type: ignore[arg-type]
    loaded: dict[str, Value] = json.loads(row.data)
    return loaded


def test_codes_and_numbers_are_kept() -> None:
    data: dict[str, Value] = {"what": "absent", "since": 12.5, "look_id": None, "seen": 3, "confidence": 1.0}
    assert data_of(LedgerKind.FINDING, data) == data


def test_every_kind_says_what_its_rows_may_hold() -> None:
    assert set(KEYS) == set(LedgerKind)
    assert set().union(*KEYS.values()) == set(FIELDS)
    assert all(set(special) <= KEYS[kind] for kind, special in SPECIAL.items())


@pytest.mark.parametrize("kind", LedgerKind)
def test_a_key_that_the_kind_does_not_have_is_refused(kind: LedgerKind) -> None:
    for name in ({*FIELDS} - KEYS[kind]) | {"name", "note", "text"}:
        with pytest.raises(RowRefusedError, match=f"a {kind.value} row has no field {name!r}"):
            data_of(kind, {name: 1})


@pytest.mark.parametrize("kind", LedgerKind)
def test_a_name_or_a_text_never_gets_into_a_row(kind: LedgerKind) -> None:
    for field in KEYS[kind] - OPEN:
        assert {kept_of(kind, field, name) for name in NAMES} <= {WITHHELD, None}, field


def kept_of(kind: LedgerKind, field: str, value: str) -> Value:
    """What the row would hold; None when it is refused."""
    try:
        return data_of(kind, {field: value})[field]
    except RowRefusedError as error:
        return value if value in str(error) else None


@pytest.mark.parametrize("field", sorted(OPEN))
@pytest.mark.parametrize("name", ["Ana Lead", "O'Brien", "Jo\u00e3o", "ana@example.com", "went for water"])
def test_an_id_is_no_text_and_no_address(field: str, name: str) -> None:
    kind = next(kind for kind in LedgerKind if field in KEYS[kind])
    with pytest.raises(RowRefusedError, match=f"^{field} of a"):
        data_of(kind, {field: name})


def test_a_reason_from_outside_that_is_none_of_the_known_ones_is_withheld() -> None:
    assert data_of(LedgerKind.LEAD_ACTION, {"reason": "agreed_break"}) == {"reason": "agreed_break"}
    assert data_of(LedgerKind.LEAD_ACTION, {"reason": "Ana went for water"}) == {"reason": WITHHELD}
    assert data_of(LedgerKind.LEAD_ACTION, {"number": "of nobody"}) == {"number": WITHHELD}


def test_an_account_becomes_a_random_id_or_its_platform() -> None:
    account = "genesys:acme:3f2c"
    assert data_of(LedgerKind.LEAD_ACTION, {"by": account}) == {"by": "genesys"}
    known = data_of(LedgerKind.LEAD_ACTION, {"by": account}, ref_of_account=lambda one: f"ref{len(one)}")
    assert known == {"by": "ref17"}


@pytest.mark.parametrize("ref", ["Ana Lead", "ana@example.com", "", "genesys:acme:3f2c"])
def test_a_row_is_about_a_random_id_or_about_nobody(ref: str) -> None:
    assert entry(LedgerKind.STORM, 1.0, "madrid", None).agent_ref is None
    with pytest.raises(RowRefusedError, match="not named by a random id"):
        entry(LedgerKind.STORM, 1.0, "madrid", ref)


@given(st.sampled_from(LedgerKind), st.data())
def test_no_free_text_ever_gets_through(kind: LedgerKind, draw: st.DataObject) -> None:
    field = draw.draw(st.sampled_from(sorted(KEYS[kind])))
    text = draw.draw(st.text(min_size=1))
    try:
        kept = data_of(kind, {field: text})[field]
    except RowRefusedError:
        return
    assert isinstance(kept, str)
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,260}", kept)


@given(st.sampled_from(sorted(FIELDS)), st.one_of(st.booleans(), st.floats(), st.integers()))
def test_a_value_of_another_type_is_refused(field: str, value: float) -> None:
    kind = next(kind for kind in LedgerKind if field in KEYS[kind])
    shape = shape_of(kind, field)
    assert shape is not None
    try:
        kept = shape(value)
    except ValueError:
        return
    assert kept == WITHHELD or (type(kept) is type(value) and kept == value)


def test_a_number_that_is_none_is_refused() -> None:
    for value in (float("nan"), float("inf"), True, "1"):
        with pytest.raises(RowRefusedError, match="since of a finding row is no finite number"):
            data_of(LedgerKind.FINDING, {"since": value})


def test_the_vocabulary_covers_everything_that_a_session_records() -> None:
    assert {kind.value for kind in RecordKind} <= {kind.value for kind in LedgerKind}


def test_rows_are_made_in_one_place_only() -> None:
    root = Path(atdesk_core.__file__).parent
    makers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if re.search(r"(?<!def )\bLedgerEntry\(", path.read_text(encoding="utf-8"))
    }
    assert makers == {"ledger/log.py", "store/benchmark.py"}
