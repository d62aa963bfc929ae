"""What Teams shows beside a name, and what it means to us.

Both words are open strings: they are compared without regard to case, and one that is new to us is
`unknown`, never an error and never an absence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from atdesk_sdk.events import Interaction, Presence

_AVAILABILITIES: Final[Mapping[str, Presence]] = {
    "available": Presence.AVAILABLE,
    "availableidle": Presence.IDLE,
    "availableinactive": Presence.IDLE,
    "away": Presence.AWAY,
    "berightback": Presence.BREAK,
    "busy": Presence.BUSY,
    "busyidle": Presence.IDLE,
    "donotdisturb": Presence.BUSY,
    "focusing": Presence.BUSY,
    "inacall": Presence.BUSY,
    "inaconferencecall": Presence.BUSY,
    "inameeting": Presence.MEETING,
    "presenting": Presence.BUSY,
    "offline": Presence.OFFLINE,
    "outofoffice": Presence.AWAY,
    "presenceunknown": Presence.UNKNOWN,
}

_INTERACTIONS: Final[Mapping[str, Interaction]] = {
    "inacall": Interaction.CUSTOMER_CALL,
    "inaconferencecall": Interaction.CUSTOMER_CALL,
    "inameeting": Interaction.MEETING,
    "presenting": Interaction.MEETING,
}

#: Activities that say by themselves that keyboard and mouse are silent.
_SILENT: Final = frozenset({"availableidle", "availableinactive", "inactive"})
#: Both words of what a write of ours gives.
AWAY: Final = ("away", "away")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one reading says of one person.

    Attributes:
        availability: As Graph spells it.
        activity: Likewise.
        sequence: Sortable stamp of the version; empty when Graph did not give one.
        out_of_office: The person's mailbox or calendar says that they are out of office.
    """

    availability: str
    activity: str
    sequence: str = ""
    out_of_office: bool = False

    @property
    def words(self) -> tuple[str, str]:
        """Both words, folded for comparison."""
        return folded(self.availability), folded(self.activity)

    @property
    def is_away(self) -> bool:
        """Whether it is what a write of ours gives, and not some other absence."""
        return self.words == AWAY


@dataclass(frozen=True, slots=True)
class Meaning:
    """What two words mean.

    Attributes:
        presence: In our vocabulary.
        interaction: What goes on live.
        out_of_office: The words themselves say so.
        known: Whether the availability is one that we know.
    """

    presence: Presence
    interaction: Interaction
    out_of_office: bool
    known: bool


@lru_cache(maxsize=512)
def meaning(availability: str, activity: str) -> Meaning:
    """Tell what two words mean; kept, since there are few pairs and many people.

    Whoever talks or sits in a meeting need not type: there an idle state is none.
    """
    first, second = folded(availability), folded(activity)
    interaction = _INTERACTIONS.get(second) or _INTERACTIONS.get(first) or Interaction.NONE
    presence = _AVAILABILITIES.get(first, Presence.UNKNOWN)
    if presence is Presence.AVAILABLE and second in _SILENT:
        presence = Presence.IDLE
    if presence is Presence.IDLE and interaction is not Interaction.NONE:
        presence = Presence.BUSY
    if presence is Presence.BUSY and second == "inameeting":
        presence = Presence.MEETING
    out = "outofoffice" in (first, second)
    return Meaning(presence, interaction, out, first in _AVAILABILITIES)


def folded(word: str) -> str:
    """Read a word in any of its spellings: `Be Right Back`, `beRightBack`, `BERIGHTBACK`."""
    return word.casefold().replace(" ", "").replace("_", "")
