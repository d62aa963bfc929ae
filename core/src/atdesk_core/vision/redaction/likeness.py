"""The encoder as a redaction uses it: is this the agent, and is this still the same face?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.redaction.search import BrokenStep
from atdesk_sdk.detector import DetectedFace, FaceEncoder, MatchBand

Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Comparisons with the agent's template, and of a face with what became of it.

    Attributes:
        encoder: Of this process.
        template: The agent's; None when there is none that this encoder can read.
    """

    encoder: FaceEncoder
    template: Vector | None

    def vector(self, picture: Pixels, face: DetectedFace) -> Vector:
        """The vector of what is at a face's place.

        Raises:
            BrokenStep: It is empty, or a number in it is none.
        """
        vector = self.encoder.encode(picture, face)
        if not len(vector) or not np.isfinite(np.asarray(vector, float)).all():
            raise BrokenStep("a face without a vector")
        return vector

    def is_agent(self, vector: Vector) -> bool:
        """Whether this is surely the agent: only the encoder's band `same` says so."""
        return self.template is not None and self._band(self.template, vector) is MatchBand.SAME

    def is_somebody_else(self, before: Vector, after: Vector) -> bool:
        """Whether a face, once destroyed, is surely somebody else to the encoder."""
        return self._band(before, after) is MatchBand.OTHER

    def shows_through(self, before: Vector, after: Vector, blank: Vector) -> bool:
        """Whether a destroyed face is more like the original than a blank picture is.

        It counts as if it were where the encoder does not tell the original from a blank picture at all:
        such an encoder is broken.
        """
        nothing = self.encoder.distance(before, blank)
        return nothing <= 0 or self.encoder.distance(before, after) < nothing

    def _band(self, one: Vector, other: Vector) -> MatchBand:
        return self.encoder.band(self.encoder.distance(one, other))
