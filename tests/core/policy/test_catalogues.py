"""The catalogues are whole, and what is shipped compiled is what stands in the source."""

import gettext
import re
from importlib.resources import files
from pathlib import Path

import pytest

from atdesk_core.policy import wording
from atdesk_core.policy.catalogues import compile_mo, parse_po

OTHERS = [language for language in wording.LANGUAGES if language != "en"]
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


def catalogue(language: str, ending: str) -> bytes:
    folder = files("atdesk_core.policy") / "locale" / language / "LC_MESSAGES"
    return (folder / f"{wording.DOMAIN}.{ending}").read_bytes()


def entries(language: str) -> dict[str, str]:
    return parse_po(catalogue(language, "po").decode())


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_stands_in_the_source(language: str) -> None:
    assert catalogue(language, "mo") == compile_mo(entries(language)), (
        "run python -m atdesk_core.policy.catalogues"
    )


@pytest.mark.parametrize("language", OTHERS)
def test_everything_is_translated_and_nothing_else(language: str) -> None:
    translated = {one.partition("\0")[0] for one in entries(language)} - {""}
    assert translated == wording.messages()
    assert not [one for one, said in entries(language).items() if not said.strip()]


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_filled_in_is_filled_in_there_too(language: str) -> None:
    for one, said in entries(language).items():
        wanted = sorted(re.findall(r"\{\w+\}", one))
        assert sorted(re.findall(r"\{\w+\}", said)) == wanted, one


def test_gettext_reads_what_was_compiled(tmp_path: Path) -> None:
    text = (
        HEAD + '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n# said\nmsgid "no \\"one\\""\nmsgstr ""\n'
    )
    text += '"nadie"\n\nmsgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} día"\nmsgstr[1] "{n} días"\n'
    path = tmp_path / "said.mo"
    path.write_bytes(compile_mo(parse_po(text)))
    with path.open("rb") as file:
        into = gettext.GNUTranslations(file)
    assert into.gettext('no "one"') == "nadie"
    assert into.ngettext("{n} day", "{n} days", 1) == "{n} día"
    assert into.ngettext("{n} day", "{n} days", 3) == "{n} días"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('msgid "a"\nmsgstr "b"\n', "has no header"),
        (HEAD + '\nmsgid "a"\n', "no entry of a catalogue"),
        (HEAD + '\nmsgid "a"\nmsgctxt "x"\nmsgstr "b"\n', "no entry of a catalogue"),
    ],
)
def test_a_broken_source_is_refused(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parse_po(text)
