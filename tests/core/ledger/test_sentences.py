"""Every row reads as a sentence: no bare code, no underscore, in any kind."""

import pytest

from atdesk_core.ledger import LedgerKind
from atdesk_core.ledger.languages import say_in
from atdesk_core.ledger.sentences import Data, Teller, in_words, sentence
from atdesk_core.ledger.sentences_of_codes import CODES


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        (
            LedgerKind.ERASURE,
            {"what": "proved", "receipt": "ab12"},
            "it was proved that nothing of it can be opened, under the receipt ab12",
        ),
        (LedgerKind.DESK_CHECK, {"what": "done", "by": "ref1"}, "the desk check was held"),
        (
            LedgerKind.DESK_CHECK,
            {"what": "lapsed", "why": "not_answered"},
            "the desk check was dropped (nobody answered the list in time): nothing follows from it",
        ),
        (
            LedgerKind.DESK_CHECK,
            {"what": "answered", "item": "door_closed", "answer": "nothing_seen"},
            "the desk check: door closed: nothing was seen",
        ),
        (
            LedgerKind.LEFT,
            {"what": "back", "why": "declared"},
            "the agent has not left after all (a named person said so)",
        ),
        (
            LedgerKind.REVIEW,
            {"what": "overturn", "number": "AB12", "reason": "wrong"},
            "a reviewer overturned flag AB12 (wrong): it was wrong",
        ),
        (
            LedgerKind.STILL_PURGED,
            {"why": "hold_ended"},
            "a still was destroyed (the time for which it was held was over)",
        ),
        (
            LedgerKind.STILL_REFUSED,
            {"because": "crowd"},
            "no still was kept (too many people were in the picture)",
        ),
        (
            LedgerKind.PRECONDITION,
            {"what": "recorded", "which": "works_agreement"},
            "a precondition was put on record: the works agreement",
        ),
    ],
)
def test_a_row_is_told_in_words(kind: LedgerKind, data: Data, says: str) -> None:
    assert sentence(kind, data) == says


def test_codes_are_told_in_words_and_in_the_language_of_the_reader() -> None:
    assert [text for text in CODES.values() if "_" in text or not text.strip()] == []
    assert in_words("state_change") == "state change"
    spanish = Teller(say_in("es")).sentence(LedgerKind.STILL_PURGED, {"why": "consent_withdrawn"})
    assert spanish == "se destruyó una imagen fija (se retiró el consentimiento)"
