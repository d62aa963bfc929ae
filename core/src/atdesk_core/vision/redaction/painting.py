"""The picture with everybody but the agent destroyed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.redaction import mosaic, regions
from atdesk_core.vision.redaction.bystanders import People
from atdesk_core.vision.redaction.outcome import Redacted
from atdesk_core.vision.redaction.regions import Mask, Region, Size

LARGER: Final = 1.6
"""How much wider the margin round a stubborn face is."""


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A picture in the making.

    Attributes:
        original: As it was.
        pixels: As it is now.
        gone: Where it was destroyed.
    """

    original: Pixels
    pixels: Pixels
    gone: Mask

    @property
    def size(self) -> Size:
        return self.pixels.shape[1], self.pixels.shape[0]

    def destroy(self, place: Region, fill: Callable[[Pixels, Region], Pixels]) -> None:
        self.pixels[place.part] = fill(self.original, place)
        self.gone[place.part] = True

    def restore(self, kept: Mask) -> None:
        self.pixels[kept] = self.original[kept]
        self.gone[kept] = False


def painted(picture: Pixels, people: People, background: bool) -> Redacted:
    """Destroy the head of everybody but the agent.

    Args:
        picture: The original; it is not changed.
        people: Who is in it.
        background: Destroy everything but the agent's figure as well. Needs an agent.
    """
    canvas = _Canvas(picture, picture.copy(), np.zeros(picture.shape[:2], np.bool_))
    size = canvas.size
    if background and people.agent is not None:
        canvas.destroy(regions.whole(size), mosaic.levelled)
        canvas.restore(regions.figure(people.agent.face, people.agents_body, size))
    places = [regions.round_face(face, size) for face in people.others]
    places += [regions.head_of(body, size) for body in people.faceless]
    for place in places:
        canvas.destroy(place, mosaic.levelled)
    larger = [regions.round_face(face, size, LARGER) for face in people.stubborn]
    for place in larger:
        canvas.destroy(place, mosaic.plain)
    if people.agent is not None:
        canvas.restore(_agents_own(people, size))
    hidden = float(canvas.gone.mean())
    regions_gone = len(places) + len(larger)
    return Redacted(canvas.pixels, people.agent is not None, regions_gone, hidden, _round_agent(people, size))


def _round_agent(people: People, size: Size) -> Region | None:
    return None if people.agent is None else regions.round_agent(people.agent.face, size)


def _agents_own(people: People, size: Size) -> Mask:
    """The agent's face, but for where another face lies before it. Hair of others gives way to it."""
    own = np.zeros((size[1], size[0]), np.bool_)
    if people.agent is not None:
        own[regions.agents_own(people.agent.face, size).part] = True
    for face in people.others:
        if face.box.score >= regions.PLAUSIBLE:
            own[regions.core(face, size).part] = False
    return own
