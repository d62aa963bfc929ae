"""The judges of cards take a good card and refuse bad ones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.teams.cards_judged import judge_card, rendered, renderer
from tests.teams.connector.cards import card

BAD: list[dict[str, Any]] = [
    {"type": "HeroCard", "version": "1.5"},
    card(body=[{"type": "TextBlock"}]),
    card(body=[{"type": "TextBlock", "text": 17}]),
    card(body=[{"type": "Hologram", "text": "x"}]),
    card(actions=[{"type": "Action.OpenUrl", "title": "Open"}]),
    card(actions=[{"type": "Action.Explode", "title": "Boom"}]),
    card(body="a text"),
]


def test_the_schema_takes_a_good_card() -> None:
    assert judge_card(card()) == []


@pytest.mark.parametrize("bad", BAD)
def test_the_schema_refuses_a_bad_one(bad: dict[str, Any]) -> None:
    assert judge_card(bad)


async def test_the_renderer_shows_a_good_card() -> None:
    shown = await rendered(card("Away from desk"))
    assert shown.problems == []
    assert {"Away from desk", "Since", "10:02:11"} <= set(shown.texts)
    assert shown.buttons == ["Acknowledge", "Open", "Dismiss"]
    assert shown.kinds["Acknowledge"] == "Action.Execute"
    assert shown.images == []


async def test_the_renderer_names_what_it_does_not_know() -> None:
    async with renderer() as judge:
        unknown = await judge.rendered(card(body=[{"type": "Hologram", "text": "x"}]))
        assert "UnknownElementType" in unknown.problems[0]
        exploding = await judge.rendered(card(actions=[{"type": "Action.Explode", "title": "Boom"}]))
        assert "UnknownActionType" in exploding.problems[0]
        assert exploding.buttons == []
        newer = await judge.rendered(card("Away from desk", version="1.6"))
        assert "UnsupportedCardVersion" in newer.problems[0]
        silent = card(body=[{"type": "Input.Text", "id": "note", "isRequired": True, "label": "Note"}])
        assert "RequiredInputsShouldHaveErrorMessage" in (await judge.rendered(silent)).problems[0]
        pictured = await judge.rendered(card(body=[{"type": "Image", "url": "https://desk.example/a.png"}]))
        assert pictured.images == ["https://desk.example/a.png"]
