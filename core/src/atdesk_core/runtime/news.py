"""Tells thousands of sessions that the world has changed, without keeping frames or the disk waiting."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine

from atdesk_core.runtime.room import SessionRoom
from atdesk_core.session import ClockJumped, FactsChanged, LookEnded
from atdesk_sdk import CouldNotTell

# So many sessions have their turn in one go; events and frames have theirs in between.
AT_ONCE = 200

Happening = type[FactsChanged] | type[ClockJumped]


class News:
    """What has changed, on its way to every session.

    Args:
        room: The sessions.
        permit: Whether the next frame of an agent's look may be opened.
        now: Engine's clock.
        spawn: Runs a short task of the service's own.
    """

    def __init__(
        self,
        room: SessionRoom,
        permit: Callable[[str, str], bool],
        now: Callable[[], float],
        spawn: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        self._room = room
        self._permit = permit
        self._now = now
        self._spawn = spawn
        self._numbers: Counter[Happening] = Counter()
        self._closed: dict[str, str] = {}

    def tell(self, event: Happening = FactsChanged) -> None:
        """Tell the sessions; what is being told of an earlier one of these is told anew."""
        self._numbers[event] += 1
        self._spawn(self._tell(event, self._numbers[event]))

    def stop(self) -> None:
        """Whoever is not told yet is told after the next start."""
        self._numbers.clear()

    async def _tell(self, event: Happening, number: int) -> None:
        """No faster than the disk takes what comes of it; open looks first.

        Meanwhile no frame is opened against the new facts: each asks for them by itself.
        """
        await self._close_forbidden()
        room = self._room
        ids = sorted(room.agent_ids, key=lambda agent_id: room.session(agent_id).look is None)
        for index, agent_id in enumerate(ids, 1):
            if number != self._numbers[event]:
                return
            room.send(agent_id, event(self._now()))
            self._settle_look(agent_id)
            if index % AT_ONCE == 0:
                await room.flushed()

    async def _close_forbidden(self) -> None:
        """A look that is not allowed any more ends here and now; its session is told after that."""
        for index, agent_id in enumerate(self._room.agent_ids, 1):
            look, looks = self._room.session(agent_id).look, self._room.looks
            if look is not None and looks is not None and not self._permit(agent_id, look.look_id):
                looks.close(look.look_id)
                self._closed[agent_id] = look.look_id
            if index % AT_ONCE == 0:
                await asyncio.sleep(0)

    def _settle_look(self, agent_id: str) -> None:
        """A look that was closed may be allowed again by the time its session is told: it is over."""
        look_id, look = self._closed.pop(agent_id, None), self._room.session(agent_id).look
        if look is not None and look.look_id == look_id:
            self._room.send(agent_id, LookEnded(look_id, CouldNotTell.NOT_OUR_TURN, self._now()))
