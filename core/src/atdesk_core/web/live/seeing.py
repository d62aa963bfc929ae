"""Stands before the vision pool and shows what it measured: the picture and the boxes in it."""

from collections.abc import Callable
from typing import Any, Final

from atdesk_core.runtime.broker import Eyes
from atdesk_core.session import Wanted
from atdesk_core.web.live.feed import Feed
from atdesk_sdk import Box, Frame, MatchBand, Observation, PixelFormat

_OBSTACLES: Final = {
    "too_dark": "too dark to tell",
    "covered": "the lens is covered",
    "frozen": "the picture is frozen",
    "blurred": "too blurred to tell",
    "unreadable": "the picture cannot be read",
}
_BANDS: Final = {
    MatchBand.SAME: "the enrolled agent",
    MatchBand.UNSURE: "not sure who",
    MatchBand.OTHER: "not the enrolled agent",
}
_BODY: Final = 0.35


class Seeing:
    """Implements `Eyes`; what it shows is in the memory of `feed` only, and only until the next frame.

    Args:
        eyes: What measures.
        feed: Where it is shown.
        clock: Seconds, as the views count them.
    """

    def __init__(self, eyes: Eyes, feed: Feed, clock: Callable[[], float]) -> None:
        self._eyes = eyes
        self._feed = feed
        self._clock = clock
        self._last: dict[str, str] = {}

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """See `Eyes`."""
        seen = await self._eyes.observe(agent_id, frame, wanted)
        number = self._feed.show(bytes(frame.data)) if frame.pixel_format is PixelFormat.JPEG else 0
        boxes = self._boxes(agent_id, seen)
        self._feed.publish(
            "seen", picture=number, boxes=boxes, says=says(seen, boxes), at_s=round(self._clock(), 1)
        )
        return seen

    def _boxes(self, agent_id: str, seen: Observation) -> list[dict[str, Any]]:
        boxes = []
        for number, face in enumerate(seen.faces):
            label = self._who(agent_id, seen) if number == 0 else "another face"
            boxes.append(_box(face.box, "face" if number else self._kind(agent_id), label))
        bodies = [body for body in seen.people or () if body.score >= _BODY]
        return boxes + [_box(body, "body", "somebody, no face") for body in bodies]

    def _who(self, agent_id: str, seen: Observation) -> str:
        """A face is compared now and then, not in every frame: between, the outcome before stands."""
        if seen.match is not None:
            self._last[agent_id] = seen.match.band.value
            return f"{_BANDS[seen.match.band]}, distance {seen.match.distance:.2f}"
        band = self._last.get(agent_id)
        return f"{_BANDS[MatchBand(band)]}, as before" if band else "a face"

    def _kind(self, agent_id: str) -> str:
        return self._last.get(agent_id, "face")


def _box(box: Box, kind: str, label: str) -> dict[str, Any]:
    sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return {name: round(value, 4) for name, value in sides.items()} | {"kind": kind, "label": label}


def says(seen: Observation, boxes: list[dict[str, Any]]) -> str:
    """One frame in a few words: what was measured, no opinion."""
    if seen.obstacle is not None:
        return _OBSTACLES[seen.obstacle.value]
    if seen.moved:
        return "the view has moved"
    if boxes:
        return str(boxes[0]["label"])
    unsearched = any(skipped.step == "faces" for skipped in seen.skipped)
    return "nothing has moved" if unsearched else "no face, nobody"
