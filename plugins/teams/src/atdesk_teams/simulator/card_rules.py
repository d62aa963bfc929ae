"""Adaptive Cards as Teams takes them: version, elements, size; and where in a card a button stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
#: A bot's message, in bytes of UTF-16 without the base64 of pictures.
BOT_MESSAGE_BYTES = 100 * 1024
_NEWEST = (1, 5)
_EXECUTE_SINCE = (1, 4)
_REFRESHED_USERS = 60

_ELEMENTS = frozenset(
    {
        "ActionSet",
        "Column",
        "ColumnSet",
        "Container",
        "FactSet",
        "Image",
        "ImageSet",
        "Input.ChoiceSet",
        "Input.Date",
        "Input.Number",
        "Input.Text",
        "Input.Time",
        "Input.Toggle",
        "Media",
        "RichTextBlock",
        "Table",
        "TableCell",
        "TableRow",
        "TextBlock",
        "TextRun",
    }
)
_ACTIONS = frozenset(
    {"Action.Execute", "Action.OpenUrl", "Action.ShowCard", "Action.Submit", "Action.ToggleVisibility"}
)
_NEEDED = {"TextBlock": "text", "Image": "url", "FactSet": "facts", "Action.OpenUrl": "url"}
#: Where the parts of a card hang; `card` is the inner card of a button that shows one.
_PARTS = ("body", "items", "columns", "rows", "cells", "images", "inlines", "actions")
_PICTURE = re.compile(r"data:image/[a-z+.-]+;base64,[A-Za-z0-9+/=\s]*")


def utf16_bytes(activity: Mapping[str, Any]) -> int:
    """How large Teams takes an activity to be: its JSON in UTF-16, base64 pictures left out."""
    text = json.dumps(_without_pictures(activity), ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-16-le", "surrogatepass"))


def _without_pictures(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {key: _without_pictures(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_without_pictures(one) for one in part]
    return "" if isinstance(part, str) and _PICTURE.fullmatch(part) else part


def card_of(activity: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first Adaptive Card of an activity."""
    cards = (one.get("content") for one in activity.get("attachments") or [] if _is_card(one))
    return next((dict(card) for card in cards if isinstance(card, Mapping)), None)


def _is_card(attachment: Any) -> bool:
    return isinstance(attachment, Mapping) and attachment.get("contentType") == CARD_TYPE


def activity_problem(activity: Mapping[str, Any]) -> str:
    """What is wrong with the cards of an activity, in a sentence; empty when nothing is."""
    attachments = activity.get("attachments") or []
    if not isinstance(attachments, list):
        return "attachments must be a list"
    problems = (card_problem(one.get("content")) for one in attachments if _is_card(one))
    return next((problem for problem in problems if problem), "")


def card_problem(card: Any) -> str:
    """What keeps Teams from showing a card as it stands; empty when nothing does."""
    if not isinstance(card, Mapping) or card.get("type") != "AdaptiveCard":
        return "the content is no AdaptiveCard"
    version = _version(card.get("version"))
    if version is None or version > _NEWEST:
        return f"version {card.get('version')!r} is not supported; 1.5 is the newest"
    refreshed = (card.get("refresh") or {}).get("userIds") or []
    if len(refreshed) > _REFRESHED_USERS:
        return f"refresh names {len(refreshed)} users; {_REFRESHED_USERS} is the most"
    problems = (_part_problem(part, version) for part in _parts(card))
    return next((problem for problem in problems if problem), "")


def _version(value: Any) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d+)\.(\d+)", value) if isinstance(value, str) else None
    return (int(found[1]), int(found[2])) if found else None


def _part_problem(part: Any, version: tuple[int, int]) -> str:
    if isinstance(part, str):  # a text of a RichTextBlock
        return ""
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind not in _ELEMENTS and kind not in _ACTIONS:
        known = isinstance(part, Mapping) and "fallback" in part
        return "" if known else f"nothing of the type {kind!r} is known"
    needed = _NEEDED.get(str(kind))
    if needed is not None and needed not in part:
        return f"a {kind} needs {needed!r}"
    if kind == "Action.Execute" and version < _EXECUTE_SINCE:
        return "Action.Execute needs version 1.4"
    return ""


def _parts(part: Mapping[str, Any], inner: bool = True) -> Iterator[Any]:
    """Every element and action under `part`; an element without a type takes that of its place.

    Args:
        part: A card, or something in one.
        inner: Whether the cards that buttons show are searched too.
    """
    implied = {"columns": "Column", "rows": "TableRow", "cells": "TableCell", "images": "Image"}
    for key in _PARTS:
        # The columns of a table are widths, no elements.
        listed = part.get(key) if not (key == "columns" and part.get("type") == "Table") else None
        for one in listed if isinstance(listed, list) else []:
            typed = {"type": implied[key], **one} if isinstance(one, Mapping) and key in implied else one
            yield typed
            if isinstance(typed, Mapping):
                yield from _parts(typed, inner)
                if inner and isinstance(typed.get("card"), Mapping):
                    yield from _parts(typed["card"], inner)


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card, and what is sent with it.

    Attributes:
        action: The action's JSON.
        inputs: The input elements whose values go with it: those of its card and of the cards round it.
    """

    action: Mapping[str, Any]
    inputs: tuple[Mapping[str, Any], ...]

    def values(self, filled: Mapping[str, Any]) -> dict[str, Any]:
        """The values that go with a press: what was filled in, else what the card proposes.

        Raises:
            LookupError: An input that must be filled in is not.
        """
        if self.action.get("associatedInputs") == "none":
            return {}
        values: dict[str, Any] = {}
        for one in self.inputs:
            name, value = str(one.get("id")), filled.get(str(one.get("id")), one.get("value"))
            if value is None and one.get("isRequired"):
                raise LookupError(f"{name!r} must be filled in before the button does anything")
            values |= {} if value is None else {name: value}
        return values


def button(card: Mapping[str, Any], wanted: str) -> Button:
    """Find a button by its verb or its title, also in the cards that other buttons show.

    Raises:
        LookupError: There is none; the message names those there are.
    """
    found = {name: one for one in buttons(card) for name in _names(one.action)}
    if wanted not in found:
        raise LookupError(f"no button {wanted!r} on this card; there are {sorted(found)}")
    return found[wanted]


def _names(action: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(action[key]) for key in ("verb", "title") if action.get(key))


def buttons(card: Mapping[str, Any], outer: tuple[Mapping[str, Any], ...] = ()) -> Iterator[Button]:
    """The buttons of a card and of the cards they show.

    Args:
        card: The card.
        outer: The inputs of the cards round it.
    """
    parts = [part for part in _parts(card, inner=False) if isinstance(part, Mapping)]
    mine = outer + tuple(one for one in parts if str(one.get("type")).startswith("Input."))
    for part in parts:
        actions = [part] if part.get("type") in _ACTIONS else [part.get("selectAction")]
        for action in actions:
            if isinstance(action, Mapping):
                yield Button(action, mine)
                if isinstance(action.get("card"), Mapping):
                    yield from buttons(action["card"], mine)
