"""The words of cards and answers, by language: one JSON file each, with the same keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "es", "fr")

Say = Callable[..., str]
"""A sentence by its key, filled in."""


def words_for(language: str, otherwise: str) -> Say:
    """The words for one person.

    Args:
        language: Theirs, such as "es-CO"; English where nobody wrote it, as what core tells them.
        otherwise: One of `LANGUAGES`, for somebody whose language is not known: theirs is empty.
    """
    own = (language or otherwise).replace("_", "-").partition("-")[0].lower()
    return words_in(own if own in LANGUAGES else LANGUAGES[0])


@cache
def words_in(language: str) -> Say:
    """The words of one of `LANGUAGES`.

    Raises:
        KeyError: On use, for a key that there is not: every file has every key.
    """
    text = (files("atdesk_teams") / "words" / f"{language}.json").read_text(encoding="utf-8")
    forms: dict[str, str] = json.loads(text)

    def say(key: str, **values: object) -> str:
        return forms[key].format(**values)

    return say
