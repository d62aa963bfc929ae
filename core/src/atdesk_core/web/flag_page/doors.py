"""What a good link is worth: to the person who came with it, one page, for as long as a link is good."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST: Final = 10_000


class Doors:
    """Pages that people have come to by a link. In memory: after a restart the link opens them again.

    Args:
        now: Engine's clock.
        open_s: How long a page stays open to somebody.
    """

    def __init__(self, now: Callable[[], float], open_s: float) -> None:
        self._now = now
        self._open_s = open_s
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()

    def open(self, person_id: str, number: str) -> None:
        """This person came to this flag by a good link."""
        self._until.pop((person_id, number), None)
        while len(self._until) >= MOST:
            self._until.popitem(last=False)
        self._until[person_id, number] = self._now() + self._open_s

    def is_open(self, person_id: str, number: str) -> bool:
        """Whether they did, and it is not over."""
        return self._now() < self._until.get((person_id, number), 0.0)
