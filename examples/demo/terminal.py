"""The story on a terminal, side by side: the picture with its boxes, state, messages, decisions."""

from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import cv2
import numpy as np
from rich.color import Color
from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.style import Style
from rich.table import Table
from rich.text import Text

from atdesk_core.web.live import Event, Feed
from examples.demo.setting import NOTE

_TONES: Final = {
    "found": "green",
    "unknown": "bright_black",
    "decided": "yellow",
    "told": "cyan",
    "written": "yellow",
    "flagged": "red",
    "scene": "bold",
}
_BOXES: Final = {"same": (196, 224, 143), "other": (128, 154, 255)}
_OTHER_BOX: Final = (138, 211, 242)
_PRESENCES: Final = {"Away": "yellow", "Available": "green", "On Queue": "green"}
_SHORT: Final = "[yellow]shortened times[/]"


@dataclass
class Board:
    """What the screen shows now: a fold over the events."""

    says: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    state: tuple[str, str, str] = ("unknown", "", "")
    seen: Mapping[str, Any] = field(default_factory=dict)
    looking: bool = False
    agent: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=6))
    lead: dict[str, tuple[float, str, str]] = field(default_factory=dict)
    lines: deque[tuple[float, str, str]] = field(default_factory=lambda: deque(maxlen=60))

    def take(self, topic: str, data: Mapping[str, Any]) -> None:
        """Take in one event."""
        match topic:
            case "begin":
                self.titles = data["titles"]
            case "scene":
                self.says = data["says"]
                self.lines.append((data["at_s"], "scene", data["says"]))
            case "state":
                self.state = data["label"], data["presence"], data["by"]
            case "seen":
                self.seen = data
            case "look":
                self.looking = data["open"]
            case "agent":
                self.agent.append((data["at_s"], data["text"]))
            case "lead":
                self.lead[data["text"]] = data["at_s"], data["text"], data["where"]
            case "card":
                fields = "\n".join(f"{key}: {value}" for key, value in data["fields"])
                self.lead[data["id"]] = data["at_s"], f"{data['head']}\n{fields}", data["where"]
            case "line":
                self.lines.append((data["at_s"], data["tone"], data["text"]))


async def show(console: Console, feed: Feed, url: str, events: AsyncIterator[Event]) -> None:
    """Draw until the events end; the last picture of the screen stays."""
    board = Board()
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        async for event in events:
            board.take(event.topic, event.data)
            live.update(draw(board, feed.picture, url, console.size.width, console.size.height), refresh=True)


def draw(board: Board, picture: bytes | None, url: str, width: int, height: int) -> RenderableType:
    """The whole screen."""
    layout = Layout()
    layout.split_column(Layout(name="head", size=4), Layout(name="body"))
    layout["head"].update(_head(board, url))
    eye = Layout(_eye(board, picture, max(24, width // 3 - 4), max(6, height - 14)), ratio=2)
    told, log = Layout(name="told", ratio=2), Layout(_log(board, height - 6), ratio=2)
    told.split_column(Layout(_agent(board)), Layout(_lead(board)))
    if width < 96:
        layout["body"].split_column(Layout(_state(board), size=3), told, log)
    else:
        left = Layout(name="left", ratio=2)
        left.split_column(eye, Layout(_state(board), size=3))
        layout["body"].split_row(left, told, log)
    return layout


def _head(board: Board, url: str) -> RenderableType:
    return Group(
        Text.assemble(("atdesk demo  ", "bold"), (board.says, "italic")),
        Text(f"the same as a page: {url}", style="dim"),
        Text.from_markup(f"{_SHORT} [dim]{NOTE}[/]", overflow="ellipsis"),
    )


def _eye(board: Board, picture: bytes | None, wide: int, high: int) -> Panel:
    says = str(board.seen.get("says", "nothing was looked at yet"))
    title = "What the engine sees" + (" (looking)" if board.looking else " (not looking)")
    body: list[RenderableType] = [Text(says)]
    if picture is not None and board.seen:
        body.insert(0, blocks(picture, board.seen["boxes"], wide, high))
    return Panel(Group(*body), title=title, title_align="left", border_style="dim")


def blocks(jpeg: bytes, boxes: list[Mapping[str, Any]], wide: int, high: int) -> Text:
    """A picture with its boxes, two pixels to a character.

    Args:
        jpeg: The picture.
        boxes: In fractions of it.
        wide: Most columns.
        high: Most rows.
    """
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        return Text("the picture cannot be decoded")
    rows = min(high, wide * image.shape[0] // image.shape[1] // 2)
    columns = 2 * rows * image.shape[1] // image.shape[0]
    small = cv2.resize(image, (columns, 2 * rows), interpolation=cv2.INTER_AREA)
    for box in boxes:
        left, top = int(box["x"] * columns), int(box["y"] * 2 * rows)
        right, bottom = int((box["x"] + box["width"]) * columns), int((box["y"] + box["height"]) * 2 * rows)
        cv2.rectangle(small, (left, top), (right, bottom), _BOXES.get(box["kind"], _OTHER_BOX), 1)
    text = Text(no_wrap=True)
    for upper, lower in zip(small[0::2], small[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            text.append("\u2580", Style(color=_colour(above), bgcolor=_colour(below)))
        text.append("\n")
    return text


def _colour(bgr: Any) -> Color:
    blue, green, red = (int(part) for part in bgr)
    return Color.from_rgb(red, green, blue)


def _state(board: Board) -> Panel:
    label, presence, by = board.state
    text = Text.assemble((label, f"bold {_PRESENCES.get(presence, 'white')}"), (f"  {by}", "dim"))
    return Panel(
        text, title=f"{board.titles.get('state', '')} state".lstrip(), title_align="left", border_style="dim"
    )


def _agent(board: Board) -> Panel:
    messages = [Text.assemble((f"{at_s:5.1f} s  ", "dim"), text) for at_s, text in reversed(board.agent)]
    title = f"What the agent is told  {_SHORT}"
    return Panel(
        Group(*messages or [Text("nothing yet", "dim")]), title=title, title_align="left", border_style="dim"
    )


def _lead(board: Board) -> Panel:
    messages = [
        Text.assemble((f"{at_s:5.1f} s  {where}\n", "dim"), text)
        for at_s, text, where in reversed(board.lead.values())
    ]
    title = f"What the lead sees  {_SHORT}"
    return Panel(
        Group(*messages or [Text("nothing yet", "dim")]), title=title, title_align="left", border_style="dim"
    )


def _log(board: Board, rows: int) -> Panel:
    table = Table.grid(padding=(0, 1))
    for at_s, tone, text in list(board.lines)[-max(4, rows * 3 // 5) :]:
        table.add_row(Text(f"{at_s:5.1f} s", "dim"), Text(text, _TONES.get(tone, "")))
    return Panel(table, title=f"Decisions  {_SHORT}", title_align="left", border_style="dim")
