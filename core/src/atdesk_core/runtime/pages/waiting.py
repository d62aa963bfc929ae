"""A page that waits for looks, and has a socket for frames only while they come.

A socket costs more than all the rest of an idle page, and for most hours of a shift nobody looks. So the page
says on its live line that it has a camera, and waits there. When the engine wants a look the page is told to
open the socket, which then serves this very link: to the engine it is one video all along.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from atdesk_core.runtime.pages.link import FrameCarrier, LookOrder

KEPT_S: Final = 60.0
"""Looks that come within so many seconds of each other share a socket, kept so long after the last one."""
ALONE_S: Final = 2.0
"""So long it is kept after a look that came alone, for one that follows at once: few are open at a time."""


class WaitingLink:
    """A `FrameLink` whose socket comes when it is needed.

    Args:
        tab: Secret of the page's tab, as it was proven: its socket proves itself with the same one.
        tell: Tells the page to open its socket (True), or that it may close it (False).
    """

    __slots__ = ("_carrier", "_ended_at", "_keep_s", "_let_go", "_order", "_tell", "_timer", "tab")

    def __init__(self, tab: str, tell: Callable[[bool], None]) -> None:
        self.tab = tab
        self._tell = tell
        self._keep_s = ALONE_S
        self._ended_at = float("-inf")
        self._carrier: FrameCarrier | None = None
        self._let_go: FrameCarrier | None = None
        self._order: LookOrder | None = None
        self._timer: asyncio.TimerHandle | None = None

    # ---- what the engine asks: see `FrameLink` -----------------------------------------------------------

    def start_look(self, order: LookOrder) -> None:
        """See `FrameLink`. Without a socket the order waits for it, no longer than the look does."""
        self._stop_timer()
        alone = asyncio.get_running_loop().time() - self._ended_at > KEPT_S
        self._keep_s = ALONE_S if alone else KEPT_S
        self._order = order
        if self._carrier is not None:
            self._carrier.start_look(order)
        else:
            self._tell(True)

    def end_look(self, look_id: str) -> None:
        """See `FrameLink`. An order that still waits for its socket is withdrawn."""
        if self._carrier is not None:
            self._carrier.end_look(look_id)
        if self._order is not None and self._order.look_id == look_id:
            self._order = None
            self._ended_at = asyncio.get_running_loop().time()
            self._keep_a_while()

    def pace(self, fps: float) -> None:
        """See `FrameLink`."""
        if self._carrier is not None:
            self._carrier.pace(fps)

    def superseded(self) -> None:
        """See `FrameLink`."""
        for one in self._end():
            one.superseded()

    # ---- the socket, as it comes and goes ----------------------------------------------------------------

    def joined(self, carrier: FrameCarrier) -> None:
        """The page has opened its socket; an order that waits goes out at once. An older one is over."""
        older = [one for one in (self._carrier, self._let_go) if one is not None and one is not carrier]
        self._carrier, self._let_go = carrier, None
        for one in older:
            one.over()
        if self._order is not None:
            carrier.start_look(self._order)
        else:
            self._keep_a_while()

    def left(self, carrier: FrameCarrier) -> bool:
        """A socket is closed. Returns whether it was to serve a look that is open, which is lost with it."""
        if carrier is self._let_go:
            self._let_go = None
        if carrier is not self._carrier:
            return False
        self._carrier = None
        return self._order is not None

    def over(self) -> None:
        """The page is closed, and its sockets with it. Twice is fine."""
        for one in self._end():
            one.over()

    def _keep_a_while(self) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(self._keep_s, self._let_it_go)

    def _let_it_go(self) -> None:
        """From now on it serves nobody: a look that begins while the page closes it asks for another one."""
        self._timer = None
        self._carrier, self._let_go = None, self._carrier
        self._tell(False)

    def _end(self) -> list[FrameCarrier]:
        self._stop_timer()
        sockets = [one for one in (self._carrier, self._let_go) if one is not None]
        self._carrier = self._let_go = self._order = None
        return sockets

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
