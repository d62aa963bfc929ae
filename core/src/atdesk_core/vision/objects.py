"""Things by the model that finds bodies: one session for both."""

from collections.abc import Sequence
from typing import Final

from atdesk_core.vision.decode import Pixels
from atdesk_core.vision.people import CenterNet
from atdesk_sdk.coco import LABELS
from atdesk_sdk.detector import Box, SeenObject

_MOST: Final = 100


class CenterNetThings:
    """`ObjectDetector` over the session of a `CenterNet`.

    Args:
        network: Whose session is used.
    """

    name = "centernet"
    labels: Sequence[str] = LABELS

    def __init__(self, network: CenterNet) -> None:
        self._network = network

    def detect(self, picture: Pixels) -> Sequence[SeenObject]:
        """Things and bodies with a score of at least 0.1, surest first, at most 100."""
        return _things(self._network.run(picture))


class CenterNetInParts(CenterNetThings):
    """The same for parts that are cut out of a picture: what the hands reach."""

    def detect(self, picture: Pixels) -> Sequence[SeenObject]:
        """As `CenterNetThings`, for a third less where the part is wider than tall."""
        return _things(self._network.run_part(picture))


def _things(rows: Sequence[tuple[int, Box]]) -> tuple[SeenObject, ...]:
    found = [SeenObject(LABELS[kind], box) for kind, box in rows]
    return tuple(sorted(found, key=lambda thing: -thing.box.score)[:_MOST])
