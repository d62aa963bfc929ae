"""What a comparison of one picture with one template came to, and the counts of many. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from atdesk_sdk import Observation

NOT_FOUND = "no face"


class Shown(StrEnum):
    """Who was before the camera, against who is enrolled."""

    AGENT = "agent"
    STRANGER = "stranger"


class Came(StrEnum):
    """What came of it. The first three are the encoder's bands; only they are comparisons."""

    SAME = "same"
    UNSURE = "unsure"
    OTHER = "other"
    ABSTAINED = "abstained"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture before one template.

    Attributes:
        shown: Whether it shows the enrolled person.
        enrolled: Whose template.
        person: Who is in the picture.
        came: What came of it.
        why: Why nothing was compared; empty when it was.
    """

    shown: Shown
    enrolled: str
    person: str
    came: Came
    why: str = ""


def of_observation(seen: Observation) -> tuple[Came, str]:
    """What the product measured in one picture, as an outcome and the reason for none."""
    if seen.match is not None:
        return Came(seen.match.band.value), ""
    whys = {skipped.step: skipped.why for skipped in seen.skipped}
    if seen.obstacle is not None:
        return Came.ABSTAINED, whys.get("decode", seen.obstacle.value)
    why = whys.get("match", "not compared")
    return (Came.NOT_FOUND if why == NOT_FOUND else Came.ABSTAINED), why


@dataclass(slots=True)
class Tally:
    """Counts of the outcomes of one kind.

    Attributes:
        came: How many of each.
        why: Reasons of those that were not compared.
        people: Who was before the camera or enrolled.
        wrong_people: In whose pictures or templates the wrong band came up.
    """

    came: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    wrong_people: set[str] = field(default_factory=set)

    @property
    def shown(self) -> int:
        """Pictures before templates."""
        return self.came.total()

    @property
    def compared(self) -> int:
        """Of these, those that ended in a band."""
        return self.came[Came.SAME] + self.came[Came.UNSURE] + self.came[Came.OTHER]

    def as_json(self) -> dict[str, Any]:
        """For the document."""
        return {
            "shown": self.shown,
            "compared": self.compared,
            **{came.value: self.came[came] for came in Came},
            "why": dict(self.why.most_common()),
            "people": len(self.people),
            "wrong_people": len(self.wrong_people),
        }


def tally(outcomes: Iterable[Outcome], shown: Shown, members: frozenset[str] | None = None) -> Tally:
    """Count.

    Args:
        outcomes: Of one condition.
        shown: Only these.
        members: Only where both the enrolled person and the one in the picture are of them; None: all.
    """
    wrong = Came.OTHER if shown is Shown.AGENT else Came.SAME
    counts = Tally()
    for one in outcomes:
        if one.shown is not shown or (members is not None and not {one.enrolled, one.person} <= members):
            continue
        counts.came[one.came] += 1
        counts.people |= {one.enrolled, one.person}
        if one.why:
            counts.why[one.why] += 1
        if one.came is wrong:
            counts.wrong_people |= {one.person}
    return counts


def by_shown(outcomes: Iterable[Outcome], members: frozenset[str] | None = None) -> Mapping[str, Any]:
    """The counts for the agent and for strangers, for the document."""
    kept = tuple(outcomes)
    return {shown.value: tally(kept, shown, members).as_json() for shown in Shown}
