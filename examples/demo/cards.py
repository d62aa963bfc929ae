"""What stands on a card of Zoom's chatbot."""

from collections.abc import Mapping
from typing import Any


def fields_of(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of a card, in their order."""
    return [(item["key"], item["value"]) for item in _items(content)]


def buttons_of(content: Mapping[str, Any]) -> list[str]:
    """What its buttons say."""
    blocks = [block for block in content.get("body", []) if block.get("type") == "actions"]
    return [item.get("text", "") for block in blocks for item in block.get("items", [])]


def _items(content: Mapping[str, Any]) -> list[dict[str, str]]:
    sections = [inner for block in content.get("body", []) for inner in block.get("sections", [])]
    return [item for section in sections for item in section.get("items", [])]
