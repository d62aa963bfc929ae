"""On what a flag rests, on its page: in the language of whoever reads it."""

from dataclasses import replace

import pytest

from atdesk_core.identity import Directory, DirectoryRows, Person
from atdesk_core.judging import Basis, BasisKind, write_evidence
from atdesk_core.store import GroundsRow
from atdesk_core.web.flag_page.gathering import Case
from atdesk_core.web.flag_page.showing import Viewer, page_of
from atdesk_core.web.flag_page.story import Story
from atdesk_core.web.flag_page.who_may import Seat
from atdesk_core.web.flag_page.wording import say_in
from tests.core.reviewing.people import FLAG

PHONE = write_evidence(Basis(BasisKind.PHONE, "cell phone", seen=4, weighed=5, score=0.31))


def shown(kept: str, language: str) -> str | None:
    """What stands beside "Why"; None where nothing does."""
    grounds = GroundsRow(FLAG.number, kept, tries=2)
    flag = replace(FLAG, rule="phone", finding="phone")
    case = Case(flag, grounds, (), None, False, Story((), None, 0, 0), None)
    viewer = Viewer(Person("lee", "ref1", "Lee Lead", "", language, "north", "home"), Seat.LEAD, (), "csrf")
    page = page_of(case, viewer, Directory(DirectoryRows()))
    return dict(page["facts"]).get(say_in(language)("why"))


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            "possible phone in the hand or at the ear, in 4 of 5 pictures (best score of the model: 0.31)",
        ),
        (
            "es-CO",
            "posible teléfono en la mano o al oído, en 4 de 5 imágenes (mejor puntuación del modelo: 0.31)",
        ),
        (
            "fr",
            "téléphone possible dans la main ou à l'oreille, dans 4 images sur 5 "
            "(meilleur score du modèle : 0.31)",
        ),
    ],
)
def test_it_is_in_the_readers_language(language: str, says: str) -> None:
    assert shown(PHONE, language) == says


def test_words_of_an_earlier_version_are_shown_as_they_stand() -> None:
    assert shown("cell phone in 4 of 5 pictures", "es") == "cell phone in 4 of 5 pictures"


def test_where_the_confidence_says_it_all_there_is_no_such_line() -> None:
    assert shown("", "fr") is None
