"""The words of the page of a flag: see `atdesk_core.web.wording`."""

from collections.abc import Mapping
from typing import Final

from atdesk_core.web import wording
from atdesk_core.web.wording import LANGUAGES, Say, language_of

__all__ = ["LANGUAGES", "ROOM", "Say", "language_of", "say_in", "words_of"]

ROOM: Final = "atdesk_core.web.flag_page"


def say_in(language: str) -> Say:
    """Looks a sentence of this page up by its key."""
    return wording.say_in(language, ROOM)


def words_of(language: str) -> Mapping[str, str]:
    """Every sentence of one language."""
    return wording.words_of(language, ROOM)
