"""What was measured in one picture, as the agent's page draws and says it. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from atdesk_core.runtime.evidence_words import thing_in_words
from atdesk_core.runtime.own_words import LABELS, TEST, say_in
from atdesk_sdk import Box, MatchBand, Observation

BODY: Final = 0.35
"""Least score of a body that is shown."""
THING: Final = 0.3
"""Least score of a thing that is shown."""


def seen_in_words(seen: Observation, language: str) -> dict[str, Any]:
    """Boxes, quality, and what the checker would say to it, as JSON values."""
    quality = seen.quality
    return {
        "boxes": list(_boxes(seen, language)),
        "quality": {
            "brightness": round(quality.luma, 1),
            "contrast": round(quality.contrast, 1),
            "sharpness": round(quality.sharpness, 1),
        }
        if quality
        else {},
        "obstacle": seen.obstacle.value if seen.obstacle else None,
        "match": seen.match.band.value if seen.match else None,
        "would_say": " ".join(_said(seen, language)),
    }


def _said(seen: Observation, language: str) -> Iterator[str]:
    say = say_in(language)
    if seen.obstacle is not None:
        yield say(TEST[seen.obstacle.value])
        return
    yield say(TEST[_who(seen)])
    if len(seen.faces) > 1:
        yield say(TEST["more"])
    things = sorted({one.label for one in seen.objects or () if one.box.score >= THING})
    if things:
        yield say(TEST["things"]).format(
            things=", ".join(thing_in_words(thing, language) for thing in things)
        )


def _who(seen: Observation) -> str:
    if seen.match is not None:
        bands = {MatchBand.SAME: "same", MatchBand.UNSURE: "unsure", MatchBand.OTHER: "other"}
        return bands[seen.match.band]
    if seen.faces:
        return "somebody"
    return "body" if any(body.score >= BODY for body in seen.people or ()) else "nobody"


def _boxes(seen: Observation, language: str) -> Iterator[Mapping[str, Any]]:
    say = say_in(language)
    for face in seen.faces:
        yield _box("face", say(LABELS["face"]), face.box)
    for body in seen.people or ():
        if body.score >= BODY:
            yield _box("person", say(LABELS["person"]), body)
    for thing in seen.objects or ():
        if thing.box.score >= THING:
            yield _box("thing", thing_in_words(thing.label, language), thing.box)


def _box(kind: str, label: str, box: Box) -> Mapping[str, Any]:
    sides = {"x": box.x, "y": box.y, "w": box.width, "h": box.height, "score": box.score}
    return {"kind": kind, "label": label} | {name: round(value, 4) for name, value in sides.items()}
