"""Who answers for an agent now: the lead, and the cover while that lead is off shift, and only then."""

import pytest

from atdesk_core.identity import (
    Directory,
    DirectoryRows,
    Person,
    Site,
    Standing,
    asked_of,
    parse_plan,
    standing_of,
)

SITE = Site("home", "PE", "UTC")
PLAN = parse_plan("Mon-Fri 09:00-17:00", "UTC")


def person(agent_id: str) -> Person:
    return Person(agent_id, f"ref{agent_id}", agent_id.title(), "", "en", "support", "home")


def directory(
    *, shifts: tuple[str, ...] = ("lee",), gone: tuple[str, ...] = (), leads: tuple[str, ...] = ("lee",)
) -> Directory:
    return Directory(
        DirectoryRows(
            people=[person(one) for one in ("ann", "lee", "mia", "zoe", "tom")],
            sites=[SITE],
            leads=[("ann", lead) for lead in leads],
            covers=[("lee", "mia"), ("lee", "ann")],
            plans=dict.fromkeys(shifts, PLAN),
            leaving=dict.fromkeys(gone, 1.0),
            gone=gone,
        )
    )


def on(*people: str) -> "set[str]":
    return set(people)


@pytest.mark.parametrize(
    ("who", "there", "standing"),
    [
        ("lee", on("lee"), Standing.LEAD),
        ("lee", on(), Standing.LEAD),
        ("mia", on("lee"), None),
        ("mia", on(), Standing.COVER),
        ("zoe", on(), None),
        ("ann", on(), None),
    ],
)
def test_a_cover_answers_while_the_lead_is_off_shift_and_only_then(
    who: str, there: "set[str]", standing: Standing | None
) -> None:
    assert standing_of(directory(), who, "ann", there.__contains__) is standing


def test_of_a_lead_without_shifts_nobody_knows_that_they_are_off() -> None:
    here = directory(shifts=())
    assert standing_of(here, "mia", "ann", on().__contains__) is None
    assert asked_of(here, "ann", on().__contains__) == ("lee",)


def test_who_is_asked_is_the_lead_on_shift_else_the_cover_and_never_the_agent() -> None:
    assert asked_of(directory(), "ann", on("lee").__contains__) == ("lee",)
    assert asked_of(directory(), "ann", on().__contains__) == ("mia",)


def test_one_lead_off_shift_and_one_on_shift_ask_the_cover_and_the_other_lead() -> None:
    here = directory(shifts=("lee", "tom"), leads=("lee", "tom"))
    assert asked_of(here, "ann", on("tom").__contains__) == ("mia", "tom")


def test_where_nobody_is_left_to_ask_the_leads_are_named() -> None:
    here = directory(shifts=("tom",), leads=("tom",))
    assert asked_of(here, "ann", on().__contains__) == ("tom",)


def test_a_lead_who_has_left_is_off_shift_for_good_and_answers_nothing() -> None:
    here = directory(gone=("lee",))
    assert standing_of(here, "lee", "ann", on("lee").__contains__) is None
    assert standing_of(here, "mia", "ann", on("lee").__contains__) is Standing.COVER


def test_a_cover_who_has_left_is_nobodys() -> None:
    here = directory(gone=("mia",))
    assert standing_of(here, "mia", "ann", on().__contains__) is None
    assert asked_of(here, "ann", on().__contains__) == ("lee",)
