"""On what a finding rests goes through a column of text as it is; words of an earlier version stay words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atdesk_core.judging import Basis, BasisKind, Evidence, read_evidence, write_evidence

SCORES = st.floats(0, 1).map(lambda score: round(score, 2))
BASES = st.builds(
    Basis,
    kind=st.sampled_from(BasisKind),
    thing=st.text(max_size=20),
    count=st.integers(0, 99),
    seen=st.integers(0, 20),
    weighed=st.integers(0, 20),
    score=SCORES,
)


@given(BASES)
def test_what_was_written_is_read_again(basis: Basis) -> None:
    assert read_evidence(write_evidence(basis)) == basis


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "no keyboard or mouse, and nobody at the desk",
        "cell phone in 4 of 5 pictures, best score 0.31",
        "{",
        "[1]",
        '{"kind": "something of a later version", "seen": 4}',
    ],
)
def test_what_is_none_of_ours_stays_as_it_is(kept: str) -> None:
    evidence: Evidence = read_evidence(kept)
    assert evidence == kept
    assert write_evidence(evidence) == kept
