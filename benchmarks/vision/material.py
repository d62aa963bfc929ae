"""The labelled photos that faces and scenes are measured on, and the groups that their labels allow."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.results import CannotMeasure

LEAST_PHOTOS = 3
_DARKER = re.compile(r"darker or brown:\s*([a-z_,\s]+)\.")


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photo of one known person.

    Attributes:
        name: Path inside the material.
        person: Who is in it.
    """

    name: str
    person: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two portraits, and whether they show the same person."""

    first: str
    second: str
    same: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A photo of a scene with its main label and its further tags."""

    name: str
    label: str
    tags: frozenset[str]


def portraits(data: Path) -> tuple[Portrait, ...]:
    """Every photo of the people of whom there are at least three, in the order of the list."""
    found = [Portrait(row["path"], row["identity"]) for row in rows(data, "face")]
    return tuple(one for one in found if sum(one.person == x.person for x in found) >= LEAST_PHOTOS)


def pairs(data: Path) -> tuple[Pair, ...]:
    """The ready pairs that come with the material."""
    return tuple(Pair(row["a"], row["b"], row["same"] == "1") for row in _table(data / "face_pairs.csv"))


MORE_PEOPLE: Final = "more_people"
"""A tag for photos that show more than one person, whatever their label."""
PHONE_TOO: Final = "phone_too"
_WITH_A_PHONE: Final = frozenset({"scenes/eating_981.jpg"})
"""Labelled as something else, and a phone is in the other hand: these are no photos without a phone."""


def scenes(data: Path) -> tuple[Scene, ...]:
    """Every scene photo."""
    return tuple(Scene(row["path"], row["label"], _tags(row)) for row in rows(data, "scene"))


def _tags(row: Mapping[str, str]) -> frozenset[str]:
    tags = frozenset(row["tags"].split())
    phone = {PHONE_TOO} if row["path"] in _WITH_A_PHONE else set()
    people = {MORE_PEOPLE} if int(row["persons"] or 0) > 1 else set()
    return tags | phone | people


def groups(data: Path) -> dict[str, frozenset[str]]:
    """Group to the people in it, for every label that the material has of a person and no other.

    Skin tones are those that its README lists by name. A tag of a portrait makes a group of its own.
    """
    people = frozenset(one.person for one in portraits(data))
    by_label: dict[str, set[str]] = {}
    for row in rows(data, "face"):
        source = "LFW" if row["licence"].startswith("LFW") else "other press photos"
        labels = [f"source: {source}", *(f"tag: {tag}" for tag in row["tags"].split())]
        for label in labels:
            by_label.setdefault(label, set()).add(row["identity"])
    labelled = {label: frozenset(members) & people for label, members in sorted(by_label.items())}
    return {**_skin_tones((data / "README.md").read_text(encoding="utf-8"), people), **labelled}


def _skin_tones(readme: str, people: frozenset[str]) -> dict[str, frozenset[str]]:
    listed = _DARKER.search(readme)
    if listed is None:
        return {}
    darker = frozenset(name.strip() for name in listed.group(1).split(",")) & people
    return {
        "skin tone: darker or brown": darker,
        "skin tone: not on that list (mostly light)": people - darker,
    }


def rows(data: Path, kind: str) -> list[dict[str, str]]:
    """The rows of one kind of the material's own list."""
    return [row for row in _table(data / "manifest.csv") if row["kind"] == kind]


def _table(path: Path) -> Sequence[dict[str, str]]:
    if not path.is_file():
        raise CannotMeasure(f"{path} is missing: give the folder of test material with --data")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by_person(photos: Sequence[Portrait]) -> Mapping[str, tuple[Portrait, ...]]:
    """The photos of each person, in their order."""
    people = dict.fromkeys(one.person for one in photos)
    return {person: tuple(one for one in photos if one.person == person) for person in people}
