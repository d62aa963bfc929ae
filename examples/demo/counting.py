"""Counts the frames that are really measured, so that a pause can be checked by them."""

from collections.abc import Callable

from atdesk_core.runtime.broker import Eyes
from atdesk_core.session import Wanted
from atdesk_sdk import Frame, Observation


class Counting:
    """Implements `Eyes`.

    Args:
        eyes: What measures.
        clock: Seconds of the story.

    Attributes:
        at_s: When each frame came to be measured.
    """

    def __init__(self, eyes: Eyes, clock: Callable[[], float]) -> None:
        self.at_s: list[float] = []
        self._eyes = eyes
        self._clock = clock

    async def observe(self, agent_id: str, frame: Frame, wanted: Wanted) -> Observation:
        """See `Eyes`."""
        self.at_s.append(self._clock())
        return await self._eyes.observe(agent_id, frame, wanted)
