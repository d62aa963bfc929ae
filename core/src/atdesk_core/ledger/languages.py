"""The log in the reader's language: gettext catalogues beside this module; English where there is none.

`python -m atdesk_core.ledger.languages` compiles them after a change; a new language is a folder.
"""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

from atdesk_core.policy.catalogues import compile_mo, parse_po

LOCALE = Path(__file__).parent / "locale"
ENGLISH = "en"


def language_of(wanted: str) -> str:
    """The language that is used for somebody who asks for `wanted`, such as "es-MX"."""
    own = wanted.partition("-")[0].lower()
    return own if (LOCALE / own / "LC_MESSAGES" / "ledger.mo").is_file() else ENGLISH


@cache
def say_in(language: str) -> Callable[[str], str]:
    """A function that translates the forms and words of this room; what it does not know stays as it is."""
    found = gettext.translation("ledger", LOCALE, languages=[language_of(language)], fallback=True)
    return found.gettext


def main() -> None:
    """Compile every catalogue that stands beside this module."""
    for source in sorted(LOCALE.rglob("*.po")):
        source.with_suffix(".mo").write_bytes(compile_mo(parse_po(source.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
