"""The log in Spanish and French: everything is translated, and what is shipped is what was translated."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from atdesk_core.agreements.in_force import Refused
from atdesk_core.cli import log
from atdesk_core.desk_checks.checks import Outcome
from atdesk_core.evidence.still import NoStill, PurgeReason, ViewReason
from atdesk_core.identity.leaving import Why
from atdesk_core.ledger import languages, page, sentences_of_looks
from atdesk_core.ledger import own as own_log
from atdesk_core.ledger import sentences as told
from atdesk_core.ledger.languages import LOCALE, language_of, say_in
from atdesk_core.ledger.page.page import _FACTS
from atdesk_core.ledger.sentences import FORMS, Teller
from atdesk_core.ledger.sentences_of_codes import CODES
from atdesk_core.policy import Because, Precondition
from atdesk_core.policy.catalogues import compile_mo, parse_po
from atdesk_core.runtime import own_reader
from atdesk_core.vision.redaction.outcome import Refusal
from atdesk_sdk import ConfirmReason, CouldNotTell, DismissReason, FindingKind, Presence, coco
from tests.core.ledger.desk_day import DAY, make_desk, the_day

LANGUAGES = ("es", "fr")
# What a row can name by a code, where the codes are ours.
CLOSED = (
    *(*CouldNotTell, *Because, *Presence, *DismissReason, *ConfirmReason, *FindingKind, *Precondition),
    *(*NoStill, *Refusal, *ViewReason, *PurgeReason, *Outcome, *Why, *Refused),
)


def said_in(text: str) -> Iterator[str]:
    """Every text that a piece of code or a template gives to `say`."""
    yield from (str(ast.literal_eval(quoted)) for quoted in re.findall(r'\bsay\(("(?:[^"\\]|\\.)*")\)', text))


def everything() -> set[str]:
    folder = Path(inspect.getfile(page)).parent
    files = [Path(inspect.getfile(module)) for module in (own_log, told, log, own_reader)]
    files += [folder / "page.py", *folder.glob("*.jinja")]
    texts = {text for file in files for text in said_in(file.read_text("utf-8"))}
    texts |= {form for forms in FORMS.values() for form in forms.values()}
    texts |= {*sentences_of_looks.FOUND.values(), *sentences_of_looks.REASONS.values()}
    texts |= {*CODES.values(), *coco.THINGS}
    texts |= {title for _, title in _FACTS}
    texts |= {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
    return texts | {Teller().word(code.value) for code in CLOSED}


def catalogue(language: str) -> dict[str, str]:
    return parse_po((LOCALE / language / "LC_MESSAGES" / "ledger.po").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated(language: str) -> None:
    known = catalogue(language)
    assert sorted(everything() - set(known)) == []
    assert [text for text, own_words in known.items() if not own_words.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_fields_of_its_form(language: str) -> None:
    for text, own_words in catalogue(language).items():
        assert sorted(re.findall(r"\{[^}]*\}", text)) == sorted(re.findall(r"\{[^}]*\}", own_words)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shipped_is_what_was_translated(language: str) -> None:
    compiled = (LOCALE / language / "LC_MESSAGES" / "ledger.mo").read_bytes()
    assert compiled == compile_mo(catalogue(language)), "python -m atdesk_core.ledger.languages"


def test_a_language_without_a_catalogue_is_english() -> None:
    assert [language_of(one) for one in ("es-MX", "fr", "de", "", "en-GB")] == ["es", "fr", "en", "en", "en"]
    assert say_in("de")("nobody was at the desk") == "nobody was at the desk"


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "es",
            "mirada por la vigilancia regular, 2 fotogramas: no se encontró nada nuevo, como antes",
        ),
        (
            "fr",
            "regard pour la veille régulière, 2 images : rien de nouveau n'a été trouvé, comme avant",
        ),
    ],
)
def test_the_agent_reads_it_in_their_language(tmp_path: Path, language: str, says: str) -> None:
    desk = make_desk(tmp_path, language=language)
    desk.write(*the_day())
    assert says in desk.run("log", "ana", "--from", DAY, "--to", DAY).said
    out = tmp_path / "log.html"
    desk.run("log", "ana", "--from", DAY, "--to", DAY, "--page", str(out))
    assert f'<html lang="{language}">' in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "thing", "says"),
    [
        ("es", "cell_phone", "(teléfono móvil en 3 de 5 imágenes)"),
        ("fr", "cell_phone", "(téléphone portable dans 3 images sur 5)"),
        ("es", "2_more_than_the_agent", "(2 además del agente en 3 de 5 imágenes)"),
        ("fr", "2_more_than_the_agent", "(2 de plus que l'agent dans 3 images sur 5)"),
    ],
)
def test_what_was_beside_the_agent_is_named_in_the_readers_language(
    language: str, thing: str, says: str
) -> None:
    told = Teller(say_in(language)).sentence(
        "finding", {"what": "phone", "thing": thing, "seen": 3, "weighed": 5}
    )
    assert says in told


def test_the_catalogues_compile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "ledger.po").write_bytes((LOCALE / "es" / "LC_MESSAGES" / "ledger.po").read_bytes())
    monkeypatch.setattr(languages, "LOCALE", tmp_path)
    languages.main()
    assert (folder / "ledger.mo").read_bytes() == (LOCALE / "es" / "LC_MESSAGES" / "ledger.mo").read_bytes()
