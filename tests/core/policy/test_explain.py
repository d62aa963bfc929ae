"""Which level decided, in plain words, in three languages."""

import pytest

from atdesk_core.policy import LevelKind, Precondition, Resolved, cap_of, parse_level, resolve
from atdesk_core.policy.explain import explain, on_record
from atdesk_core.policy.settings import SETTINGS

ORGANISATION = parse_level({"phone": {"enabled": True}}, LevelKind.ORGANISATION, "Acme")
SITE = parse_level(
    {
        "site": "home",
        "accountable": "A. Person",
        "stills": {"enabled": True, "life_days": 20},
        "pause": {"reason": "text"},
        "shadow_until": 1_798_761_600,
        "meetings": [{"id": "900", "purpose": "team room"}],
    },
    LevelKind.SITE,
    "home",
)
TEAM = parse_level({"looks": {"max_s": 4, "random_per_shift": 1}}, LevelKind.TEAM, "Sales")


def resolved(*places: str) -> Resolved:
    return resolve([*(cap_of(place) for place in places), ORGANISATION, SITE, TEAM])


def line(said: tuple[str, ...], start: str) -> str:
    return next(one.strip() for one in said if one.strip().startswith(start))


def test_every_setting_has_its_line_and_every_part_its_heading() -> None:
    said = explain(resolved("IE"))
    assert sum(one.startswith("  ") for one in said) == len(SETTINGS)
    assert said[0] == f"Policy {resolved('IE').policy.version}. A. Person answers for it."
    for title in {setting.title for setting in SETTINGS.values()}:
        assert any(one.strip().lower().startswith(title.lower()) for one in said), title


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "Life of a still: 7 days. Decided by the jurisdiction IE (EU). A picture is kept no "
            "longer than its "
            "review takes (GDPR Article 5(1)(e)). The site home asked for 20 days and did not get it.",
        ),
        (
            "es-CO",
            "Vida de una imagen fija: 7 días. Lo decidió: la jurisdicción IE (EU). Una imagen no se "
            "guarda más de "
            "lo que dura su revisión (RGPD, artículo 5.1.e). El centro home pidió «20 días» y no lo obtuvo.",
        ),
        (
            "fr",
            "Durée de vie d'une image fixe : 7 jours. Décidé par : la juridiction IE (EU). Une "
            "image n'est pas "
            "conservée plus longtemps que son examen (RGPD, article 5.1.e). Le site home a demandé "
            "« 20 jours » "
            "et ne l'a pas obtenu.",
        ),
    ],
)
def test_the_level_the_reason_and_the_refusal_are_told_in_the_language(language: str, expected: str) -> None:
    assert line(explain(resolved("IE"), language), expected[:10]) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("Length of one look", "Length of one look: 4 seconds. Decided by the team Sales."),
        ("Random looks", "Random looks in a shift: 0. Nobody set it: this is what holds by default. "
         "The team Sales asked for 1 and did not get it."),
        ("Meetings that", "Meetings that may be looked into: 900 (team room). Decided by the site home."),
        ("Shadow mode", "Shadow mode until: 2027-01-01 00:00 UTC. Decided by the site home."),
        ("Share of",
         "Share of overturned flags that sends a rule into shadow mode: 20%. Nobody set it: this is "
         "what holds by default."),
        ("Reason of a pause",
         "Reason of a pause: a category. Decided by the jurisdiction IE (EU). Why somebody "
         "pauses may tell of their health: nobody is made to type it (GDPR Article 9). The site "
         "home asked for a "
         "typed text and did not get it."),
    ],
)  # fmt: skip
def test_values_are_said_as_people_say_them(start: str, expected: str) -> None:
    assert line(explain(resolved("IE")), start) == expected


def test_what_a_jurisdiction_leaves_alone_it_does_not_claim_to_have_decided() -> None:
    said = explain(resolved("IE"))
    phone = said[said.index("A phone") + 1]
    assert phone == "  Switched on: yes. Decided by the organisation."


def test_the_sources_and_that_it_is_no_advice_stand_at_the_end() -> None:
    said = explain(resolved("IT", "DE"), "fr")
    assert "BetrVG" in said[-2]
    assert "Statuto dei Lavoratori" in said[-2]
    assert said[-1].startswith("Ceci n'est pas un conseil juridique.")


@pytest.mark.parametrize("language", ["es", "fr"])
def test_nothing_is_left_in_english(language: str) -> None:
    english, other = explain(resolved("DE"), "en"), explain(resolved("DE"), language)
    same = [one for one, two in zip(english, other, strict=True) if one and one == two]
    assert not [one for one in same if one != "Pause"]  # the French word is the English one


def test_an_unknown_language_is_told_in_english() -> None:
    assert explain(resolved("IE"), "tlh") == explain(resolved("IE"), "en")


def test_what_lapsed_and_what_was_never_there_are_told_apart() -> None:
    required = (Precondition.NOTICE_GIVEN, Precondition.LAWFUL_BASIS, Precondition.CO_SIGNATURE)
    met, lapsed = frozenset({Precondition.NOTICE_GIVEN}), frozenset({Precondition.LAWFUL_BASIS})
    assert on_record(required, met, lapsed) == (
        "On record: a notice to those concerned.",
        "Lapsed, so nothing is looked at: a lawful basis.",
        "Never on record, so nothing is looked at: the works council's signature.",
    )
    assert on_record((), met, lapsed) == ()
