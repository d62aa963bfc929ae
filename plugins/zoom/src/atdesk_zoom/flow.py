"""How fast one chat may be written to [D-CHAT]. Pure: the clock is passed in."""

from __future__ import annotations

from collections import OrderedDict, deque

#: (messages, seconds): documented for messages of users, assumed for those of bots.
LIMITS = ((10, 1.0), (30, 10.0), (60, 100.0), (450, 1000.0))
#: Messages may arrive closer together than they were sent.
_MARGIN_S = 0.25
_CHATS = 1000


class Flow:
    """Remembers when messages went to each chat; of the least used chats it forgets."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, chat: str, now: float) -> float:
        """Seconds until one more message to `chat` keeps all limits; 0 means now."""
        sent = self._sent.get(chat, deque())
        waits = [sent[-count] + seconds + _MARGIN_S - now for count, seconds in LIMITS if len(sent) >= count]
        return max(0.0, *waits) if waits else 0.0

    def sent(self, chat: str, now: float) -> None:
        """A message goes out."""
        self._sent.setdefault(chat, deque(maxlen=LIMITS[-1][0])).append(now)
        self._sent.move_to_end(chat)
        while len(self._sent) > _CHATS:
            self._sent.popitem(last=False)
