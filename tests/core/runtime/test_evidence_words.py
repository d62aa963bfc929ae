"""On what a finding rests, as people read it: in their language, short, and never more than is known."""

import pytest

from atdesk_core.judging import Basis, BasisKind
from atdesk_core.runtime.evidence_words import evidence_in_words

PHONE = Basis(BasisKind.PHONE, "cell phone", seen=4, weighed=6, score=0.31)
MEAL = Basis(BasisKind.FOOD_OR_DRINK, "cup", seen=3, weighed=5, score=0.5)
BOOK = Basis(BasisKind.BANNED_OBJECT, "book", seen=3, weighed=5, score=0.44)
ONE_MORE = Basis(BasisKind.COMPANY, count=1, seen=4, weighed=4)
TWO_MORE = Basis(BasisKind.COMPANY, count=2, seen=3, weighed=4)
SILENCE = Basis(BasisKind.SILENCE_AND_EMPTY_SEAT)


@pytest.mark.parametrize(
    ("basis", "says"),
    [
        (
            PHONE,
            "possible phone in the hand or at the ear, in 4 of 6 pictures (best score of the model: 0.31)",
        ),
        (MEAL, "possible food or drink (cup), in 3 of 5 pictures (best score of the model: 0.50)"),
        (BOOK, "possible book, in 3 of 5 pictures (best score of the model: 0.44)"),
        (ONE_MORE, "somebody beside the agent, in 4 of 4 pictures"),
        (TWO_MORE, "2 people beside the agent, in 3 of 4 pictures"),
        (SILENCE, "no keyboard or mouse, and nobody at the desk"),
        (Basis(BasisKind.SILENCE), "no keyboard or mouse"),
    ],
)
def test_in_english(basis: Basis, says: str) -> None:
    assert evidence_in_words(basis, "en") == says


@pytest.mark.parametrize(
    ("basis", "spanish", "french"),
    [
        (
            PHONE,
            "posible teléfono en la mano o al oído, en 4 de 6 imágenes (mejor puntuación del modelo: 0.31)",
            "téléphone possible dans la main ou à l'oreille, dans 4 images sur 6 "
            "(meilleur score du modèle : 0.31)",
        ),
        (
            BOOK,
            "posible objeto: libro, en 3 de 5 imágenes (mejor puntuación del modelo: 0.44)",
            "objet possible : livre, dans 3 images sur 5 (meilleur score du modèle : 0.44)",
        ),
        (
            TWO_MORE,
            "2 personas junto al agente, en 3 de 4 imágenes",
            "2 personnes à côté de l'agent, dans 3 images sur 4",
        ),
        (
            SILENCE,
            "ni teclado ni ratón, y nadie en el puesto",
            "ni clavier ni souris, et personne au poste",
        ),
    ],
)
def test_in_the_readers_language(basis: Basis, spanish: str, french: str) -> None:
    assert evidence_in_words(basis, "es-CO") == spanish
    assert evidence_in_words(basis, "fr_CA") == french


@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("kind", BasisKind)
def test_every_kind_has_words_without_a_gap(kind: BasisKind, language: str) -> None:
    words = evidence_in_words(Basis(kind, "cup", 2, 3, 5, 0.25), language)
    assert words
    assert "{" not in words


def test_what_an_earlier_version_kept_is_shown_as_it_stands() -> None:
    assert evidence_in_words("cell phone in 4 of 5 pictures", "es") == "cell phone in 4 of 5 pictures"
    assert evidence_in_words("", "fr") == ""


def test_a_thing_of_somebody_elses_model_is_named_as_it_names_it() -> None:
    assert "walkie-talkie" in evidence_in_words(Basis(BasisKind.BANNED_OBJECT, "walkie-talkie"), "es")


def test_a_language_that_nobody_wrote_is_english() -> None:
    assert evidence_in_words(SILENCE, "pt-BR") == evidence_in_words(SILENCE, "en")
