"""What stands on an Adaptive Card."""

from collections.abc import Iterator, Mapping
from typing import Any


def head_of(card: Mapping[str, Any]) -> str:
    """Its first line."""
    texts = (block.get("text", "") for block in card.get("body", []) if block.get("type") == "TextBlock")
    return next(texts, "")


def text_of(card: Mapping[str, Any]) -> str:
    """Every line of text."""
    blocks = (block for block in card.get("body", []) if block.get("type") == "TextBlock")
    return " ".join(block.get("text", "") for block in blocks)


def facts_of(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts of a card, in their order."""
    sets = (block for block in card.get("body", []) if block.get("type") == "FactSet")
    return [(fact["title"], fact["value"]) for one in sets for fact in one.get("facts", [])]


def link_of(card: Mapping[str, Any]) -> str:
    """Where the flag's page is; empty where the card has no link."""
    links = (action["url"] for action in card.get("actions", []) if action["type"] == "Action.OpenUrl")
    return next(links, "")


def presses_of(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each button with what a press needs: its verb, and what has to be chosen with it, if anything."""
    return list(_presses(card, ""))


def _presses(card: Mapping[str, Any], before: str) -> Iterator[dict[str, str]]:
    for action in card.get("actions", []):
        if action["type"] == "Action.ShowCard":
            yield from _presses(action["card"], action["title"])
        elif action["type"] == "Action.Execute":
            yield from _choices(card, action, before)


def _choices(card: Mapping[str, Any], action: Mapping[str, Any], before: str) -> Iterator[dict[str, str]]:
    """A button beside a choice is one button for each thing that can be chosen."""
    inputs = [block for block in card.get("body", []) if block.get("type") == "Input.ChoiceSet"]
    if not inputs:
        yield {"text": action["title"], "value": action["verb"]}
    for choice in inputs[0]["choices"] if inputs else []:
        value = f"{action['verb']} {inputs[0]['id']} {choice['value']}"
        yield {"text": f"{before or action['title']}: {choice['title']}", "value": value}
