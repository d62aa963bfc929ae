"""What adapters say on cards and in chats, by language: one JSON file each, with the same keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "es", "fr")

Say = Callable[..., str]
"""A sentence by its key, filled in."""


def language_of(person: str, otherwise: str) -> str:
    """One of `LANGUAGES`, for one person.

    Args:
        person: Theirs, such as "es-CO"; English where nobody wrote it, as what core tells them.
        otherwise: One of `LANGUAGES`, for somebody whose language is not known: theirs is empty.
    """
    own = (person or otherwise).replace("_", "-").partition("-")[0].lower()
    return own if own in LANGUAGES else LANGUAGES[0]


@cache
def phrases(package: str, language: str) -> Say:
    """What a package's `words/LANGUAGE.json` holds.

    Args:
        package: Name of the adapter's package.
        language: One of `LANGUAGES`.

    Raises:
        KeyError: On use, for a key that there is not: every file has every key.
    """
    text = (files(package) / "words" / f"{language}.json").read_text(encoding="utf-8")
    forms: dict[str, str] = json.loads(text)

    def say(key: str, **values: object) -> str:
        return forms[key].format(**values)

    return say
