"""Rows hold nothing that names a person, and nothing outside the vocabulary."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.ledger import WITHHELD, LedgerKind, entry
from atdesk_core.ledger.log import Value
from atdesk_core.session import RecordKind


def data_of(data: dict[str, Value], **options: object) -> dict[str, Value]:
    row = entry(LedgerKind.FINDING, 1.0, "madrid", "ref", data, **options)  # type: ignore[arg-type]
    loaded: dict[str, Value] = json.loads(row.data)
    return loaded


def test_codes_and_numbers_are_kept() -> None:
    data: dict[str, Value] = {"what": "absent", "since": 12.5, "reached": True, "why": None, "n": 3}
    assert data_of(data) == data


def test_a_text_that_is_no_code_is_withheld() -> None:
    assert data_of({"why": "Ana went for water"}) == {"why": WITHHELD}
    assert data_of({"why": "x" * 81}) == {"why": WITHHELD}


def test_an_account_becomes_a_random_id_or_its_platform() -> None:
    account = "genesys:acme:3f2c"
    assert data_of({"by": account}) == {"by": "genesys"}
    assert data_of({"by": account}, ref_of_account=lambda known: f"ref-{len(known)}") == {"by": "ref-17"}


def test_field_names_are_checked() -> None:
    with pytest.raises(ValueError, match="field 'Full Name'"):
        data_of({"Full Name": 1})
    with pytest.raises(ValueError, match="16 is the most"):
        data_of({f"n{number}": 1 for number in range(17)})


@given(st.text())
def test_no_free_text_ever_gets_through(text: str) -> None:
    kept = data_of({"why": text})["why"]
    assert isinstance(kept, str)
    assert kept == WITHHELD or (" " not in kept and kept.isascii() and len(kept) <= 80)


def test_the_vocabulary_covers_everything_that_a_session_records() -> None:
    assert {kind.value for kind in RecordKind} <= {kind.value for kind in LedgerKind}
