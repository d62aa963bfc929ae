"""The words of the pages for leads and reviewers, in the reader's language: JSON files of each room."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "es", "fr")

Say = Callable[[str], str]


def language_of(wanted: str) -> str:
    """The language that is used for somebody who wants `wanted`, such as "es-MX"."""
    own = wanted.partition("-")[0].lower()
    return own if own in LANGUAGES else LANGUAGES[0]


def say_in(language: str, room: str) -> Say:
    """Looks a sentence up by its key; a code that has none is said with spaces for underscores.

    Args:
        language: The reader's.
        room: Package whose folder `words` has the sentences.
    """
    words = words_of(language_of(language), room)

    def say(key: str) -> str:
        return words.get(key) or key.rpartition(".")[2].replace("_", " ")

    return say


@cache
def words_of(language: str, room: str) -> Mapping[str, str]:
    """Every sentence of one language in one room."""
    source = files(room).joinpath("words", f"{language}.json")
    found: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return found
