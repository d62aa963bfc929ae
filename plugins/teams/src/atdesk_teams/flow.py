"""How fast a bot may write to one conversation (Microsoft's figures). Pure: the clock is passed in."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final

#: (messages, seconds), in one conversation: a channel with all its threads is one.
LIMITS: Final = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
#: Requests of the app in its tenant.
APP_LIMITS: Final = ((30, 1.0),)
#: Messages may arrive closer together than they were sent.
_MARGIN_S: Final = 0.25
_CONVERSATIONS: Final = 20_000
#: Pauses that began longer ago are over, whatever was asked for.
_LONGEST_HOLD_S: Final = 3600.0


class Flow:
    """Remembers when messages went to each conversation; of the least used ones it forgets."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()
        self._held: dict[str, float] = {}
        self._app: deque[float] = deque(maxlen=APP_LIMITS[-1][0])

    def wait_s(self, conversation: str, now: float) -> float:
        """Seconds until one more message to `conversation` keeps all limits; 0 means now.

        Args:
            conversation: The channel or chat.
            now: Monotonic seconds.
        """
        sent = self._sent.get(conversation, deque())
        held = self._held.get(conversation, now) - now
        return max(held, _wait(sent, LIMITS, now), _wait(self._app, APP_LIMITS, now))

    def hold(self, conversation: str, until: float) -> None:
        """Teams has asked for a pause there: others write to it as well, or its figures have changed.

        Args:
            conversation: The channel or chat.
            until: Monotonic seconds.
        """
        self._held = {one: at for one, at in self._held.items() if at > until - _LONGEST_HOLD_S}
        self._held[conversation] = until

    def sent(self, conversation: str, at: float) -> None:
        """A message goes out at this moment."""
        self._sent.setdefault(conversation, deque(maxlen=LIMITS[-1][0])).append(at)
        self._sent.move_to_end(conversation)
        self._app.append(at)
        while len(self._sent) > _CONVERSATIONS:
            self._sent.popitem(last=False)


def _wait(sent: deque[float], limits: tuple[tuple[int, float], ...], now: float) -> float:
    waits = [sent[-count] + seconds + _MARGIN_S - now for count, seconds in limits if len(sent) >= count]
    return max(0.0, *waits) if waits else 0.0
