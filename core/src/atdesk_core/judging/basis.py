"""On what a finding rests, as data. Words are made of it where somebody reads it, in their language.

It holds numbers and the class of a thing; of anybody beside the agent nothing but how many.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter, ValidationError

from atdesk_sdk.findings import FindingKind


class BasisKind(StrEnum):
    """What kind of grounds there are."""

    SILENCE = "silence"
    SILENCE_AND_EMPTY_SEAT = "silence_and_empty_seat"
    COMPANY = "company"
    PHONE = "phone"
    FOOD_OR_DRINK = "food_or_drink"
    BANNED_OBJECT = "banned_object"


OF_VOTES: Final = {
    FindingKind.EXTRA_PERSON: BasisKind.COMPANY,
    FindingKind.PHONE: BasisKind.PHONE,
    FindingKind.FOOD_OR_DRINK: BasisKind.FOOD_OR_DRINK,
    FindingKind.BANNED_OBJECT: BasisKind.BANNED_OBJECT,
}
"""What is voted over pictures rests on them."""


@dataclass(frozen=True, slots=True)
class Basis:
    """On what a finding rests.

    Attributes:
        kind: Which words it takes.
        thing: Class of the object model; empty where the finding is of no thing.
        count: How many are beside the agent; 0 where the finding is of nobody.
        seen: Of the weighed pictures, how many show it.
        weighed: How many were weighed; 0 where it rests on no picture alone.
        score: Best of the object model in them, 0..1; 0 where there is none.
    """

    kind: BasisKind
    thing: str = ""
    count: int = 0
    seen: int = 0
    weighed: int = 0
    score: float = 0.0


Evidence = Basis | str
"""What a finding rests on. Text is what an earlier version kept, in its own words; empty: the confidence
says it all."""

_JSON: Final[TypeAdapter[Basis]] = TypeAdapter(Basis)


def write_evidence(evidence: Evidence) -> str:
    """As a column of text keeps it."""
    return evidence if isinstance(evidence, str) else _JSON.dump_json(evidence).decode()


def read_evidence(kept: str) -> Evidence:
    """What `write_evidence` wrote, in this version or in another; what is none of ours stays text."""
    try:
        return _JSON.validate_json(kept)
    except ValidationError:
        return kept
