"""The story as lines, for a machine without a screen; and `demo.json` for whoever checks it."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from atdesk_core.web.live import Event
from examples.demo.acts import Acts
from examples.demo.received import Received
from examples.demo.story import SCENES


async def print_events(console: Console, events: AsyncIterator[Event]) -> None:
    """One line for each event, until there are no more."""
    async for event in events:
        line = line_of(event.topic, event.data)
        if line:
            console.print(line, soft_wrap=True, highlight=False)


def line_of(topic: str, data: Mapping[str, Any]) -> str:
    """An event as one line; nothing for those that only a screen needs."""
    tell = _TELLERS.get(topic)
    return tell(data) if tell else ""


def _state(data: Mapping[str, Any]) -> str:
    return _line(data, data["where"], f"{data['label']}, {data['by']}")


def _card(data: Mapping[str, Any]) -> str:
    fields = ", ".join(f"{key} {value}" for key, value in data["fields"])
    what = "card changes" if data["changed_s"] else "leads' card"
    return _line(data, what, f"{data['head']} ({fields})")


_TELLERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "begin": lambda data: f"[dim]{escape(data['note'])}[/]",
    "scene": lambda data: f"\n{_clock(data)} [bold]{escape(data['says'])}[/]",
    "state": _state,
    "agent": lambda data: _line(data, "agent reads", data["text"]),
    "lead": lambda data: _line(data, "leads read", data["text"]),
    "card": _card,
    "line": lambda data: _line(data, "engine", data["text"]),
}


def _line(data: Mapping[str, Any], who: str, text: str) -> str:
    return f"{_clock(data)} {who:>12}  {escape(text)}"


def _clock(data: Mapping[str, Any]) -> str:
    return f"{data.get('changed_s') or data['at_s']:5.1f} s"


def write_result(path: Path, rows: tuple[Received, ...], acts: Acts) -> None:
    """Write `demo.json`: what the simulators received, when the scenes began, what happened beside them."""
    scenes = [{"at_s": scene.starts_s, "name": scene.name} for scene in SCENES]
    result = {"received": [row.as_json() for row in rows], "scenes": scenes, "acts": acts.as_json()}
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
