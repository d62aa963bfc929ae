"""What Teams takes for a card, how large it takes it to be, and which button is pressed with what."""

from __future__ import annotations

from typing import Any

import pytest

from atdesk_teams.simulator.card_rules import button, buttons, card_problem, utf16_bytes
from tests.teams.connector.cards import card


def test_our_kind_of_card_is_taken() -> None:
    assert card_problem(card()) == ""


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("no card", "no AdaptiveCard"),
        ({"type": "HeroCard"}, "no AdaptiveCard"),
        (card(version="1.6"), "1.5 is the newest"),
        (card(version="x"), "1.5 is the newest"),
        (card(body=[{"type": "Hologram"}]), "'Hologram'"),
        (card(body=[{"type": "Container", "items": [{"type": "Hologram"}]}]), "'Hologram'"),
        (card(body=[{"type": "TextBlock"}]), "'text'"),
        (card(actions=[{"type": "Action.Explode"}]), "'Action.Explode'"),
        (card(actions=[{"type": "Action.OpenUrl", "title": "Open"}]), "'url'"),
        (card(version="1.3"), "1.4"),
        (card(refresh={"userIds": ["29:x"] * 61}), "60"),
    ],
)
def test_what_teams_would_not_show_is_named(broken: Any, told: str) -> None:
    assert told in card_problem(broken)


def test_something_new_with_a_fallback_is_taken() -> None:
    assert card_problem(card(body=[{"type": "Hologram", "fallback": "drop"}])) == ""


def test_columns_rows_and_texts_need_no_type_of_their_own() -> None:
    body = [
        {"type": "ColumnSet", "columns": [{"items": [{"type": "TextBlock", "text": "a"}]}]},
        {
            "type": "Table",
            "columns": [{"width": 1}],
            "rows": [{"cells": [{"items": [{"type": "TextBlock", "text": "b"}]}]}],
        },
        {"type": "RichTextBlock", "inlines": ["plain", {"type": "TextRun", "text": "c"}]},
        {"type": "ImageSet", "images": [{"url": "https://desk.example/a.png"}]},
    ]
    assert card_problem(card(body=body)) == ""


def test_two_bytes_a_character_and_four_beyond_the_first_plane() -> None:
    empty = utf16_bytes({"text": ""})
    assert utf16_bytes({"text": "aé"}) - empty == 4
    assert utf16_bytes({"text": "\N{WAVING HAND SIGN}"}) - empty == 4
    assert utf16_bytes({"text": "data:image/png;base64,AAAA"}) == empty


class TestButtons:
    def test_a_button_is_found_by_its_verb_or_its_title(self) -> None:
        assert button(card(), "flag.ack").action is not None
        assert button(card(), "Acknowledge").action["verb"] == "flag.ack"
        assert button(card(), "Open").action["type"] == "Action.OpenUrl"
        with pytest.raises(LookupError, match="Dismiss it"):
            button(card(), "Delete")

    def test_a_button_of_an_inner_card_sends_that_cards_inputs(self) -> None:
        dismiss = button(card(), "flag.dismiss")
        assert dismiss.values({"reason": "break", "other": 1}) == {"reason": "break"}
        assert button(card(), "flag.ack").values({"reason": "break"}) == {}

    def test_an_input_that_is_required_keeps_the_button_from_doing_anything(self) -> None:
        with pytest.raises(LookupError, match="reason"):
            button(card(), "flag.dismiss").values({})

    def test_what_the_card_proposes_is_sent(self) -> None:
        body = [{"type": "Input.Text", "id": "note", "value": "as usual"}]
        assert button(card(body=body), "flag.ack").values({}) == {"note": "as usual"}
        assert button(card(body=body), "flag.dismiss").values({"reason": "break"}) == {
            "note": "as usual",
            "reason": "break",
        }
        alone = {"type": "Action.Execute", "verb": "v", "associatedInputs": "none"}
        assert button(card(body=body, actions=[alone]), "v").values({"note": "x"}) == {}

    def test_every_button_is_listed_once(self) -> None:
        titles = [one.action["title"] for one in buttons(card())]
        assert titles == ["Acknowledge", "Open", "Dismiss", "Dismiss it"]
