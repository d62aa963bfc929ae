"""Cards and activities the tests send."""

from typing import Any

CARD_TYPE = "application/vnd.microsoft.card.adaptive"


def card(title: str = "Away from desk", version: str = "1.5", **more: Any) -> dict[str, Any]:
    """A card with a button of each kind that the bot may get something from."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": version,
        "refresh": {"action": {"type": "Action.Execute", "verb": "flag.refresh", "data": {"flag": "F-17"}}},
        "body": [
            {"type": "TextBlock", "text": title, "weight": "Bolder", "wrap": True},
            {"type": "FactSet", "facts": [{"title": "Since", "value": "10:02:11"}]},
        ],
        "actions": [
            {
                "type": "Action.Execute",
                "title": "Acknowledge",
                "verb": "flag.ack",
                "data": {"flag": "F-17"},
                "fallback": {
                    "type": "Action.Submit",
                    "title": "Acknowledge",
                    "data": {"verb": "flag.ack", "flag": "F-17"},
                },
            },
            {"type": "Action.OpenUrl", "title": "Open", "url": "https://desk.example/flags/F-17"},
            {
                "type": "Action.ShowCard",
                "title": "Dismiss",
                "card": {
                    "type": "AdaptiveCard",
                    "body": [
                        {
                            "type": "Input.ChoiceSet",
                            "id": "reason",
                            "isRequired": True,
                            "label": "Why?",
                            "errorMessage": "Say why.",
                            "choices": [{"title": "At the printer", "value": "break"}],
                        }
                    ],
                    "actions": [
                        {
                            "type": "Action.Execute",
                            "title": "Dismiss it",
                            "verb": "flag.dismiss",
                            "data": {"flag": "F-17"},
                        }
                    ],
                },
            },
        ],
    } | more


def message(content: dict[str, Any] | None = None) -> dict[str, Any]:
    """An activity with a card."""
    attachment = {"contentType": CARD_TYPE, "content": content or card()}
    return {"type": "message", "attachments": [attachment]}
