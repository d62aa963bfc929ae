"""Phones, food and drink, empty rooms, people seen badly: recordings that go from photo to photo."""

import json
from collections.abc import Sequence
from pathlib import Path

from atdesk_core.policy import SitePolicy
from benchmarks import footage
from benchmarks.figures import Figure
from benchmarks.vision import material
from benchmarks.vision.after import SEEN_BADLY
from benchmarks.vision.called import (
    Seen,
    but,
    found,
    labelled,
    precision,
    seen,
    tagged,
    without,
    wrongly,
)
from benchmarks.vision.plays import Job, Played

SEEDS = 20
"""Scenarios: at least 20 events of each label, 140 stills of a phone."""
PHONE = ("phone_in_hand", "phone_at_ear")
EATING = ("eating", "drinking")
NOBODY = ("empty_room", "dark")
COMPANY = ("second_person_near", "several_people", "background_person")
NO_ROOM = ("spoof_print", "spoof_screen")
"""Photos of photos: who is counted in them says nothing of a room."""


def jobs(data: Path, policy: SitePolicy, count: int | None = None) -> list[Job]:
    """The recordings of seeds 1 to 20, or the first `count` of them."""
    paths = footage.timelines(data, "activity", min(count or SEEDS, SEEDS))
    told = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return [
        Job(path.stem, path.parent / one["video"], one["events"], policy=policy)
        for path, one in zip(paths, told, strict=True)
    ]


def events(data: Path, played: Sequence[Played]) -> list[Seen]:
    """What was said of each photo in them."""
    tags = {scene.name: scene.tags for scene in material.scenes(data)}
    return [
        seen(one.name, one.said, event, tags.get(event["photo"], frozenset()))
        for one in played
        for event in one.events
    ]


def figures(shown: Sequence[Seen]) -> list[Figure]:
    """The figures of these recordings."""
    where = "activity"
    return [
        *things(shown, where),
        found(f"empty room found absent, {where}", shown, labelled("empty_room"), "absent", at_least=0.8),
        *badly(shown, where),
        *alone(shown, where),
    ]


def badly(shown: Sequence[Seen], where: str) -> list[Figure]:
    """How often somebody seen badly was called absent, each label with its own n."""
    return [wrongly(f"{one}, called absent, {where}", shown, labelled(one), "absent") for one in SEEN_BADLY]


def alone(shown: Sequence[Seen], where: str) -> list[Figure]:
    """How often one person alone was called company; a second row counts by label, whoever else is there."""
    labels = but(*COMPANY, *NOBODY, *NO_ROOM)
    one = without(material.MORE_PEOPLE, labels)
    return [
        wrongly(f"one person shown, called extra_person, {where}", shown, one, "extra_person"),
        wrongly("... all photos with the label of one person", shown, labels, "extra_person"),
    ]


def things(events: Sequence[Seen], where: str) -> list[Figure]:
    """What both kinds of material tell of phones, food and things."""
    meal = labelled(*EATING)
    free = without(material.PHONE_TOO, but(*PHONE, *NOBODY))
    return [
        found(f"phone in hand or at ear found, {where}", events, labelled(*PHONE), "phone", at_least=0.65),
        *(found(f"... {label}", events, labelled(label), "phone") for label in PHONE),
        wrongly(f"somebody without a phone called phone, {where}", events, free, "phone", at_most=0.03),
        wrongly(
            "... empty and dark rooms counted too",
            events,
            without(material.PHONE_TOO, but(*PHONE)),
            "phone",
        ),
        found(f"eating or drinking found, {where}", events, meal, "food_or_drink", at_least=0.4),
        precision("... precision", events, meal, "food_or_drink", at_least=0.9),
        found(
            f"laptop found as banned object, {where}",
            events,
            tagged("laptop"),
            "banned_object",
        ),
    ]
