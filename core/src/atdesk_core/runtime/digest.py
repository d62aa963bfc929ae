"""Whether a flag gets a message of its own, or stands in a list with others of its team. Pure.

The storm guard is another thing and comes first: it says that a platform is at fault. This only keeps a lead
from being sent a card for each of many agents at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from atdesk_sdk import MessageRef

WINDOW_S: Final = 60.0
"""Flags within so many seconds count as coming at once."""
MOST_ALONE: Final = 5
"""Flags of more agents than this, of one team and at once, share a message."""
JOIN_S: Final = 600.0
"""A message of several takes in further ones for so long."""
MOST_LISTED: Final = 25
"""One message lists no more than this."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag that was raised a moment ago.

    Attributes:
        number: Of the flag.
        agent_id: Whose.
        raised_at: Engine's clock.
        told: A message of this sink shows it already.
    """

    number: str
    agent_id: str
    raised_at: float
    told: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A message of several that stands.

    Attributes:
        ref: Where.
        opened_at: Engine's clock.
        numbers: The flags in it.
    """

    ref: MessageRef
    opened_at: float
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alone:
    """A message of its own."""


@dataclass(frozen=True, slots=True)
class Join:
    """It goes into a message that stands."""

    listing: Listing


@dataclass(frozen=True, slots=True)
class Gather:
    """A new message shows these flags, in the order in which they were raised."""

    numbers: tuple[str, ...]


def placed(
    number: str, raised: Sequence[Raised], listings: Sequence[Listing], now: float, *, can_join: bool
) -> Alone | Join | Gather:
    """Where a flag is shown.

    Args:
        number: Of the flag.
        raised: Flags of its team, this one included.
        listings: Messages of several about its team that stand in this sink.
        now: Engine's clock.
        can_join: Whether the sink can change a message.
    """
    at_once = [one for one in raised if now - one.raised_at <= WINDOW_S]
    if len({one.agent_id for one in at_once}) <= MOST_ALONE:
        return Alone()
    for listing in sorted(listings, key=lambda one: one.opened_at, reverse=True):
        if can_join and now - listing.opened_at <= JOIN_S and len(listing.numbers) < MOST_LISTED:
            return Join(listing)
    untold = sorted((one for one in at_once if not one.told), key=lambda one: (one.raised_at, one.number))
    numbers = tuple(one.number for one in untold if one.number != number)[: MOST_LISTED - 1]
    if not numbers and not can_join:
        return Alone()
    order = {one.number: place for place, one in enumerate(untold)}
    return Gather(tuple(sorted((*numbers, number), key=lambda one: order.get(one, len(order)))))
