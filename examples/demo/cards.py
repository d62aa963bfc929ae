"""What stands on a card of Zoom's chatbot."""

from collections.abc import Mapping
from typing import Any


def fields_of(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of a card, in their order."""
    return [(item["key"], item["value"]) for item in _items(content)]


def buttons_of(content: Mapping[str, Any]) -> list[str]:
    """What its buttons say."""
    return [one["text"] for one in presses_of(content)]


def presses_of(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """The same with the value that a press sends."""
    blocks = [block for block in content.get("body", []) if block.get("type") == "actions"]
    items = [item for block in blocks for item in block.get("items", [])]
    return [{"text": item.get("text", ""), "value": item.get("value", "")} for item in items]


def link_of(content: Mapping[str, Any]) -> str:
    """Where the flag's page is; empty where the card has no link."""
    links = (block.get("link", "") for block in content.get("body", []))
    return next((link for link in links if link), "")


def _items(content: Mapping[str, Any]) -> list[dict[str, str]]:
    sections = [inner for block in content.get("body", []) for inner in block.get("sections", [])]
    return [item for section in sections for item in section.get("items", [])]
