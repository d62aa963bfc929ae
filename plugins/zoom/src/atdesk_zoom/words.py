"""The words of cards, buttons and answers, by language: `words/*.json`."""

from __future__ import annotations

from typing import Final

from atdesk_sdk.phrases import LANGUAGES, Say, language_of, phrases

__all__ = ["LANGUAGES", "Say", "words_for", "words_in"]

_PACKAGE: Final = "atdesk_zoom"


def words_for(language: str, otherwise: str) -> Say:
    """The words for one person. See `atdesk_sdk.phrases.language_of`."""
    return words_in(language_of(language, otherwise))


def words_in(language: str) -> Say:
    """The words of one of `LANGUAGES`."""
    return phrases(_PACKAGE, language)
