"""What is answered to a pressed button: HTTP 200, and in it a card, a sentence, or an error. Pure."""

from __future__ import annotations

from typing import Any, Final

from microsoft_teams.api.models.adaptive_card.adaptive_card_action_response import (
    AdaptiveCardActionCardResponse,
    AdaptiveCardActionMessageResponse,
)
from microsoft_teams.cards.core import AdaptiveCard

from atdesk_teams.cards import Card

Answer = dict[str, Any]

_BAD_REQUEST: Final = 400
_ERROR: Final = "application/vnd.microsoft.error"


def with_card(card: Card) -> Answer:
    """This card is in place of the one that was pressed, for whoever pressed."""
    return _dumped(AdaptiveCardActionCardResponse(value=AdaptiveCard.model_validate(card)))


def with_text(text: str) -> Answer:
    """The card stays, and this is said beside it."""
    return _dumped(AdaptiveCardActionMessageResponse(value=text))


def with_error(code: str, text: str) -> Answer:
    """The press is nothing that a card of ours sends."""
    # By hand: the library's model wants a nested error that Microsoft's own answers leave out.
    return {"statusCode": _BAD_REQUEST, "type": _ERROR, "value": {"code": code, "message": text}}


def _dumped(answer: AdaptiveCardActionCardResponse | AdaptiveCardActionMessageResponse) -> Answer:
    dumped: Answer = answer.model_dump(by_alias=True, exclude_none=True, mode="json")
    return dumped
