"""What an open page says of its camera, and what it is told: open the socket for frames, or close it."""

from collections.abc import Callable, Mapping
from typing import Any

from atdesk_core.runtime.pages.adapter import PageAdapter
from atdesk_core.runtime.pages.waiting import WaitingLink
from atdesk_core.web.frames.protocol import GapReason, could_not_tell
from atdesk_sdk import CouldNotTell, StreamKey, TryLater

Tell = Callable[[Mapping[str, Any]], None]


class PageCamera:
    """The camera of one open page. Nothing here opens it: that takes a look, and a page that shows it.

    Args:
        adapter: Of the pages.
        agent_id: Whose page: the sign-in was checked.
        tab: Secret of its tab, checked likewise.
        tell: Sends the page a message.
    """

    __slots__ = ("_adapter", "_agent_id", "_is_over", "_key", "_link", "_tell")

    def __init__(self, adapter: PageAdapter, agent_id: str, tab: str, tell: Tell) -> None:
        self._adapter = adapter
        self._agent_id = agent_id
        self._tell = tell
        self._link = WaitingLink(tab, self._wants)
        self._key: StreamKey | None = None
        self._is_over = False

    def said(self, message: Mapping[str, Any]) -> None:
        """The page says that a look could be served, or why none could."""
        if self._is_over:
            return
        if self._key is None:
            try:
                self._key = self._adapter.connected(self._agent_id, self._link)
            except TryLater:
                return  # the service starts or stops: the page connects anew, and says it again
        reason = message.get("reason")
        if reason:
            self._adapter.gap(self._key, could_not_tell(_reason(reason), of_meeting=False))
        else:
            self._adapter.resumed(self._key)

    def gone(self) -> None:
        """The page is closed: an open look ends, and it was no absence. Twice is fine."""
        self._is_over = True
        self._link.over()
        if self._key is not None:
            self._adapter.gone(self._key, CouldNotTell.NO_SIGNAL)

    def _wants(self, is_open: bool) -> None:
        self._tell({"t": "frames", "open": is_open})


def _reason(said: object) -> GapReason:
    """A reason that only a newer page knows is one, too."""
    try:
        return GapReason(str(said))
    except ValueError:
        return GapReason.LOST
