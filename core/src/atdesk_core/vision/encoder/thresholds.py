"""Three bands over an encoder's distance. The numbers belong to the encoder, never to a policy."""

import math
from dataclasses import dataclass

from atdesk_sdk.detector import MatchBand


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where an encoder's three bands lie, in its own measure: smaller is more alike.

    Attributes:
        same_below: Nearer than this is the same person.
        other_above: Further than this is another person. Between the two: look again.
    """

    same_below: float
    other_above: float

    def band(self, distance: float) -> MatchBand:
        """The band of a distance. A broken number says nothing about anybody: it is unsure."""
        if not math.isfinite(distance):
            return MatchBand.UNSURE
        if distance < self.same_below:
            return MatchBand.SAME
        return MatchBand.OTHER if distance > self.other_above else MatchBand.UNSURE
